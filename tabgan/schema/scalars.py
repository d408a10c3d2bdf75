"""Names, levels and constants as JSON and back: the same value and the same type.

Strings, booleans, None, integers and finite floats are JSON as they are; anything else is an object with one
key that names its type: ``{"tuple": ["a", 1]}``, ``{"timestamp": "2024-01-31T00:00:00"}``.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tabgan.errors import SchemaError

PLAIN = (str, bool, int, float)


def to_plain(value: Any) -> Any:
    """A numpy scalar as the Python scalar that it holds; anything else as it is."""
    if isinstance(value, np.str_):
        return str(value)
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        return value.item()
    return value


def scalar_to_json(value: Any) -> Any:
    """What `json.dumps` writes for `value`.

    Raises
    ------
    SchemaError
        `value` has a type that cannot be written.
    """
    value = to_plain(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    for name, (kind, write, _) in _TAGS.items():
        if isinstance(value, kind):
            return {name: write(value)}
    raise SchemaError(
        f"names and levels must be text, numbers, dates or tuples of these to be saved; found {value!r} "
        f"of type {type(value).__name__}; convert it with astype(str)"
    )


def scalar_from_json(value: Any) -> Any:
    """The value that `scalar_to_json` wrote."""
    if not isinstance(value, dict):
        return value
    tag, held = next(iter(value.items()), ("", ""))
    read = float if tag == "float" else _TAGS[tag][2] if tag in _TAGS else None
    if len(value) != 1 or read is None:
        raise SchemaError(
            f"a value must be a scalar or one of {{{', '.join(_TAGS)}}}; found {str(value)[:80]}"
        )
    try:
        return read(held)
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise SchemaError(
            f"a value must be as `Schema.to_json` writes it; found {str(value)[:80]}: {error}"
        ) from None


def _stamp(value: pd.Timestamp) -> list[Any]:
    return [int(value.asm8.view("int64")), value.unit, None if value.tz is None else str(value.tz)]


def _from_stamp(held: list[Any]) -> pd.Timestamp:
    value, unit, zone = held
    stamp = pd.Timestamp(np.datetime64(value, unit))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)


def _delta(value: pd.Timedelta) -> list[Any]:
    return [int(value.asm8.view("int64")), value.unit]


def _interval(value: Any) -> list[Any]:
    return [scalar_to_json(value.left), scalar_to_json(value.right), value.closed]


def _from_interval(held: list[Any]) -> Any:
    return pd.Interval(scalar_from_json(held[0]), scalar_from_json(held[1]), closed=held[2])


# Timestamp before datetime and datetime before date: each is a subclass of the next.
_TAGS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tuple": (
        tuple,
        lambda value: [scalar_to_json(part) for part in value],
        lambda held: tuple(scalar_from_json(part) for part in held),
    ),
    "timestamp": (pd.Timestamp, _stamp, _from_stamp),
    "timedelta": (pd.Timedelta, _delta, lambda held: pd.Timedelta(np.timedelta64(*held))),
    "datetime": (datetime.datetime, datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "decimal": (Decimal, str, Decimal),
    "interval": (pd.Interval, _interval, _from_interval),
    "period": (pd.Period, lambda value: [str(value), value.freqstr], lambda held: pd.Period(*held)),
    "seconds": (
        datetime.timedelta,
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda held: datetime.timedelta(*held),
    ),
}
