"""Sums that hold to the last digit: numbers move within their cells until they do.

Codes tell in which cells the members of a sum lie; where in its cell each lies is drawn evenly and by itself, so what
is drawn sums up to the amount but for the widths of the cells. Where these have room for it, all members move within
their cells by the same share of their room: none comes to lie at the end of its cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.layout import Layout
from tabgan.encoding.ordering import limits
from tabgan.encoding.orders import Order
from tabgan.encoding.relation import Relation
from tabgan.encoding.single import Single, known_single

Array = NDArray[Any]
EXACT = 1e-12  # of the largest member: what is left by rounding of doubles,
PRINTED = 1e-8  # and of values that were printed


@dataclass(frozen=True)
class Room:
    """The values of the members of a sum in some rows, and how far each may move; all (n, M).

    ``low`` and ``high`` are the ends of cells, ``least`` and ``most`` what orders with other columns leave.
    """

    values: Array
    low: Array
    high: Array
    least: Array | float = -np.inf
    most: Array | float = np.inf

    @classmethod
    def of(
        cls,
        encoders: Sequence[ColumnEncoder],
        layout: Layout,
        relation: Relation,
        codes: Array,
        cells: Mapping[int, Cells] | Sequence[Cells],
    ) -> Room:
        """The room that the cells of codes (n, S) leave; missing values are NaN."""
        parts: list[list[Array]] = [[], [], []]
        for column in relation.columns:
            own, single = cells[column], known_single(encoders[column])
            ends = single.number.ends(codes[:, layout.symbols_of(column)])
            for part, found in zip(parts, (single.values(own), *ends), strict=True):
                part.append(np.where(own.missing, np.nan, found))
        values, low, high = (np.column_stack(part) for part in parts)
        return cls(values, np.minimum(low, values), np.maximum(high, values))

    @np.errstate(invalid="ignore")
    def kept(self, relation: Relation, share: float, rounding: float) -> NDArray[np.bool_]:
        """Rows (n,) in which the amount is met but for shares of the widths of cells and of the largest member."""
        weights = np.abs(np.array(relation.coefficients))
        off = np.abs(self.short(relation))
        allowed = (
            share * (self.high - self.low) @ weights
            + rounding * np.abs(self.values).max(axis=1) * weights.max()
        )
        return np.asarray(off <= allowed)

    def in_order(
        self,
        encoders: Sequence[ColumnEncoder],
        relation: Relation,
        orders: Sequence[Order],
        cells: Sequence[Cells],
    ) -> Room:
        """The room that orders with columns beside the sum leave; what is out of order already may stay."""
        parts: list[list[Array]] = [[], []]
        for column in relation.columns:
            single = known_single(encoders[column])
            ends = limits(encoders, orders, cells, column, (-np.inf, np.inf), leave=relation.columns)
            for part, end in zip(parts, ends, strict=True):
                part.append((end - single.shift) / single.unit)
        least, most = (np.column_stack(part) for part in parts)
        least, most = np.fmin(least, self.values), np.fmax(most, self.values)
        low, high = np.maximum(self.low, least), np.minimum(self.high, most)
        return Room(self.values, low, high, least, most)

    def with_member(self, place: int, values: Array, rows: Array) -> Room:
        """Other values (n,) of one member in the rows flagged, as near to them as it may move."""
        within = np.clip(values, self.low[:, place], self.high[:, place])
        own = np.where(rows, within, self.values[:, place])
        return replace(
            self, values=np.where(np.arange(self.values.shape[1]) == place, own[:, None], self.values)
        )

    @np.errstate(invalid="ignore")  # of infinities there is no sum
    def short(self, relation: Relation) -> Array:
        """What is short of the amount, (n,); NaN where a member is missing."""
        return np.asarray(relation.amount - self.values @ np.array(relation.coefficients))

    @np.errstate(invalid="ignore")
    def towards(self, relation: Relation, free: Array) -> Room:
        """Values moved towards the amount, all of a row by the same share of their room.

        ``free`` (n, M) flags what may move. Rows without enough room stay as they are.
        """
        short = self.short(relation)[:, None]
        weights = np.array(relation.coefficients)
        steps = (np.where(weights * short > 0, self.high, self.low) - self.values) * free
        room = np.abs(steps * weights).sum(axis=1, keepdims=True)
        share = np.divide(np.abs(short), room, out=np.zeros_like(short), where=np.abs(short) < room)
        return replace(self, values=self.values + share * steps)

    @np.errstate(invalid="ignore")
    def with_largest(self, relation: Relation, free: Array, members: Sequence[Single]) -> Room:
        """What is short put on one member that may move and whose column has such values: the largest; or a date.

        Where in its cell of some days a date lies is drawn evenly, and no column but its own sum depends on it.
        ``free`` (n, M) flags what may move.
        """
        weights = np.array(relation.coefficients)
        low, high = np.array([member.number.bounds for member in members]).T
        low, high = np.maximum(low, self.least), np.minimum(high, self.most)
        wanted = self.values + self.short(relation)[:, None] / weights
        can = free & (wanted >= low) & (wanted <= high)
        size = np.where([member.is_date for member in members], np.inf, np.abs(self.values * weights))
        largest = np.where(can, size, -1.0).argmax(axis=1)  # of two dates the first
        values = self.values.copy()
        for place, member in enumerate(members):
            own = can[:, place] & (largest == place)
            values[own, place] = member.number.nearest(wanted[own, place])
        return replace(self, values=values)


def sum_holds(
    encoders: Sequence[ColumnEncoder], relation: Relation, cells: Sequence[Cells]
) -> NDArray[np.bool_]:
    """Rows (n,) in which a sum is met, or as nearly as the finest grid of its members lets it be."""
    members = [known_single(encoders[column]) for column in relation.columns]
    values = [member.values(cells[column]) for member, column in zip(members, relation.columns, strict=True)]
    return _met(relation, members, np.column_stack(values))


@np.errstate(invalid="ignore")
def _met(relation: Relation, members: Sequence[Single], values: Array) -> NDArray[np.bool_]:
    """`sum_holds` of values (n, M)."""
    weights = np.array(relation.coefficients)
    short = np.abs(relation.amount - values @ weights)
    rounding = EXACT * np.abs(values).max(axis=1, initial=0.0) * np.abs(weights).max()
    grid = finest_grid(relation, members)
    return np.asarray(short <= (rounding if grid is None else np.maximum(rounding, (0.5 + 1e-6) * grid)))


def finest_grid(relation: Relation, members: Sequence[Single]) -> float | None:
    """The least that a member on a grid changes a sum by; None where some are continuous."""
    if not all(member.number.on_grid for member in members):
        return None
    steps = [member.number.step / 10.0**member.number.decimals for member in members]
    return float(np.abs(np.array(relation.coefficients) * steps).min())


def reconcile(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    relation: Relation,
    codes: Array,
    cells: list[Cells],
    free: Array,
    orders: Sequence[Order] = (),
) -> list[Cells]:
    """Cells of all columns, in which the sum holds in every row whose cells have room for it.

    One that always holds in the table does so in the others, too. No row comes out of order by it.

    Parameters
    ----------
    codes : (n, S).
    cells : of each column, drawn by these codes.
    free : (n, C) flags the cells that may move.
    """
    free = free[:, list(relation.columns)]
    if not relation.exact or not free.any():
        return cells
    members = [known_single(encoders[column]) for column in relation.columns]
    numbers = [member.number for member in members]
    gridded = np.array([number.on_grid for number in numbers])
    room = Room.of(encoders, layout, relation, codes, cells).in_order(encoders, relation, orders, cells)
    moved = room.towards(relation, free)
    for place in np.flatnonzero(gridded).tolist():
        moved = moved.with_member(place, numbers[place].nearest(moved.values[:, place]), free[:, place])
    moved = moved.towards(relation, free & ~gridded)  # what rounding left
    for place in np.flatnonzero(gridded).tolist():
        wanted = moved.values[:, place] + moved.short(relation) / relation.coefficients[place]
        moved = moved.with_member(place, numbers[place].nearest(wanted), free[:, place])
    met = _met(relation, members, moved.values)
    if relation.always:
        moved = moved.with_largest(relation, free & ~met[:, None], members)
        met = _met(relation, members, moved.values)
    out = list(cells)
    for place, column in enumerate(relation.columns):
        was = cells[column].values
        rows = met & free[:, place]
        values = members[place].cells(np.where(rows, moved.values[:, place], 0.0), was.dtype)
        out[column] = replace(cells[column], values=np.where(rows, values, was))
    return out
