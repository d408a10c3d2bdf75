"""The joint tables of all pairs of columns, each counted in one pass over the rows of all frames.

Rows are counted by group, so that one table serves the error of two samples, its floor, and both without
any group of rows. A pair with more cells than are worth a dense table (categories of thousands of levels)
is held by the cells that occur.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.fidelity.coding import CodedFrames

Ints = NDArray[np.int64]
MAX_DENSE = 100_000  # entries of a table by group that is dense whatever the number of rows


@dataclass(frozen=True, kw_only=True)
class JointCounts(ABC):
    """How many rows hold each pair of levels.

    Attributes
    ----------
    first, second : places of the columns.
    cells : level of the first column times the number of levels of the second, plus its level, shape (cells,).
    by_frame : rows by frame, shape (frames, cells).
    """

    first: int
    second: int
    cells: Ints
    by_frame: Ints

    @abstractmethod
    def group_sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of the weights of the cells of a group's rows, (weights, cells) to (groups, weights)."""

    @abstractmethod
    def by_group(self, chosen: Ints) -> Ints:
        """Rows by group in some cells, given by place: shape (groups, chosen)."""


@dataclass(frozen=True, kw_only=True)
class DenseCounts(JointCounts):
    """A table by group, shape (groups, cells)."""

    table: Ints

    def group_sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """As in the base class."""
        return np.asarray(self.table.astype(np.float64) @ weights.T, dtype=np.float64)

    def by_group(self, chosen: Ints) -> Ints:
        """As in the base class."""
        return self.table[:, chosen]


@dataclass(frozen=True, kw_only=True)
class SparseCounts(JointCounts):
    """The cell of each row by its place among those that occur, shape (rows,)."""

    places: Ints
    coded: CodedFrames

    def group_sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """As in the base class."""
        group, n_groups = self.coded.group, self.coded.n_groups
        sums = [np.bincount(group, weights=w[self.places], minlength=n_groups) for w in weights]
        return np.column_stack(sums).astype(np.float64)

    def by_group(self, chosen: Ints) -> Ints:
        """As in the base class."""
        wanted = np.full(len(self.cells), -1, dtype=np.int64)
        wanted[chosen] = np.arange(len(chosen))
        place = wanted[self.places]
        kept = place >= 0
        n_groups = self.coded.n_groups
        entries = self.coded.group[kept] * len(chosen) + place[kept]
        counts = np.bincount(entries, minlength=n_groups * len(chosen))
        return np.asarray(counts.reshape(n_groups, len(chosen)), dtype=np.int64)


def pairs_of(is_number: NDArray[np.bool_], n_numbers: tuple[int, ...] = (0, 1, 2)) -> NDArray[np.int64]:
    """All pairs of columns with so many numbers among the two, shape (pairs, 2), the first before the second."""
    first, second = np.triu_indices(len(is_number), k=1)
    chosen = np.isin(is_number[first].astype(int) + is_number[second].astype(int), n_numbers)
    return np.column_stack([first[chosen], second[chosen]])


def joint_counts(coded: CodedFrames, pairs: NDArray[np.int64]) -> Iterator[JointCounts]:
    """The joint tables of pairs of columns, shape (pairs, 2), in an order of their own.

    The codes of a first column are scaled once for all second columns that have as many levels.
    """
    n_levels, n_rows = coded.n_levels, len(coded.group)
    limit = max(MAX_DENSE, 2 * n_rows)
    ordered = pairs[np.lexsort((n_levels[pairs[:, 1]], pairs[:, 0]))].tolist()
    buffer = np.empty(n_rows, dtype=np.int64)
    for first, run in groupby(ordered, key=lambda pair: pair[0]):
        base = coded.group * n_levels[first] + coded.columns[first]
        for width, same in groupby(run, key=lambda pair: int(n_levels[pair[1]])):
            if coded.n_groups * int(n_levels[first]) * width > limit:
                yield from (_sparse(coded, first, second) for _, second in same)
                continue
            scaled = base * width
            for _, second in same:
                np.add(scaled, coded.columns[second], out=buffer)
                yield _dense(coded, first, second, buffer)


def _dense(coded: CodedFrames, first: int, second: int, entries: Ints) -> DenseCounts:
    n_cells = int(coded.n_levels[first] * coded.n_levels[second])
    counts: Any = np.bincount(entries, minlength=coded.n_groups * n_cells)
    table = counts.reshape(coded.n_groups, n_cells)
    return DenseCounts(
        first=first,
        second=second,
        cells=np.arange(n_cells),
        by_frame=coded.frame_sums(table),
        table=table,
    )


def _sparse(coded: CodedFrames, first: int, second: int) -> SparseCounts:
    row_cells = coded.columns[first].astype(np.int64) * coded.n_levels[second] + coded.columns[second]
    places, cells = pd.factorize(row_cells)
    frames = coded.frame_of_group[coded.group] * len(cells) + places
    by_frame = np.bincount(frames, minlength=coded.n_frames * len(cells))
    return SparseCounts(
        first=first,
        second=second,
        cells=np.asarray(cells, dtype=np.int64),
        by_frame=by_frame.reshape(coded.n_frames, len(cells)),
        places=places.astype(np.int64),
        coded=coded,
    )
