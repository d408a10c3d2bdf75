"""CSV files as people write them."""

import gzip

import pandas as pd
import pytest

from tabgan.data import csv_source, open_source
from tabgan.errors import DataError, SchemaError
from tabgan.schema import Kind, infer_schema


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def read(path, **options):
    source = open_source(path, **options)
    return pd.concat(list(source.chunks()), ignore_index=True), source


def test_types_and_missing_cells(tmp_path):
    text = 'n,x,t,zip,only\n1,0.5,a,007,\n,2,NA,010,\n3,,"",123,\n'
    frame, source = read(write(tmp_path / "a.csv", text))
    assert source.n_rows == 3
    assert frame["n"].tolist() == [1, pd.NA, 3]
    assert frame["x"].dtype == "float64"
    assert frame["t"].isna().tolist() == [False, False, True]
    assert frame["t"].iloc[1] == "NA"
    assert frame["zip"].tolist() == ["007", "010", "123"]
    schema = infer_schema(source)
    assert [str(c.kind) for c in schema.columns] == ["integer", "float", "category", "category", "constant"]
    assert schema["n"].dtype == "Int64"


def test_na_adds_cells_that_are_missing(tmp_path):
    path = write(tmp_path / "a.csv", "n\n1\n?\n3\nNA\n")
    assert infer_schema(open_source(path))["n"].kind is Kind.CATEGORY
    column = infer_schema(open_source(path, na_values=["?", "NA"]))["n"]
    assert (column.kind, column.missing, column.dtype) == (Kind.INTEGER, True, "Int64")


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (["1", "-2", "0"], "Int64"),
        (["9223372036854775808", "1"], "UInt64"),
        (["9223372036854775807", "-9223372036854775808"], "Int64"),
        (["1", "2.5", "1e-3", "-inf", ".5", "3."], "float64"),
        (["1", "99999999999999999999999"], "text"),
        (["01", "2"], "text"),
        (["+1", "2"], "text"),
        (["1,000", "2"], "text"),
        ([" 1", "2"], "text"),
        (["0x1F", "2"], "text"),
        (["1", "2", "a"], "text"),
        (["nan", "1"], "text"),
        (["True", "False"], "text"),
    ],
)
def test_only_what_can_be_written_back_is_a_number(tmp_path, cells, dtype):
    quoted = "\n".join(f'"{cell}",1' for cell in cells)
    frame, _ = read(write(tmp_path / "a.csv", f"x,y\n{quoted}\n"))
    if dtype == "text":
        assert frame["x"].tolist() == cells
    else:
        assert frame["x"].dtype == dtype


def test_a_late_cell_changes_the_type_of_all_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 4096)
    rows = "\n".join(str(i) for i in range(5000))
    source = open_source(write(tmp_path / "a.csv", f"x\n{rows}\nlate\n"))
    assert {type(chunk["x"].iloc[0]) for chunk in source.chunks(512)} == {str}
    assert source.n_rows == 5001
    assert max(len(chunk) for chunk in source.chunks(512)) <= 512


def test_a_minus_is_remembered_when_later_cells_need_all_64_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 4096)
    cells = ["-1"] + ["1"] * 5000 + ["18446744073709551615"]
    source = open_source(write(tmp_path / "a.csv", "\n".join(["x", *cells, ""])))
    assert [cell for chunk in source.chunks() for cell in chunk["x"]] == cells


@pytest.mark.parametrize("name", ["net\namount", "a; b"])
def test_a_quoted_first_name_after_a_byte_order_mark(tmp_path, name):
    frame, _ = read(write(tmp_path / "a.csv", f'"{name}";n\n1;2\n3;4\n', "utf-8-sig"))
    assert frame.to_dict("list") == {name: [1, 3], "n": [2, 4]}


@pytest.mark.parametrize(
    ("text", "encoding", "options"),
    [
        ("a,b\n1,é\n2,x\n", "utf-8-sig", {}),
        ("a,b\n1,é\n2,x\n", "utf-16", {}),
        ("a,b\n1,é\n2,x\n", "latin-1", {"encoding": "latin-1"}),
        ("a,b\n1,é\n2,x\n", "utf-16-le", {}),
        ("a,b\n1,é\n2,x\n", "utf-16-be", {}),
        ("a,b\n1,é\n2,x\n", "utf-32", {}),
        ("a;b\n1;é\n2;x\n", "utf-8", {}),
        ("a\tb\n1\té\n2\tx\n", "utf-8", {}),
        ("a|b\n1|é\n2|x\n", "utf-8", {"sep": "|"}),
        ('"a","b"\r\n"1","é"\r\n\r\n"2","x"\r\n', "utf-8", {}),
    ],
)
def test_encodings_separators_and_line_ends(tmp_path, text, encoding, options):
    frame, _ = read(write(tmp_path / "a.csv", text, encoding), **options)
    assert list(frame.columns) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2]
    assert frame["b"].tolist() == ["é", "x"]


def test_cells_are_kept_as_they_are(tmp_path):
    cells = ["two\nlines", "=1+1", 'a "quoted" word', "nul\0inside", "a,b;c", " spaced "]
    body = "\n".join('"' + cell.replace('"', '""') + '",1' for cell in cells)
    frame, _ = read(write(tmp_path / "a.csv", f"t,n\n{body}\n"))
    assert frame["t"].tolist() == cells


def test_zipped(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n3,4\n"))
    assert read(path)[0]["b"].tolist() == [2, 4]
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 5000)[:-30])
    with pytest.raises(DataError, match=r"a\.csv\.gz"):
        read(path)


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("", DataError, "empty file"),
        ("a,b\n1,2\n3\n", DataError, "as many cells"),
        ("a,b\n1,2\n3,4,5\n", DataError, "as many cells"),
        ("a,a\n1,2\n", SchemaError, "'a' twice"),
        ("39,State-gov,77516\n50,Private,83311\n38,State-gov,77516\n", DataError, "column names"),
        ("1,2\n3,4\n", DataError, "column names"),
        ('a,b\n1,"x\n2,y\n', DataError, "every quote must be closed"),
        ('a,b\n1,x\n2,"y\n3,z', DataError, "every quote must be closed"),
        ("PAR1\x15\x04", DataError, "found a Parquet file"),
        ("PK\3\4...", DataError, "found a zip archive"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, error, reason):
    with pytest.raises(error, match=reason):
        open_source(write(tmp_path / "a.csv", text))


def test_a_header_alone_has_no_rows(tmp_path):
    with pytest.raises(DataError, match="rows"):
        infer_schema(open_source(write(tmp_path / "a.csv", "a,b\n")))


def test_another_encoding_is_told(tmp_path):
    with pytest.raises(DataError, match="latin-1"):
        open_source(write(tmp_path / "a.csv", "a,b\n1,é\n", "latin-1"))
    with pytest.raises(DataError, match="'no such'"):
        open_source(write(tmp_path / "b.csv", "a,b\n1,2\n"), encoding="no such")
    with pytest.raises(DataError, match="'base64'"):
        open_source(write(tmp_path / "b.csv", "a,b\n1,2\n"), encoding="base64")


@pytest.mark.parametrize("sep", ["::", "", "é", '"', "\n"])
def test_another_separator_is_refused(tmp_path, sep):
    with pytest.raises(DataError, match="one ASCII character"):
        open_source(write(tmp_path / "b.csv", "a,b\n1,2\n"), sep=sep)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", " \n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_last_cell_may_hold_line_breaks(tmp_path, end, encoding):
    frame, _ = read(write(tmp_path / "a.csv", f'a,b\n1,x\n2,"y\n"{end}', encoding))
    assert [text.strip() for text in frame["b"]] == ["x", "y"]
    assert frame["b"][1].startswith("y\n")


def test_years_as_names_are_names(tmp_path):
    frame, _ = read(write(tmp_path / "a.csv", "land,2019,2020\nNorth,1.5,2.5\nSouth,1,2\n"))
    assert list(frame.columns) == ["land", "2019", "2020"]


def test_a_changed_file_is_refused(tmp_path):
    source = open_source(write(tmp_path / "a.csv", "a,b\n1,2\n"))
    write(tmp_path / "a.csv", "a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match="must not change"):
        list(source.chunks())
