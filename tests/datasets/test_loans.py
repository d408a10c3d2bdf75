"""The facts of the simulated loans, in the simulator and in the bundled file."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.fidelity.metrics import shape_error, trend_error
from tabgan_datasets import find_table, rating_of, read_csv, simulate_loans
from tabgan_datasets.loader import FOLDER


@pytest.fixture(scope="module", params=["simulated", "bundled"])
def loans(request):
    return simulate_loans(5_000, 1) if request.param == "simulated" else read_csv(FOLDER / "loans.csv")


def test_rating_follows_from_score(loans):
    assert (loans["rating"] == rating_of(loans["score"])).all()
    assert set(loans["rating"]) == set("ABCDE")
    assert rating_of(np.array([559, 560, 619, 620, 679, 680, 739, 740])).tolist() == list("EDDCCBBA")


def test_money_lies_on_its_grid(loans):
    for name in ("income", "fees", "rate"):
        cents = loans[name].dropna() * 100
        assert np.allclose(cents, cents.round(), atol=1e-6)
    assert (loans["amount"] % 100 == 0).all()
    assert 0.6 < (loans["fees"] == 0).mean() < 0.8
    assert (loans["fees"] >= 0).all()


def test_missing_values_belong_together(loans):
    away = loans["employment"] == "unemployed"
    retired = loans["employment"] == "retired"
    assert loans.loc[away, ["income", "employer_years"]].isna().all(axis=None)
    assert (loans["employer_years"].isna() == (away | retired)).all()
    assert 0.01 < loans.loc[~away, "income"].isna().mean() < 0.035


def test_levels_dates_and_identifiers(loans):
    assert 0.001 < (loans["region"] == "overseas").mean() < 0.008
    assert loans["loan_id"].is_unique
    assert loans["loan_id"].str.fullmatch(r"LN-\d{6}-[A-Z]").all()
    opened = pd.to_datetime(loans["opened"], format="%Y-%m-%d")
    assert (opened.dt.day_of_week < 5).all()
    assert opened.dt.year.between(2019, 2024).all()


def test_the_same_seed_gives_the_same_rows():
    pd.testing.assert_frame_equal(simulate_loans(50, 3), simulate_loans(50, 3))
    assert not simulate_loans(50, 3).equals(simulate_loans(50, 4))


def test_the_bundled_file_is_a_draw_of_the_simulator():
    table = find_table("loans")
    bundled, fresh = read_csv(FOLDER / "loans.csv"), simulate_loans(20_000, 5)
    assert list(bundled.columns) == list(fresh.columns)
    kept = [name for name in bundled.columns if name not in (*table.identifiers, *table.datetimes)]
    assert shape_error(bundled[kept], fresh[kept]) < 1.5
    assert trend_error(bundled[kept], fresh[kept]) < 3


def test_the_file_can_be_written_again(tmp_path):
    command = [sys.executable, "-m", "tabgan_datasets", str(tmp_path / "loans.csv")]
    subprocess.run(command, cwd=FOLDER, check=True)
    again, bundled = read_csv(tmp_path / "loans.csv"), read_csv(FOLDER / "loans.csv")
    assert again.dtypes.equals(bundled.dtypes)
    assert list(again.columns) == list(bundled.columns)
