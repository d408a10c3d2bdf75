from tabgan.schema.text_table import MAX_WIDTH, text_table


def test_columns_are_aligned():
    assert text_table(("a", "bcd"), [("long", 1), ("", 22)]) == "a     bcd\n----  ---\nlong  1\n      22"


def test_a_header_alone_is_a_table():
    assert text_table(("a",), []) == "a\n-"


def test_every_row_stays_on_its_line():
    lines = text_table(("x",), [("one\ntwo\x1b[31m\0",), ("w" * 1000,)]).splitlines()
    assert lines[2:] == ["one\\ntwo\\x1b[31m\\x00", "w" * (MAX_WIDTH - 1) + "…"]


def test_a_table_may_be_as_wide_as_its_cells():
    assert text_table(("x",), [("w" * 1000,)], max_width=None) == "x\n-\n" + "w" * 1000
