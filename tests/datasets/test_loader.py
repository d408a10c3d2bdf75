"""Where tables come from, and what the registry says of them."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tabgan_datasets import TABLES, TableNotFoundError, find_table, load_table, read_csv
from tabgan_datasets.loader import FOLDER


def test_the_users_folder_comes_first(tmp_path, monkeypatch):
    pd.DataFrame({"a": [1, 2]}).to_csv(tmp_path / "loans.csv", index=False)
    pd.DataFrame({"b": [1.5]}).to_parquet(tmp_path / "adult.parquet")
    monkeypatch.setenv("TABGAN_DATA", str(tmp_path))
    assert load_table("loans")["a"].tolist() == [1, 2]
    assert load_table("adult")["b"].tolist() == [1.5]
    monkeypatch.delenv("TABGAN_DATA")
    assert len(load_table("loans")) == 5_000


def test_only_the_empty_cell_is_missing(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\nNA,1\n,2\nNone,\nnull,3\n")
    frame = read_csv(tmp_path / "t.csv")
    assert frame["a"].isna().tolist() == [False, True, False, False]
    assert frame["a"].tolist()[::2] == ["NA", "None"]
    assert frame["b"].isna().sum() == 1


@pytest.mark.parametrize("name", ["loans", "wine", "breast_cancer", "diabetes"])
def test_tables_at_hand_are_what_the_registry_says(name, monkeypatch):
    monkeypatch.delenv("TABGAN_DATA", raising=False)
    table, frame = find_table(name), load_table(name, download=False)
    assert len(frame) == table.rows
    assert {table.target, *table.categorical, *table.datetimes, *table.identifiers} <= set(frame.columns)
    others = frame.drop(columns=[*table.categorical, *table.datetimes, *table.identifiers])
    assert all(pd.api.types.is_numeric_dtype(dtype) for dtype in others.dtypes)


def test_the_registry_is_complete():
    names = [table.name for table in TABLES]
    assert len(names) == len(set(names))
    for table in TABLES:
        assert table.origin
        assert table.licence
        assert table.rows > 0
        assert not set(table.categorical) & {*table.datetimes, *table.identifiers}
    with pytest.raises(KeyError, match="nope.*adult"):
        find_table("nope")


def test_a_download_gets_the_registrys_names(monkeypatch):
    monkeypatch.delenv("TABGAN_DATA", raising=False)
    table = find_table("adult")
    back = {ours: theirs for theirs, ours in table.openml_names}
    source = pd.DataFrame({back.get(name, name): ["v"] for name in table.categorical})
    asked = []
    frame = load_table("adult", fetch=lambda number: asked.append(number) or source)
    assert asked == [1590]
    assert set(frame.columns) == set(table.categorical)


def test_a_table_that_cannot_be_had_says_where_to_put_it(monkeypatch):
    monkeypatch.delenv("TABGAN_DATA", raising=False)

    def refuse(number):
        raise ConnectionError("no route")

    with pytest.raises(TableNotFoundError, match="covertype.csv or covertype.parquet"):
        load_table("covertype")
    with pytest.raises(TableNotFoundError, match="TABGAN_DATA"):
        load_table("adult", download=False)
    with pytest.raises(TableNotFoundError, match=r"1590.*no route.*adult\.csv"):
        load_table("adult", fetch=refuse)
    with pytest.raises(TableNotFoundError, match="'income'"):
        load_table("adult", fetch=lambda number: pd.DataFrame({"age": [1]}))


def test_the_public_package_named_datasets_is_not_hidden(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("PUBLIC = True\n")
    root = Path(FOLDER).parent
    assert not (root / "datasets" / "__init__.py").exists()
    # The checkout comes first on the path, as it does for `python -m` in its folder.
    code = f"import sys; sys.path[:0] = {[str(root), str(FOLDER)]!r}; sys.path.append({str(tmp_path)!r});"
    code += "import tabgan_datasets, datasets; print(datasets.PUBLIC)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert done.stdout.strip() == "True", done.stderr
