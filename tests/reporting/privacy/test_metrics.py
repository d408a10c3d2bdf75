"""Distance metrics against their definitions; memorisers and honest samplers told apart."""

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError
from tabgan.reporting.privacy.metrics import (
    dcr_share,
    histogram,
    nearest_ratio,
    quantile_share,
    share_nearer,
    tied_at_zero,
)
from tabgan.reporting.privacy.neighbours import Index, comparable_rows
from tests.reporting.mixed_rows import copied, make_rows


def test_a_memoriser_is_near_100_and_a_fresh_sample_near_50():
    train, holdout, fresh = make_rows(1_000, 0), make_rows(1_000, 1), make_rows(2_000, 2)
    assert dcr_share(copied(train, 2_000, 0), train, holdout).share > 98
    honest = dcr_share(fresh, train, holdout)
    # The interval is that of the synthetic rows; the draw of the halves adds a little.
    assert honest.low - 2 < 50 < honest.high + 2
    assert honest.high - honest.low == pytest.approx(2 * 1.96 * 50 / np.sqrt(2_000))


def test_ties_count_half_and_the_halves_mirror_each_other():
    rows = pd.DataFrame({"level": ["a", "b", "c", "d"]})
    assert dcr_share(rows, rows.iloc[:2], rows.iloc[2:]).share == 50
    assert dcr_share(rows.iloc[:1], rows.iloc[:2], rows.iloc[2:]).share == 100
    same = make_rows(50, 0)
    assert dcr_share(make_rows(80, 1), same, same.sample(frac=1, random_state=0)).share == 50
    fresh, train, holdout = make_rows(300, 0), make_rows(200, 1), make_rows(200, 2)
    one, other = dcr_share(fresh, train, holdout), dcr_share(fresh, holdout, train)
    assert one.share + other.share == pytest.approx(100)


def test_halves_of_different_size_are_refused():
    with pytest.raises(DataError, match="found 10 and 9"):
        dcr_share(make_rows(5, 0), make_rows(10, 1), make_rows(9, 2))


def cut_share(synthetic, pool, rng):
    """The share for one random cut of the pool into halves."""
    order = rng.permutation(len(pool))
    train, holdout = np.split(order, 2)
    near = [Index(pool.take(part)).nearest(synthetic) for part in (train, holdout)]
    return share_nearer(*near, len(train))


def test_the_interval_of_the_share_holds_over_cuts_and_samples():
    rng = np.random.default_rng(0)
    held, values, widths = [], [], []
    for _ in range(200):
        real, synthetic = (pd.DataFrame(rng.normal(size=(n, 2))) for n in (100, 400))
        rows = comparable_rows(synthetic, real)
        found = cut_share(*rows, rng)
        held.append(found.low <= 0.5 <= found.high)
        values.append(found.value)
        widths.append((found.high - found.low) / 2 / 1.96)
    assert np.mean(held) > 0.92
    assert np.std(values) == pytest.approx(np.mean(widths), rel=0.15)
    assert np.std(values) > 1.2 * 0.5 / np.sqrt(400)  # the synthetic rows alone would hide a good part of it


def test_the_ratio_of_neighbours_is_its_definition():
    rng = np.random.default_rng(0)
    rows = comparable_rows(pd.DataFrame(rng.random((200, 3))), pd.DataFrame(rng.random((300, 3))))
    apart = np.sort(np.abs(rows[0].numbers[:, None] - rows[1].numbers[None]).sum(axis=2), axis=1)
    found = nearest_ratio(Index(rows[1]).nearest(rows[0], 2).distance)
    assert found.value == pytest.approx(np.median(apart[:, 0] / apart[:, 1]), abs=1e-6)
    assert found.low < found.value < found.high
    zeros = np.array([[0, 0], [0, 0], [0, 1.0]], dtype=np.float32)
    assert nearest_ratio(zeros).value == 1


@pytest.mark.parametrize("quantile", [0.02, 0.05])
def test_the_share_below_a_quantile_is_the_quantile_for_equals_with_ties_too(quantile):
    rng = np.random.default_rng(0)
    smooth = rng.exponential(size=5_000).astype(np.float32)
    assert quantile_share(smooth, smooth, quantile).value == pytest.approx(quantile)
    expected = (smooth / 2 < np.quantile(smooth, quantile)).mean()
    assert quantile_share(smooth / 2, smooth, quantile).value == pytest.approx(expected, abs=5e-4)
    tied = np.floor(smooth * 5).astype(np.float32)
    assert quantile_share(tied, tied, quantile).value == pytest.approx(quantile)
    assert quantile_share(np.zeros(50, dtype=np.float32), smooth, quantile).value == 1


def test_the_interval_of_the_share_below_a_quantile_holds():
    rng = np.random.default_rng(1)
    held = []
    for _ in range(500):
        synthetic, unseen = (rng.exponential(size=n).astype(np.float32) for n in (600, 400))
        found = quantile_share(synthetic, unseen, 0.05)
        held.append(found.low <= 0.05 <= found.high)
    assert 0.94 < np.mean(held) < 0.995


def test_ties_and_histograms():
    distance = np.array([0, 0, 1e-9, 0.3, 9], dtype=np.float32)
    assert tied_at_zero(distance) == pytest.approx(0.6)
    assert histogram(distance, np.array([0, 0.2, 0.4])) == pytest.approx([0.6, 0.4])
