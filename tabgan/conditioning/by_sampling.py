"""Training-by-sampling: a level of a discrete column, then a row that has it (Xu et al. 2019, section 4.3).

Column and level are drawn first, so that rare levels are seen often; the row is looked up in an index of the
rows of each level. All of it is array arithmetic; no loop runs over rows or levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.layout import NOT_APPLICABLE, Layout

Array = NDArray[Any]


@dataclass(frozen=True)
class LevelTable:
    """The levels of all discrete columns, one after the other: V levels of D columns.

    Attributes
    ----------
    columns : (D,) positions of the discrete columns in the table.
    symbols : (D, 2) positions of their symbols in a row; the second is -1 where there is one only.
    starts : (D + 1,) first level of each column among all.
    codes : (V, 2) codes of each level, -1 where a symbol does not apply.
    counts : (V,) training rows that have it; a level that only held-out rows have is never drawn.
    """

    columns: Array
    symbols: Array
    starts: Array
    codes: Array
    counts: Array

    @cached_property
    def owner(self) -> Array:
        """Which of the D columns each level is of, (V,)."""
        return np.repeat(np.arange(len(self.columns)), np.diff(self.starts))

    def shares(self, log_frequency: bool) -> Array:
        """Probability of each level within its column, (V,): by frequency, or by its logarithm.

        DIFF: log(1 + count), for a level of one row has to be drawn as well.
        """
        weights = np.log1p(self.counts) if log_frequency else self.counts.astype(np.float64)
        totals = np.bincount(self.owner, weights=weights, minlength=len(self.columns))
        return np.asarray(weights / totals[self.owner])

    def draw(self, n: int, rng: np.random.Generator, *, log_frequency: bool) -> Array:
        """Levels (n,) of columns drawn uniformly; all -1 where there is no discrete column."""
        if not len(self.columns):
            return np.full(n, -1)
        cumulative = self._cumulative[int(log_frequency)]
        column = rng.integers(0, len(self.columns), n)
        level = np.searchsorted(cumulative, column + rng.random(n), side="right")
        return np.clip(level, self.starts[column], self.starts[column + 1] - 1)

    def level_of(self, column: int, codes: Array) -> Array:
        """Levels (n,) of a column (its position in the table) with codes (n, 1 or 2); -1 where none has them."""
        (own,) = np.flatnonzero(self.columns == column)
        first, last = self.starts[own], self.starts[own + 1]
        wanted = np.full((len(codes), 2), NOT_APPLICABLE)
        wanted[:, : codes.shape[1]] = codes
        width = max(int(self.codes[first:last, 1].max(initial=0)), int(wanted[:, 1].max(initial=0))) + 2
        keys = self.codes[first:last, 0] * width + self.codes[first:last, 1]  # ascending, as levels are
        asked = wanted[:, 0] * width + wanted[:, 1]
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[at] == asked, first + at, -1)

    @cached_property
    def _cumulative(self) -> tuple[Array, Array]:
        """For each law (frequency, log-frequency): position of the column plus cumulative share, (V,)."""
        sums = [np.cumsum(self.shares(log)) for log in (False, True)]
        return sums[0], sums[1]  # shares of a column sum to 1, so sums count the columns


def build_levels(layout: Layout, codes: Array, columns: Sequence[int], counted: Array) -> LevelTable:
    """The levels that rows with codes (N, S) have in some discrete columns; rows ``counted`` (n,) make the counts."""
    symbols = np.full((len(columns), 2), -1)
    parts, counts = [], []
    for d, column in enumerate(columns):
        own = range(*layout.symbols_of(column).indices(layout.n_symbols))
        symbols[d, : len(own)] = own
        width, keys = _keys(layout, codes, symbols[d])
        levels = np.flatnonzero(np.bincount(keys))
        parts.append(np.stack([levels // width, levels % width - 1], axis=1))
        counts.append(np.bincount(keys[counted], minlength=int(levels[-1]) + 1)[levels])
    starts = np.cumsum([0, *(len(part) for part in parts)])
    empty = np.zeros((0, 2), np.int64)
    return LevelTable(
        np.array(columns, np.int64),
        symbols,
        starts,
        np.concatenate([empty, *parts]),
        np.concatenate([empty[:, 0], *counts]),
    )


@dataclass(frozen=True)
class RowIndex:
    """Which rows have a level.

    Attributes
    ----------
    order : (D, N) row numbers sorted by the column's level; one line of all rows where there is no column.
    first : (V,) where a level's rows begin in the line of its column.
    """

    levels: LevelTable
    order: Array
    first: Array

    @classmethod
    def of(cls, layout: Layout, codes: Array, levels: LevelTable) -> RowIndex:
        """Index the rows with codes (N, S) from which the levels were counted."""
        order = np.empty((max(len(levels.columns), 1), len(codes)), np.int32)
        order[0] = np.arange(len(codes))
        for d in range(len(levels.columns)):
            _, keys = _keys(layout, codes, levels.symbols[d])
            order[d] = np.argsort(keys, kind="stable")
        before = np.cumsum(levels.counts) - levels.counts
        first = before - levels.owner * len(codes)  # each row is counted once in every column
        return cls(levels, order, first)

    def draw(self, levels: Array, rng: np.random.Generator) -> Array:
        """A row number (n,) for each level (n,), drawn uniformly among those that have it."""
        n_rows = self.order.shape[1]
        if not len(self.levels.columns):
            return rng.integers(0, n_rows, len(levels))
        counts = self.levels.counts[levels]
        within = (rng.random(len(levels)) * counts).astype(np.int64)
        return np.asarray(self.order[self.levels.owner[levels], self.first[levels] + within], np.int64)


def _keys(layout: Layout, codes: Array, symbols: Array) -> tuple[int, Array]:
    """One number (N,) for both codes of a column, and what to divide it by to have the first one back."""
    first = codes[:, symbols[0]].astype(np.int64)
    if symbols[1] < 0:
        return 1 + 1, first * 2
    width = layout.symbols[symbols[1]].n_levels + 1
    return width, first * width + codes[:, symbols[1]] + 1
