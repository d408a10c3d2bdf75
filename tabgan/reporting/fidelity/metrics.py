"""How alike two tables are: column shapes and pairs of columns.

Every function takes a real and a synthetic frame with the same columns and `categorical`, the names
of the categorical columns (None: by dtype, see `columns.split_columns`). Datetimes count as numbers.
A missing category is a level of its own. A missing number is a value below all others for
`shape_error`, a bin of its own wherever numbers are binned, and left out of the correlations (pair by
pair). Identifiers and free text have no shape: drop them first.
"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats, Names, as_numbers, split_columns
from tabgan.reporting.fidelity.coding import CodedFrames, code_frames, separate_bins, shared_bins
from tabgan.reporting.fidelity.correlations import correlations
from tabgan.reporting.fidelity.joint_counts import pairs_of
from tabgan.reporting.fidelity.pairs import (
    correlation_moments,
    frame_information,
    scan_pairs,
    trend_matrix,
    weighted_similarity,
)

__all__ = [
    "Gap",
    "column_errors",
    "column_gap",
    "correlations",
    "ks_gap",
    "level_gap",
    "shape_error",
    "trend_error",
    "wnmis",
]


class Gap(NamedTuple):
    """The error of a column in [0, 1], and what each row adds to it.

    The error is the mean of the weights of the real rows less the mean of those of the synthetic rows, each
    of shape (n,).
    """

    error: float
    real: Floats
    synthetic: Floats


def shape_error(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> float:
    """Mean error of the single columns, in %: KS statistic of numbers, TVD of categories."""
    return float(column_errors(real, synthetic, categorical).mean())


def column_errors(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> pd.Series:
    """The shape error of each column, in %, indexed by the column's name."""
    frames, coded = _coded(real, synthetic, categorical)
    errors = [column_gap(frames, coded, k, (0, 1)).error for k in range(len(coded.columns))]
    return pd.Series(100 * np.array(errors), index=real.columns)


def column_gap(frames: list[pd.DataFrame], coded: CodedFrames, column: int, which: tuple[int, int]) -> Gap:
    """The gap between two of several frames in one column."""
    if coded.is_number[column]:
        real, synthetic = (as_numbers(frames[k].iloc[:, column]) for k in which)
        return ks_gap(real, synthetic)
    p, q = (coded.of_frame(column, k) for k in which)
    return level_gap(p, q, int(coded.n_levels[column]))


def ks_gap(real: Floats, synthetic: Floats) -> Gap:
    """Greatest distance of the two distribution functions; NaN counts as a value below all others."""
    real, synthetic = (np.where(np.isnan(x), -np.inf, x) for x in (real, synthetic))
    places = np.unique(np.concatenate([real, synthetic]))
    below = [np.searchsorted(np.sort(x), places, side="right") / len(x) for x in (real, synthetic)]
    gap = below[0] - below[1]
    at = int(np.argmax(np.abs(gap)))
    sign = np.sign(gap[at])
    return Gap(float(abs(gap[at])), sign * (real <= places[at]), sign * (synthetic <= places[at]))


def level_gap(real: NDArray[np.integer], synthetic: NDArray[np.integer], n_levels: int) -> Gap:
    """Total variation distance of two arrays of codes in [0, n_levels)."""
    p, q = (np.bincount(x, minlength=n_levels) / len(x) for x in (real, synthetic))
    signs = np.sign(p - q) / 2
    return Gap(float(np.abs(p - q).sum() / 2), signs[real], signs[synthetic])


def trend_error(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    categorical: Names = None,
    *,
    bins: Literal["real", "separate"] = "real",
) -> float:
    """Mean error of all pairs of columns, in %.

    Two numbers: half the distance of their Pearson correlations (an undefined one, of a constant, is
    0). Otherwise: total variation distance of the joint table, numbers in 10 equal-width bins.

    Parameters
    ----------
    bins
        "real": edges from the real column serve both, values outside fall into the end bins.
        "separate": each frame has edges of its own, and its maximum a bin of its own, as SDMetrics
        computes it and papers report it; one differing extreme value moves every bin.
    """
    frames, coded = _coded(real, synthetic, categorical, bins)
    if len(coded.columns) < 2:
        return 0.0
    scan = scan_pairs(coded, pairs_of(coded.is_number, (0, 1)), [(0, 1)])
    first, second = (correlation_moments(frame, coded.is_number).total() for frame in frames)
    errors = trend_matrix(scan.tvd[0], first, second, coded.is_number)
    return 100 * float(errors[np.triu_indices(len(errors), k=1)].mean())


def wnmis(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> float:
    """Weighted similarity of the normalised mutual information of all pairs of columns; 1 is best.

    1 - Σ w |NMI_real - NMI_synthetic| / Σ w over pairs, w = NMI_real + NMI_synthetic, numbers in 10
    bins of the real range. NMI is normalised by the arithmetic mean of the two entropies.
    """
    _, coded = _coded(real, synthetic, categorical)
    scan = scan_pairs(coded, pairs_of(coded.is_number), [], information=True)
    return float(weighted_similarity(*frame_information(coded, scan)))


def _coded(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    categorical: Names,
    bins: Literal["real", "separate"] = "real",
) -> tuple[list[pd.DataFrame], CodedFrames]:
    numeric, _ = split_columns(real, synthetic, categorical)
    names = list(synthetic.columns)
    frames = [real, synthetic.iloc[:, [names.index(name) for name in real.columns]]]
    binning = {"real": shared_bins, "separate": separate_bins}[bins]
    return frames, code_frames(frames, set(numeric), binning)
