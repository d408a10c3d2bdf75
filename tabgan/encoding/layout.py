"""Where every symbol of a table lies: the only place that knows offsets.

A column becomes one or a few *symbols*, small integers. A number is (mode, place), a category of many
levels is (group, member), a datetime is the symbols of its day and of its time of day. A symbol may have a
*parent* in the same column: a place means something only in a continuous mode. Where a symbol does not
apply, its code is -1.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOT_APPLICABLE = -1


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """One small categorical variable of a column.

    ``parent`` counts symbols within the column (in a `Layout`: within the row); the symbol applies where
    the parent's code is at least ``applies_from``.
    """

    role: str
    n_levels: int
    parent: int | None = None
    applies_from: int = 0


@dataclass(frozen=True, kw_only=True)
class NumberTable:
    """A numeric part of a column: what the network may know of it as a number, its rank.

    ``symbols`` are the positions of (mode,) or (mode, place), within the column (in a `Layout`: within the
    row). ``rank_low`` and ``rank_width``, shape (modes, places), say where a cell lies in the cumulative
    distribution of the column; a rank of -1 says that there is no number (missing). ``pieces``, (modes,), numbers the
    pieces of the line between jumps of the density, from 1, that cells lie in; 0 for other modes, None without jumps.
    """

    symbols: tuple[int, ...]
    rank_low: NDArray[np.float32]
    rank_width: NDArray[np.float32]
    pieces: NDArray[np.int64] | None = None

    @property
    def first_cell(self) -> int:
        """The first code that is a cell: missing and point masses come before. Without cells, one after the last."""
        cells = self.rank_width[:, 0] > 0
        return int(cells.argmax()) if cells.any() else len(cells)


@dataclass(frozen=True)
class Pointer:
    """The code that a symbol has where its column has the value of another number.

    ``symbol`` and ``number`` are positions within the row; ``codes``, shape (K, steps), are by the other number's
    own code and the part of its cell in which it lies, -1 where there is none. ``bands``, shape (L, N), are the first
    codes of the bands of cells at growing distance around each of the symbol's own codes. ``side``: cells on
    this side of the one pointed to, further away than the next, are forbidden: -1 those below, 1 those above, 0 none.
    """

    symbol: int
    number: int
    codes: NDArray[np.int32]
    bands: NDArray[np.int32]
    side: int = 0


@dataclass(frozen=True, kw_only=True)
class Member:
    """A number of a sum.

    ``symbol`` and ``number`` are positions within the row. ``worth``, shape (K, steps), is what it adds by its own
    code and the part of its cell, its value times ``coefficient``; NaN where it has no value. Cells begin at code
    ``first``; ``starts``, shape (cells - 1,), are the values at which those after the first one begin; ``bands`` are
    as those of a `Pointer`.
    """

    symbol: int
    number: int
    coefficient: float
    worth: NDArray[np.float32]
    first: int
    starts: NDArray[np.float32]
    bands: NDArray[np.int32]


@dataclass(frozen=True)
class Total:
    """Numbers that together make an amount."""

    amount: float
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Layout:
    """The symbols of a row, in canonical order, and which column each belongs to.

    Shapes used everywhere: codes (B, S) with S symbols, fractions (B, R) with R numeric parts.
    """

    columns: tuple[Hashable, ...]
    symbols: tuple[Symbol, ...]
    symbol_column: tuple[int, ...]
    numbers: tuple[NumberTable, ...]
    number_column: tuple[int, ...]
    pointers: tuple[Pointer, ...] = ()
    sums: tuple[Total, ...] = ()

    @property
    def n_symbols(self) -> int:
        """Number of symbols in a row (S)."""
        return len(self.symbols)

    @property
    def n_numbers(self) -> int:
        """Number of numeric parts in a row (R)."""
        return len(self.numbers)

    @property
    def n_levels(self) -> int:
        """Levels of all symbols together: the rows of an embedding table."""
        return sum(symbol.n_levels for symbol in self.symbols)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """First row of each symbol in a table of all levels, shape (S,)."""
        sizes = [symbol.n_levels for symbol in self.symbols]
        return np.cumsum([0, *sizes])[: len(sizes)].astype(np.int64)

    def symbols_of(self, column: int) -> slice:
        """Positions of a column's symbols within the row."""
        return _span(self.symbol_column, column)

    def numbers_of(self, column: int) -> slice:
        """Positions of a column's numeric parts within the row's fractions."""
        return _span(self.number_column, column)

    def code_dtype(self) -> type[np.signedinteger[Any]]:
        """The smallest integer type that holds every code."""
        largest = max((symbol.n_levels for symbol in self.symbols), default=0)
        return np.int16 if largest < 2**15 else np.int32


def build_layout(parts: Sequence[tuple[Hashable, Sequence[Symbol], Sequence[NumberTable]]]) -> Layout:
    """Lay columns side by side; ``parts`` are (name, symbols, numbers) with positions within the column."""
    symbols: list[Symbol] = []
    numbers: list[NumberTable] = []
    symbol_column: list[int] = []
    number_column: list[int] = []
    for index, (_, column_symbols, column_numbers) in enumerate(parts):
        start = len(symbols)
        for symbol in column_symbols:
            parent = None if symbol.parent is None else symbol.parent + start
            symbols.append(replace(symbol, parent=parent))
        for number in column_numbers:
            numbers.append(replace(number, symbols=tuple(start + s for s in number.symbols)))
        symbol_column += [index] * len(column_symbols)
        number_column += [index] * len(column_numbers)
    names = tuple(name for name, _, _ in parts)
    return Layout(names, tuple(symbols), tuple(symbol_column), tuple(numbers), tuple(number_column))


def _span(owner: tuple[int, ...], column: int) -> slice:
    return slice(bisect_left(owner, column), bisect_right(owner, column))
