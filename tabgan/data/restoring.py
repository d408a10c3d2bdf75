"""Cells back to a column of the dtype that the table had: one function a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.data.dtypes import from_numbers, from_objects, from_times
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.reading import plain_level
from tabgan.schema.text_dates import INTEGER_FORMAT, format_dates, format_integer_dates

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def _integer(cells: Cells, column: Column) -> pd.Series[Any]:
    values = cells.values
    if column.origin:
        values = values.astype(np.uint64) + np.uint64(column.origin)  # wraps around, as it did in to_cells
    return from_numbers(values, cells.missing, column)


def _float(cells: Cells, column: Column) -> pd.Series[Any]:
    values = cells.values
    if column.decimals is not None:
        values = np.round(values, column.decimals)
    return from_numbers(values, cells.missing, column)


def _time(cells: Cells, column: Column) -> pd.Series[Any]:
    if column.format is None:
        return from_times(cells.values, cells.missing, column)
    values = np.where(cells.missing, 0, cells.values)
    if column.format == INTEGER_FORMAT and not _holds_text(column.dtype):
        return from_numbers(format_integer_dates(values), cells.missing, column)
    return from_objects(format_dates(values, column.format), cells.missing, column)


def _category(cells: Cells, column: Column) -> pd.Series[Any]:
    missing = cells.missing | (cells.values < 0)
    if missing.all():
        return from_objects(np.full(len(cells), None), missing, column)
    if column.dtype.startswith(("category", "dictionary")):
        return from_objects(_levels_of(cells, column), missing, column)
    if column.unit is not None:
        return from_times(_times_of(cells, column), missing, column)
    held = np.empty(len(cells.levels) + 1, dtype=object)
    held[: len(cells.levels)] = cells.levels
    values = held[cells.values]
    if column.dtype != "object[decimal]" and (_holds_text(column.dtype) or column.dtype.startswith("object")):
        return from_objects(values, missing, column)
    numbers = np.array([*cells.levels, cells.levels[0]], np.uint64 if _is_huge(cells.levels) else None)
    return from_numbers(numbers[cells.values], missing, column)


def _is_huge(levels: tuple[Any, ...]) -> bool:
    """Whether numpy would make floats of these integers."""
    return isinstance(levels[0], int) and max(levels) >= 2**63


def _levels_of(cells: Cells, column: Column) -> Array:
    """Values of a categorical as they were declared: dates and intervals are read from their text."""
    declared = {plain_level(level): level for level in column.levels or ()}
    held = np.empty(len(cells.levels) + 1, dtype=object)
    for i, level in enumerate(cells.levels):
        held[i] = declared.get(level, level)
    out: Array = held[cells.values]
    return out


def _times_of(cells: Cells, column: Column) -> Array:
    """Datetimes are written out as levels, time spans are counted."""
    if not all(isinstance(level, str) for level in cells.levels):
        spans: Array = np.array([*cells.levels, 0], np.int64)[cells.values]
        return spans
    stamps = np.array([*cells.levels, "1970-01-01"], f"datetime64[{column.unit}]")
    values: Array = stamps.view(np.int64)[cells.values]
    return values


def _name(cells: Cells, column: Column) -> pd.Series[Any]:
    if _holds_text(column.dtype) or column.dtype.startswith(("category", "dictionary")):
        return from_objects(cells.values, cells.missing, column)
    pairs = zip(cells.values, cells.missing, strict=True)
    dtype = np.uint64 if "uint64" in column.dtype.lower() else None  # numpy makes floats of 0 and 2**63
    whole = np.array([0 if gone else int(text) for text, gone in pairs], dtype)
    return from_numbers(whole, cells.missing, column)


def _constant(cells: Cells, column: Column) -> pd.Series[Any]:
    missing = cells.missing if column.value is not None else np.ones(len(cells), bool)
    value = np.empty(1, dtype=object)
    value[0] = column.value
    return from_objects(np.repeat(value, len(cells)), missing, column)


def _holds_text(dtype: str) -> bool:
    return dtype in ("object", "str") or dtype.startswith(("string", "utf8", "large_string"))


RESTORERS: dict[Kind, Callable[[Cells, Column], pd.Series[Any]]] = {
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _category,
    Kind.CATEGORY: _category,
    Kind.DATETIME: _time,
    Kind.TIMEDELTA: _time,
    Kind.IDENTIFIER: _name,
    Kind.TEXT: _name,
    Kind.CONSTANT: _constant,
}
