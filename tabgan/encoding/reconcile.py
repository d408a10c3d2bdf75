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
from tabgan.encoding.relation import Relation
from tabgan.encoding.single import Single, known_single

Array = NDArray[Any]
EXACT = 1e-12  # of the largest member: what is left by rounding of doubles,
PRINTED = 1e-8  # and of values that were printed


@dataclass(frozen=True)
class Room:
    """The values of the members of a sum in some rows, and how far each may move; all (n, M)."""

    values: Array
    low: Array
    high: Array

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
        wanted = self.values + self.short(relation)[:, None] / weights
        can = free & (wanted >= low) & (wanted <= high)
        size = np.where([member.is_date for member in members], np.inf, np.abs(self.values * weights))
        largest = np.where(can, size, -1.0).argmax(axis=1)  # of two dates the first
        values = self.values.copy()
        for place, member in enumerate(members):
            own = can[:, place] & (largest == place)
            values[own, place] = member.number.nearest(wanted[own, place])
        return replace(self, values=values)


def has_dates(encoders: Sequence[ColumnEncoder], relation: Relation) -> bool:
    """Whether some members of a sum are dates."""
    return any(known_single(encoders[column]).is_date for column in relation.columns)


def reconcile(
    encoders: Sequence[ColumnEncoder],
    layout: Layout,
    relation: Relation,
    codes: Array,
    cells: list[Cells],
    free: Array,
) -> list[Cells]:
    """Cells of all columns, in which the sum holds in every row whose cells have room for it.

    One that always holds in the table does so in the others, too.

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
    moved = Room.of(encoders, layout, relation, codes, cells).towards(relation, free)
    for place in np.flatnonzero(gridded).tolist():
        moved = moved.with_member(place, numbers[place].nearest(moved.values[:, place]), free[:, place])
    moved = moved.towards(relation, free & ~gridded)  # what rounding left
    for place in np.flatnonzero(gridded).tolist():
        wanted = moved.values[:, place] + moved.short(relation) / relation.coefficients[place]
        moved = moved.with_member(place, numbers[place].nearest(wanted), free[:, place])
    met = moved.kept(relation, 0.0, EXACT)
    if relation.always:
        moved = moved.with_largest(relation, free & ~met[:, None], members)
        met = moved.kept(relation, 0.0, EXACT)
    out = list(cells)
    for place, column in enumerate(relation.columns):
        was = cells[column].values
        rows = met & free[:, place]
        values = members[place].cells(np.where(rows, moved.values[:, place], 0.0), was.dtype)
        out[column] = replace(cells[column], values=np.where(rows, values, was))
    return out
