"""The report on columns and pairs: floors, intervals, what is drawn, and hard tables."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.fidelity import compared
from tabgan.reporting.fidelity.column_details import column_plot, histogram_edges
from tabgan.reporting.fidelity.metrics import column_errors, shape_error, trend_error, wnmis
from tabgan.reporting.fidelity.pair_details import joint_table, shown_columns
from tabgan.reporting.fidelity.section import judge_fidelity
from tabgan.reporting.labels import Scale
from tabgan.reporting.score import plain
from tabgan.reporting.tables import make_tables
from tests.reporting.planted import independent, linked_rows

LEVELS = ["level", "flag"]


def judge(real, synthetic, holdout=None, **settings):
    return judge_fidelity(make_tables(real, synthetic, holdout, **settings))


@pytest.fixture(scope="module")
def second_sample():
    return judge(linked_rows(3_000, 0), linked_rows(3_000, 1), linked_rows(1_500, 2))


def test_scores_are_those_of_the_published_functions(second_sample):
    real, synthetic = linked_rows(3_000, 0), linked_rows(3_000, 1)
    expected = {
        "shape": shape_error(real, synthetic, LEVELS),
        "trend": trend_error(real, synthetic, LEVELS),
        "trend_published": trend_error(real, synthetic, LEVELS, bins="separate"),
        "wnmis": wnmis(real, synthetic, LEVELS),
    }
    assert {name: score.value for name, score in second_sample.scores.items()} == pytest.approx(expected)
    errors = {column["name"]: column["error"] for column in second_sample.details["columns"]}
    assert errors == pytest.approx(column_errors(real, synthetic, LEVELS).to_dict())


@pytest.mark.parametrize("holdout", [1_500, None])
def test_a_second_real_sample_is_near_its_floor(holdout):
    hold = None if holdout is None else linked_rows(holdout, 2)
    scores = judge(linked_rows(3_000, 0), linked_rows(3_000, 1), hold).scores
    for name in ("shape", "trend"):
        score = scores[name]
        assert 0.6 < score.value / score.floor < 1.6, name
        assert score.low < score.floor < score.high, name
    assert scores["wnmis"].value == pytest.approx(scores["wnmis"].floor, abs=0.01)
    assert scores["trend_published"].value < 2 * scores["trend_published"].floor


def test_independent_columns_make_pairs_scream_and_shape_not():
    real = linked_rows(3_000, 0)
    scores = judge(real, independent(linked_rows(3_000, 1)), linked_rows(3_000, 2)).scores
    assert scores["shape"].value < 1.6 * scores["shape"].floor
    assert scores["trend"].low > 5 * scores["trend"].floor
    assert scores["wnmis"].high < 0.7 < 0.95 < scores["wnmis"].floor


@pytest.mark.slow
def test_intervals_hold_what_other_samples_score():
    """Two standard errors of the same score over other samples lie within one interval's half."""
    real = [linked_rows(800, seed) for seed in range(40)]
    noisy = [
        independent(frame, 1).where(np.random.default_rng(2).random(frame.shape) < 0.4, frame)
        for frame in real
    ]
    found = [judge(a, b).scores for a, b in zip(real[:20], noisy[20:], strict=True)]
    for name in ("shape", "trend", "wnmis"):
        spread = np.std([scores[name].value for scores in found])
        half = np.mean([(scores[name].high - scores[name].low) / 2 for scores in found])
        assert 1.3 * spread < half < 6 * spread, name


def test_another_seed_moves_a_score_less_than_its_interval(monkeypatch):
    monkeypatch.setattr(compared, "MAX_ROWS", 1_000)
    real, synthetic = linked_rows(4_000, 0), independent(linked_rows(4_000, 1))
    found = [judge(real, synthetic, random_state=seed) for seed in range(5)]
    assert "1,000 real and 1,000 synthetic rows" in found[0].notes[0]
    for name in ("shape", "trend", "trend_published", "wnmis"):
        scores = [section.scores[name] for section in found]
        assert np.ptp([score.value for score in scores]) < min(score.high - score.low for score in scores), (
            name
        )


def test_the_same_seed_gives_the_same_section(second_sample):
    again = judge(linked_rows(3_000, 0), linked_rows(3_000, 1), linked_rows(1_500, 2))
    assert again == second_sample
    assert second_sample.notes == ()


def test_what_is_drawn_of_columns_adds_up(second_sample):
    for column in second_sample.details["columns"]:
        plot = column["plot"]
        for side in ("real", "synthetic"):
            beyond = {"real": "outside_real", "synthetic": "outside"}[side]
            total = sum(plot[side]) + column["missing"][side] + plot.get(beyond, 0)
            assert total == pytest.approx(1, abs=1e-4), column["name"]
    kinds = {
        column["name"]: (column["kind"], column["plot"]["type"])
        for column in second_sample.details["columns"]
    }
    assert kinds == {
        "x": ("number", "histogram"),
        "y": ("number", "histogram"),
        "few": ("number", "bars"),
        "level": ("category", "bars"),
        "flag": ("category", "bars"),
        "day": ("time", "histogram"),
    }
    days = second_sample.details["columns"][5]["plot"]["edges"]
    assert days == sorted(days)
    assert days[0] == "2019-12-31T12:00:00", "a bin holds whole days"


def test_what_is_drawn_of_pairs(second_sample):
    pairs = second_sample.details["pairs"]
    names = pairs["names"]
    assert names == ["x", "y", "few", "level", "flag", "day"]
    assert (pairs["shown"], pairs["total"]) == (6, 6)
    for key in ("real", "synthetic", "error"):
        matrix = np.array(pairs[key], dtype=float)
        np.testing.assert_allclose(matrix, matrix.T)
    assert np.isnan(np.diag(np.array(pairs["error"], dtype=float))).all()
    real = linked_rows(3_000, 0)
    assert pairs["real"][0][1] == pytest.approx(real["x"].corr(real["y"]), abs=1e-4)
    off = np.array(pairs["error"], dtype=float)[np.triu_indices(6, 1)]
    assert off.mean() == pytest.approx(second_sample.scores["trend"].value, abs=1e-3)
    for pair in pairs["worst"]:
        plot = pair["plot"]
        for side in ("real", "synthetic"):
            table = np.array(plot[side])
            assert table.shape == (len(plot["rows"]), len(plot["columns"]))
            assert max(table.shape) <= 16
            assert table.sum() == pytest.approx(1, abs=1e-4)


def test_the_worst_pair_is_the_planted_one():
    real, synthetic = linked_rows(2_000, 0), linked_rows(2_000, 1)
    synthetic["flag"] = np.random.default_rng(0).permutation(synthetic["flag"].to_numpy())
    worst = judge(real, synthetic).details["pairs"]["worst"][0]
    assert "flag" in (worst["first"], worst["second"])
    assert worst["error"] > 3 * worst["floor"]


def test_long_tails_are_folded_and_new_levels_shown():
    rng = np.random.default_rng(0)
    real = pd.Series(np.char.add("v", np.minimum(rng.geometric(0.1, 5_000), 60).astype(str)), dtype=object)
    synthetic = pd.Series(["new"] * 1_000 + ["v1"] * 4_000, dtype=object)
    plot = column_plot(real, synthetic, None)
    assert len(plot["levels"]) == 21
    assert plot["levels"][-1] == f"({plot['folded']} more)"
    assert plot["folded"] == real.nunique() + 1 - 20
    assert plot["synthetic"][plot["levels"].index("new")] == pytest.approx(0.2)
    assert plot["real"][:-2] == sorted(plot["real"][:-2], reverse=True)
    assert sum(plot["real"]) == pytest.approx(1, abs=1e-4)
    table = joint_table((real, synthetic), (real, synthetic), (None, None))
    assert len(table["rows"]) == 16
    assert table["rows"][-1].endswith("more)")


def test_a_value_that_most_rows_have_leaves_bins_to_the_others_in_a_joint_table():
    gain = pd.Series([0] * 950 + list(range(1, 51)))
    hours = pd.Series(np.arange(1000.0))
    table = joint_table((gain, gain), (hours, hours), (Scale(decimals=0), Scale(decimals=0)))
    assert table["rows"][0] == "0"
    assert len(table["rows"]) > 5
    assert sum(table["real"][0]) == pytest.approx(0.95)
    assert np.sum(table["real"]) == pytest.approx(1)


def test_numbers_of_few_values_have_a_bar_each_and_one_for_others():
    real, synthetic = pd.Series([0, 1, 2] * 40), pd.Series([0.0, 1.0, 1.5, 7.0])
    plot = column_plot(real, synthetic, Scale(decimals=0))
    assert plot["levels"] == ["0", "1", "2", "(2 other values)"]
    assert plot["synthetic"] == [0.25, 0.25, 0, 0.5]
    single = column_plot(pd.Series(np.arange(12.0)), synthetic, Scale(decimals=0))
    assert single["type"] == "histogram", "bars of single rows would list the table"


def test_histogram_edges():
    whole = histogram_edges(np.arange(100.0), 100_000, 1.0)
    assert whole[0] == -0.5
    assert set(np.diff(whole)) == {3.0}, "three whole numbers to a bin, so no comb"
    tail = np.concatenate([np.linspace(0, 1, 10_000), [1e6]])
    assert histogram_edges(tail, 10_000, None)[-1] < 2, "one wild value does not flatten the rest"
    assert len(histogram_edges(np.array([5.0, 5.0]), 100, None)) == 2
    assert len(histogram_edges(np.empty(0), 100, None)) == 2


def test_of_many_columns_those_of_the_worst_pairs_are_shown():
    excess = np.triu(np.random.default_rng(0).random((80, 80)), k=1)
    excess[3, 77] = 5
    shown = shown_columns(excess)
    assert len(shown) == 60
    assert {3, 77} <= set(shown)
    assert (np.diff(shown) > 0).all()


HARD = {
    "one column": lambda f: f[["x"]],
    "one column of levels": lambda f: f[["level"]],
    "levels only": lambda f: f[["level", "flag"]],
    "numbers only": lambda f: f[["x", "y", "few", "day"]],
    "constants": lambda f: f.assign(one=1, word="w", x=2.5),
    "all missing": lambda f: f.assign(x=np.nan, level=None),
    "infinite": lambda f: f.assign(x=f["x"].where(f.index % 9 != 0, np.inf)),
    "huge": lambda f: f.assign(x=f["x"] / f["x"].abs().max() * 1.7e308),
    "big integers": lambda f: f.assign(few=2**62 + f["few"]),
    "20 rows": lambda f: f.head(20),
    "2 rows": lambda f: f.head(2),
}


@pytest.mark.parametrize("change", HARD.values(), ids=HARD)
def test_hard_tables_are_judged(change):
    section = judge(change(linked_rows(300, 0)), change(linked_rows(200, 1)))
    json.dumps(plain(section.details), allow_nan=False)
    for score in section.scores.values():
        assert score.note
        if score.value is not None:
            assert np.isfinite(score.value)
            assert np.isfinite(score.floor)
            assert score.low is None or score.low <= score.value <= score.high


def test_one_column_has_no_pairs():
    section = judge(linked_rows(100, 0)[["x"]], linked_rows(100, 1)[["x"]])
    assert section.scores["trend"].value is None
    assert "one column" in section.scores["trend"].note
    assert section.scores["shape"].value > 0


def test_levels_that_differ_altogether_and_names_of_any_kind():
    real, synthetic = linked_rows(300, 0), linked_rows(300, 1).assign(level="<b>z</b>", flag="w" * 10_000)
    names = pd.Index([("a", 1), None, 3, "<script>", "x" * 5_000, ""], tupleize_cols=False, dtype=object)
    real.columns, synthetic.columns = names, names
    section = judge(real, synthetic)
    assert [column["name"] for column in section.details["columns"]] == [str(name) for name in names]
    assert section.details["columns"][3]["error"] == pytest.approx(100)
    assert max(len(level) for level in section.details["columns"][4]["plot"]["levels"]) <= 240
