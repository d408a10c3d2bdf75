"""Columns of which one is never less than another: no end before its start, no maximum below its minimum.

Pointers tell heads where the other value lies, so most drawn rows are in order, and cells that lie on the wrong side
are forbidden. Within a cell, and one beside it, numbers are drawn each by itself: see `ordering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.layout import Layout
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
    pairs = {(one, two) for one, two in pairs if (one in dates) == (two in dates)}
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
        low, high = (end.values for end in ends)
        if isinstance(encoder, DatetimeEncoder):  # dates may have other units
            low, high = low / encoder.per_day, high / encoder.per_day
        return cls(low, high, ends[0].missing | (own[:, 0] < 0))


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
