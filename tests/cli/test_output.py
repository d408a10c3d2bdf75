import os

import click
import pytest

from tabgan.cli.output import check_place, format_of


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
