"""Columns of Python objects as plain arrays, when all cells are of one type."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tabgan.errors import ColumnError
from tabgan.schema.reading import Reading, Species, refuse, zone_name
from tabgan.schema.reading_arrow import read_arrow, read_text

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def read_objects(series: pd.Series[Any], name: Hashable) -> Reading:
    """Read a column of dtype object.

    Raises
    ------
    ColumnError
        Cells of several types, or of a type that has no kind.
    """
    missing = series.isna().to_numpy()
    held = series.to_numpy()
    found = pd.api.types.infer_dtype(held, skipna=True)
    if missing.all():
        return Reading(Species.EMPTY, "object", np.zeros(len(held)), missing)
    if found in ("integer", "floating", "mixed-integer-float", "boolean"):
        return _numbers(held, missing, found, name)
    if found == "string":
        return _text(held, missing, name)
    if found == "decimal":
        return _decimals(held, missing, name)
    if found in ("date", "datetime", "datetime64", "time", "timedelta", "timedelta64"):
        try:
            return _times(held, missing, found, name)
        except (OverflowError, pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta):
            make = "to_timedelta" if found.startswith("timedelta") else "to_datetime"
            way_out = f"convert it with pd.{make}(column).dt.as_unit('s')"
            raise refuse(name, "times that 64 bits cannot hold", way_out) from None
    types = sorted({type(cell).__name__ for cell in held[~missing]})
    if len(types) > 1:
        raise refuse(
            name, f"objects of types {', '.join(types[:4])}", "convert it with astype(str), or drop it"
        )
    raise refuse(name, f"objects of type {types[0]}", "unnest or convert it with astype(str), or drop it")


def _numbers(held: Array, missing: Mask, found: str, name: Hashable) -> Reading:
    if found == "boolean":
        return Reading(Species.BOOLEAN, "object[bool]", np.where(missing, False, held).astype(bool), missing)
    if found != "integer":
        return Reading(Species.FLOAT, "object[float]", _floats(held, missing, name), missing)
    whole = np.where(missing, 0, held)
    for width in (np.int64, np.uint64):
        if np.iinfo(width).min <= whole.min() and whole.max() <= np.iinfo(width).max:
            return Reading(Species.INTEGER, "object[int]", whole.astype(width), missing)
    raise refuse(
        name,
        f"integers beyond 64 bits, such as {whole.max()}",
        "convert it with astype(float) or astype(str)",
    )


def _floats(held: Array, missing: Mask, name: Hashable) -> Array:
    """Floats and integers as floats, where each integer is one."""
    filled = np.where(missing, 0.0, held)
    try:
        values = filled.astype(np.float64)
        odd = (values != filled) & (filled == filled)
    except OverflowError:
        odd = np.array([isinstance(cell, int) and abs(cell) > sys.float_info.max for cell in filled])
    if odd.any():
        raise refuse(
            name,
            f"floats beside integers that no float can hold, such as {filled[int(np.argmax(odd))]}",
            "convert it with astype(float) or astype(str)",
        )
    return np.where(missing, np.nan, values)


def _text(held: Array, missing: Mask, name: Hashable) -> Reading:
    try:
        array = pa.array(held, type=pa.large_string(), mask=missing)
    except (UnicodeEncodeError, pa.ArrowException):
        raise refuse(name, "text that is not valid Unicode", "repair it, or drop the column") from None
    return read_text(array, "object")


def _decimals(held: Array, missing: Mask, name: Hashable) -> Reading:
    try:
        array = pa.array(held, mask=missing)
    except pa.ArrowException:
        raise refuse(
            name, "decimals that are infinite or too long", "convert it with astype(float)"
        ) from None
    reading = read_arrow(array, name)
    return Reading(Species.DECIMAL, "object[decimal]", reading.values, missing, decimals=array.type.scale)


def _times(held: Array, missing: Mask, found: str, name: Hashable) -> Reading:
    cells = held[~missing]
    if found == "date":
        if any(isinstance(cell, datetime.datetime) for cell in cells):
            raise refuse(name, "dates beside datetimes", "convert it with pd.to_datetime(column)")
        return _placed(np.array(cells, "datetime64[D]"), missing, Species.DATETIME, "object[date]", "D")
    if found == "time":
        return _placed(_day_times(cells, name), missing, Species.TIMEDELTA, "object[time]", "us")
    exact = all(isinstance(cell, pd.Timestamp | pd.Timedelta) for cell in cells)
    if found.startswith("timedelta"):
        if exact:
            spans = pd.TimedeltaIndex(cells).as_unit("ns").to_numpy()
            return _placed(spans, missing, Species.TIMEDELTA, "object[pandas]", "ns")
        values = np.array([pd.Timedelta(cell).to_pytimedelta() for cell in cells], "timedelta64[us]")
        return _placed(values, missing, Species.TIMEDELTA, "object[timedelta]", "us")
    zone = _one_zone(cells, name)
    if exact:
        stamps = pd.DatetimeIndex(cells).as_unit("ns") if zone is None else _utc(cells)
        return _placed(stamps.to_numpy(), missing, Species.DATETIME, "object[pandas]", "ns", zone)
    naive = [cell.astimezone(datetime.UTC).replace(tzinfo=None) for cell in cells] if zone else cells
    return _placed(
        np.array(naive, "datetime64[us]"), missing, Species.DATETIME, "object[datetime]", "us", zone
    )


def _utc(cells: Array) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(list(cells), utc=True)).as_unit("ns").tz_localize(None)


def _placed(
    values: Array, missing: Mask, species: Species, dtype: str, unit: str, zone: str | None = None
) -> Reading:
    """The values of the cells that are there, put into their rows."""
    out = np.zeros(len(missing), np.int64)
    out[~missing] = values.view(np.int64)
    return Reading(species, dtype, out, missing, unit=unit, zone=zone)


def _day_times(cells: Array, name: Hashable) -> Array:
    """Times of day as microseconds since midnight."""
    if any(cell.tzinfo is not None for cell in cells):
        raise refuse(name, "times of day with a zone", "remove the zone, or drop it")
    array = pa.array(list(cells), type=pa.time64("us"))
    values: Array = array.cast(pa.int64()).to_numpy()
    return values


def _one_zone(cells: Array, name: Hashable) -> str | None:
    """The zone that all datetimes share."""
    found = (getattr(cell, "tzinfo", None) for cell in cells)
    zones = {repr(zone): zone for zone in found}.values()  # not all can be hashed
    names = {None if zone is None else zone_name(zone, name) for zone in zones}
    if len(names) > 1:
        listed = ", ".join(sorted(str(zone) for zone in names)[:3])
        raise ColumnError(
            f"column {name!r} must hold datetimes of one zone; found {listed}; "
            "convert it with pd.to_datetime(column, utc=True)"
        )
    return names.pop()
