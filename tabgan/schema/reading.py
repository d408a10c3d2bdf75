"""One column of one chunk as a plain array, a mask, and the name of the dtype to give back."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.errors import ColumnError
from tabgan.schema.scalars import PLAIN, to_plain

Array = NDArray[Any]


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


def plain_level(level: Any) -> Any:
    """A level as text, number or boolean: dates, intervals and the like as they print."""
    level = to_plain(level)
    return level if isinstance(level, PLAIN) else str(level)
