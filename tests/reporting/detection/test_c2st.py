"""The two-sample test on planted cases."""

import sys

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError
from tabgan.reporting.detection.c2st import c2st
from tabgan.reporting.features import MAX_DENSE_LEVELS


def make_rows(n_rows, seed, *, linked=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    link = x if linked else rng.normal(size=n_rows)
    level = np.where(link > 0.5, "high", np.where(link < -0.5, "low", "mid"))
    return pd.DataFrame({"x": np.where(rng.random(n_rows) < 0.1, np.nan, x), "level": level})


@pytest.fixture(params=["hist", "xgb"])
def classifier(request):
    if request.param == "xgb":
        pytest.importorskip("xgboost")
    return request.param


def test_rows_of_the_same_law_cannot_be_told(classifier):
    found = c2st(make_rows(1_500, 0), make_rows(1_500, 1), classifier=classifier, n_jobs=1)
    assert found.score > 0.9
    assert found.auc == pytest.approx(0.5, abs=0.04)


def test_independent_columns_are_told(classifier):
    found = c2st(make_rows(1_500, 0), make_rows(1_500, 1, linked=False), classifier=classifier, n_jobs=1)
    assert found.score < 0.5
    assert found.score == pytest.approx(2 - 2 * found.auc)


def test_copies_show_as_an_auc_below_one_half(classifier):
    # A copied row and its original get the same features and opposite labels.
    real = make_rows(900, 0)
    found = c2st(real, real.sample(frac=1, random_state=0), classifier=classifier, n_jobs=1)
    assert found.auc < 0.45
    assert found.score == 1


def test_levels_of_single_rows_do_not_tell_the_sides_apart():
    rng = np.random.default_rng(0)
    sides = [pd.DataFrame({"rare": rng.integers(0, 20_000, 1_500).astype(str)}) for _ in range(2)]
    assert c2st(*sides, classifier="hist", bounded=True).auc == pytest.approx(0.5, abs=0.05)


def test_as_many_rows_of_each_side_are_used():
    found = c2st(make_rows(900, 0), make_rows(300, 1), classifier="hist")
    assert found.n_rows == 300


def test_xgb_judges_sparse_features_like_dense_ones():
    pytest.importorskip("xgboost")
    rare = np.array([f"v{i}" for i in range(MAX_DENSE_LEVELS)])
    frames = []
    for seed, linked in ((0, True), (1, False)):
        frame = make_rows(1_500, seed, linked=linked)
        frames.append(frame.assign(many=np.random.default_rng(seed).choice(rare, 1_500)))
    assert c2st(*frames, n_jobs=1).score < 0.55


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(ModuleNotFoundError, match="pip install xgboost"):
        c2st(make_rows(30, 0), make_rows(30, 1), classifier="xgb")


def test_bad_requests_are_refused():
    rows = make_rows(30, 0)
    with pytest.raises(ValueError, match="'forest'"):
        c2st(rows, rows, classifier="forest")
    with pytest.raises(DataError, match="found 2"):
        c2st(rows, rows.iloc[:2], classifier="hist")


def test_the_interval_holds_what_other_rows_of_the_same_laws_get(classifier):
    found = [
        c2st(make_rows(300, 2 * seed), make_rows(300, 2 * seed + 1, linked=seed % 2), classifier=classifier,
             bounded=True, n_jobs=1)
        for seed in range(6)
    ]  # fmt: skip
    for same_law in (found[::2], found[1::2]):
        for one in same_law:
            assert one.low <= one.score <= one.high
            assert one.auc_low < one.auc < one.auc_high
        middle = np.median([one.auc for one in same_law])
        assert sum(one.auc_low <= middle <= one.auc_high for one in same_law) >= 2


def test_the_column_and_the_rows_that_give_it_away_are_found(classifier):
    real, synthetic = make_rows(1_500, 0), make_rows(1_500, 1)
    rng = np.random.default_rng(2)
    for frame in (real, synthetic):
        frame["plain"] = rng.choice(["u", "v", "w"], len(frame))
        frame["odd"] = rng.choice(["r", "s", "t"], len(frame))
    marked = rng.choice(len(synthetic), 400, replace=False)
    synthetic.loc[marked, "odd"] = "never seen"
    found = c2st(real, synthetic, classifier=classifier, bounded=True, explain=True, n_jobs=1)
    places, costs = zip(*found.costs, strict=True)
    assert places[0] == list(real.columns).index("odd")
    assert costs[0] > 0.08
    assert costs[0] > 3 * costs[1]
    assert sorted(places) == list(range(4))
    rows, looks = zip(*found.suspects, strict=True)
    assert len(set(rows)) == 10
    assert set(rows) <= set(marked)
    assert list(looks) == sorted(looks, reverse=True)
    assert looks[-1] > 0.9


def test_suspects_are_rows_of_the_table_as_given():
    real, synthetic = make_rows(200, 0), make_rows(3_000, 1)
    synthetic["x"] = np.arange(3_000) + 100.0
    found = c2st(real, synthetic, classifier="hist", bounded=True, explain=True)
    assert found.n_rows == 200
    assert max(row for row, _ in found.suspects) > 200
    assert c2st(real, synthetic, classifier="hist", bounded=True, max_rows=50).n_rows == 50


def test_many_columns_are_looked_at_by_the_first_fold_and_the_best_by_all(monkeypatch):
    monkeypatch.setattr("tabgan.reporting.detection.c2st.EXPLAINED_COLUMNS", 3)
    rng = np.random.default_rng(0)
    real, synthetic = (pd.DataFrame(rng.normal(size=(400, 8))) for _ in range(2))
    synthetic[5] += 2
    found = c2st(real, synthetic, classifier="hist", bounded=True, explain=True)
    assert found.costs[0][0] == 5
    assert len(found.costs) == 3


def test_columns_without_values_or_beyond_all_bounds_do_not_stop_the_judge(classifier):
    real, synthetic = make_rows(300, 0), make_rows(300, 1)
    for frame in (real, synthetic):
        frame["nothing"] = np.nan
        frame["one"] = np.where(
            np.arange(300) == 7, 1.0, np.nan
        )  # no value in the fold that learns without it
        frame.loc[3:5, "x"] = [np.inf, -np.inf, 1e300]
    for bounded in (True, False):
        found = c2st(real, synthetic, classifier=classifier, bounded=bounded, n_jobs=1)
        assert found.auc == pytest.approx(0.5, abs=0.1)


def test_bounded_judges_what_the_published_test_judges():
    real, synthetic = make_rows(2_000, 0), make_rows(2_000, 1, linked=False)
    scores = [c2st(real, synthetic, classifier="hist", bounded=bounded).score for bounded in (False, True)]
    assert scores[0] == pytest.approx(scores[1], abs=0.05)


def test_an_explanation_needs_bounded_features():
    with pytest.raises(ValueError, match="bounded=True"):
        c2st(make_rows(30, 0), make_rows(30, 1), classifier="hist", explain=True)


def test_paired_rows_come_into_the_same_fold(classifier):
    rng = np.random.default_rng(0)
    real = pd.DataFrame(rng.normal(size=(2_500, 8)), columns=list("abcdefgh"))
    again = real.assign(
        **{name: rng.normal(size=2_500) for name in "abcd"}
    )  # of the same law, half of it known
    apart, paired = (c2st(real, again, classifier=classifier, paired=wish) for wish in (False, True))
    assert apart.auc < 0.45
    assert paired.auc == pytest.approx(0.5, abs=0.025)
    fewer = c2st(real, again, classifier=classifier, paired=True, max_rows=1_500)
    assert fewer.auc == pytest.approx(0.5, abs=0.03)
    with pytest.raises(DataError, match="2500 real and 2499 synthetic"):
        c2st(real, again[1:], classifier=classifier, paired=True)
