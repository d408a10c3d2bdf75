"""Columns whose values lie near those of another column, or on one side: a payment that equals the bill, min and max.

A cell tells a number only roughly, and networks learn slowly that two numbers are the same one, or that one is the
greater. So a network is told in which cell of a column the value of another column would lie: a pointer, as language
models copy words (Gu et al. 2016, arXiv 1603.06393). DIFF: it points to a cell and to bands of cells around it, and
adds to logits instead of mixing two distributions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.layout import Layout, NumberTable, Pointer
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import FRACTION_STEPS
from tabgan.schema import Column

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
NEIGHBOURS = 30  # how far apart two columns may be in a wide table


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
    gains = []
    found = sorted(
        _promising(columns, encoders, layout, codes[:SCREENED], fractions[:SCREENED]), reverse=True
    )
    for _, pair in found[: 2 * MOST_PAIRS]:
        pointer = build_pointer(encoders, layout, pair)
        told = pointed(pointer, layout, codes, fractions)[None]
        gain = float(_gain(encoders[pair[0]], codes[:, pointer.symbol], told)[0])
        if gain > LEAST:
            gains.append((gain, pair))
    return _best(gains)


def build_pointer(encoders: Sequence[ColumnEncoder], layout: Layout, pair: Pair) -> Pointer:
    """Where in a column the values of another lie."""
    own, other = (encoders[column] for column in pair)
    assert isinstance(own, NumberColumnEncoder)
    assert isinstance(other, NumberColumnEncoder)
    cells = cells_by_part(other)
    there, _ = own.encode(Cells(cells.values, cells.missing))
    found = np.where(cells.missing, -1, there[:, 0]).astype(np.int32)
    return Pointer(
        layout.symbols_of(pair[0]).start,
        layout.numbers_of(pair[1]).start,
        found.reshape(-1, STEPS),
        bands_around(own.numbers[0]),
    )


def celled(encoders: Sequence[ColumnEncoder]) -> list[int]:
    """Positions of the columns that are one number whose cells are modes of their own."""
    return [
        index
        for index, encoder in enumerate(encoders)
        if isinstance(encoder, NumberColumnEncoder)
        and encoder.number.n_cells
        and encoder.number.n_places == 1
    ]


def cells_by_part(encoder: NumberColumnEncoder) -> Cells:
    """About the values of each part of each code of a number, (K · STEPS,)."""
    n_modes = encoder.number.n_modes
    code = np.repeat(np.arange(n_modes), STEPS)[:, None]
    inside = np.tile((np.arange(STEPS) + 0.5) / STEPS, n_modes)[:, None]
    return encoder.decode(code, inside)


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
    columns: Sequence[Column],
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    codes: Array,
    fractions: Array,
) -> Iterator[tuple[float, Pair]]:
    """Gain of the pairs that may be worth a pointer, by few rows."""
    numbers = celled(encoders)
    far = len(columns) if len(numbers) <= 2 * NEIGHBOURS else NEIGHBOURS
    values = {index: cells_of(encoders[index], layout, index, codes, fractions) for index in numbers}
    for column in numbers:
        others = [
            other
            for other in numbers
            if 0 < abs(other - column) <= far and _comparable(columns[column], columns[other])
        ]
        if others:
            cells = [values[other] for other in others]
            missing = np.concatenate([some.missing for some in cells])
            there, _ = encoders[column].encode(
                Cells(np.concatenate([some.values for some in cells]), missing)
            )
            told = np.where(missing, -1, there[:, 0]).reshape(len(others), -1)
            gain = _gain(encoders[column], codes[:, layout.symbols_of(column).start], told)
            pairs = [(column, other) for other in others]
            yield from (found for found in zip(gain.tolist(), pairs, strict=True) if found[0] > LEAST / 2)


def cells_of(encoder: ColumnEncoder, layout: Layout, column: int, codes: Array, fractions: Array) -> Cells:
    """About the values of a column's rows; hidden ones are missing."""
    own = codes[:, layout.symbols_of(column)]
    inside = (fractions[:, layout.numbers_of(column)] + 0.5) / FRACTION_STEPS
    cells = encoder.decode(np.maximum(own, 0), inside)
    return Cells(cells.values, cells.missing | (own[:, 0] < 0))


def _comparable(one: Column, two: Column) -> bool:
    return (one.kind, one.origin, one.unit) == (two.kind, two.origin, two.unit)


def _gain(encoder: ColumnEncoder, own: Array, told: Array) -> Array:
    """Nats a row that the cells told (k, n) give of a column's own cells (n,), beyond chance, (k,).

    The divergence of how far own cells lie from those told, in bands, from the same with the rows turned against one
    another. Rows are in random order.
    """
    assert isinstance(encoder, NumberColumnEncoder)
    low, high = _ends(encoder.numbers[0])
    within = own >= encoder.number.first_continuous
    found = _shares(own, told, low, high, within)
    turned = [_shares(own, np.roll(told, k + 1, axis=1), low, high, within) for k in range(TURNS)]
    gain = (found * np.log(found / np.mean(turned, axis=0))).sum(1)
    n_rows = np.maximum((within & (told >= 0)).sum(1), 1)
    return np.asarray((gain - N_BANDS / (2 * n_rows)) * n_rows / len(own))


def _shares(own: Array, told: Array, low: Array, high: Array, within: Array) -> Array:
    """Share of the rows in each band around what they are told, (k, N_BANDS); half a row more in each."""
    start, end = low[np.maximum(told, 0)], high[np.maximum(told, 0)]
    distance = np.where(own < start, own - start, np.where(own >= end, own - end + 1, 0))
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
