from tests.cli.conftest import N_ROWS, people, run


def test_it_tells_the_columns_and_what_the_file_stores(fitted):
    output = run("info", fitted.model).stdout
    assert f"{len(people().columns)} columns, learnt from {N_ROWS} rows" in output
    for name in people():
        assert f"\n{name} " in output
    assert "It stores no row of the table." in output


def test_it_shows_no_identifier_of_the_table(fitted):
    output = run("info", fitted.model).stdout
    content = fitted.model.read_bytes()
    for code in people()["person_id"]:
        assert code not in output
        assert code.encode() not in content
