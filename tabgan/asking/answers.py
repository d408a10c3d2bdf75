"""The names of what a column may be: levels, single values, ranges of values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data import from_cells
from tabgan.data.cells import Cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import BELOW_ONE, NumericEncoder
from tabgan.schema import Column, Kind

Array = NDArray[Any]


def cell_labels(column: Column, encoder: ColumnEncoder) -> pd.Index[Any]:
    """Labels of the masses of a column: its levels or values, ranges of continuous ones, NaN for missing, last."""
    if isinstance(encoder, CategoryEncoder):
        n_levels = len(encoder.levels)
        every = Cells(np.arange(n_levels, dtype=np.int32), np.zeros(n_levels, bool), encoder.levels)
        found = list(from_cells(every, column))
    elif isinstance(encoder, NumberColumnEncoder | DatetimeEncoder):
        found = _numbers(column, encoder)
    else:
        found = [column.value] if column.value is not None else []
    return pd.Index(
        [*found, np.nan] if encoder.has_missing else found, dtype=None if _alike(found) else object
    )


def _alike(labels: list[Any]) -> bool:
    return len({type(label) for label in labels}) == 1


def _numbers(column: Column, encoder: NumberColumnEncoder | DatetimeEncoder) -> list[Any]:
    """Point masses, then the range of each continuous mode."""
    number = encoder.number if isinstance(encoder, NumberColumnEncoder) else encoder.day or encoder.time
    assert number is not None
    modes = np.arange(int(number.has_missing), number.n_modes)
    low, high = (_ends(encoder, number, modes, end) for end in (0, 1))
    is_day = isinstance(encoder, DatetimeEncoder) and encoder.day is not None and encoder.time is not None
    left, right = _shown(low, column, whole_days=is_day), _shown(high, column, whole_days=is_day)
    closed: Any = "both" if number.on_grid else "left"
    points = number.first_continuous - int(number.has_missing)
    ranges = [pd.Interval(a, b, closed=closed) for a, b in zip(left[points:], right[points:], strict=True)]
    return [*left[:points], *ranges]


def _ends(encoder: Any, number: NumericEncoder, modes: Array, end: int) -> Cells:
    """The lowest (0) or the highest (1) value of each mode."""
    place = np.full(len(modes), end * (number.n_places - 1))
    codes = np.stack([modes, place], axis=1)[:, : len(number.symbols)]
    fraction = np.full((len(modes), 1), end * BELOW_ONE)
    if isinstance(encoder, NumberColumnEncoder):
        return encoder.decode(codes, fraction)
    values, missing = number.decode(codes, fraction)
    if encoder.day is None:
        return Cells(encoder.fixed_day * encoder.per_day + values, missing)
    return Cells(values * encoder.per_day + (encoder.fixed_time if encoder.time is None else 0), missing)


def _shown(cells: Cells, column: Column, *, whole_days: bool) -> list[Any]:
    """Values as numbers or moments; those of a time are never text, as ranges of them must be."""
    if column.kind is Kind.DATETIME:
        moments = pd.DatetimeIndex(cells.values.astype(f"datetime64[{column.unit}]"))
        if whole_days or column.zone is None:
            return list(moments)
        return list(moments.tz_localize("UTC").tz_convert(column.zone))
    if column.kind is Kind.TIMEDELTA:
        return list(pd.TimedeltaIndex(cells.values.astype(f"timedelta64[{column.unit}]")))
    if column.kind is Kind.INTEGER:
        return [int(value) + column.origin for value in cells.values.tolist()]
    return [
        round(value, column.decimals) if column.decimals is not None else value
        for value in cells.values.tolist()
    ]
