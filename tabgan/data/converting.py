"""A column of a frame to cells: what its kind says, whatever dtype the frame holds it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.errors import ColumnError
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.reading import Reading, Species
from tabgan.schema.scalars import to_plain
from tabgan.schema.text_dates import parse_dates, parse_integer_dates

Array = NDArray[Any]
_PER_DAY = {"D": 1, "s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}


def nothing(n_rows: int, column: Column) -> Cells:
    """Cells that are all missing."""
    missing = np.ones(n_rows, bool)
    if column.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        return Cells(np.full(n_rows, -1, np.int32), missing)
    if column.kind in (Kind.IDENTIFIER, Kind.TEXT):
        return Cells(np.full(n_rows, "", dtype=object), missing)
    if column.kind is Kind.FLOAT:
        return Cells(np.full(n_rows, np.nan), missing)
    return Cells(np.zeros(n_rows, np.int8 if column.kind is Kind.CONSTANT else np.int64), missing)


def _integer(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    values = reading.values
    if reading.species is Species.FLOAT:  # pandas turns integers with a missing value into floats
        values = np.where(reading.missing, 0, values)
        if not (np.abs(values) < 2.0**63).all() or (values != np.rint(values)).any():
            raise _mismatch(reading, column, "whole numbers")
        values = values.astype(np.int64)
    elif reading.species is not Species.INTEGER:
        raise _mismatch(reading, column, "whole numbers")
    if column.origin and values.dtype == np.int64 and (values[~reading.missing] < 0).any():
        raise _mismatch(reading, column, "whole numbers from 0 up")
    # uint64 arithmetic wraps around, so that values beyond 2**63 come out right.
    shifted = (values.astype(np.uint64) - np.uint64(column.origin)).view(np.int64)
    if values.dtype == np.uint64 and not column.origin and (values >= 2**63).any():
        raise _mismatch(reading, column, "whole numbers below 2**63")
    return Cells(np.where(reading.missing, 0, shifted), reading.missing)


def _float(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    if reading.species not in (Species.FLOAT, Species.INTEGER, Species.DECIMAL):
        raise _mismatch(reading, column, "numbers")
    return Cells(np.where(reading.missing, np.nan, reading.values).astype(np.float64), reading.missing)


def _time(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    if column.format is not None:
        return _written_date(reading, column)
    wanted = Species.DATETIME if column.kind is Kind.DATETIME else Species.TIMEDELTA
    if reading.species is not wanted or (reading.zone is None) != (column.zone is None):
        raise _mismatch(reading, column, f"{wanted}{' with a zone' if column.zone else ''}")
    found, unit = str(reading.unit), str(column.unit)
    given = np.where(reading.missing, 0, reading.values)  # NaT would overflow
    values = in_unit(given, found, unit)
    if _PER_DAY[found] < _PER_DAY[unit] and (in_unit(values, unit, found) != given).any():
        raise _mismatch(reading, column, f"times that 64 bits of {unit} can hold")
    return Cells(values, reading.missing)


def in_unit(values: Array, found: str, wanted: str) -> Array:
    """Counts of one unit as counts of another, rounded down."""
    if found == wanted:
        return values
    if _PER_DAY[found] > _PER_DAY[wanted]:
        return values // (_PER_DAY[found] // _PER_DAY[wanted])
    return values * (_PER_DAY[wanted] // _PER_DAY[found])


def _written_date(reading: Reading, column: Column) -> Cells:
    """Dates written as text or as integers."""
    if reading.species is Species.STRING:
        levels = np.array(reading.levels, dtype=object)
        known, good = parse_dates(levels, str(column.format))
        values, good = np.append(known, 0)[reading.values], np.append(good, True)[reading.values]
    elif reading.species in (Species.INTEGER, Species.FLOAT):
        values, good = parse_integer_dates(np.where(reading.missing, 0, reading.values))
    else:
        raise _mismatch(reading, column, f"dates written as {column.format}")
    if not (good | reading.missing).all():
        raise _mismatch(reading, column, f"dates written as {column.format}", ~(good | reading.missing))
    return Cells(np.where(reading.missing, 0, values), reading.missing)


def _category(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    """Codes into the levels that occur in these rows."""
    if reading.species in (Species.STRING, Species.CATEGORY):
        used = np.unique(reading.values[~reading.missing])
        place = np.full(len(reading.levels) + 1, -1, np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return Cells(place[reading.values], reading.missing, tuple(reading.levels[i] for i in used))
    values = reading.values
    if reading.species in (Species.DATETIME, Species.TIMEDELTA):
        values = in_unit(values, str(reading.unit), str(column.unit or reading.unit))
    codes, found = pd.factorize(values)
    if reading.species is Species.DATETIME:
        levels = tuple(np.datetime_as_string(found.view(f"M8[{column.unit or reading.unit}]")).tolist())
    else:
        levels = tuple(to_plain(level) for level in found)
    codes = np.where(reading.missing, -1, codes).astype(np.int32)
    kept = np.unique(codes[codes >= 0])  # what stands where a value is missing is no level
    place = np.full(len(levels) + 1, -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    return Cells(place[codes], reading.missing, tuple(levels[i] for i in kept))


def _boolean(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    pair = column.levels or (False, True)
    if reading.species is Species.BOOLEAN and pair == (False, True):
        return Cells(np.where(reading.missing, -1, reading.values).astype(np.int32), reading.missing, pair)
    cells = _category(reading, series, column)
    if unknown := [level for level in cells.levels if level not in pair]:
        raise ColumnError(f"column {column.name!r} must be {pair[0]!r} or {pair[1]!r}; found {unknown[0]!r}")
    place = np.array([*(pair.index(level) for level in cells.levels), -1], np.int32)
    return Cells(place[cells.values], cells.missing, pair)


def _name(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    if reading.species in (Species.STRING, Species.CATEGORY):
        values = np.array([*(str(level) for level in reading.levels), ""], dtype=object)[reading.values]
    elif reading.species in (Species.INTEGER, Species.FLOAT):
        huge = reading.values.dtype == np.uint64
        whole = reading.values if huge else _integer(reading, series, column).values
        values = np.where(reading.missing, "", whole.astype(str).astype(object))
    else:
        raise _mismatch(reading, column, "text or whole numbers")
    return Cells(values.astype(object), reading.missing)


def _constant(reading: Reading, series: pd.Series[Any], column: Column) -> Cells:
    found = reading.levels if reading.species is Species.STRING else _distinct(series[~reading.missing])
    for value in found[:2]:
        if value != column.value:
            raise ColumnError(
                f"column {column.name!r} must be {column.value!r} in every row, as in fit; found {value!r}"
            )
    return Cells(np.zeros(len(series), np.int8), reading.missing)


def _distinct(series: pd.Series[Any]) -> list[Any]:
    if isinstance(series.dtype, pd.ArrowDtype):  # some of its types cannot be compared
        series = pd.Series(series.to_numpy(dtype=object), dtype=object)
    return series.drop_duplicates().tolist()


def _mismatch(
    reading: Reading, column: Column, wanted: str, bad: NDArray[np.bool_] | None = None
) -> ColumnError:
    found = f"{reading.species} ({reading.dtype})"
    if bad is not None and reading.species is Species.STRING:
        found = repr(reading.levels[reading.values[int(np.argmax(bad))]])
    return ColumnError(
        f"column {column.name!r} must hold {wanted}, as in fit; found {found}; convert it before"
    )


CONVERTERS: dict[Kind, Callable[[Reading, pd.Series[Any], Column], Cells]] = {
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.CATEGORY: _category,
    Kind.DATETIME: _time,
    Kind.TIMEDELTA: _time,
    Kind.IDENTIFIER: _name,
    Kind.TEXT: _name,
    Kind.CONSTANT: _constant,
}
