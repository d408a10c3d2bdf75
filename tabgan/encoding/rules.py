"""What holds between the columns of a table, put right in rows that were drawn: orders, sums, values that repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.layout import Layout
from tabgan.encoding.ordering import in_order, put_in_order
from tabgan.encoding.orders import Order
from tabgan.encoding.reconcile import reconcile, sum_holds
from tabgan.encoding.relation import Relation
from tabgan.encoding.repeats import Repeat, repeat, repeat_again

Array = NDArray[Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """Orders, sums and repeats of a table's columns.

    Shapes: codes (n, S) and fractions (n, R) by which rows were drawn, flags (n, C) of cells; S, R, C as in `layout`.
    """

    encoders: tuple[ColumnEncoder, ...]
    layout: Layout
    orders: tuple[Order, ...] = ()
    sums: tuple[Relation, ...] = ()
    repeats: tuple[Repeat, ...] = ()

    def reconciled(self, codes: Array, fractions: Array, cells: list[Cells], free: Flags) -> list[Cells]:
        """Cells of each column in which all rules hold as in the table; ``free`` flags those that may change."""
        # before values are repeated, which then stay, as do their sources
        cells = self.mended(codes, cells, free)
        cells, settled = repeat(self.encoders, self.layout, self.repeats, codes, fractions, cells, free)
        return self.mended(codes, cells, free & ~settled) if self.repeats else cells

    def mended(self, codes: Array, cells: list[Cells], free: Flags) -> list[Cells]:
        """Cells of each column that are in order, and in which sums hold, as in the table."""
        cells, free = put_in_order(self.encoders, self.orders, cells, free), free.copy()
        for relation in self.sums:
            cells = reconcile(self.encoders, self.layout, relation, codes, cells, free, self.orders)
            if relation.exact:  # sums that share members must not undo one another
                kept = sum_holds(self.encoders, relation, cells)
                free[np.ix_(kept, np.array(relation.columns))] = False
        return cells

    def kept_up(
        self, before: Sequence[Cells], codes: Array, now: list[Cells], free: Flags, hidden: Flags
    ) -> list[Cells]:
        """Cells in which what held ``before`` a change holds again.

        Parameters
        ----------
        before : cells of each column before the change; where an order or a sum held in them and does not now, the
            last column that was drawn again may move, though it came out as it was.
        codes : by which the cells of ``now`` were drawn.
        free : (n, C) cells that came out differently.
        hidden : (C,) columns that were drawn again.
        """
        free = free | self._broken(before, now, hidden)
        cells = self.mended(codes, now, free)
        cells, settled = repeat_again(self.encoders, self.layout, self.repeats, codes, before, cells, hidden)
        return self.mended(codes, cells, free & ~settled) if self.repeats else cells

    def _broken(self, before: Sequence[Cells], now: Sequence[Cells], hidden: Flags) -> Flags:
        found = np.zeros((len(now[0]), len(hidden)), bool)
        rules: list[tuple[tuple[int, ...], Callable[[Sequence[Cells]], Flags]]] = [
            *((own.columns, partial(sum_holds, self.encoders, own)) for own in self.sums if own.exact),
            *(((own.first, own.second), partial(in_order, self.encoders, own)) for own in self.orders),
        ]
        for columns, holds in rules:
            last = max((column for column in columns if hidden[column]), default=None)
            if last is not None:
                found[holds(before) & ~holds(now), last] = True
        return found
