"""Plain arrays and a mask to a pandas column of a named dtype: the names that `schema.reading` gives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tabgan.data.arrow_dtypes import (
    arrow_numbers,
    arrow_series,
    arrow_times,
    arrow_type,
    decimal_array,
    dictionary_array,
    is_arrow,
)
from tabgan.errors import ColumnError
from tabgan.schema.kinds import Column

Array = NDArray[Any]
Mask = NDArray[np.bool_]
HAS_STR = int(pd.__version__.split(".")[0]) >= 3  # pandas has a text dtype of its own


def from_numbers(values: Array, missing: Mask, column: Column) -> pd.Series[Any]:
    """Integers, floats or booleans (n,) as `column.dtype`."""
    dtype = column.dtype
    if is_arrow(dtype):
        return arrow_series(arrow_numbers(values, missing, arrow_type(dtype)))
    if dtype == "object[decimal]":
        exact = decimal_array(values, missing, column.decimals or 0)
        return pd.Series(exact.to_pylist(), dtype=object)
    if dtype.startswith("object"):
        return _objects(values.astype(object), missing)
    if dtype.startswith("period"):
        freq = pd.PeriodDtype(dtype[len("period[") : -1]).freq
        make: Any = pd.PeriodIndex.from_ordinals  # type: ignore[attr-defined]
        periods = pd.Series(make(np.where(missing, 0, values), freq=freq))
        return periods.mask(missing)
    target = _pandas_dtype(dtype)
    held = target.subtype if isinstance(target, pd.SparseDtype) else target
    if isinstance(held, np.dtype):
        series = pd.Series(_fitting(values, missing, held, column))
        return series.astype(target) if held is not target else series
    filled = np.where(missing, values.dtype.type(0), values)
    out = pd.array(_fitting(filled, np.zeros(0, bool), held.numpy_dtype, column), dtype=target)
    out[missing] = pd.NA
    return pd.Series(out)


def from_times(values: Array, missing: Mask, column: Column) -> pd.Series[Any]:
    """Counts (n,) of `column.unit` as `column.dtype`."""
    dtype, unit = column.dtype, column.unit
    if is_arrow(dtype):
        return arrow_series(arrow_times(values, missing, arrow_type(dtype)))
    values = np.where(missing, np.iinfo(np.int64).min, values)  # NaT
    if dtype.startswith("timedelta") or dtype == "object[timedelta]":
        spans = values.view(f"timedelta64[{unit}]")
        return pd.Series(spans) if dtype.startswith("timedelta") else _objects(spans.astype(object), missing)
    if dtype == "object[time]":
        times = pa.array(np.where(missing, 0, values)).cast(pa.time64("us")).to_pylist()
        return _objects(np.array(times, dtype=object), missing)
    if column.kind == "timedelta":
        return _objects(np.array(pd.Series(values.view(f"timedelta64[{unit}]")).astype(object)), missing)
    stamps = values.view(f"datetime64[{unit}]")
    if dtype == "object[date]":
        return _objects(stamps.astype(object), missing)
    if dtype == "object[datetime]":
        return _objects(_datetimes(stamps, missing, column.zone), missing)
    series = pd.Series(stamps)
    if column.zone is not None:
        series = series.dt.tz_localize("UTC").dt.tz_convert(column.zone)
    return _objects(np.array(series.astype(object)), missing) if dtype.startswith("object") else series


def from_objects(values: Array, missing: Mask, column: Column) -> pd.Series[Any]:
    """Python scalars (n,) as `column.dtype`: text, the values of a categorical, a constant."""
    dtype = column.dtype
    if dtype.startswith(("category", "dictionary")):
        levels = pd.unique(values[~missing]) if column.levels is None else column.levels
        return _among(values, missing, tuple(levels), column)
    if is_arrow(dtype):
        return arrow_series(pa.array(values, type=arrow_type(dtype), mask=missing))
    if dtype.startswith("object") or (dtype == "str" and not HAS_STR):
        return _objects(values, missing)
    filled = values.copy()
    filled[missing] = None
    series: pd.Series[Any] = pd.Series(filled, dtype=_pandas_dtype(dtype))
    return series


def _among(values: Array, missing: Mask, levels: tuple[Any, ...], column: Column) -> pd.Series[Any]:
    """Values (n,) among `levels` as a categorical or Arrow dictionary with all of them, unused ones too."""
    held = re.fullmatch(r"category\[(.*)\]", column.dtype)
    index = pd.Index(list(levels), dtype=_pandas_dtype(held[1]) if held else None, tupleize_cols=False)
    codes, found = pd.factorize(values, use_na_sentinel=False)
    place = np.array([_place(index, level) for level in found], np.int64)[codes]
    place = np.where(missing, -1, place)
    if is_arrow(column.dtype):
        return arrow_series(dictionary_array(place, levels, arrow_type(column.dtype)))
    return pd.Series(pd.Categorical.from_codes(place, categories=index, ordered=column.ordered))


def _place(index: pd.Index[Any], level: Any) -> int:
    if level is None or level not in index:
        return -1
    wanted: Any = [level]
    return int(index.get_indexer_for(wanted)[0])


def _pandas_dtype(name: str) -> Any:
    if match := re.fullmatch(r"Sparse\[(\w+), (.*)\]", name):
        kind = np.dtype(match[1])
        return pd.SparseDtype(kind, match[2] == "True" if kind.kind == "b" else kind.type(match[2]))
    if name == "string[pyarrow_numpy]" and HAS_STR:
        return pd.api.types.pandas_dtype("str")
    return pd.api.types.pandas_dtype(name)


def _fitting(values: Array, missing: Mask, dtype: np.dtype[Any], column: Column) -> Array:
    """Values as a numpy dtype that must be able to hold them."""
    if missing.any() and dtype.kind != "f":
        raise ColumnError(
            f"column {column.name!r}: {dtype} cannot hold missing values, and none were seen in fit; "
            "fit on a nullable dtype such as Int64"
        )
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.where(missing, np.nan, values).astype(dtype) if missing.any() else values.astype(dtype)
    if dtype.kind in "iu" and len(values):
        bounds = np.iinfo(dtype)
        if int(values.min()) < bounds.min or int(values.max()) > bounds.max:
            raise ColumnError(
                f"column {column.name!r}: values must fit {dtype}; found {values.min()} to {values.max()}; "
                "fit on a wider dtype"
            )
    return values.astype(dtype)


def _objects(values: Array, missing: Mask) -> pd.Series[Any]:
    values = values.copy()
    values[missing] = None
    return pd.Series(values, dtype=object)


def _datetimes(stamps: Array, missing: Mask, zone: str | None) -> Array:
    """Python datetimes, in their zone."""
    values: Array = stamps.astype(object)
    if zone is None:
        return values
    utc, target = (pd.DatetimeTZDtype(tz=name).tz for name in ("UTC", zone))
    moved = [
        None if gone else v.replace(tzinfo=utc).astimezone(target)
        for v, gone in zip(values, missing, strict=True)
    ]
    return np.array(moved, dtype=object)
