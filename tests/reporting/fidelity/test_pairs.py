"""Joint tables, associations and correlations of many pairs against slow computations, and the jackknife."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tabgan.reporting.fidelity.coding import code_frames, quantile_bins, separate_bins, shared_bins
from tabgan.reporting.fidelity.correlations import correlations, correlations_of, moments
from tabgan.reporting.fidelity.jackknife import interval, means_without, row_groups
from tabgan.reporting.fidelity.joint_counts import DenseCounts, SparseCounts, joint_counts, pairs_of
from tabgan.reporting.fidelity.metrics import trend_error
from tabgan.reporting.fidelity.pairs import association, scan_pairs
from tests.reporting.planted import independent, linked_rows


def levels_frame(n_rows, seed, n_levels):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {name: rng.integers(0, n, n_rows).astype(str) for name, n in zip("abc", n_levels, strict=True)}
    )


@pytest.mark.parametrize(("n_levels", "kind"), [((3, 4, 5), DenseCounts), ((400, 300, 350), SparseCounts)])
def test_joint_tables_equal_cross_tabulation_however_they_are_held(n_levels, kind):
    frames = [levels_frame(500, 0, n_levels), levels_frame(300, 1, n_levels)]
    rng = np.random.default_rng(2)
    groups = [row_groups(len(frame), rng, 3) for frame in frames]
    coded = code_frames(frames, [], shared_bins, groups)
    weights = rng.normal(size=(2, 500 * 500))
    for joint in joint_counts(coded, pairs_of(coded.is_number)):
        assert isinstance(joint, kind)
        names = [frames[0].columns[k] for k in (joint.first, joint.second)]
        n_occurring = (joint.by_frame.sum(axis=0) > 0).sum()
        assert n_occurring == len(pd.concat(frames)[names].drop_duplicates())
        for k, (frame, group) in enumerate(zip(frames, groups, strict=True)):
            counts = frame.groupby(names).size()
            assert sorted(joint.by_frame[k][joint.by_frame[k] > 0]) == sorted(counts)
            table = joint.by_group(np.arange(len(joint.cells)))[3 * k : 3 * k + 3]
            assert (table.sum(axis=0) == joint.by_frame[k]).all()
            assert (table.sum(axis=1) == np.bincount(group)).all()
        part = weights[:, : len(joint.cells)]
        whole = joint.by_group(np.arange(len(joint.cells)))
        np.testing.assert_allclose(joint.group_sums(part), whole @ part.T)


def test_cramers_v_is_the_bias_corrected_one_of_the_definition():
    frame = linked_rows(400, 0)[["level", "flag"]]
    coded = code_frames([frame, independent(frame)], [], shared_bins)
    found = association(coded, pairs_of(coded.is_number))[:, 0, 1]
    for value, part in zip(found, (frame, independent(frame)), strict=True):
        table = pd.crosstab(part["level"].fillna("missing"), part["flag"])
        (r, c), n = table.shape, len(part)
        phi = stats.chi2_contingency(table, correction=False).statistic / n
        phi = max(0, phi - (r - 1) * (c - 1) / (n - 1))
        r, c = (k - (k - 1) ** 2 / (n - 1) for k in (r, c))
        assert value == pytest.approx((phi / (min(r, c) - 1)) ** 0.5)
    assert found[0] > 0.3 > 0.15 > found[1]


def test_correlations_without_a_group_are_those_of_the_other_rows():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 4)) * [1, 1e6, 1e-6, 1] + [0, 1e8, 0, 5]
    values[rng.random(values.shape) < 0.1] = np.nan
    group = row_groups(300, rng, 5)
    parts = moments(values, group)
    np.testing.assert_allclose(correlations_of(parts.total()), correlations(values), atol=1e-12)
    np.testing.assert_allclose(correlations(values), pd.DataFrame(values).corr().to_numpy(), atol=1e-9)
    for g in range(5):
        expected = pd.DataFrame(values[group != g]).corr().to_numpy()
        np.testing.assert_allclose(correlations_of(parts.without(g)), expected, atol=1e-9)


def test_bins():
    x, y = np.array([0.0, 1.0, 9.99, 10.0, np.nan]), np.array([-5.0, 5.0, 20.0, np.inf, np.nan])
    (a, b), n_levels = shared_bins([x, y], [x, y])
    assert (a.tolist(), b.tolist(), n_levels) == ([1, 2, 10, 10, 0], [1, 6, 10, 10, 0], 11)
    (a, b), n_levels = separate_bins([x, y], [x, y])
    assert (a.tolist(), b.tolist(), n_levels) == ([1, 2, 10, 11, 0], [1, 5, 11, 11, 0], 12)
    heaped = np.concatenate([np.zeros(90), np.arange(1.0, 11.0), [np.nan]])
    (a,), n_levels = quantile_bins([heaped], [heaped])
    assert (np.bincount(a, minlength=n_levels)[:2]).tolist() == [1, 90], "the heap has a bin of its own"


def test_row_groups_are_even_and_never_empty():
    group = row_groups(23, np.random.default_rng(0), 10)
    assert set(np.bincount(group)) == {2, 3}
    assert len(np.unique(row_groups(3, np.random.default_rng(0), 10))) == 3


def test_leaving_out_single_rows_gives_students_interval_of_a_mean():
    values = np.random.default_rng(0).normal(50, 3, size=40)
    found = interval(values.mean(), [means_without(values, np.ones(40, dtype=int))])
    expected = stats.t.interval(0.95, 39, loc=values.mean(), scale=stats.sem(values))
    assert found == pytest.approx(expected)
    assert interval(0.5, [np.array([1.0])]) == (None, None)
    assert interval(99.0, [np.array([90.0, 108.0])]) == pytest.approx((0, 100)), "within the score's range"


def test_distances_without_a_group_follow_those_computed_anew():
    real = linked_rows(3_000, 0)[["level", "flag", "few"]]
    synthetic = independent(real)
    groups = [row_groups(3_000, np.random.default_rng(k), 10) for k in range(2)]
    coded = code_frames([real, synthetic], ["few"], shared_bins, groups)
    scan = scan_pairs(coded, pairs_of(coded.is_number), [(0, 1)])
    sums, sizes = scan.pull.sum(axis=(1, 2)) / 3, coded.group_sizes
    linear = 100 * (means_without(sums[:10], sizes[:10]) - sums[10:].sum() / 3_000)
    anew = [trend_error(real[groups[0] != g], synthetic, ["level", "flag"]) for g in range(10)]
    assert linear.mean() == pytest.approx(trend_error(real, synthetic, ["level", "flag"]))
    assert np.corrcoef(linear, anew)[0, 1] > 0.98
    assert np.ptp(linear) == pytest.approx(np.ptp(anew), rel=0.1)
