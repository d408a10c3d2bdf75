"""The ends of a range that a user asks for, as the smallest and the largest cell value inside."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tabgan.encoding.value import in_zone, refused
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind
from tabgan.schema.scalars import to_plain

LOWEST, HIGHEST = -(2**63), 2**63 - 1
NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "D": 86_400 * 10**9}


def cell_bounds(low: Any, high: Any, closed: str, column: Column) -> tuple[Any, Any]:
    """Smallest and largest cell value from ``low`` to ``high``, which may be None: no bound on that side.

    ``closed`` is "both", "left", "right" or "neither", as in `pandas.Interval`. Whole numbers and times come as
    integers in the column's unit, others as floats. Text such as "2024-06", a `datetime.date` and a
    `pandas.Period` stand for the whole month, day or period, as in a slice of pandas.

    Raises
    ------
    ColumnError
        The column has no order, a bound is not of its kind, or low is above high.
    """
    match column.kind:
        case Kind.INTEGER | Kind.FLOAT:
            ends = _numbers(low, high, closed, column)
        case Kind.DATETIME | Kind.TIMEDELTA:
            ends = _times(low, high, closed, column)
        case _:
            raise ColumnError(
                f"column {column.name!r}: a range needs numbers, times or ordered levels; found a {column.kind}; "
                "ask for a list of values"
            )
    return ends


def _numbers(low: Any, high: Any, closed: str, column: Column) -> tuple[Any, Any]:
    first, last = _number(low, column), _number(high, column)
    if first is not None and last is not None and first > last:
        raise reversed_bounds(low, high, column)
    open_low, open_high = closed in ("right", "neither"), closed in ("left", "neither")
    if column.kind is Kind.FLOAT and column.decimals is None:
        start = -math.inf if first is None else float(first)
        stop = math.inf if last is None else float(last)
        return (
            math.nextafter(start, math.inf) if open_low else start,
            math.nextafter(stop, -math.inf) if open_high else stop,
        )
    scale = 10 ** (column.decimals or 0)
    start, stop = _lowest(first, scale, open_low), _highest(last, scale, open_high)
    if column.kind is Kind.FLOAT:
        return start / scale, stop / scale
    ends = (
        max(min(end - column.origin, HIGHEST), LOWEST) if math.isfinite(end) else end for end in (start, stop)
    )
    start, stop = ends
    return LOWEST if start == -math.inf else start, HIGHEST if stop == math.inf else stop


def _number(value: Any, column: Column) -> Any:
    """A bound as an exact number, None for no bound."""
    value = to_plain(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != value:
        raise refused(column, value, "a number", what="a bound")
    return Decimal(repr(value)) if isinstance(value, float) and math.isfinite(value) else value


def _lowest(bound: Any, scale: int, is_open: bool) -> Any:
    """The first whole multiple of 1 / scale from a bound on."""
    if bound is None or not math.isfinite(bound):
        return -math.inf if bound is None else float(bound)
    scaled = bound * scale
    first = math.ceil(scaled)
    return first + int(is_open and first == scaled)


def _highest(bound: Any, scale: int, is_open: bool) -> Any:
    last = _lowest(None if bound is None else -bound, scale, is_open)
    return -last


def _times(low: Any, high: Any, closed: str, column: Column) -> tuple[int, int]:
    """Bounds in the column's unit; every bound is a span of time, from one nanosecond up."""
    step = NANOSECONDS[str(column.unit)]
    first, last = (None if end is None else _span(end, column) for end in (low, high))
    if first is not None and last is not None and first[0] > last[1]:
        raise reversed_bounds(low, high, column)
    start, stop = LOWEST, HIGHEST
    if first is not None:
        start = -(-first[closed in ("right", "neither")] // step)
    if last is not None:
        stop = -(-last[closed not in ("left", "neither")] // step) - 1
    return max(start, LOWEST), min(stop, HIGHEST)


def _span(value: Any, column: Column) -> tuple[int, int]:
    """Nanoseconds since the epoch at which a bound begins and those at which it has ended."""
    length = column.kind is Kind.TIMEDELTA
    name = "a length of time" if length else "a date or time"
    try:
        if length:
            moment = _nanoseconds(pd.Timedelta(to_plain(value)))
            return moment, moment + 1
        return _moments(to_plain(value), column)
    except ColumnError:
        raise
    except (ValueError, OverflowError, TypeError) as error:
        raise refused(column, value, name, what="a bound") from error


def _moments(value: Any, column: Column) -> tuple[int, int]:
    if column.format and isinstance(value, str | int):
        value = _written(str(value), column.format)
    if isinstance(value, str) and pd.Timestamp(value).tzinfo is None:
        value = pd.Period(value)
    elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = pd.Period(value, freq="D")
    if isinstance(value, pd.Period):
        ends = (value.start_time, (value + 1).start_time)
        begin, end = (_nanoseconds(in_zone(moment, column, value)) for moment in ends)
        return begin, end
    if isinstance(value, bool | int | float):
        raise refused(column, value, "a date or time", what="a bound")
    moment = _nanoseconds(in_zone(pd.Timestamp(value), column, value))
    return moment, moment + 1


def _written(text: str, layout: str) -> Any:
    """A bound in the column's own format, else as it reads: "2024-06" is shorter than the format."""
    try:
        return datetime.datetime.strptime(text, layout).date()
    except ValueError:
        return text


def _nanoseconds(moment: Any) -> int:
    if pd.isna(moment):
        raise ValueError("a bound must not be missing")
    return int(moment.asm8.astype(np.int64)) * NANOSECONDS[moment.unit]


def reversed_bounds(low: Any, high: Any, column: Column) -> ColumnError:
    """The error for a range that ends before it begins."""
    return ColumnError(
        f"column {column.name!r}: a range must not end before it begins; found {low!r} to {high!r}; swap them"
    )
