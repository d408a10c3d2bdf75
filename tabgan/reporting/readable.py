"""One column of any frame as the metrics compare it: numbers, moments, or levels as text.

Real and synthetic rows come from different hands: integers as floats, booleans as 0 and 1, dates as
text. What means the same is read as the same; what cannot be read is refused by name, never dropped.
"""

import datetime
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import ColumnError
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.reading import Reading, Species
from tabgan.schema.reading_pandas import read_column
from tabgan.schema.text_dates import format_unit, parse_dates, parse_integer_dates, possible_formats

Array = NDArray[Any]
NUMBERS = (Kind.INTEGER, Kind.FLOAT)
TIMES = (Kind.DATETIME, Kind.TIMEDELTA)
LEVELS = (Kind.CATEGORY, Kind.BOOLEAN, Kind.CONSTANT)
_TRUTH = {"0": "False", "1": "True", "false": "False", "true": "True"}


def readable(series: "pd.Series[Any]", column: Column, frame: str) -> "pd.Series[Any]":
    """Read one column as its kind says.

    Parameters
    ----------
    frame
        What the table is called in an error: "real", "synthetic" or "holdout".

    Returns
    -------
    Shape (n,): Int64 or float64 (numbers), datetime64[us] in UTC or timedelta64[us] (times), or text and
    None (levels).

    Raises
    ------
    ColumnError
        A cell is not what the real table's column holds.
    """
    reading = read_column(series, column.name)
    try:
        if column.kind in NUMBERS:
            values = _numbers(reading, column)
        elif column.kind is Kind.DATETIME:
            values = _moments(reading, column)
        elif column.kind is Kind.TIMEDELTA:
            values = _spans(reading)
        else:
            values = _levels(reading, column)
    except _UnreadableError as error:
        raise unreadable(column, frame, error.found) from None
    return pd.Series(values, dtype=object if column.kind in LEVELS else None)


def unreadable(column: Column, frame: str, found: object) -> ColumnError:
    """The error for a cell that the real table's column could not hold."""
    wanted = "numbers" if column.kind in NUMBERS else "dates or times"
    return ColumnError(
        f"column {column.name!r}: must hold {wanted} in the {frame} table, as in the real one; found "
        f"{found!r}; convert it, or give a schema in which it is a category"
    )


class _UnreadableError(Exception):
    def __init__(self, found: object) -> None:
        self.found = found


def _numbers(reading: Reading, column: Column) -> Any:
    values, missing = reading.values, reading.missing
    if reading.species in (Species.STRING, Species.CATEGORY):
        values = _by_level(reading, lambda text: pd.to_numeric(text, errors="coerce"), np.nan)
    elif reading.species in (Species.DATETIME, Species.TIMEDELTA):
        raise _UnreadableError(reading.dtype)
    if reading.species is Species.EMPTY:
        return np.full(len(missing), np.nan)
    if values.dtype == np.uint64 and len(values) and values.max() >= 2**63:
        values = values.astype(np.float64)
    if column.kind is Kind.INTEGER and values.dtype.kind == "f" and _is_whole(values, missing):
        values = np.where(missing, 0, values).astype(np.int64)
    if values.dtype.kind in "iub":
        return pd.arrays.IntegerArray(values.astype(np.int64), missing.copy())
    return np.where(missing, np.nan, values).astype(np.float64)


def _is_whole(values: Array, missing: Array) -> bool:
    held = values[~missing]
    return bool(((np.abs(held) < 2.0**53) & (held == np.rint(held))).all())


def _by_level(reading: Reading, read: Any, empty: Any) -> Array:
    """Text read level by level, shape (n,); a level that cannot be read is refused."""
    used = np.unique(reading.values[~reading.missing])
    text = pd.Series([str(reading.levels[code]) for code in used], dtype=object)
    read_text = read(text)
    if (bad := pd.isna(read_text).to_numpy()).any():
        raise _UnreadableError(text[int(np.argmax(bad))])
    held = np.full(len(reading.levels) + 1, empty)
    held[used] = read_text.to_numpy(dtype=held.dtype)
    return held[np.where(reading.missing, -1, reading.values)]


def _moments(reading: Reading, column: Column) -> Array:
    never = np.datetime64("NaT", "us")
    if reading.species is Species.EMPTY:
        return np.full(len(reading.missing), never)
    if reading.species in (Species.STRING, Species.CATEGORY):
        values = _by_level(reading, lambda text: _written_moments(text, column), never)
    elif reading.species is Species.DATETIME:
        values = reading.values.view(f"datetime64[{reading.unit}]")
    elif reading.species in (Species.INTEGER, Species.FLOAT) and column.format is not None:
        days, good = parse_integer_dates(np.where(reading.missing, 0, reading.values))
        if not (good | reading.missing).all():
            raise _UnreadableError(reading.values[int(np.argmin(good | reading.missing))].item())
        values = days.view("datetime64[D]")
    else:
        raise _UnreadableError(reading.dtype)
    return np.where(reading.missing, never, values.astype("datetime64[us]"))


def _written_moments(text: "pd.Series[Any]", column: Column) -> "pd.Series[Any]":
    """Dates in the real table's format, else in one that fits all, else as pandas reads ISO 8601."""
    cells = text.to_numpy(dtype=object)
    styles = [column.format] if column.format else []
    styles += sorted(possible_formats(cells[0])) if len(cells) else []
    for style in styles:
        values, good = parse_dates(cells, style)
        if good.all():
            return pd.Series(values.view(f"datetime64[{format_unit(style)}]").astype("datetime64[us]"))
    found = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    return found.dt.tz_localize(None).astype("datetime64[us]")


def _spans(reading: Reading) -> Array:
    never = np.timedelta64("NaT", "us")
    if reading.species is Species.EMPTY:
        return np.full(len(reading.missing), never)
    if reading.species in (Species.STRING, Species.CATEGORY):
        values = _by_level(reading, lambda text: pd.to_timedelta(text, errors="coerce"), never)
    elif reading.species is Species.TIMEDELTA:
        values = reading.values.view(f"timedelta64[{reading.unit}]")
    else:
        raise _UnreadableError(reading.dtype)
    return np.where(reading.missing, never, values.astype("timedelta64[us]"))


def _levels(reading: Reading, column: Column) -> Array:
    """Levels as text: 1, 1.0 and "1" are one level, and so is a moment in any unit, whatever the dtype."""
    if reading.species in (Species.STRING, Species.CATEGORY):
        codes, texts = reading.values, [_text(level) for level in reading.levels]
        texts = texts if column.unit is None else _written_times(texts, column)
    elif reading.species in (Species.DATETIME, Species.TIMEDELTA):
        kind = "datetime64" if reading.species is Species.DATETIME else "timedelta64"
        codes, found = pd.factorize(reading.values)
        texts = [_time_text(time) for time in found.view(f"{kind}[{reading.unit}]").astype(f"{kind}[us]")]
    else:
        codes, found = pd.factorize(reading.values)
        texts = [_text(value) for value in found.tolist()]
    if _is_truth(column):
        texts = [_TRUTH.get(text.lower(), text) for text in texts]
    held = np.array([*texts, None], dtype=object)
    return held[np.where(reading.missing, -1, codes)]


def _written_times(texts: list[str], column: Column) -> list[str]:
    """Texts of what the real table holds as times, as those are written; what is no time stays."""
    cells = pd.Series(texts, dtype=object)
    is_span = isinstance(column.value, datetime.timedelta)
    found = pd.to_timedelta(cells, errors="coerce") if is_span else _written_moments(cells, column)
    times = found.to_numpy().astype("timedelta64[us]" if is_span else "datetime64[us]")
    return [text if np.isnat(time) else _time_text(time) for text, time in zip(texts, times, strict=True)]


def _time_text(time: np.datetime64 | np.timedelta64) -> str:
    """A time of microseconds in its shortest form: 2020-01-31, or 2020-01-31 12:00:00."""
    if isinstance(time, np.timedelta64):
        return str(pd.Timedelta(time))
    return str(time).replace("T", " ").removesuffix(".000000").removesuffix(" 00:00:00")


def _is_truth(column: Column) -> bool:
    if column.kind is Kind.CONSTANT:
        return isinstance(column.value, bool)
    pair: tuple[Hashable, ...] = column.levels or ()
    return column.kind is Kind.BOOLEAN and pair == (False, True) and isinstance(pair[0], bool)


def _text(level: Any) -> str:
    if isinstance(level, float) and level.is_integer():
        return str(int(level))
    return str(level)
