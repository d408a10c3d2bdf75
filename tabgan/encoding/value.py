"""One value that a user asks for, checked against its column."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tabgan.data.cells import Cells
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import FRACTION_STEPS
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind
from tabgan.schema.reading import plain_level
from tabgan.schema.scalars import PLAIN, to_plain

MISSING = np.array([True])
PRESENT = np.array([False])
NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DATETIME, Kind.TIMEDELTA)
BEYOND = 0.1  # of a column's range: how far outside of it a value may be asked for


def value_cells(value: Any, column: Column, encoder: Any) -> Cells:
    """One row of cells, shape (1,), as `to_cells` would give.

    Raises
    ------
    ColumnError
        The column cannot hold the value.
    """
    if is_missing(value):
        return _missing_cells(column)
    value = to_plain(value)
    match column.kind:
        case Kind.INTEGER | Kind.FLOAT:
            cells = _number(value, column)
        case Kind.BOOLEAN | Kind.CATEGORY:
            return Cells(np.zeros(1, np.int32), PRESENT, (_level(value, column),))
        case Kind.DATETIME | Kind.TIMEDELTA:
            cells = _time(value, column)
        case Kind.CONSTANT:
            if value != column.value or isinstance(value, bool) != isinstance(column.value, bool):
                raise refused(column, value, f"its only value, {column.value!r}")
            return Cells(np.zeros(1, np.int8), PRESENT)
        case Kind.IDENTIFIER | Kind.TEXT:
            raise refused(column, value, f"left out, for every {column.kind} is made anew")
    check_range(cells, column, encoder, value)
    return cells


def is_missing(value: Any) -> bool:
    """Whether a value asks for missing: None, NaN, NaT, NA."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating | Decimal) and value != value)
    )


def _missing_cells(column: Column) -> Cells:
    zero: dict[Kind, Any] = {
        Kind.FLOAT: np.full(1, np.nan),
        Kind.IDENTIFIER: np.array([""], object),
        Kind.TEXT: np.array([""], object),
    }
    coded = column.kind in (Kind.CATEGORY, Kind.BOOLEAN)
    return Cells(np.full(1, -1, np.int32) if coded else zero.get(column.kind, np.zeros(1, np.int64)), MISSING)


def _number(value: Any, column: Column) -> Cells:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refused(column, value, "a number")
    if column.kind is Kind.FLOAT:
        if column.decimals is not None and not _on_grid(float(value), column.decimals):
            raise refused(column, value, f"a number of at most {column.decimals} decimals")
        return Cells(np.array([float(value)]), PRESENT)
    if not isinstance(value, int) and (not math.isfinite(value) or value % 1):
        raise refused(column, value, "a whole number")
    shifted = int(value) - column.origin
    if not -(2**63) <= shifted < 2**63:
        raise refused(column, value, "a number of 64 bits")
    return Cells(np.array([shifted], np.int64), PRESENT)


def _on_grid(value: float, decimals: int) -> bool:
    return not math.isfinite(value) or math.isclose(round(value, decimals), value, abs_tol=1e-12)


def _level(value: Any, column: Column) -> Any:
    """The value, unless it only looks like one of the levels (True is no 1)."""
    if column.levels and isinstance(value, bool) and not any(isinstance(k, bool) for k in column.levels):
        raise refused(column, value, f"one of {', '.join(map(repr, column.levels[:5]))}")
    try:
        hash(value)
    except TypeError:
        raise refused(column, value, "a category") from None
    return value if isinstance(value, (*PLAIN, Decimal)) else plain_level(value)


def _time(value: Any, column: Column) -> Cells:
    length = column.kind is Kind.TIMEDELTA
    kind, name = (pd.Timedelta, "a length of time") if length else (pd.Timestamp, "a date or time")
    known = (str, datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)
    if not isinstance(value, known) and not (column.format and isinstance(value, int)):
        raise refused(column, value, name)
    try:
        if column.format and isinstance(value, str | int):
            value = datetime.datetime.strptime(str(value), column.format)
        moment = kind(value)
        if not length:
            moment = in_zone(moment, column, value)
    except ColumnError:
        raise
    except (ValueError, OverflowError, TypeError) as error:
        raise refused(column, value, name) from error
    unit = "timedelta64" if length else "datetime64"
    return Cells(moment.asm8.astype(f"{unit}[{column.unit}]").astype(np.int64)[None], PRESENT)


def in_zone(moment: Any, column: Column, value: Any) -> Any:
    """A moment as UTC without a zone; without a zone it is taken to be in the column's."""
    if column.zone is None and moment.tzinfo is not None:
        raise refused(column, value, "a date or time without a zone")
    if column.zone is None:
        return moment
    local = moment if moment.tzinfo is not None else moment.tz_localize(column.zone)
    return local.tz_convert("UTC").tz_localize(None)


def check_range(cells: Cells, column: Column, encoder: Any, value: Any = None) -> None:
    """Refuse a number far from all that was seen, or between point masses where there is nothing else.

    ``value`` is what the user wrote, for the error; None: the first cell that is refused.

    Raises
    ------
    ColumnError
        See above.
    """
    if column.kind not in NUMBERS:
        return
    codes, fractions = encoder.encode(cells)
    off = (encoder.decode(codes, fractions / FRACTION_STEPS).values != cells.values) & ~cells.missing
    points_only = isinstance(encoder, NumberColumnEncoder) and not encoder.number.n_cells
    low, high = encoder.bounds
    margin = BEYOND * (high - low) if math.isfinite(high - low) else 0.0
    far = (cells.values.astype(np.float64) < low - margin) | (cells.values.astype(np.float64) > high + margin)
    bad = off & (far | points_only)
    if bad.any():
        kind = "one of the numbers seen in fit, " if points_only else ""
        found = _shown(cells.values[bad][0], column) if value is None else value
        raise refused(column, found, f"{kind}between {_shown(low, column)} and {_shown(high, column)}")


def show_bounds(column: Column, encoder: Any) -> str:
    """What to choose among in a column of numbers or times, for an error; nothing of other columns."""
    if column.kind not in NUMBERS or not math.isfinite(encoder.bounds[0]):
        return ""
    low, high = (_shown(end, column) for end in encoder.bounds)
    return f"choose within {low} and {high}"


def _shown(bound: float, column: Column) -> str:
    if column.kind is Kind.DATETIME:
        zone = " UTC" if column.zone else ""
        moment = np.array([int(bound)]).view(f"M8[{column.unit}]")[0]
        return f"{moment}{zone}"
    if column.kind is Kind.TIMEDELTA:
        return str(pd.Timedelta(np.array([int(bound)]).view(f"m8[{column.unit}]")[0]))
    return f"{int(bound) + column.origin}" if column.kind is Kind.INTEGER else f"{bound:g}"


def refused(column: Column, value: Any, expected: str, what: str = "a value asked for") -> ColumnError:
    """The error for what a column cannot hold."""
    return ColumnError(f"column {column.name!r}: {what} must be {expected}; found {str(repr(value))[:60]}")
