"""How alike two tables are: column shapes, pairs of columns, and whole rows judged by a classifier.

Every function takes a real and a synthetic frame with the same columns and `categorical`, the names
of the categorical columns (None: by dtype, see `columns.split_columns`). Datetimes count as numbers.
A missing category is a level of its own. A missing number is a value below all others for
`shape_error`, a bin of its own wherever numbers are binned, left out of the correlations (pair by
pair) and passed as missing to the classifier. Identifiers and free text have no shape: drop them first.
"""

from collections.abc import Hashable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import (
    CodedColumn,
    Codes,
    Floats,
    Names,
    as_numbers,
    shared_codes,
    split_columns,
)

N_BINS = 10


def shape_error(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> float:
    """Mean error of the single columns, in %: KS statistic of numbers, TVD of categories."""
    return float(column_errors(real, synthetic, categorical).mean())


def column_errors(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> pd.Series:
    """The shape error of each column, in %, indexed by the column's name."""
    numeric, _ = split_columns(real, synthetic, categorical)
    errors = [
        ks_statistic(as_numbers(real[name]), as_numbers(synthetic[name]))
        if name in set(numeric)
        else _level_tvd(*_coded(real, synthetic, name))
        for name in real.columns
    ]
    return pd.Series(100 * np.array(errors), index=real.columns)


def ks_statistic(real: Floats, synthetic: Floats) -> float:
    """Greatest distance of the two distribution functions; NaN counts as a value below all others."""
    real, synthetic = (np.sort(np.where(np.isnan(x), -np.inf, x)) for x in (real, synthetic))
    places = np.concatenate([real, synthetic])
    below = [np.searchsorted(x, places, side="right") / len(x) for x in (real, synthetic)]
    return float(np.abs(below[0] - below[1]).max())


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
    numeric, categories = split_columns(real, synthetic, categorical)
    edges = {"real": _shared_bins, "separate": _separate_bins}[bins]
    numbers = {n: (as_numbers(real[n]), as_numbers(synthetic[n])) for n in numeric}
    coded = {n: edges(*numbers[n]) for n in numeric} | {n: _coded(real, synthetic, n) for n in categories}
    is_number = set(numeric)
    errors = list(_correlation_errors(list(numbers.values())))
    for i, first in enumerate(real.columns):
        for second in real.columns[i + 1 :]:
            if not (first in is_number and second in is_number):
                errors.append(_joint_tvd(coded[first], coded[second]))
    return 100 * float(np.mean(errors)) if errors else 0.0


def wnmis(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None) -> float:
    """Weighted similarity of the normalised mutual information of all pairs of columns; 1 is best.

    1 - Σ w |NMI_real - NMI_synthetic| / Σ w over pairs, w = NMI_real + NMI_synthetic, numbers in 10
    bins of the real range. NMI is normalised by the arithmetic mean of the two entropies.
    """
    numeric, categories = split_columns(real, synthetic, categorical)
    coded = [_shared_bins(as_numbers(real[n]), as_numbers(synthetic[n])) for n in numeric]
    coded += [_coded(real, synthetic, n) for n in categories]
    gap = weight = 0.0
    for i, first in enumerate(coded):
        for second in coded[i + 1 :]:
            a = normalised_mutual_information(first.real, second.real)
            b = normalised_mutual_information(first.synthetic, second.synthetic)
            gap += (a + b) * abs(a - b)
            weight += a + b
    return 1 - gap / weight if weight else 1.0


def normalised_mutual_information(a: Codes, b: Codes) -> float:
    """2 I(a; b) / (H(a) + H(b)) of two code arrays of shape (n,); 0 when both are constant."""
    joint = np.unique(a * (b.max() + 1) + b, return_counts=True)[1]
    h_a, h_b, h_ab = (_entropy(x) for x in (np.bincount(a), np.bincount(b), joint))
    return max(0.0, 2 * (h_a + h_b - h_ab) / (h_a + h_b)) if h_a + h_b > 0 else 0.0


def _entropy(counts: NDArray[np.int64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _coded(real: pd.DataFrame, synthetic: pd.DataFrame, name: Hashable) -> CodedColumn:
    (a, b), n_levels = shared_codes(real[name], synthetic[name])
    return CodedColumn(a, b, n_levels)


def _shared_bins(real: Floats, synthetic: Floats) -> CodedColumn:
    edges = _edges(real)
    return CodedColumn(_digitise(real, edges, N_BINS), _digitise(synthetic, edges, N_BINS), N_BINS + 1)


def _separate_bins(real: Floats, synthetic: Floats) -> CodedColumn:
    top = N_BINS + 1  # the maximum itself lies beyond the last edge's left side: a bin of its own
    return CodedColumn(
        _digitise(real, _edges(real), top), _digitise(synthetic, _edges(synthetic), top), top + 1
    )


def _edges(values: Floats) -> Floats:
    finite = values[np.isfinite(values)]
    return np.histogram_bin_edges(finite if finite.size else np.zeros(1), bins=N_BINS)


def _digitise(values: Floats, edges: Floats, highest: int) -> Codes:
    """Bins 1 to `highest`, shape (n,); 0 is missing."""
    places = np.clip(np.digitize(values, edges), 1, highest)
    return np.where(np.isnan(values), 0, places).astype(np.int64)


def _level_tvd(a: Codes, b: Codes, n_levels: int) -> float:
    p, q = (np.bincount(x, minlength=n_levels) / len(x) for x in (a, b))
    return float(np.abs(p - q).sum() / 2)


def _joint_tvd(first: CodedColumn, second: CodedColumn) -> float:
    n_cells = first.n_levels * second.n_levels
    a = first.real * second.n_levels + second.real
    b = first.synthetic * second.n_levels + second.synthetic
    if n_cells > 4 * (len(a) + len(b)):  # more cells than rows: number only those that occur
        cells, both = np.unique(np.concatenate([a, b]), return_inverse=True)
        a, b, n_cells = both[: len(a)], both[len(a) :], len(cells)
    return _level_tvd(a, b, n_cells)


def _correlation_errors(numbers: list[tuple[Floats, Floats]]) -> Floats:
    """Half the distance of the correlations of all pairs of numeric columns, shape (pairs,)."""
    if len(numbers) < 2:
        return np.empty(0)
    a, b = (correlations(np.column_stack([pair[k] for pair in numbers])) for k in (0, 1))
    upper = np.triu_indices(len(numbers), k=1)
    return np.asarray(np.abs(a - b)[upper] / 2, dtype=np.float64)


def correlations(values: Floats) -> Floats:
    """Pearson correlations of all pairs of columns over the rows where both are finite.

    Parameters
    ----------
    values
        Shape (n, columns). Pairs without variation have correlation 0.

    Returns
    -------
    Shape (columns, columns).
    """
    present = np.isfinite(values)
    x = np.where(present, values, 0.0)
    x /= np.maximum(np.abs(x).max(axis=0, keepdims=True), np.finfo(float).tiny)  # no overflow in squares
    mask = present.astype(np.float64)
    centre = x.sum(axis=0) / np.maximum(mask.sum(axis=0), 1)
    x = np.where(present, x - centre, 0.0)
    n = np.maximum(mask.T @ mask, 1)
    sums = x.T @ mask  # of column i over the rows where j is present
    squares = (x * x).T @ mask
    covariance = x.T @ x - sums * sums.T / n
    variance = squares - sums * sums / n
    scale = np.sqrt(np.maximum(variance * variance.T, 0.0))
    flat = (variance <= 1e-14 * np.maximum(squares, np.finfo(float).tiny)) | (variance <= 1e-24 * n)
    undefined = flat | flat.T
    return np.where(undefined, 0.0, covariance / np.where(undefined, 1.0, scale))
