import os

import click
import pytest

from tabgan.cli.output import check_place, check_places, format_of
from tests.cli.conftest import run


@pytest.mark.parametrize(
    ("out", "expected"),
    [("a.csv", "csv"), ("x.y/A.PARQUET", "parquet"), ("a.b.jsonl", "jsonl"), ("-", "csv")],
)
def test_the_suffix_names_the_format(out, expected):
    assert format_of(out) == expected


@pytest.mark.parametrize("out", ["a", "a.xlsx", "csv", ".csv", "a.csv.gz"])
def test_another_suffix_is_refused(out):
    with pytest.raises(click.UsageError, match="its suffix must be one of .csv, .parquet, .jsonl"):
        format_of(out)


def test_a_place_that_cannot_be_written_is_refused_beforehand(tmp_path):
    with pytest.raises(click.UsageError, match="folder does not exist"):
        check_place(str(tmp_path / "none" / "a.csv"))
    with pytest.raises(click.UsageError, match="found a folder"):
        check_place(str(tmp_path))
    (tmp_path / "a.csv").touch()
    check_place(str(tmp_path / "a.csv"))
    check_place(os.path.relpath(tmp_path / "new.csv"))


def test_no_file_that_is_read_is_written_over_whatever_it_is_called(tmp_path):
    (tmp_path / "folder").mkdir()
    data, link = tmp_path / "a.csv", tmp_path / "link.csv"
    data.touch()
    link.symlink_to(data)
    for name in (data, link, tmp_path / "folder" / ".." / "a.csv"):
        with pytest.raises(click.UsageError, match="must be different files"):
            check_places([str(data)], [str(name)])


def test_a_schema_or_rows_do_not_take_the_place_of_what_they_come_from(tmp_path, fitted):
    model, data, schema = tmp_path / "m.csv", tmp_path / "d.csv", tmp_path / "s.json"
    model.write_bytes(fitted.model.read_bytes())
    data.write_bytes(fitted.data.read_bytes())
    schema.write_text("{}")
    for args in (
        ("sample", model, "-n", 3, "-o", model),
        ("inspect", data, "-o", data),
        ("fit", data, "--schema", schema, "-o", schema),
        ("report", data, data, "--schema", schema, "--json", schema),
    ):
        assert "must be different files" in run(*args, code=2).stderr
    assert model.read_bytes() == fitted.model.read_bytes()
    assert data.read_bytes() == fitted.data.read_bytes()
