"""α-precision and β-recall against a slow reading of the definition, and planted copies and collapses."""

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError
from tabgan.reporting.support import section as module
from tabgan.reporting.support.points import as_points, dimensions, nearest
from tabgan.reporting.support.section import judge_support, support
from tabgan.reporting.tables import make_tables
from tests.reporting.fidelity.test_section import HARD
from tests.reporting.planted import independent, linked_rows, repeated

LEVELS = ["level", "flag"]


def judge(real, synthetic, holdout=None, **settings):
    return judge_support(make_tables(real, synthetic, holdout, **settings))


def slow_points(real, synthetic, categorical):
    """Min-max scaled numbers and one-hot levels, as the papers' evaluations make them."""
    both = pd.concat([real, synthetic], ignore_index=True)
    parts = []
    for name in both:
        if name in categorical:
            parts.append(
                pd.get_dummies(both[name].astype(object).where(both[name].notna(), "missing").astype(str))
            )
        else:
            low, high = real[name].min(), real[name].max()
            parts.append(((both[name] - low) / (high - low)).astype(float).to_frame())
    points = pd.concat(parts, axis=1).to_numpy(float)
    return points[: len(real)], points[len(real) :]


def slow_support(x, y):
    """The definition with loops; distances that differ by rounding only are ties."""
    distance = lambda a, b: round(float(np.sqrt(((a - b) ** 2).sum())), 10)  # noqa: E731
    alphas = np.linspace(0, 1, 30)
    centre, y_centre = x.mean(axis=0), y.mean(axis=0)
    radii = np.quantile([distance(a, centre) for a in x], alphas)
    precision = [np.mean([distance(b, centre) <= r + 1e-9 for b in y]) for r in radii]
    near, closest = [], []
    for i, a in enumerate(x):
        to_real = min(distance(a, b) for j, b in enumerate(x) if j != i)
        to_synthetic = [distance(a, b) for b in y]
        k = int(np.argmin(to_synthetic))
        near.append(to_synthetic[k] <= to_real)
        closest.append(distance(y[k], y_centre))
    radii = np.quantile(closest, alphas)
    recall = [np.mean([n and c <= r + 1e-9 for n, c in zip(near, closest, strict=True)]) for r in radii]
    return [100 * (1 - np.abs(alphas - curve).sum() / alphas.sum()) for curve in (precision, recall)]


@pytest.mark.parametrize("change", [lambda f: f, independent, lambda f: repeated(f, 10)])
def test_both_equal_a_slow_reading_of_the_definition(change):
    real, synthetic = (
        linked_rows(150, 0).drop(columns=["y", "day"]),
        linked_rows(150, 1).drop(columns=["y", "day"]),
    )
    synthetic = change(synthetic)
    found = support(real, synthetic, LEVELS)
    expected = slow_support(*slow_points(real, synthetic, LEVELS))
    assert [found.alpha_precision, found.beta_recall] == pytest.approx(expected, abs=1e-6)
    assert found.n_rows == 150


def test_distances_are_those_of_scaled_one_hot_rows():
    real, synthetic = (
        linked_rows(80, 0).drop(columns=["y", "day"]),
        linked_rows(60, 1).drop(columns=["y", "day"]),
    )
    slow = slow_points(real, synthetic, LEVELS)
    fast = as_points([real, synthetic], {"x", "few"})
    for a, b in ((0, 0), (0, 1)):
        gaps = [np.linalg.norm(p[a][:, None] - p[b][None], axis=2) for p in (slow, fast)]
        np.testing.assert_allclose(*gaps, atol=1e-9)
    assert dimensions(real, {"x", "few"}) == pytest.approx(fast[0].shape[1], abs=2)


def test_missing_and_infinite_numbers_lie_somewhere():
    real = pd.DataFrame({"x": [0.0, 1.0, np.nan, np.inf]})
    a, b = as_points([real, pd.DataFrame({"x": [np.nan, -np.inf]})], {"x"})
    assert a.tolist() == [[0, 0], [1, 0], [0.5, 1], [100, 0]]
    assert b.tolist() == [[0.5, 1], [-100, 0]]


def test_a_missing_number_lies_at_the_median_of_very_large_ones():
    [rows] = as_points([pd.DataFrame({"x": [0.0, 1.5e308, 1.6e308, 1.7e308, np.nan]})], {"x"})
    assert rows[-1].tolist() == pytest.approx([1.55 / 1.7, 1])


@pytest.mark.parametrize("same", [True, False])
def test_nearest_of_each_group_equals_brute_force(same):
    rng = np.random.default_rng(0)
    points = rng.integers(0, 4, (60, 3)).astype(float)  # many ties and duplicates
    queries = points if same else rng.integers(0, 4, (40, 3)).astype(float)
    group = np.arange(60) % 3
    found = nearest(queries, points, group, same=same)
    gaps = np.linalg.norm(queries[:, None] - points[None], axis=2)
    if same:
        np.fill_diagonal(gaps, np.inf)
    for g in range(3):
        np.testing.assert_allclose(found.distance[:, g], gaps[:, group == g].min(axis=1), atol=1e-9)
        assert (group[found.place[:, g]] == g).all()
    own = nearest(points[:3], points[:3], np.arange(3), same=True)
    assert np.isinf(np.diag(own.distance)).all(), "a group of the query alone has no neighbour"


def test_a_second_real_sample_is_near_its_floor():
    scores = judge(linked_rows(2_000, 0), linked_rows(2_000, 1), linked_rows(2_000, 2)).scores
    alpha, beta = scores["alpha_precision"], scores["beta_recall"]
    assert alpha.value > 97
    assert abs(alpha.value - alpha.floor) < 1.5
    assert 45 < beta.floor < 55
    assert beta.low < beta.floor < beta.high
    assert beta.best == beta.floor


def test_copies_are_above_the_floor_and_broken_links_below():
    real = linked_rows(1_500, 0)
    copies = judge(real, real.sample(1_500, replace=True, random_state=0)).scores["beta_recall"]
    broken = judge(real, independent(linked_rows(1_500, 1))).scores["beta_recall"]
    few = judge(real, repeated(linked_rows(1_500, 1), 20)).scores
    assert copies.low > copies.floor + 5
    assert broken.high < broken.floor - 10
    assert few["beta_recall"].value < 10
    assert few["alpha_precision"].high < few["alpha_precision"].floor


def test_another_seed_moves_a_score_less_than_its_interval(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 500)
    real, synthetic = linked_rows(3_000, 0), independent(linked_rows(3_000, 1))
    found = [judge(real, synthetic, random_state=seed) for seed in range(5)]
    assert "500 rows of each side" in found[0].notes[0]
    for name in ("alpha_precision", "beta_recall"):
        scores = [section.scores[name] for section in found]
        assert np.ptp([score.value for score in scores]) < min(score.high - score.low for score in scores), (
            name
        )


def test_many_dimensions_are_judged_on_fewer_rows(monkeypatch):
    monkeypatch.setattr(module, "MAX_WORK", 1e6)
    section = judge(linked_rows(600, 0), linked_rows(600, 1))
    assert section.scores["beta_recall"].n_rows < 400
    assert section.notes


def test_the_curves_are_told():
    details = judge(linked_rows(300, 0), linked_rows(300, 1)).details["support"]
    assert len(details["levels"]) == len(details["precision"]) == len(details["recall"]) == 30
    assert len(details["recall_floor"]) == 30
    assert details["precision"][-1] <= 1
    assert (np.diff(details["precision"]) >= 0).all()


@pytest.mark.parametrize("change", HARD.values(), ids=HARD)
def test_hard_tables_are_judged(change):
    for score in judge(change(linked_rows(300, 0)), change(linked_rows(200, 1))).scores.values():
        assert score.note
        if score.value is not None:
            assert np.isfinite(score.value)
            assert score.low is None or score.low <= score.value <= score.high


def test_too_few_rows():
    assert judge(linked_rows(5, 0), linked_rows(5, 1)).scores["beta_recall"].value is None
    with pytest.raises(DataError, match="found 5"):
        support(linked_rows(5, 0), linked_rows(5, 1), LEVELS)
