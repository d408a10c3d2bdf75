from pathlib import Path

import pandas as pd
import pytest

from tabgan import Schema
from tests.cli.conftest import people, run


@pytest.fixture
def table(tmp_path, monkeypatch):
    frame = people()
    frame["mail"] = [f"someone.{number}@example.org" for number in range(len(frame))]
    frame.to_csv(tmp_path / "p.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return frame


def test_it_prints_each_column_with_its_kind(table):
    lines = {line.split()[0]: line for line in run("inspect", "p.csv").stdout.splitlines() if line}
    kinds = {
        "age": "integer",
        "income": "category",
        "weight": "float",
        "since": "datetime",
        "member": "boolean",
    }
    for name, kind in kinds.items():
        assert kind in lines[name]


def test_it_warns_of_personal_data_and_of_nothing_else(table):
    warned = [line for line in run("inspect", "p.csv").stdout.splitlines() if line.startswith("warning: ")]
    assert any("'mail'" in line for line in warned)
    assert not any("'age'" in line or "'income'" in line or "'weight'" in line for line in warned)


def test_the_schema_it_writes_is_the_one_it_prints(table):
    printed = run("inspect", "p.csv", "-o", "schema.json", "--drop", "mail", "--category", "age").stdout
    schema = Schema.from_json(Path("schema.json").read_text(encoding="utf-8"))
    assert schema["age"].kind == "category"
    assert list(schema.names) == [name for name in table if name != "mail"]
    assert str(schema) in printed
    assert "\n  tabgan fit p.csv --schema schema.json --drop mail\n" in printed


def test_a_written_schema_reads_the_same(table):
    run("inspect", "p.csv", "-o", "one.json")
    run("inspect", "p.csv", "--schema", "one.json", "-o", "two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


def test_a_column_that_cannot_be_handled_is_named(tmp_path):
    pd.DataFrame({"fine": [1, 2], "nested": [[1], [2]]}).to_parquet(tmp_path / "p.parquet")
    result = run("inspect", tmp_path / "p.parquet", code=2)
    assert "column 'nested'" in result.stderr
    assert result.stderr.count("\n") == 1
