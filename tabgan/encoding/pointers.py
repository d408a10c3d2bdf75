"""Columns whose values lie near those of another column, or on one side: a payment that equals the bill, min and max.

A cell tells a number only roughly, and networks learn slowly that two numbers are the same one, or that one is the
greater. So a network is told in which cell of a column the value of another column would lie: a pointer, as language
models copy words (Gu et al. 2016, arXiv 1603.06393). DIFF: it points to a cell and to bands of cells around it, and
adds to logits instead of mixing two distributions. Of datetimes days point to days, and times of day to times of day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.layout import Layout, NumberTable, Pointer
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import FRACTION_STEPS, NumericEncoder
from tabgan.schema import Column, Kind

Array = NDArray[Any]
Pair = tuple[int, int]
STEPS = 16  # parts of a cell of the other number
LOOKED_AT = 4_000  # rows,
SCREENED = 500  # and so many of them for pairs of which most are nothing
LEAST = 0.2  # nats a row that a column's cell tells of the own one, beyond chance
TURNS = 4  # of the rows against one another, to see what chance gives
REACH = np.array([1, 2, 4, 8, 16, 32, 64])  # cells; a band for each distance up to these, and one beyond
MIDDLE = len(REACH) + 1
N_BANDS = 2 * MIDDLE + 1
MOST_OTHERS = 3  # a column
MOST_PAIRS = 64
DAY, TIME, NUMBER = "day", "time", "number"
NEIGHBOURS = 30  # how far apart two columns may be in a wide table


@dataclass(frozen=True)
class Line:
    """A number whose cells are modes of their own: that of a column, or the days or the times of day of datetimes.

    Attributes
    ----------
    scale : what another line must have, too, for its values to be comparable.
    symbol, place : positions within the row, of its code and of its fraction.
    """

    column: int
    scale: tuple[Any, ...]
    number: NumericEncoder
    symbol: int
    place: int

    def cells(self, codes: Array, fractions: Array) -> Cells:
        """About the values of rows with codes (n, S) and fractions (n, R); hidden ones are missing."""
        own, inside = codes[:, [self.symbol]], (fractions[:, [self.place]] + 0.5) / FRACTION_STEPS
        values, missing = self.number.decode(np.maximum(own, 0), inside)
        return Cells(values, missing | (own[:, 0] < 0))

    def told(self, values: Array, missing: Array) -> Array:
        """The codes in which values of another line would lie, (n,); -1 where missing."""
        return np.where(missing, -1, self.number.encode(values, missing)[0][:, 0])


def lines_of(columns: Sequence[Column], encoders: Sequence[ColumnEncoder], layout: Layout) -> list[Line]:
    """The lines of all columns."""
    found = []
    for index, (column, encoder) in enumerate(zip(columns, encoders, strict=True)):
        parts: list[tuple[tuple[Any, ...], NumericEncoder]] = []
        if isinstance(encoder, NumberColumnEncoder):
            kind = NUMBER if column.kind is Kind.INTEGER or column.kind is Kind.FLOAT else column.kind
            parts = [((kind, column.origin, column.unit), encoder.number)]
        elif isinstance(encoder, DatetimeEncoder):
            scales = ((DAY,), (TIME, encoder.per_day))
            pairs = zip(scales, (encoder.day, encoder.time), strict=True)
            parts = [(scale, number) for scale, number in pairs if number is not None]
        symbol, place = layout.symbols_of(index).start, layout.numbers_of(index).start
        for scale, number in parts:
            if number.n_cells and number.n_places == 1:
                found.append(Line(index, scale, number, symbol, place))
            symbol, place = symbol + len(number.symbols), place + len(number.numbers)
    return found


def find_near(
    columns: Sequence[Column],
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    codes: Array,
    fractions: Array,
) -> tuple[Pair, ...]:
    """Pairs (column, other) in which the cell of the other's value tells where the first lies; codes (n, S).

    Point masses do not count: that two columns are both zero is told by their codes.
    """
    rows = np.random.default_rng(0).permutation(len(codes))[:LOOKED_AT]
    codes, fractions = codes[rows].astype(np.int64), fractions[rows]
    lines = lines_of(columns, encoders, layout)
    few = _promising(len(columns), lines, codes[:SCREENED], fractions[:SCREENED])
    found = sorted(few, key=lambda gain: gain[0], reverse=True)
    gains: dict[Pair, float] = {}
    for _, own, other in found[: 2 * MOST_PAIRS]:
        told = pointed(point(own, other), layout, codes, fractions)[None]
        gain, pair = float(_gain(own, codes[:, own.symbol], told)[0]), (own.column, other.column)
        if gain > LEAST:
            gains[pair] = max(gain, gains.get(pair, 0.0))
    return _best([(gain, pair) for pair, gain in gains.items()])


def build_pointers(
    columns: Sequence[Column], encoders: Sequence[ColumnEncoder], layout: Layout, sides: Mapping[Pair, int]
) -> tuple[Pointer, ...]:
    """Where in columns the values of others lie; of two datetimes both day and time of day.

    ``sides`` are the pairs, and on which side of the other's value each never lies, see `Pointer`.
    """
    lines: dict[int, list[Line]] = {}
    for line in lines_of(columns, encoders, layout) if sides else ():
        lines.setdefault(line.column, []).append(line)
    return tuple(
        point(own, other, 0 if own.scale[0] == TIME else side)
        for (column, beside), side in sides.items()
        for own in lines.get(column, ())
        for other in lines.get(beside, ())
        if own.scale == other.scale
    )


def point(own: Line, other: Line, side: int = 0) -> Pointer:
    """Where on a line the values of another lie, and on which side of them the own ones never do."""
    cells = cells_by_part(other.number)
    codes = own.told(cells.values, cells.missing).astype(np.int32).reshape(-1, STEPS)
    return Pointer(own.symbol, other.place, codes, bands_around(own.number.numbers[0]), side)


def cells_by_part(number: NumericEncoder) -> Cells:
    """About the values of each part of each code of a number, (K · STEPS,)."""
    code = np.repeat(np.arange(number.n_modes), STEPS)[:, None]
    inside = np.tile((np.arange(STEPS) + 0.5) / STEPS, number.n_modes)[:, None]
    return Cells(*number.decode(code, inside))


def bands_around(number: NumberTable) -> NDArray[np.int32]:
    """The first codes of the bands of cells around each code of a number, (K, N_BANDS).

    Bands go from far below over the code itself (at MIDDLE) to far above, each up to the start of the next. A point
    mass lies between cells: its own band is empty.
    """
    low, high = _ends(number)
    below, above = low[:, None] - REACH[::-1], high[:, None] + REACH
    first = number.first_cell
    starts = np.column_stack([np.full(len(low), first), below, low, high, above])
    return starts.clip(first, len(low)).astype(np.int32)


def _ends(number: NumberTable) -> tuple[Array, Array]:
    """The first cell that is not below each code, and the first that is above it, (K,) each."""
    low = np.arange(len(number.rank_low))
    high = low + 1
    first = number.first_cell
    between = first + np.searchsorted(number.rank_low[first:, 0], number.rank_low[:first, 0])
    low[:first] = high[:first] = between
    return low, high


def pointed(pointer: Pointer, layout: Layout, codes: Array, fractions: Array) -> Array:
    """The code that each row's other value points to, (n,); -1 where there is none."""
    code = codes[:, layout.numbers[pointer.number].symbols[0]]
    part = fractions[:, pointer.number].astype(np.int64) * STEPS // FRACTION_STEPS
    return np.where(code < 0, -1, pointer.codes[np.maximum(code, 0), part])


def _promising(
    n_columns: int, lines: Sequence[Line], codes: Array, fractions: Array
) -> Iterator[tuple[float, Line, Line]]:
    """Gain of the pairs that may be worth a pointer, by few rows."""
    far = n_columns if len(lines) <= 2 * NEIGHBOURS else NEIGHBOURS
    cells = [line.cells(codes, fractions) for line in lines]
    for own in lines:
        others = [
            (other, held)
            for other, held in zip(lines, cells, strict=True)
            if 0 < abs(other.column - own.column) <= far and other.scale == own.scale
        ]
        if others:
            missing = np.concatenate([held.missing for _, held in others])
            told = own.told(np.concatenate([held.values for _, held in others]), missing)
            gains = _gain(own, codes[:, own.symbol], told.reshape(len(others), -1)).tolist()
            pairs = zip(gains, others, strict=True)
            yield from ((gain, own, other) for gain, (other, _) in pairs if gain > LEAST / 2)


def cells_of(encoder: ColumnEncoder, layout: Layout, column: int, codes: Array, fractions: Array) -> Cells:
    """About the values of a column's rows; hidden ones are missing."""
    own = codes[:, layout.symbols_of(column)]
    inside = (fractions[:, layout.numbers_of(column)] + 0.5) / FRACTION_STEPS
    cells = encoder.decode(np.maximum(own, 0), inside)
    return Cells(cells.values, cells.missing | (own[:, 0] < 0))


def _gain(line: Line, own: Array, told: Array) -> Array:
    """Nats a row that the cells told (k, n) give of a line's own cells (n,), beyond chance, (k,).

    The divergence of how far own cells lie from those told, in bands, from the same with the rows turned against one
    another. Rows are in random order.
    """
    number, within = line.number.numbers[0], own >= line.number.first_continuous
    found = _shares(number, own, told, within)
    turned = [_shares(number, own, np.roll(told, k + 1, axis=1), within) for k in range(TURNS)]
    gain = (found * np.log(found / np.mean(turned, axis=0))).sum(1)
    n_rows = np.maximum((within & (told >= 0)).sum(1), 1)
    return np.asarray((gain - N_BANDS / (2 * n_rows)) * n_rows / len(own))


def distances(number: NumberTable, own: Array, told: Array) -> Array:
    """How many cells own codes (n,) lie beyond those told (..., n), below 0 on the near side; 0: in the very cell."""
    low, high = _ends(number)
    start, end = low[np.maximum(told, 0)], high[np.maximum(told, 0)]
    return np.where(own < start, own - start, np.where(own >= end, own - end + 1, 0))


def _shares(number: NumberTable, own: Array, told: Array, within: Array) -> Array:
    """Share of the rows in each band around what they are told, (k, N_BANDS); half a row more in each."""
    distance = distances(number, own, told)
    band = MIDDLE + np.sign(distance) * (np.searchsorted(REACH, np.abs(distance)) + 1)
    band += N_BANDS * np.arange(len(told))[:, None]
    counts = np.bincount(band[within & (told >= 0)], minlength=N_BANDS * len(told))
    shares = counts.reshape(len(told), N_BANDS) + 0.5
    return np.asarray(shares / shares.sum(1, keepdims=True))


def _best(gains: list[tuple[float, Pair]]) -> tuple[Pair, ...]:
    kept: list[Pair] = []
    for _, pair in sorted(gains, reverse=True):
        if sum(column == pair[0] for column, _ in kept) < MOST_OTHERS and len(kept) < MOST_PAIRS:
            kept.append(pair)
    return tuple(sorted(kept))
