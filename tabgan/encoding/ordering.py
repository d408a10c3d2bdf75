"""Rows put in order: a value that came out on the wrong side of another one is mirrored at it.

Values are those of cells, dates moments in the unit of their own column.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.orders import Order

Array = NDArray[Any]
Ends = tuple[Array, Array]  # the least and the greatest value that there is room for, (n,) each


def put_in_order(
    encoders: Sequence[ColumnEncoder], orders: Sequence[Order], cells: Sequence[Cells], free: Array
) -> list[Cells]:
    """Cells of all columns, in which no row that can be mended is out of order; ``free`` (n, C) flags what may move.

    Of two columns the later one, which is drawn given the other, is mirrored at it; where it must not move, the
    earlier one. Orders come by their later column, so that those before it are in order, and leave it room.
    """
    out = list(cells)
    for order in sorted(orders, key=_later_column):
        beside = [
            other for other in orders if other is not order and _later_column(other) <= _later_column(order)
        ]
        sides = ((order.second, order.first, 1), (order.first, order.second, -1))
        for own, other, sign in sorted(sides, reverse=True):
            at = in_unit_of(encoders[own], encoders[other], out[other].values, sign)
            kept = _on_side(out[own].values, at, sign)
            if order.strict:
                kept &= ~_equal(encoders[own], encoders[other], out[own].values, out[other].values)
            wrong = np.flatnonzero(~kept & free[:, own] & ~(out[own].missing | out[other].missing))
            if len(wrong):
                room = limits(encoders, beside, out, own, _typed(encoders[own]).bounds)
                room = room[0][wrong], room[1][wrong]
                mirrored, fits = _mirrored(
                    _typed(encoders[own]), at[wrong], out[own].values[wrong], sign, room
                )
                values = out[own].values.copy()
                values[wrong[fits]] = mirrored[fits]
                out[own] = replace(out[own], values=values)
    return out


def in_order(encoders: Sequence[ColumnEncoder], order: Order, cells: Sequence[Cells]) -> NDArray[np.bool_]:
    """Rows (n,) in which an order is kept; none in which a value is missing."""
    first, second = cells[order.first], cells[order.second]
    later, earlier = encoders[order.second], encoders[order.first]
    kept = second.values >= in_unit_of(later, earlier, first.values, 1)
    if order.strict:
        kept &= ~_equal(later, earlier, second.values, first.values)
    return np.asarray(kept & ~(first.missing | second.missing))


def limits(
    encoders: Sequence[ColumnEncoder],
    orders: Sequence[Order],
    cells: Sequence[Cells],
    own: int,
    bounds: tuple[Any, Any],
    leave: Collection[int] = (),
) -> Ends:
    """Between which values a column has room: within bounds, and by orders with other columns than ``leave``."""
    dtype = cells[own].values.dtype
    ends = [np.full(len(cells[own]), end, dtype if isinstance(end, int) else float) for end in bounds]
    for order in orders:
        for side, column, other in ((1, order.first, order.second), (0, order.second, order.first)):
            if column == own and other not in leave:
                at = in_unit_of(encoders[own], encoders[other], cells[other].values, 1 - 2 * side)
                narrow = (np.maximum, np.minimum)[side](ends[side], at)
                ends[side] = np.where(cells[other].missing, ends[side], narrow)
    return ends[0], ends[1]


def in_unit_of(encoder: ColumnEncoder, other: ColumnEncoder, values: Array, sign: int) -> Array:
    """Moments (n,) of another column in the unit of one, numbers on its grid; rounded up for sign 1, down for -1."""
    if isinstance(encoder, NumberColumnEncoder):
        return encoder.number.not_beyond(values, sign)
    if not (isinstance(encoder, DatetimeEncoder) and isinstance(other, DatetimeEncoder)):
        return values
    if encoder.per_day >= other.per_day:
        times = encoder.per_day // other.per_day
        most = np.iinfo(np.int64).max // times
        return np.asarray(np.clip(values, -most, most) * times)
    times = other.per_day // encoder.per_day
    return np.asarray(-(-values // times) if sign > 0 else values // times)


def _equal(encoder: ColumnEncoder, other: ColumnEncoder, values: Array, others: Array) -> NDArray[np.bool_]:
    """Where values (n,) of a column are those of another one; a day is the moment at which it begins."""
    at = in_unit_of(encoder, other, others, 1)
    return np.asarray((values == at) & (in_unit_of(other, encoder, at, 1) == others))


def _later_column(order: Order) -> tuple[int, int]:
    return max(order.first, order.second), min(order.first, order.second)


def _typed(encoder: ColumnEncoder) -> DatetimeEncoder | NumberColumnEncoder:
    assert isinstance(encoder, DatetimeEncoder | NumberColumnEncoder)
    return encoder


def _on_side(values: Array, at: Array, sign: int) -> NDArray[np.bool_]:
    return np.asarray(values >= at if sign > 0 else values <= at)


@np.errstate(invalid="ignore", over="ignore")
def _mirrored(
    encoder: DatetimeEncoder | NumberColumnEncoder, at: Array, values: Array, sign: int, room: Ends
) -> tuple[Array, Array]:
    """Values (n,) mirrored at others, or a step away where they are equal; and which of them are right.

    What there is no room for lies halfway to the end of the room.
    """
    step: Any = 0  # between neighbours on a grid
    if isinstance(encoder, DatetimeEncoder):
        step = encoder.per_day if encoder.time is None else 0
    elif encoder.number.on_grid:
        step = encoder.number.step / 10**encoder.number.decimals
    low, high = room
    mirrored = at + np.where(values == at, sign * step, at - values)
    left = (high if sign > 0 else low) - at
    halfway = at + (left / 2 if left.dtype.kind == "f" else left // 2 // (step or 1) * (step or 1))
    if isinstance(encoder, DatetimeEncoder):
        mirrored, halfway = (_on_clock(encoder, moments, values, sign) for moments in (mirrored, halfway))
    mirrored = np.where((mirrored >= low) & (mirrored <= high), mirrored, halfway)
    if isinstance(encoder, NumberColumnEncoder) and encoder.number.on_grid:
        mirrored = encoder.number.nearest(mirrored)
    fits = (mirrored >= low) & (mirrored <= high) & _on_side(mirrored, at, sign) & np.isfinite(values)
    return np.where(fits, mirrored, at).astype(values.dtype), fits


def _on_clock(encoder: DatetimeEncoder, moments: Array, values: Array, sign: int) -> Array:
    """Moments (n,) moved on, or back, to times of day that a column has: those of ``values``, or of its grid."""
    step, time = encoder.per_day, encoder.time
    if time is not None and time.n_cells:
        if not time.on_grid or time.step == 1 or encoder.per_day % time.step:
            return moments
        step = time.step
    return np.asarray(moments + sign * (sign * (values - moments) % step))
