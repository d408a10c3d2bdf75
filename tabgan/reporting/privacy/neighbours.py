"""The nearest rows of a mixed table, exactly: L1 on scaled numbers plus 1 for each level that differs.

Two searches, one answer. Blocks of all distances suit tables of ordinary size and many columns; a k-d tree
suits long tables whose rows have near neighbours (13 columns, 390,000 rows: 40 times fewer operations).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tabgan.reporting.columns import Floats, Names, as_numbers, shared_codes, split_columns

Floats32 = NDArray[np.float32]
Rows = NDArray[np.intp]
BLOCK = (64, 4_096)  # rows x rows; the buffers of a block (1 MiB each) stay in cache
TREE_ROWS = 50_000  # below, blocks are as fast
TREE_WIDTH = 128  # dimensions: a tree's leaves cost in proportion
TREE_RATIO = 0.12  # of the nearest to an ordinary distance; above, a tree visits most leaves
PILOT = 32  # rows that measure this ratio
MAX_ROWS = 20_000  # of one side in a search
LEAST_ROWS = 500
MAX_CELLS = 15_000_000_000  # pairs of cells that one search by blocks compares: some 6 s of a core


@dataclass(frozen=True, kw_only=True)
class ComparableRows:
    """Rows ready for distances, which are sums over the columns of all three arrays.

    Attributes
    ----------
    numbers : float32, shape (n, dimensions): scaled to [0, 1]. A column with missing cells has three
        dimensions, in which a missing cell is at distance 1 from any number and two numbers as far as before.
    codes : shape (n, coded columns): levels, and numbers of which there are two.
    n_levels : codes of a column lie in [0, n_levels), shape (coded columns,).
    number_of, code_of : the table's column that each dimension and each code stands for.
    """

    numbers: Floats32
    codes: NDArray[Any]
    n_levels: tuple[int, ...]
    number_of: NDArray[np.intp]
    code_of: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def width(self) -> int:
        """Columns of both arrays: what one distance costs."""
        return int(self.numbers.shape[1] + self.codes.shape[1])

    def take(self, rows: Rows | slice) -> "ComparableRows":
        """Some of the rows."""
        return self._with(self.numbers[rows], self.codes[rows])

    def followed_by(self, others: "ComparableRows") -> "ComparableRows":
        """These rows and then the others."""
        return self._with(np.vstack([self.numbers, others.numbers]), np.vstack([self.codes, others.codes]))

    def of_columns(self, columns: NDArray[np.intp]) -> "ComparableRows":
        """The same rows, compared by some of the table's columns only."""
        numbers, codes = np.isin(self.number_of, columns), np.isin(self.code_of, columns)
        return ComparableRows(
            numbers=self.numbers[:, numbers],
            codes=self.codes[:, codes],
            n_levels=tuple(n for n, kept in zip(self.n_levels, codes, strict=True) if kept),
            number_of=self.number_of[numbers],
            code_of=self.code_of[codes],
        )

    def _with(self, numbers: Floats32, codes: NDArray[Any]) -> "ComparableRows":
        return ComparableRows(
            numbers=numbers,
            codes=codes,
            n_levels=self.n_levels,
            number_of=self.number_of,
            code_of=self.code_of,
        )


def comparable_rows(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    categorical: Names = None,
) -> list[ComparableRows]:
    """The frames on one scale, the range of the real ones, and with one set of codes.

    A missing number is at distance 1 from any present one and 0 from another missing one. A synthetic number
    outside the real range counts as at its end. So no column counts for more than 1.
    """
    numeric, _ = split_columns(train, synthetic, categorical)
    frames = [synthetic, train] if holdout is None else [synthetic, train, holdout]
    if holdout is not None:
        split_columns(train, holdout, categorical)
    is_number, ends = set(numeric), np.cumsum([len(frame) for frame in frames])[:-1]
    numbers, number_of, codes, code_of, n_levels = [], [], [], [], []
    for j, name in enumerate(train.columns):
        series = [frame[name] for frame in frames]
        scaled = _scale([as_numbers(x) for x in series]) if name in is_number else None
        if scaled is not None and not np.isin(scaled[~np.isnan(scaled)], (0.0, 1.0)).all():
            parts = _dimensions(scaled)
            numbers += parts
            number_of += [j] * len(parts)
            continue
        found = np.concatenate(shared_codes(*series)[0]) if scaled is None else np.nan_to_num(scaled, nan=2.0)
        levels, dense = np.unique(found, return_inverse=True)
        codes.append(dense.astype(np.min_scalar_type(len(levels))))
        code_of.append(j)
        n_levels.append(len(levels))
    n_rows = sum(len(frame) for frame in frames)
    joined = ComparableRows(
        numbers=np.column_stack(numbers) if numbers else np.empty((n_rows, 0), dtype=np.float32),
        codes=np.column_stack(codes) if codes else np.empty((n_rows, 0), dtype=np.uint8),
        n_levels=tuple(n_levels),
        number_of=np.array(number_of, dtype=np.intp),
        code_of=np.array(code_of, dtype=np.intp),
    )
    return [joined.take(rows) for rows in np.split(np.arange(n_rows), ends)]


def _scale(values: Sequence[Floats]) -> Floats32:
    """Synthetic and real values below each other, the finite range of the real ones as [0, 1]."""
    real = np.concatenate(values[1:])
    real = real[np.isfinite(real)]
    low, high = (real.min(), real.max()) if real.size else (0.0, 0.0)
    width = high / 2 - low / 2 or 1.0  # halves, since the range of large numbers may overflow
    return ((np.clip(np.concatenate(values), low, high) / 2 - low / 2) / width).astype(np.float32)


def _dimensions(scaled: Floats32) -> list[Floats32]:
    missing = np.isnan(scaled)
    if not missing.any():
        return [scaled]
    half = np.float32(0.5)
    places = [np.where(missing, np.float32(0), half * part) for part in (scaled, 1 - scaled)]
    return [*places, half * missing.astype(np.float32)]


class Nearest(NamedTuple):
    """Distances to the k nearest rows, shape (n, k), nearest first, and which rows they are, shape (n, k)."""

    distance: Floats32
    row: Rows


class Index:
    """Rows that are searched for the nearest ones of others.

    Parameters
    ----------
    others
        The rows to search, at least one.
    """

    def __init__(self, others: ComparableRows) -> None:
        self.others = others
        self._tree = cKDTree(embed(others), balanced_tree=False) if tree_pays(others) else None

    @property
    def cells(self) -> int:
        """What one query costs, in pairs of cells; a tree's queries count as none."""
        return 0 if self._tree is not None else len(self.others) * max(self.others.width, 4)

    def nearest(self, rows: ComparableRows, k: int = 1) -> Nearest:
        """The `k` nearest of the rows searched, or all of them when there are fewer."""
        k = min(k, len(self.others))
        if self._tree is None:
            return by_blocks(rows, self.others, k)
        distance, row = self._tree.query(embed(rows), k=list(range(1, k + 1)), p=1, workers=-1)
        return Nearest(distance.astype(np.float32), row)


def affordable(*indexes: Index) -> int:
    """Rows of which the nearest in all `indexes` are found within seconds: 20,000, or fewer of wide tables."""
    cells = sum(index.cells for index in indexes)
    return max(LEAST_ROWS, min(MAX_ROWS, MAX_CELLS // max(cells, 1)))


def nearest_distance(rows: ComparableRows, others: ComparableRows) -> Floats32:
    """Distance of each of `rows` to the nearest of `others`, shape (n,)."""
    return Index(others).nearest(rows).distance[:, 0]


def join_nearest(parts: Sequence[Nearest], starts: Sequence[int]) -> Nearest:
    """The nearest of several searches of the same rows; the rows of part i are numbered from starts[i]."""
    distance = np.hstack([part.distance for part in parts])
    row = np.hstack([part.row + start for part, start in zip(parts, starts, strict=True)])
    order = np.argsort(distance, axis=1, kind="stable")
    return Nearest(np.take_along_axis(distance, order, 1), np.take_along_axis(row, order, 1))


def tree_pays(others: ComparableRows) -> bool:
    """Whether a tree is faster than blocks: many rows, few dimensions, near neighbours."""
    if len(others) < TREE_ROWS or sum(_widths(others)) + others.numbers.shape[1] > TREE_WIDTH:
        return False
    pilot = others.take(np.linspace(0, len(others) - 1, PILOT).astype(np.intp))
    apart = np.concatenate(
        [
            block_distances(pilot, others.take(slice(j, j + BLOCK[1])))
            for j in range(0, len(others), BLOCK[1])
        ],
        axis=1,
    )
    nearest = np.partition(apart, 1, axis=1)[:, 1]  # the first is the row itself
    return bool(np.median(nearest) < TREE_RATIO * np.median(apart))


def _widths(rows: ComparableRows) -> list[int]:
    return [1 if n <= 2 else n for n in rows.n_levels]


def embed(rows: ComparableRows) -> Floats:
    """Points whose L1 distances are those of the rows, shape (n, dimensions): levels as halved one-hots."""
    widths = _widths(rows)
    starts = rows.numbers.shape[1] + np.concatenate([[0], np.cumsum(widths)]).astype(np.intp)
    points = np.zeros((len(rows), int(starts[-1])))
    points[:, : rows.numbers.shape[1]] = rows.numbers
    for k, (start, width) in enumerate(zip(starts, widths, strict=False)):
        if width == 1:
            points[:, start] = rows.codes[:, k]
        else:
            points[np.arange(len(rows)), start + rows.codes[:, k]] = 0.5
    return points


def by_blocks(rows: ComparableRows, others: ComparableRows, k: int) -> Nearest:
    """The `k` nearest by all distances, a block at a time, on every core."""
    # Column-major copies: a block reads each column as one run.
    turned = others._with(np.asfortranarray(others.numbers), np.asfortranarray(others.codes))
    starts = range(0, len(rows), BLOCK[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda i: _search(rows.take(slice(i, i + BLOCK[0])), turned, k), starts))
    return Nearest(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _search(rows: ComparableRows, others: ComparableRows, k: int) -> Nearest:
    distance = np.full((len(rows), k), np.inf, dtype=np.float32)
    row = np.zeros((len(rows), k), dtype=np.intp)
    for j in range(0, len(others), BLOCK[1]):
        apart = block_distances(rows, others.take(slice(j, j + BLOCK[1])))
        if k == 1:
            place = apart.argmin(axis=1)[:, None]
            at, nearer = np.nonzero(np.take_along_axis(apart, place, 1) < distance)
            nearer = place[at, 0]
        elif j == 0 and apart.shape[1] > k:  # everything is nearer than nothing: the first few are enough
            place = np.argpartition(apart, k - 1, axis=1)[:, :k]
            at, nearer = np.repeat(np.arange(len(rows)), k), place.ravel()
        else:
            at, nearer = np.divmod(np.flatnonzero(apart < distance[:, -1:]), apart.shape[1])
        if at.size:
            distance, row = _insert(Nearest(distance, row), at, apart[at, nearer], nearer + j)
    return Nearest(distance, row)


def _insert(known: Nearest, at: Rows, distance: Floats32, row: Rows) -> Nearest:
    """The nearest known of each row, and what was found near some rows, cut to as many as before."""
    n_rows, k = known.distance.shape
    whose = np.concatenate([np.repeat(np.arange(n_rows), k), at])
    distances, rows = (
        np.concatenate([known.distance.ravel(), distance]),
        np.concatenate([known.row.ravel(), row]),
    )
    order = np.lexsort((distances, whose))
    kept = order[np.searchsorted(whose[order], np.arange(n_rows))[:, None] + np.arange(k)]
    return Nearest(distances[kept], rows[kept])


def block_distances(rows: ComparableRows, others: ComparableRows) -> Floats32:
    """All distances of two small sets of rows, shape (rows, others)."""
    shape = (len(rows), len(others))
    differing = np.zeros(shape, dtype=np.min_scalar_type(rows.codes.shape[1]))
    unequal = np.empty(shape, dtype=np.bool_)
    for k in range(rows.codes.shape[1]):
        np.not_equal(rows.codes[:, k, None], others.codes[None, :, k], out=unequal)
        np.add(differing, unequal.view(np.uint8), out=differing)
    total, gap = differing.astype(np.float32), np.empty(shape, dtype=np.float32)
    for k in range(rows.numbers.shape[1]):
        np.subtract(rows.numbers[:, k, None], others.numbers[None, :, k], out=gap)
        np.abs(gap, out=gap)
        np.add(total, gap, out=total)
    return total
