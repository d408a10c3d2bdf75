"""Columns that repeat the value of another one: the payment is the bill, to the cent.

Two numbers that lie in the same cell are the same number far more often than chance would have it, or never. In what
share of the rows they are is found in fit. Where in its cell a number lies is told by a fraction: below that share it
stands for the other column's value, the rest of it is spread over the cell as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.layout import Layout
from tabgan.encoding.numeric import BELOW_ONE, FRACTION_STEPS
from tabgan.encoding.pointers import LOOKED_AT, Pair, cells_of
from tabgan.encoding.single import celled, known_single

Array = NDArray[Any]
LEAST_ROWS = 50  # in the same cell
LEAST_SHARE = 0.1  # of them
ROUNDED = 0.98  # of the rows lie in the cell of a number that is rounded
MOST_CHANCE = 0.6  # where cells are so narrow they tell the value themselves


@dataclass(frozen=True)
class Repeat:
    """Of the rows in which ``column`` lies in the cell of the value of ``other``, a share has that very value.

    ``column`` comes after ``other``.
    """

    column: int
    other: int
    share: float


def find_repeats(
    encoders: Sequence[ColumnEncoder], layout: Layout, near: Iterable[Pair], codes: Array, fractions: Array
) -> tuple[Repeat, ...]:
    """Repeats among pairs of numbers, or of days, that lie near each other; codes (n, S), fractions (n, R) bytes.

    Of several columns that one repeats the one that it repeats most comes first; the next counts in the other rows.
    """
    rows = np.random.default_rng(0).permutation(len(codes))[:LOOKED_AT]
    codes, fractions = codes[rows].astype(np.int64), fractions[rows]
    pairs = {(max(pair), min(pair)) for pair in near}
    singles = celled(encoders)
    pairs = {
        (one, two)
        for one, two in pairs
        if one in singles and two in singles and singles[one].scale == singles[two].scale
    }
    looked_at = {
        column: _LookedAt.of(encoders[column], layout, column, codes, fractions)
        for column in sorted({column for pair in pairs for column in pair})
    }
    cells = {column: held.cells for column, held in looked_at.items()}
    found: list[Repeat] = []
    for column in sorted({column for column, _ in pairs}):
        others = [other for own, other in sorted(pairs) if own == column]
        same = {o: in_the_cell_of(encoders, layout, (column, o), codes, cells) for o in others}
        same = {o: rows & looked_at[column].tells(looked_at[o], rows) for o, rows in same.items()}
        left = np.ones(len(codes), bool)  # rows that repeat none of those before
        while others:
            shares = {o: looked_at[column].share_equal(looked_at[o], same[o] & left) for o in others}
            best = max(others, key=lambda o: shares[o])
            if shares[best] < LEAST_SHARE:
                break
            found.append(Repeat(column, best, round(shares[best], 4)))
            left &= ~(same[best] & looked_at[column].equal(looked_at[best]))
            others.remove(best)
    return tuple(found)


@dataclass(frozen=True)
class _LookedAt:
    """What codes and bytes tell of a column's values in some rows.

    Attributes
    ----------
    code : of the cell.
    cells : about the values.
    count : how many values of a grid share the cell; infinite for a continuous number.
    width : of the cell.
    rough : how far values may be from those told.
    grid : from one value of the column to the next; 0 for a continuous number.
    """

    code: Array
    cells: Cells
    count: Array
    width: Array
    rough: Array
    grid: float

    @classmethod
    def of(
        cls, encoder: ColumnEncoder, layout: Layout, column: int, codes: Array, fractions: Array
    ) -> _LookedAt:
        """The column in the rows of codes (n, S) and fractions (n, R)."""
        single, own = known_single(encoder), np.maximum(codes[:, layout.symbols_of(column)], 0)
        number = single.number
        low, high = number.ends(own)
        width = (high - low) * single.unit
        count = np.exp(number.log_volume(own)) if number.on_grid else np.full(len(own), np.inf)
        rough = np.where(count <= FRACTION_STEPS / 2, 0.0, width / FRACTION_STEPS)
        grid = number.step / 10.0**number.decimals if number.on_grid else 0.0
        return cls(own[:, 0], cells_of(encoder, layout, column, codes, fractions), count, width, rough, grid)

    def take(self, index: Array) -> _LookedAt:
        """Some of the rows, by position."""
        count, width, rough = (part[index] for part in (self.count, self.width, self.rough))
        return _LookedAt(self.code[index], self.cells.take(index), count, width, rough, self.grid)

    def equal(self, other: _LookedAt) -> NDArray[np.bool_]:
        """Rows (n,) in which the values are equal, as far as is told."""
        apart = np.abs(self.cells.values.astype(np.float64) - other.cells.values.astype(np.float64))
        return np.asarray(apart <= self.rough + other.rough)

    def tells(self, other: _LookedAt, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows (n,) in which equal values are told from those that are only rounded to the other one's grid.

        Where a column hardly ever lies in another cell, one may be rounded; ``same`` (n,) flags the rows in which it
        does not.
        """
        known = ~(self.cells.missing | other.cells.missing)
        if self.grid == other.grid or same.sum() < ROUNDED * known.sum():
            return known
        return np.asarray(known & (self.rough + other.rough <= max(self.grid, other.grid) / 4))

    def share_equal(self, other: _LookedAt, rows: NDArray[np.bool_]) -> float:
        """Share of rows (n,) in which the values are equal, beyond chance.

        Chance is that of values spread evenly, and of values of other rows in the same cell, which may crowd there.
        Never all of them: what was not seen in so many rows may be.
        """
        rough = 2 * (self.rough + other.rough)
        even = np.where(rough > 0, rough / np.where(self.width > 0, self.width, 1.0), 1 / self.count)
        rows = rows & (even <= MOST_CHANCE)
        if rows.sum() < LEAST_ROWS:
            return 0.0
        index = np.flatnonzero(rows)
        index = index[np.argsort(self.code[index], kind="stable")]
        beside = np.flatnonzero(np.diff(self.code[index]) == 0)  # and the next row is in the same cell
        crowded = self.take(index[beside]).equal(other.take(index[beside + 1]))
        by_chance = max(float(even[rows].mean()), float(crowded.mean()) if len(crowded) else 1.0)
        share = (float(self.equal(other)[rows].mean()) - by_chance) / max(1 - by_chance, 1e-9)
        return min(share, 1 - 1 / (2 + int(rows.sum())))


def repeat(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    repeats: Sequence[Repeat],
    codes: Array,
    fractions: Array,
    cells: list[Cells],
    free: Array,
) -> tuple[list[Cells], Array]:
    """Cells of all columns in which numbers repeat others as often as they do in the table.

    Parameters
    ----------
    codes, fractions : (n, S), and (n, R) in [0, 1), by which the cells were drawn.
    cells : of each column.
    free : (n, C) flags the cells that may change.

    Returns
    -------
    the cells, and flags (n, C) of those that stand for another one's value, and of these others: both must stay.
    """
    out, places, repeated = list(cells), fractions.copy(), np.zeros(free.shape, bool)
    settled = repeated.copy()
    forwards = [(found.column, found.other, found.share, free[:, found.column]) for found in repeats]
    backwards = [  # the later column was given, the earlier one is drawn
        (found.other, found.column, found.share, free[:, found.other] & ~free[:, found.column])
        for found in repeats
    ]
    for column, other, share, rows in forwards + backwards:
        encoder, number = encoders[column], layout.numbers_of(column)
        place = places[:, number.start]  # a view
        same = in_the_cell_of(encoders, layout, (column, other), codes, out) & rows & ~repeated[:, column]
        same &= _can_hold(encoder, out[other])
        taken = same & (place < share)
        rest = same & ~taken
        place[rest] = ((place[rest] - share) / (1 - share)).clip(0.0, BELOW_ONE)
        values = _taking(out[column], out[other], taken)
        values[rest] = encoder.decode(
            codes[rest][:, layout.symbols_of(column)], places[rest][:, number]
        ).values
        out[column] = replace(out[column], values=values)
        repeated[:, column] |= taken
        settled[:, [column, other]] |= taken[:, None]
    return out, settled


def repeat_again(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    repeats: Sequence[Repeat],
    codes: Array,
    before: Sequence[Cells],
    cells: list[Cells],
    hidden: Array,
) -> tuple[list[Cells], Array]:
    """Cells in which what repeated another one's value before a change does so again, where it lies in its cell.

    Parameters
    ----------
    codes : (n, S), by which the cells were drawn.
    before : of each column before the change.
    hidden : (C,) flags the columns that may change.

    Returns
    -------
    as of `repeat`.
    """
    out, settled = list(cells), np.zeros((len(codes), len(hidden)), bool)
    for found in repeats:
        column, other = found.column, found.other
        if not hidden[column]:  # the later column was given, the earlier one is drawn
            column, other = other, column
        if hidden[column]:
            was, source = before[column], before[other]
            equal = ~(was.missing | source.missing) & (was.values == source.values)
            equal &= in_the_cell_of(encoders, layout, (column, other), codes, out)
            equal &= _can_hold(encoders[column], out[other]) & ~settled[:, column]
            out[column] = replace(out[column], values=_taking(out[column], out[other], equal))
            settled[:, [column, other]] |= equal[:, None]
    return out, settled


def log_gains(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    repeats: Sequence[Repeat],
    codes: Array,
    cells: Mapping[int, Cells] | Sequence[Cells],
    after: Callable[[int, int], bool],
) -> Array:
    """What repeats add to the log-probability of cells that else count as even within their cells, (n, C) nats.

    ``cells`` are those of the columns of repeats. ``after`` tells whether a column comes after another one. An equal
    value of a continuous number has a mass.
    """
    gains = np.zeros((len(codes), len(encoders)))
    left = np.ones(gains.shape, bool)
    for found in repeats:
        for column, other in ((found.column, found.other), (found.other, found.column)):
            if not after(column, other):
                continue
            same = in_the_cell_of(encoders, layout, (column, other), codes, cells) & left[:, column]
            same &= _can_hold(encoders[column], cells[other])
            equal = same & (cells[column].values == cells[other].values)
            number = known_single(encoders[column]).number
            volume = number.log_volume(codes[:, layout.symbols_of(column)])
            even = np.log1p(-found.share)
            as_equal = np.log(found.share) + volume
            gains[:, column] += np.where(
                equal, np.logaddexp(as_equal, even) if number.on_grid else as_equal, np.where(same, even, 0.0)
            )
            left[:, column] &= ~equal
    return gains


def _taking(cells: Cells, others: Cells, rows: NDArray[np.bool_]) -> Array:
    """A column's values (n,), of its own dtype, which are another one's in the rows flagged."""
    values = cells.values.copy()
    values[rows] = others.values[rows]
    return values


def _can_hold(encoder: ColumnEncoder, cells: Cells) -> NDArray[np.bool_]:
    """Which values (n,) are on a column's grid, and within its bounds."""
    single = known_single(encoder)
    values = single.values(replace(cells, missing=np.zeros(len(cells), bool)))
    low, high = single.number.bounds
    return np.asarray((single.number.nearest(values) == values) & (values >= low) & (values <= high))


def in_the_cell_of(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    pair: Pair,
    codes: Array,
    cells: Mapping[int, Cells] | Sequence[Cells],
) -> NDArray[np.bool_]:
    """Rows (n,) in which a column lies in the cell, no point mass, that holds the other one's value."""
    column, other = pair
    there = cells[other]
    own = codes[:, layout.symbols_of(column).start]
    pointed, _ = encoders[column].encode(Cells(there.values, there.missing))
    return np.asarray(
        (own >= known_single(encoders[column]).number.first_continuous)
        & ~there.missing
        & (pointed[:, 0] == own)
    )
