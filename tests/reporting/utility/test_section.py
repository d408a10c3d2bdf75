"""Utility in the report on planted tables: a second real sample is worth as much, unlinked columns nothing."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.tables import make_tables
from tabgan.reporting.utility import prediction
from tabgan.reporting.utility import section as utility_section
from tabgan.reporting.utility.section import choose_targets, judge_utility
from tabgan.reporting.utility.sources import draw_sources
from tests.reporting.planted import independent, linked_rows

REAL, FRESH, HOLDOUT = (linked_rows(n_rows, seed) for n_rows, seed in ((900, 0), (1_000, 1), (800, 2)))


@pytest.fixture(autouse=True, scope="module")
def _few_rounds():
    """Small models: what is tested here is how they are compared."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"N_TREES": 30, "MIN_ROUNDS": 4, "MAX_ROUNDS": 12}.items():
            patch.setattr(prediction, name, value)
        yield


@pytest.fixture(scope="module")
def fresh():
    return judge_utility(make_tables(REAL, FRESH, HOLDOUT))


@pytest.fixture(scope="module")
def unlinked():
    return judge_utility(make_tables(REAL, independent(FRESH), HOLDOUT))


def test_a_second_real_sample_teaches_as_much(fresh):
    gap, tstr = fresh.scores["tstr_gap"], fresh.scores["tstr"]
    assert gap.low < 0 < gap.high
    assert gap.high < 0.05
    assert tstr.value == pytest.approx(tstr.floor - gap.value)
    assert fresh.scores["importance_agreement"].value > 0.7


def test_unlinked_columns_teach_nothing(unlinked, fresh):
    targets = unlinked.details["utility"]["targets"]
    assert [target["column"] for target in targets] == list(REAL.columns)
    for target in targets:
        assert target["synthetic"] < target["naive"] + 0.15
    linked = [target for target in targets if target["column"] != "day"]
    assert all(target["real"] > target["synthetic"] + 0.2 for target in linked)
    assert unlinked.scores["tstr_gap"].low > fresh.scores["tstr_gap"].high
    assert unlinked.scores["importance_agreement"].value < fresh.scores["importance_agreement"].low
    assert unlinked.scores["augmentation"].value < 0.02


def test_real_rows_surely_teach_what_is_linked_and_nothing_of_what_is_not(fresh):
    sure = {t["column"]: t["real_low"] > t["naive"] for t in fresh.details["utility"]["targets"]}
    assert sure == {name: name != "day" for name in REAL.columns}


def test_scores_are_the_means_of_their_targets(fresh):
    targets = fresh.details["utility"]["targets"]
    for name, value in (
        ("tstr", [target["synthetic"] for target in targets]),
        ("tstr_gap", [target["real"] - target["synthetic"] for target in targets]),
        ("augmentation", [target["augmented"] - target["real"] for target in targets]),
    ):
        score = fresh.scores[name]
        assert score.value == pytest.approx(np.mean(value))
        assert score.low < score.value < score.high
    kinds = {target["column"]: (target["task"], target["metric"]) for target in targets}
    assert kinds["y"] == kinds["day"] == ("regression", "R²")
    assert kinds["flag"] == kinds["few"] == ("classification", "AUC")
    assert all(target["low"] < target["synthetic"] < target["high"] for target in targets)


def test_a_named_target_alone_is_judged():
    found = judge_utility(make_tables(REAL, FRESH, HOLDOUT, target="flag"))
    (target,) = found.details["utility"]["targets"]
    assert target["column"] == "flag"
    assert target["n_train"] == 900
    assert target["n_test"] == 800
    assert found.scores["tstr"].value == target["synthetic"]
    assert found.scores["tstr"].note.startswith("AUC")
    (importance,) = found.details["utility"]["importance"]
    assert "x" in importance["names"][:3]
    assert "flag" not in importance["names"]


def test_without_a_holdout_test_rows_are_kept_from_learning():
    tables = make_tables(REAL, FRESH)
    sources = draw_sources(tables, 10_000, 10_000)
    assert len(sources.frames["test"]) == 300
    assert set(sources.frames["test"].index) & set(sources.frames["real"].index) == set()
    found = judge_utility(make_tables(REAL, FRESH, target="x"))
    assert found.details["utility"]["tested_on"] == "a part of the real rows left out of both"
    assert any("third of the real rows" in note for note in found.notes)


def test_enough_real_rows_give_a_fresh_sample_that_shares_no_row():
    big = linked_rows(12_000, 0)
    sources = draw_sources(make_tables(big, FRESH, HOLDOUT), 10_000, 300)
    assert {name: len(frame) for name, frame in sources.frames.items()} == {
        "real": 1_000, "synthetic": 1_000, "test": 300, "fresh": 1_000,
    }  # fmt: skip
    assert set(sources.frames["real"].index) & set(sources.frames["fresh"].index) == set()
    assert "fresh" not in draw_sources(make_tables(REAL, FRESH, HOLDOUT), 100, 100).frames
    found = judge_utility(make_tables(big, FRESH[:800], HOLDOUT, target="x"))
    assert found.scores["augmentation"].floor == pytest.approx(found.scores["augmentation"].value, abs=0.03)


def test_many_columns_are_judged_by_some_evenly_over_their_kinds():
    rng = np.random.default_rng(0)
    wide = pd.DataFrame({f"n{i}": rng.normal(size=50) for i in range(60)})
    wide = wide.assign(**{f"k{i}": rng.choice(["a", "b"], 50) for i in range(20)})
    chosen = [choose_targets(make_tables(wide, wide, random_state=seed)) for seed in range(3)]
    assert [len(names) for names in chosen] == [10, 10, 10]
    assert all(sum(name.startswith("k") for name in names) in (2, 3) for names in chosen)
    assert chosen[0] != chosen[1]
    assert chosen[0] == choose_targets(make_tables(wide, wide))
    assert choose_targets(make_tables(wide, wide, target="n7")) == ["n7"]


def test_the_interval_knows_that_targets_were_drawn(monkeypatch, fresh):
    monkeypatch.setattr(utility_section, "ALL_TARGETS", 4)
    monkeypatch.setattr(utility_section, "SOME_TARGETS", 18)
    monkeypatch.setattr(utility_section, "LEAST_TARGETS", 3)
    found = judge_utility(make_tables(REAL, FRESH, HOLDOUT))
    assert len(found.details["utility"]["targets"]) == 3
    assert any(note.startswith("3 of 6 columns") for note in found.notes)
    width, full = (s.scores["tstr"].high - s.scores["tstr"].low for s in (found, fresh))
    assert width > 3 * full


def test_the_same_seed_gives_the_same_section():
    tables = [frame[["x", "flag"]] for frame in (REAL, FRESH)]
    first, again, other = (judge_utility(make_tables(*tables, random_state=seed)) for seed in (0, 0, 1))
    assert first == again != other


def test_what_is_no_target_is_named():
    frames = [frame[["x", "flag"]].assign(same="v", empty=np.nan) for frame in (REAL, FRESH, HOLDOUT)]
    found = judge_utility(make_tables(*frames))
    assert [target["column"] for target in found.details["utility"]["targets"]] == ["x", "flag"]
    assert any("same" in note and "one value" in note for note in found.notes)
    assert any("empty" in note for note in found.notes)


@pytest.mark.parametrize(
    "frames",
    [
        (REAL[:2], FRESH[:2]),
        (REAL[:3], FRESH[:9], HOLDOUT[:2]),
        (REAL[["x"]], FRESH[["x"]]),
        tuple(frame[["x"]].assign(x=1.0) for frame in (REAL, FRESH)),
    ],
    ids=["two rows", "three rows", "one column", "constant"],
)
def test_what_cannot_be_judged_says_why(frames):
    found = judge_utility(make_tables(*frames))
    assert all(score.value is None for score in found.scores.values())
    assert all("no column could be predicted" in score.note for score in found.scores.values())
    assert found.details["utility"]["targets"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f[["level", "flag"]],
        lambda f: f[["x", "y"]],
        lambda f: f[["x", "flag"]].assign(nothing=np.nan, none=None),
        lambda f: f[["x", "flag"]].assign(x=f["x"].where(f["x"] < 1, np.inf).where(f["x"] > -1, -np.inf)),
        lambda f: f[["x", "level", "flag"]].set_axis([None, ("a", "b"), 3], axis=1),
        lambda f: f[["flag", "few"]].assign(
            level=None if len(f) == 100 else f["level"], x=1.5 if len(f) == 100 else f["x"]
        ),
    ],
    ids=["levels", "numbers", "missing", "infinite", "names", "synthetic constant"],
)
def test_odd_tables_are_judged(change):
    found = judge_utility(make_tables(change(REAL[:120]), change(FRESH[:100]), change(HOLDOUT[:60])))
    for name in ("tstr", "tstr_gap", "augmentation"):
        assert found.scores[name].low <= found.scores[name].value <= found.scores[name].high


def test_twenty_rows_are_judged():
    found = judge_utility(make_tables(REAL[:20], FRESH[:20], target="x"))
    assert found.scores["tstr"].n_rows == 14
    assert np.isfinite(found.scores["tstr"].value)


@pytest.mark.slow
def test_another_seed_moves_scores_by_less_than_their_intervals():
    real, synthetic, holdout = linked_rows(15_000, 0), linked_rows(15_000, 1), linked_rows(8_000, 2)
    synthetic["flag"] = independent(synthetic)["flag"].where(np.arange(15_000) % 2 == 0, synthetic["flag"])
    found = [
        judge_utility(make_tables(real, synthetic, holdout, random_state=seed)).scores for seed in range(4)
    ]
    for name in ("tstr", "tstr_gap", "augmentation", "importance_agreement"):
        values = [scores[name].value for scores in found]
        assert np.ptp(values) < np.mean([scores[name].high - scores[name].low for scores in found])
