import io

import pandas as pd
import pytest

from tests.cli.conftest import people, run


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])


@pytest.fixture
def gaps(tmp_path):
    """The first rows of the table, without ages in every other row, and without the column of gains."""
    path = tmp_path / "gaps.csv"
    rows = people().head(30).drop(columns="gain")
    rows.assign(age=rows["age"].where(rows.index % 2 == 0).astype("Int64")).to_csv(path, index=False)
    return path


def test_gaps_are_filled_and_given_cells_stay(fitted, gaps, tmp_path):
    out = tmp_path / "full.csv"
    assert run("complete", fitted.model, gaps, "--seed", 1, "-o", out).stdout == ""
    full, given = read(out.read_text()), read(gaps.read_text())
    assert list(full.columns) == list(people())
    assert not full.isna().to_numpy().any()
    for name in given.columns:
        kept = given[name].notna()
        assert full[name][kept].tolist() == given[name][kept].tolist()


def test_chosen_columns_are_drawn_anew(fitted, gaps):
    other = read(run("complete", fitted.model, gaps, "--column", "income", "--seed", 1).stdout)
    assert other["age"].isna().sum() == 15
    again = read(run("complete", fitted.model, gaps, "--column", "income", "--seed", 2).stdout)
    assert (other["income"] != again["income"]).any()


def test_a_column_that_the_model_does_not_know_is_told(fitted, gaps):
    rows = pd.read_csv(gaps).assign(note=1)
    rows.to_csv(gaps, index=False)
    assert "--drop 'note'" in run("complete", fitted.model, gaps, code=2).stderr
    assert run("complete", fitted.model, gaps, "--drop", "note").stdout.startswith(
        "person_id,age,income,gain"
    )


def test_a_file_is_not_written_onto_itself(fitted, gaps):
    assert "different files" in run("complete", fitted.model, gaps, "-o", gaps, code=2).stderr
