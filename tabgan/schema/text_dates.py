"""Dates written as text (or as integers such as 20240131), recognised and read without loss.

Every field has a fixed width with leading zeros, so reading and writing are exact inverses: a column is taken
for dates only when each of its values comes back as it was.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]

WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "f": 6}
INTEGER_FORMAT = "%Y%m%d"
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y")
_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_ENDINGS = ("", "Z", "+00:00", "+0000")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100  # of dates written as integers


def _formats() -> tuple[str, ...]:
    dates = [*_DATES]
    for date in _DATES:
        for separator in ("T", " "):
            for time in _TIMES[1:]:
                dates.extend(f"{date}{separator}{time}{ending}" for ending in _ENDINGS)
    return tuple(dates)


FORMATS = _formats()


def _parts(style: str) -> list[str]:
    """Fields ("%Y") and the literal text between them."""
    return [part for part in re.split(r"(%[YmdHMSf])", style) if part]


def _width(style: str) -> int:
    return sum(WIDTHS[part[1]] if part[0] == "%" else len(part) for part in _parts(style))


_WIDTHS = {style: _width(style) for style in FORMATS}


def format_unit(style: str) -> str:
    """What the integers of a format count: microseconds, seconds or days."""
    return "us" if "%f" in style else "s" if "%H" in style else "D"


def possible_formats(text: str) -> frozenset[str]:
    """The known formats that one value could be written in."""
    cell = np.array([text], dtype=object)
    near = (style for style in FORMATS if _WIDTHS[style] == len(text))
    return frozenset(style for style in near if parse_dates(cell, style)[1].all())


def parse_dates(text: Array, style: str) -> tuple[Array, Mask]:
    """Text (n,) of str to integers (n,) in the format's unit, and which rows are written in that format."""
    parts = _parts(style)
    width = _width(style)
    # One character is appended so that numpy cannot drop NULs at the end of a text.
    marked = np.array([value + "|" if len(value) == width else "" for value in text], dtype=f"U{width + 1}")
    letters = marked.view(np.uint32).reshape(len(text), width + 1).astype(np.int64)
    good = letters[:, width] == ord("|")
    fields: dict[str, Array] = {}
    start = 0
    for part in parts:
        size = WIDTHS[part[1]] if part[0] == "%" else len(part)
        piece = letters[:, start : start + size]
        if part[0] == "%":
            good &= ((piece >= ord("0")) & (piece <= ord("9"))).all(axis=1)
            fields[part[1]] = (piece - ord("0")) @ (10 ** np.arange(size - 1, -1, -1))
        else:
            good &= (piece == [ord(letter) for letter in part]).all(axis=1)
        start += size
    return _count(fields, good, format_unit(style))


def format_dates(values: Array, style: str) -> Array:
    """Integers (n,) in the format's unit to an object array of text, the inverse of `parse_dates`.

    Values are kept within the years 1 to 9999, the only ones that four digits can write.
    """
    unit = format_unit(style)
    bounds = np.array(["0001-01-01", "9999-12-31"], f"datetime64[{unit}]").view(np.int64)
    values = np.clip(values, bounds[0], bounds[1])
    days = values.view(f"datetime64[{unit}]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    per_second = 10**6 if unit == "us" else 1
    rest = values - days.astype(f"datetime64[{unit}]").view(np.int64)
    second = rest // per_second
    fields = {
        "Y": months.astype("datetime64[Y]").view(np.int64) + 1970,
        "m": months.view(np.int64) % 12 + 1,
        "d": (days - months.astype("datetime64[D]")).view(np.int64) + 1,
        "H": second // 3600,
        "M": second // 60 % 60,
        "S": second % 60,
        "f": rest % per_second,
    }
    pieces = [
        _digits(fields[p[1]], WIDTHS[p[1]]) if p[0] == "%" else _literal(p, len(values))
        for p in _parts(style)
    ]
    letters = np.ascontiguousarray(np.concatenate(pieces, axis=1).astype(np.uint32))
    return letters.view(f"U{letters.shape[1]}").reshape(len(values)).astype(object)


def parse_integer_dates(values: Array) -> tuple[Array, Mask]:
    """Integers such as 20240131 to days since 1970, and which of them are dates."""
    values = values.astype(np.int64)
    fields = {"Y": values // 10_000, "m": values // 100 % 100, "d": values % 100}
    good = (fields["Y"] >= _FIRST_YEAR) & (fields["Y"] <= _LAST_YEAR)
    return _count(fields, good, "D")


def format_integer_dates(values: Array) -> Array:
    """Days since 1970 to integers such as 20240131."""
    return format_dates(values, INTEGER_FORMAT).astype(np.int64)


def _count(fields: dict[str, Array], good: Mask, unit: str) -> tuple[Array, Mask]:
    """Fields to a count of `unit` since 1970; rows with an impossible field are not good."""
    hour, minute, second = (fields.get(key, np.zeros(len(good), np.int64)) for key in "HMS")
    good = good & (fields["Y"] >= 1) & (fields["Y"] <= 9999) & (fields["m"] >= 1) & (fields["m"] <= 12)
    good = good & (fields["d"] >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    month = np.where(good, (fields["Y"] - 1970) * 12 + fields["m"] - 1, 0).view("datetime64[M]")
    days = month.astype("datetime64[D]").view(np.int64) + np.where(good, fields["d"] - 1, 0)
    good = good & (days.view("datetime64[D]").astype("datetime64[M]") == month)  # no 30 February
    if unit == "D":
        return days, good
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    return (seconds if unit == "s" else seconds * 10**6 + fields["f"]), good


def _digits(values: Array, width: int) -> Array:
    powers = 10 ** np.arange(width - 1, -1, -1)
    digits: Array = values[:, None] // powers % 10 + ord("0")
    return digits


def _literal(text: str, n_rows: int) -> Array:
    return np.tile([ord(letter) for letter in text], (n_rows, 1))
