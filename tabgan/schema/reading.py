"""One column of one chunk as a plain array, a mask, and the name of the dtype to give back."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import ColumnError
from tabgan.schema.scalars import PLAIN, to_plain

Array = NDArray[Any]
_WINTER_AND_SUMMER = (datetime.datetime(2024, 1, 1), datetime.datetime(2024, 7, 1))


class Species(StrEnum):
    """What the cells of a column hold; a kind is chosen later, from all rows."""

    EMPTY = "nothing"
    INTEGER = "integers"
    FLOAT = "floats"
    DECIMAL = "decimals"
    BOOLEAN = "booleans"
    STRING = "text"
    CATEGORY = "categories"
    DATETIME = "datetimes"
    TIMEDELTA = "timedeltas"


@dataclass(frozen=True)
class Reading:
    """One column of one chunk.

    Attributes
    ----------
    species : what the cells hold.
    dtype : its name for `Column.dtype`.
    values : (n,) int64 or uint64 (integers, times in `unit`), float64 (floats, decimals), bool, or int32
        codes into `levels` (text and categories, -1 is missing).
    missing : (n,) bool.
    levels : distinct texts of this chunk, or all declared levels of a categorical (plain scalars).
    declared : a categorical's levels as they were, where they had been declared.
    unit, zone, ordered, decimals : as in `Column`.
    """

    species: Species
    dtype: str
    values: Array
    missing: NDArray[np.bool_]
    levels: tuple[Any, ...] = ()
    declared: tuple[Any, ...] | None = None
    unit: str | None = None
    zone: str | None = None
    ordered: bool = False
    decimals: int | None = None


def refuse(name: Hashable, found: str, way_out: str) -> ColumnError:
    """The error for a column of which rows cannot be made."""
    return ColumnError(
        f"column {name!r} must hold numbers, text, categories or times; found {found}; {way_out}"
    )


def zone_name(zone: Any, name: Hashable) -> str:
    """The name of a time zone, from which the same zone can be made again; `name` is the column's.

    Raises
    ------
    ColumnError
        None can be made of it, or another: zones of dateutil, fixed offsets with a name of their own.
    """
    try:
        again: Any = pd.DatetimeTZDtype(tz=str(zone)).tz
        same = all(again.utcoffset(day) == zone.utcoffset(day) for day in _WINTER_AND_SUMMER)
    except (KeyError, TypeError, ValueError):  # no zone has this name
        same = False
    if not same:
        raise refuse(
            name, f"times in the zone {zone}", "convert it to a zone such as 'UTC' or 'Europe/Berlin'"
        )
    return str(zone)


def plain_level(level: Any) -> Any:
    """A level as text, number or boolean: dates, intervals and the like as they print."""
    level = to_plain(level)
    return level if isinstance(level, PLAIN) else str(level)
