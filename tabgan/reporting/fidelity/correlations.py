"""Pearson correlations of all pairs of columns, from sums that add over groups of rows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 50_000  # rows whose matrices are held at a time


class Moments(NamedTuple):
    """Sums over the rows where both columns are finite, each of shape (columns, columns), or (groups, ...).

    `n`: their number; `sums`, `squares`: of the first column and of its square; `products`: of both.
    """

    n: Floats
    sums: Floats
    squares: Floats
    products: Floats

    def total(self) -> "Moments":
        """Over all groups."""
        return Moments(*(part.sum(axis=0) for part in self))

    def without(self, group: int) -> "Moments":
        """Over all groups but one."""
        return Moments(*(part.sum(axis=0) - part[group] for part in self))


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
    return correlations_of(moments(values, np.zeros(len(values), dtype=np.int64)).total())


def moments(values: Floats, group: NDArray[np.int64]) -> Moments:
    """The sums of each group of rows, about each column's mean and in units of its largest value.

    Parameters
    ----------
    values
        Shape (n, columns).
    group
        Shape (n,), from 0.
    """
    n_groups, n_columns = int(group.max()) + 1, values.shape[1]
    scale = np.array([_largest(column) for column in values.T])  # no overflow in squares
    centre = np.array([_mean(column / unit) for column, unit in zip(values.T, scale, strict=True)])
    parts = Moments(*(np.zeros((n_groups, n_columns, n_columns)) for _ in Moments._fields))
    for g in range(n_groups):
        rows = np.flatnonzero(group == g)
        for start in range(0, len(rows), CHUNK):
            x = values[rows[start : start + CHUNK]] / scale
            present = np.isfinite(x)
            x = np.where(present, x - centre, 0.0)
            mask = present.astype(np.float64)
            parts.n[g] += mask.T @ mask
            parts.sums[g] += x.T @ mask
            parts.squares[g] += (x * x).T @ mask
            parts.products[g] += x.T @ x
    return parts


def correlations_of(parts: Moments) -> Floats:
    """Correlations from the sums of one sample, shape (columns, columns)."""
    n = np.maximum(parts.n, 1)
    covariance = parts.products - parts.sums * parts.sums.T / n
    variance = parts.squares - parts.sums * parts.sums / n
    scale = np.sqrt(np.maximum(variance * variance.T, 0.0))
    flat = (variance <= 1e-14 * np.maximum(parts.squares, np.finfo(float).tiny)) | (variance <= 1e-24 * n)
    undefined = flat | flat.T
    return np.asarray(np.where(undefined, 0.0, covariance / np.where(undefined, 1.0, scale)))


def _largest(column: Floats) -> float:
    finite = column[np.isfinite(column)]
    return max(float(np.abs(finite).max(initial=0.0)), float(np.finfo(float).tiny))


def _mean(column: Floats) -> float:
    finite = column[np.isfinite(column)]
    return float(finite.mean()) if finite.size else 0.0
