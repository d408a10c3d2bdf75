"""How near synthetic rows are to the rows trained on, always beside what unseen real rows would show."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import DataError
from tabgan.reporting.columns import Names, as_numbers, exact_values, shared_codes, split_columns

Floats32 = NDArray[np.float32]
MAX_ROWS = 20_000
TIE = 1e-6  # float32 sums of the same parts in another order differ by less
BLOCK = (64, 2_048)  # rows x rows; the two float32 buffers of a block (1 MiB) stay in cache


@dataclass(frozen=True, kw_only=True)
class DcrShare:
    """Share of synthetic rows nearer to the training half, in %; 50 is best.

    `low` and `high` bound it with 95 % confidence; `n_rows` synthetic rows were judged.
    """

    share: float
    low: float
    high: float
    n_rows: int


def dcr_share(
    synthetic: pd.DataFrame,
    train_half: pd.DataFrame,
    holdout: pd.DataFrame,
    categorical: Names = None,
    *,
    random_state: int = 0,
) -> DcrShare:
    """Share of synthetic rows whose nearest real row is one of the training half, ties counting half.

    Distance: L1 on numbers scaled by their range over both real halves, plus 1 for each category that
    differs. A missing number is at distance 1 from any present one and 0 from another missing one; no
    column counts for more than 1. The interval is ±1.96·50/√n. At most 20,000 synthetic rows, drawn
    at random, are judged. Memory is bounded whatever the number of rows.

    Raises
    ------
    DataError
        When the halves differ in size: the nearest of more rows is nearer by that alone.
    """
    if len(train_half) != len(holdout):
        raise DataError(
            "train_half and holdout must have the same number of rows; "
            f"found {len(train_half)} and {len(holdout)}: cut the longer one"
        )
    if len(synthetic) > MAX_ROWS:
        rng = np.random.default_rng(random_state)
        synthetic = synthetic.iloc[rng.choice(len(synthetic), MAX_ROWS, replace=False)]
    parts = comparable_rows(synthetic, train_half, holdout, categorical)
    to_train, to_holdout = (nearest_distance(parts[0], other) for other in parts[1:])
    nearer = (to_train < to_holdout - TIE).mean() + 0.5 * (np.abs(to_train - to_holdout) <= TIE).mean()
    share, half_width = 100 * float(nearer), 1.96 * 50 / math.sqrt(len(synthetic))
    return DcrShare(share=share, low=share - half_width, high=share + half_width, n_rows=len(synthetic))


@dataclass(frozen=True, kw_only=True)
class ComparableRows:
    """Rows ready for distances: scaled `numbers` (n, numeric), missing at -2; `codes` (n, categorical)."""

    numbers: Floats32
    codes: NDArray[np.int32]


def comparable_rows(
    synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, categorical: Names = None
) -> list[ComparableRows]:
    """The three frames on one scale (the range of both real frames) and with one set of codes."""
    numeric, categories = split_columns(train, synthetic, categorical)
    split_columns(train, holdout, categorical)
    frames = (synthetic, train, holdout)
    numbers = [np.empty((len(frame), len(numeric)), dtype=np.float32) for frame in frames]
    codes = [np.empty((len(frame), len(categories)), dtype=np.int32) for frame in frames]
    for k, name in enumerate(numeric):
        values = [as_numbers(frame[name]) for frame in frames]
        real = np.concatenate(values[1:])
        real = real[np.isfinite(real)]
        low, high = (real.min(), real.max()) if real.size else (0.0, 0.0)
        width = high - low if high > low else 1.0
        for part, x in zip(numbers, values, strict=True):
            part[:, k] = np.where(np.isnan(x), -2.0, np.clip((x - low) / width, -0.5, 1.5))
    for k, name in enumerate(categories):
        for target, levels in zip(codes, shared_codes(*(f[name] for f in frames))[0], strict=True):
            target[:, k] = levels
    return [ComparableRows(numbers=x, codes=c) for x, c in zip(numbers, codes, strict=True)]


def nearest_distance(rows: ComparableRows, others: ComparableRows) -> Floats32:
    """Distance of each of `rows` to the nearest of `others`, shape (n,), by blocks of bounded size."""
    n, m = len(rows.codes), len(others.codes)
    nearest = np.full(n, np.inf, dtype=np.float32)
    # Column-major copies: a block reads each column as one run.
    numbers, codes = np.ascontiguousarray(others.numbers.T), np.ascontiguousarray(others.codes.T)
    bounded = _needs_bound(rows.numbers, others.numbers)
    for i in range(0, n, BLOCK[0]):
        block = slice(i, min(i + BLOCK[0], n))
        for j in range(0, m, BLOCK[1]):
            run = slice(j, min(j + BLOCK[1], m))
            distance = _block_distances(
                rows.numbers[block], rows.codes[block], numbers[:, run], codes[:, run], bounded
            )
            np.minimum(nearest[block], distance.min(axis=1), out=nearest[block])
    return nearest


def _block_distances(
    x: Floats32,
    x_codes: NDArray[np.int32],
    y: Floats32,
    y_codes: NDArray[np.int32],
    bounded: NDArray[np.bool_],
) -> Floats32:
    """All distances of two small blocks, shape (rows of x, rows of y)."""
    shape = (len(x), y.shape[1])
    differing = np.zeros(shape, dtype=np.uint16)
    for k in range(x_codes.shape[1]):
        differing += x_codes[:, k, None] != y_codes[None, k]
    total, gap = differing.astype(np.float32), np.empty(shape, dtype=np.float32)
    for k in range(x.shape[1]):
        np.subtract(x[:, k, None], y[None, k], out=gap)
        np.abs(gap, out=gap)
        if bounded[k]:
            np.minimum(gap, 1.0, out=gap)
        total += gap
    return total


def _needs_bound(x: Floats32, y: Floats32) -> NDArray[np.bool_]:
    """Columns with a missing value or one outside the real range: only there a gap can pass 1."""
    outside = ((x < 0) | (x > 1)).any(axis=0) | ((y < 0) | (y > 1)).any(axis=0)
    return np.asarray(outside, dtype=np.bool_)


def copied_cells(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    categorical: Names = None,
    *,
    min_distinct: int = 1_000,
) -> pd.DataFrame:
    """Share of cells equal to some training value of their column, in %, beside the hold-out's share.

    Only numeric columns with more than `min_distinct` distinct training values: below that every real
    value is shared. Missing cells are left out. The comparison is exact (int64 for whole numbers and
    times, float64 otherwise).

    Returns
    -------
    One row per column judged, with `synthetic`, `holdout` and `excess`, their difference in points.
    """
    numeric, _ = split_columns(train, synthetic, categorical)
    rows, names = [], []
    for name in numeric:
        known = np.unique(exact_values(train[name]))
        if len(known) > min_distinct:
            copied = [100 * _share_known(exact_values(frame[name]), known) for frame in (synthetic, holdout)]
            rows.append((*copied, copied[0] - copied[1]))
            names.append(name)
    return pd.DataFrame(rows, index=pd.Index(names, dtype=object), columns=["synthetic", "holdout", "excess"])


def _share_known(values: NDArray[np.int64] | NDArray[np.float64], known: NDArray[np.generic]) -> float:
    return float(np.isin(values, known).mean()) if len(values) else 0.0
