"""Columns of which one is never less than another: no end before its start, no maximum below its minimum.

Pointers tell heads where the other value lies, so most drawn rows are in order, and cells that lie on the wrong side
are forbidden. Within a cell, and one beside it, numbers are drawn each by itself: one that came out on the wrong side
is mirrored at the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.layout import Layout
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import FRACTION_STEPS
from tabgan.encoding.pointers import LOOKED_AT, TIME, Line, Pair, distances, lines_of, point, pointed
from tabgan.schema import Column

Array = NDArray[Any]
LEAST_ROWS = 200
ALWAYS = 0.995  # of the rows: values beyond the last knots seem out of order
SURE = 0.9  # of the rows are in order as far as codes tell
MOST_DATES = 20  # columns that are compared whether they lie near each other or not
SELDOM = 0.002  # of the rows have a cell on the wrong side, as parts of cells tell roughly where values lie


@dataclass(frozen=True)
class Order:
    """In all rows, or as good as all, ``first`` is no more than ``second``.

    Attributes
    ----------
    first, second : positions of the columns.
    strict : they are never equal.
    gated : cells that lie on the wrong side are forbidden.
    """

    first: int
    second: int
    strict: bool
    gated: bool

    def to_json(self) -> list[Any]:
        """Plain values."""
        return [self.first, self.second, self.strict, self.gated]

    @classmethod
    def from_json(cls, plain: list[Any]) -> Order:
        """The order that `to_json` described."""
        return cls(int(plain[0]), int(plain[1]), bool(plain[2]), bool(plain[3]))

    def side(self, pair: Pair) -> int:
        """On which side of the other's value the first column of a pair never lies: -1, 1; 0 where that is open."""
        if not self.gated:
            return 0
        return {(self.second, self.first): -1, (self.first, self.second): 1}.get(pair, 0)


def find_orders(
    columns: Sequence[Column],
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    near: Iterable[Pair],
    codes: Array,
    fractions: Array,
) -> tuple[Order, ...]:
    """Orders among pairs of columns that lie near each other, and of dates; codes (n, S), fractions (n, R) bytes."""
    rows = np.random.default_rng(0).permutation(len(codes))[:LOOKED_AT]
    codes, fractions = codes[rows].astype(np.int64), fractions[rows]
    dates = [index for index, encoder in enumerate(encoders) if isinstance(encoder, DatetimeEncoder)]
    pairs = {(min(pair), max(pair)) for pair in near} | set(combinations(dates[:MOST_DATES], 2))
    pairs = {pair for pair in pairs if _scale(encoders[pair[0]]) == _scale(encoders[pair[1]])}
    within = {
        column: _Within.of(encoders[column], layout, column, codes, fractions)
        for column in sorted({column for pair in pairs for column in pair})
    }
    lines = {line.column: line for line in lines_of(columns, encoders, layout) if line.scale[0] != TIME}
    found = []
    for one, two in sorted(pairs):
        order = _order(one, two, within) or _order(two, one, within)
        if order is not None:
            ends = [lines.get(column) for column in (order.first, order.second)]
            found.append(replace(order, gated=_seldom(ends, layout, codes, fractions)))
    return tuple(found)


@dataclass(frozen=True)
class _Within:
    """Between which values a column's rows lie, as far as codes and bytes tell; where there is none. (n,) each."""

    low: Array
    high: Array
    missing: Array

    @classmethod
    def of(
        cls, encoder: ColumnEncoder, layout: Layout, column: int, codes: Array, fractions: Array
    ) -> _Within:
        own, byte = codes[:, layout.symbols_of(column)], fractions[:, layout.numbers_of(column)]
        ends = [
            encoder.decode(np.maximum(own, 0), (byte + part) / FRACTION_STEPS) for part in (0.0, 1.0 - 1e-9)
        ]
        return cls(ends[0].values, ends[1].values, ends[0].missing | (own[:, 0] < 0))


def _order(first: int, second: int, within: dict[int, _Within]) -> Order | None:
    """That the first is no more than the second, if it is."""
    one, two = within[first], within[second]
    known = ~(one.missing | two.missing)
    if (
        known.sum() < LEAST_ROWS
        or (one.low <= two.high)[known].mean() < ALWAYS
        or (one.high <= two.low)[known].mean() < SURE
    ):
        return None
    equal = (one.low == one.high) & (two.low == two.high) & (one.low == two.low)
    return Order(first, second, strict=not equal[known].any(), gated=False)


def _seldom(ends: Sequence[Line | None], layout: Layout, codes: Array, fractions: Array) -> bool:
    """Whether the cells of both columns of an order hardly ever lie on the wrong side, two or more cells away."""
    first, second = ends
    if first is None or second is None:
        return False
    for own, other, side in ((second, first, -1), (first, second, 1)):
        told = pointed(point(own, other), layout, codes, fractions)
        code = codes[:, own.symbol]
        known = (told >= 0) & (code >= own.number.first_continuous)
        away = distances(own.number.numbers[0], code, told) * side
        if not known.any() or (away >= 2)[known].mean() > SELDOM:
            return False
    return True


def _scale(encoder: ColumnEncoder) -> Any:
    """What another column must have, too, for its values to be comparable."""
    return encoder.per_day if isinstance(encoder, DatetimeEncoder) else None


def put_in_order(
    encoders: Sequence[ColumnEncoder], order: Order, cells: list[Cells], free: Array
) -> list[Cells]:
    """Cells of all columns, in which no row that can be mended is out of order; ``free`` (n, C) flags what may move.

    The later column, which is drawn given the other one, is mirrored at it; where it must not move, the earlier one.
    """
    out = list(cells)
    sides = ((order.second, order.first, 1), (order.first, order.second, -1))
    for own, other, sign in sorted(sides, reverse=True):
        known = ~(out[own].missing | out[other].missing)
        in_order = _on_side(out[own].values, out[other].values, sign)
        if order.strict:
            in_order &= out[own].values != out[other].values
        wrong = np.flatnonzero(~in_order & free[:, own] & known)
        if len(wrong):
            at = out[other].values[wrong]
            mirrored, fits = _mirrored(encoders[own], at, out[own].values[wrong], sign)
            values = out[own].values.copy()
            values[wrong[fits]] = mirrored[fits]
            out[own] = replace(out[own], values=values)
    return out


def _on_side(values: Array, at: Array, sign: int) -> NDArray[np.bool_]:
    return np.asarray(values >= at if sign > 0 else values <= at)


@np.errstate(invalid="ignore", over="ignore")
def _mirrored(encoder: ColumnEncoder, at: Array, values: Array, sign: int) -> tuple[Array, Array]:
    """Values (n,) mirrored at others, or a step away where they are equal; and which of them are right.

    What would lie beyond the end of its column lies halfway to it.
    """
    assert isinstance(encoder, DatetimeEncoder | NumberColumnEncoder)
    step: Any = 0  # between neighbours on a grid
    if isinstance(encoder, DatetimeEncoder):
        step = encoder.per_day if encoder.time is None else 0
    elif encoder.number.on_grid:
        step = encoder.number.step / 10**encoder.number.decimals
    mirrored = at + np.where(values == at, sign * step, at - values)
    low, high = encoder.bounds
    room = (high if sign > 0 else low) - at
    halfway = at + (room / 2 if room.dtype.kind == "f" else room // 2 // (step or 1) * (step or 1))
    mirrored = np.where((mirrored >= low) & (mirrored <= high), mirrored, halfway)
    if isinstance(encoder, NumberColumnEncoder) and encoder.number.on_grid:
        mirrored = encoder.number.nearest(mirrored)
    fits = (mirrored >= low) & (mirrored <= high) & _on_side(mirrored, at, sign) & np.isfinite(values)
    return np.where(fits, mirrored, at).astype(values.dtype), fits
