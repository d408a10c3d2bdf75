"""All pairs of columns of several samples: errors, information and association, from one set of joint tables.

Matrices have shape (columns, columns) and hold a pair once, in the upper triangle.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import as_numbers
from tabgan.reporting.fidelity.coding import CodedFrames
from tabgan.reporting.fidelity.correlations import Moments, correlations_of, moments
from tabgan.reporting.fidelity.jackknife import means_without
from tabgan.reporting.fidelity.joint_counts import JointCounts, joint_counts

Floats = NDArray[np.float64]


class PairScan(NamedTuple):
    """What the joint tables of pairs of columns hold.

    Attributes
    ----------
    tvd : total variation distance of the joint tables of two frames, shape (comparisons, columns, columns).
    pull : what the rows of a group add to the first comparison's distances, shape (groups, columns, columns):
        a distance is the mean of a weight over the first frame's rows less its mean over the second's.
    entropy : of the joint table, in nats, shape (frames, columns, columns).
    log_shares : log of the share of the cell of each row, summed over the rows of a group, shape
        (groups, columns, columns).
    singles : the same of the level of each row in one column, shape (groups, columns).
    """

    tvd: Floats
    pull: Floats
    entropy: Floats
    log_shares: Floats
    singles: Floats


def scan_pairs(
    coded: CodedFrames,
    pairs: NDArray[np.int64],
    comparisons: Sequence[tuple[int, int]],
    *,
    information: bool = False,
) -> PairScan:
    """Count each pair's joint table once and take from it all that is asked.

    Parameters
    ----------
    pairs
        Shape (pairs, 2); other entries of the matrices stay 0.
    comparisons
        Pairs of frames whose distances are wanted.
    information
        Whether entropies are wanted.
    """
    n, sizes = len(coded.columns), coded.frame_sums(coded.group_sizes)
    shape = (n, n) if information else (0, 0)
    scan = PairScan(
        tvd=np.zeros((len(comparisons), n, n)),
        pull=np.zeros((coded.n_groups, n, n)),
        entropy=np.zeros((coded.n_frames, *shape)),
        log_shares=np.zeros((coded.n_groups, *shape)),
        singles=_column_log_shares(coded) if information else np.zeros((coded.n_groups, 0)),
    )
    own = np.arange(coded.n_groups), coded.frame_of_group
    for joint in joint_counts(coded, pairs):
        i, j, shares = joint.first, joint.second, joint.by_frame / sizes[:, None]
        gaps = np.array([shares[a] - shares[b] for a, b in comparisons])
        weights = np.sign(gaps[:1]) / 2
        if len(gaps):
            scan.tvd[:, i, j] = np.abs(gaps).sum(axis=1) / 2
        if information:
            logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
            scan.entropy[:, i, j] = -(shares * logs).sum(axis=1)
            weights = np.concatenate([logs, weights]) if len(gaps) else logs
        sums = joint.group_sums(weights)
        if information:
            scan.log_shares[:, i, j] = sums[own]
        if len(gaps):
            scan.pull[:, i, j] = sums[:, -1]
    return scan


def association(coded: CodedFrames, pairs: NDArray[np.int64]) -> Floats:
    """Cramér's V of pairs of columns in each frame, shape (frames, columns, columns)."""
    n = len(coded.columns)
    found = np.zeros((coded.n_frames, n, n))
    counts = [coded.frame_sums(marginal_counts(coded, k)) for k in range(n)]
    for joint in joint_counts(coded, pairs):
        found[:, joint.first, joint.second] = cramers_v(joint, counts[joint.first], counts[joint.second])
    return found


def cramers_v(joint: JointCounts, first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    """Cramér's V of each frame without its bias for few rows, shape (frames,).

    Source: Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's T", Journal of the Korean
    Statistical Society 42.

    Parameters
    ----------
    first, second
        Rows by level of the columns alone, each of shape (frames, levels).
    """
    n = first.sum(axis=1)
    rows, columns = np.divmod(joint.cells, second.shape[1])
    expected = first[:, rows].astype(np.float64) * second[:, columns]
    squares = joint.by_frame.astype(np.float64) ** 2
    phi = (squares / np.maximum(expected, 1)).sum(axis=1) - 1
    r, c = ((counts > 0).sum(axis=1) for counts in (first, second))
    left = np.maximum(n - 1, 1)
    phi = np.maximum(phi - (r - 1) * (c - 1) / left, 0)
    least = np.minimum(r - (r - 1) ** 2 / left, c - (c - 1) ** 2 / left) - 1
    ratio = np.divide(phi, least, out=np.zeros(len(phi)), where=least > 0)
    return np.asarray(np.sqrt(np.clip(ratio, 0, 1)), dtype=np.float64)


def marginal_counts(coded: CodedFrames, column: int) -> NDArray[np.int64]:
    """Rows by group and level of one column, shape (groups, levels)."""
    n_levels = int(coded.n_levels[column])
    counts = np.bincount(coded.group * n_levels + coded.columns[column], minlength=coded.n_groups * n_levels)
    return np.asarray(counts.reshape(coded.n_groups, n_levels), dtype=np.int64)


def _column_log_shares(coded: CodedFrames) -> Floats:
    found = np.empty((coded.n_groups, len(coded.columns)))
    for k in range(len(coded.columns)):
        by_group = marginal_counts(coded, k)
        by_frame = coded.frame_sums(by_group)
        shares = by_frame / by_frame.sum(axis=1, keepdims=True)
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        found[:, k] = (by_group * logs[coded.frame_of_group]).sum(axis=1)
    return found


def correlation_moments(
    frame: pd.DataFrame, is_number: NDArray[np.bool_], group: NDArray[np.int64] | None = None
) -> Moments:
    """The sums of all numeric columns of a frame, by group of rows (None: one group)."""
    group = np.zeros(len(frame), dtype=np.int64) if group is None else group
    columns = [as_numbers(frame.iloc[:, int(k)]) for k in np.flatnonzero(is_number)]
    by_column = np.stack(columns) if columns else np.empty((0, len(frame)))
    return moments(by_column.T, group)


def all_correlations(parts: Moments, is_number: NDArray[np.bool_]) -> Floats:
    """Correlations among all columns, shape (columns, columns); 0 where one is a category."""
    among = np.zeros((len(is_number), len(is_number)))
    among[np.ix_(is_number, is_number)] = correlations_of(parts)
    return among


def trend_matrix(tvd: Floats, first: Moments, second: Moments, is_number: NDArray[np.bool_]) -> Floats:
    """The error of each pair, in [0, 1]: half the distance of the correlations of two numbers, else the TVD."""
    a, b = (all_correlations(parts, is_number) for parts in (first, second))
    both = is_number[:, None] & is_number[None, :]
    return np.triu(np.where(both, np.abs(a - b) / 2, tvd), k=1)


def normalised_information(singles: Floats, joint: Floats) -> Floats:
    """Mutual information of pairs, normalised by the mean of the two entropies; 0 where both are constant.

    Parameters
    ----------
    singles
        Entropy of each column, shape (..., columns).
    joint
        Entropy of each pair, shape (..., columns, columns).

    Returns
    -------
    2 I / (H + H), shape (..., pairs), the pairs in the order of `numpy.triu_indices`.
    """
    first, second = np.triu_indices(singles.shape[-1], k=1)
    total = singles[..., first] + singles[..., second]
    shared = np.maximum(total - joint[..., first, second], 0)
    return np.asarray(np.divide(2 * shared, total, out=np.zeros_like(total), where=total > 0))


def frame_information(coded: CodedFrames, scan: PairScan) -> Floats:
    """Normalised mutual information of each frame's pairs, shape (frames, pairs)."""
    sizes = coded.frame_sums(coded.group_sizes)[:, None]
    singles = -coded.frame_sums(scan.singles) / sizes
    return normalised_information(singles, scan.entropy)


def information_without(coded: CodedFrames, scan: PairScan, frame: int) -> Floats:
    """The same for one frame without each of its groups, shape (groups of the frame, pairs).

    The entropies are linearised: the mean log share over the rows left, with the shares of all rows.
    """
    own = coded.frame_of_group == frame
    sizes = coded.group_sizes[own]
    singles = -means_without(scan.singles[own].T, sizes).T
    joint = -np.moveaxis(means_without(np.moveaxis(scan.log_shares[own], 0, -1), sizes), -1, 0)
    return normalised_information(singles, joint)


def weighted_similarity(first: Floats, second: Floats) -> Floats:
    """The wNMIS of two samples from the information of their pairs, (..., pairs) to (...); 1 where there is none."""
    weight = first + second
    total = weight.sum(axis=-1)
    gap = (weight * np.abs(first - second)).sum(axis=-1)
    return np.asarray(1 - np.divide(gap, total, out=np.zeros_like(gap), where=total > 0))
