"""Detection in the report: floors, intervals and giveaways on planted tables."""

import sys

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.detection.section import judge_detection
from tabgan.reporting.tables import make_tables
from tests.reporting.planted import independent, linked_rows

REAL, FRESH, HOLDOUT = (linked_rows(n_rows, seed) for n_rows, seed in ((1_100, 0), (900, 1), (1_000, 2)))


@pytest.fixture(autouse=True, scope="module")
def small_judge():
    """One judge with few rounds: what is tested here is what the section makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "xgboost", None)
        patch.setattr("tabgan.reporting.detection.c2st.N_ROUNDS", 15)
        yield patch


@pytest.fixture(scope="module")
def fresh(small_judge):
    return judge_detection(make_tables(REAL, FRESH, HOLDOUT))


def test_a_second_real_sample_is_told_no_better_than_its_floor(fresh):
    for name in ("c2st", "c2st_unseen"):
        score = fresh.scores[name]
        assert score.value > 0.9
        assert score.value == pytest.approx(score.floor, abs=0.08)
        assert score.high > 0.95
    auc = fresh.scores["c2st_auc"]
    assert abs(auc.value - 0.5) < 2 * (auc.high - auc.value)
    assert auc.better == "near"


def test_numbers_of_rows_are_told(fresh):
    assert fresh.scores["c2st"].n_rows == fresh.scores["c2st_unseen"].n_rows == 900
    assert any("900 rows of each side" in note for note in fresh.notes)
    assert not any("floor" in note for note in fresh.notes)


def test_independent_columns_scream_and_the_linked_ones_gave_them_away():
    synthetic = independent(REAL)
    found = judge_detection(make_tables(REAL, synthetic, HOLDOUT))
    assert found.scores["c2st"].value < 0.3
    assert found.scores["c2st_unseen"].value < 0.3
    assert found.scores["c2st"].high < found.scores["c2st"].floor
    (giveaway,) = found.details["detection"]
    assert giveaway["judge"] == "scikit-learn"
    drops = {column["name"]: column["drop"] for column in giveaway["columns"]}
    assert max(drops, key=drops.get) in {"x", "y", "level"}
    assert drops.get("day", 0) < 0.02
    assert list(drops.values()) == sorted(drops.values(), reverse=True)
    assert giveaway["names"] == list(REAL.columns)
    assert all(len(row["cells"]) == len(REAL.columns) for row in giveaway["rows"])


def test_the_rows_shown_are_synthetic_ones_and_a_missing_cell_is_named():
    synthetic = FRESH.assign(level="unheard of", y=np.nan)
    (giveaway,) = judge_detection(make_tables(REAL, synthetic)).details["detection"]
    assert len(giveaway["rows"]) == 10
    for row in giveaway["rows"]:
        cells = dict(zip(giveaway["names"], row["cells"], strict=True))
        assert cells["level"] == "unheard of"
        assert cells["y"] == "(missing)"
        assert float(cells["x"]) in set(synthetic["x"])
        assert row["score"] > 0.95


def test_copies_are_told_by_an_auc_below_one_half_and_by_what_the_score_says():
    found = judge_detection(make_tables(REAL, REAL.sample(frac=1, random_state=0), HOLDOUT))
    assert found.scores["c2st_auc"].high < 0.5
    assert "copy real ones" in found.scores["c2st"].note
    assert found.scores["c2st_unseen"].value > 0.9


def test_without_a_holdout_the_floor_is_of_halves_and_nothing_is_unseen():
    found = judge_detection(make_tables(REAL, FRESH))
    assert "c2st_unseen" not in found.scores
    assert found.scores["c2st"].floor > 0.8
    assert any("550 real rows against the other half" in note for note in found.notes)
    assert "c2st_unseen" not in judge_detection(make_tables(REAL, FRESH, HOLDOUT[:999])).scores


def test_xgboost_is_named_where_it_is_installed(monkeypatch):
    monkeypatch.delitem(sys.modules, "xgboost")
    pytest.importorskip("xgboost")
    found = judge_detection(make_tables(REAL[:400], independent(REAL)[:400]))
    assert found.scores["c2st_xgb"].value < 0.6
    assert "XGBoost" in found.scores["c2st_xgb"].label
    assert [entry["judge"] for entry in found.details["detection"]] == ["scikit-learn", "XGBoost"]


def test_the_same_seed_gives_the_same_section():
    tables = make_tables(REAL[:300], FRESH[:300])
    assert judge_detection(tables) == judge_detection(tables)


@pytest.mark.parametrize("n_rows", [2, 3, 20])
def test_a_few_rows_are_judged_or_it_is_said_why_not(n_rows):
    found = judge_detection(make_tables(REAL[:n_rows], FRESH[:n_rows], HOLDOUT[:n_rows]))
    score = found.scores["c2st"]
    assert (score.value is None) == (n_rows < 3)
    assert score.value is not None or "3 rows" in score.note


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f[["x"]],
        lambda f: f[["level"]],
        lambda f: f[["level", "flag"]],
        lambda f: f.assign(one="same", two=1.5),
        lambda f: f.assign(nothing=np.nan, none=None),
        lambda f: f.assign(x=f["x"].where(f["x"] < 1, np.inf).where(f["x"] > -1, -np.inf)),
        lambda f: f.set_axis([None, 3, ("a", "b"), "x", "<b>", "day"], axis=1),
        lambda f: pd.DataFrame({"one": ["same"] * len(f)}),
    ],
    ids=["number", "level", "levels", "constant", "missing", "infinite", "names", "constant alone"],
)
def test_odd_tables_are_judged(change):
    found = judge_detection(make_tables(change(REAL[:150]), change(FRESH[:100]), change(HOLDOUT[:50])))
    for score in found.scores.values():
        assert score.low <= score.value <= score.high
        assert np.isfinite(score.floor)


@pytest.mark.slow
def test_another_seed_moves_the_score_by_less_than_its_interval():
    real, synthetic = linked_rows(20_000, 0), linked_rows(20_000, 1)
    synthetic["y"] = synthetic["y"] * np.exp(np.random.default_rng(0).normal(0, 0.1, 20_000))
    found = [judge_detection(make_tables(real, synthetic, random_state=seed)).scores for seed in range(4)]
    for name in ("c2st", "c2st_auc"):
        values = [scores[name].value for scores in found]
        assert np.ptp(values) < np.mean([scores[name].high - scores[name].low for scores in found])
