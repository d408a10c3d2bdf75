"""A pandas column of any dtype, read.

With `reading_arrow` and `reading_objects` the only place that knows dtypes on the way in; inference and
`to_cells` both look through it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tabgan.schema.reading import Reading, Species, plain_level, refuse, zone_name
from tabgan.schema.reading_arrow import read_arrow, read_text
from tabgan.schema.reading_objects import read_objects
from tabgan.schema.scalars import to_plain


def read_column(series: pd.Series[Any], name: Hashable) -> Reading:
    """Read one column of a chunk.

    Raises
    ------
    ColumnError
        The column holds something that a table model cannot give back.
    """
    dtype = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return read_arrow(pa.array(series), name)
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(series, dtype)
    if isinstance(dtype, pd.SparseDtype):
        dense = read_column(series.astype(dtype.subtype), name)
        return replace(dense, dtype=f"Sparse[{dtype.subtype}, {dtype.fill_value!s}]")
    if isinstance(dtype, pd.StringDtype):
        return read_text(pa.array(series, from_pandas=True), _string_dtype(dtype))
    if isinstance(dtype, pd.PeriodDtype):
        ordinals = np.asarray(series.array.astype("int64"))  # NaT is masked below
        return Reading(Species.INTEGER, str(dtype), ordinals, series.isna().to_numpy())
    if isinstance(dtype, pd.DatetimeTZDtype):
        naive = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return replace(_times(naive, Species.DATETIME), dtype=str(dtype), zone=zone_name(dtype.tz, name))
    if series.dtype.kind == "O":
        return read_objects(series, name)
    return _numbers(series, name)


def _string_dtype(dtype: pd.StringDtype) -> str:
    """Pandas prints storage and kind of missing value incompletely; this name says both."""
    if str(dtype.storage) == "pyarrow_numpy":  # pandas 2.2: what became "str" in pandas 3
        return "string[pyarrow_numpy]"
    return "str" if dtype.na_value is not pd.NA else f"string[{dtype.storage}]"


def _categorical(series: pd.Series[Any], dtype: pd.CategoricalDtype) -> Reading:
    codes = series.cat.codes.to_numpy().astype(np.int32)
    declared = tuple(to_plain(level) for level in dtype.categories)
    held = dtype.categories.dtype
    natural = not declared or pd.Index(list(declared)).dtype == held
    return Reading(
        Species.CATEGORY,
        "category" if natural else f"category[{held}]",
        codes,
        codes < 0,
        levels=tuple(plain_level(level) for level in declared),
        declared=declared,
        ordered=bool(dtype.ordered),
    )


def _times(series: pd.Series[Any], species: Species) -> Reading:
    values = series.to_numpy()
    unit = np.datetime_data(values.dtype)[0]
    return Reading(species, str(series.dtype), values.view(np.int64), np.isnat(values), unit=unit)


def _numbers(series: pd.Series[Any], name: Hashable) -> Reading:
    """Numpy and nullable numbers, booleans and times."""
    dtype, kind = str(series.dtype), series.dtype.kind
    if kind in "mM":
        return _times(series, Species.DATETIME if kind == "M" else Species.TIMEDELTA)
    if kind == "c":
        raise refuse(name, "complex numbers", "split it into real and imaginary part, or drop it")
    if kind not in "biuf":
        raise refuse(name, f"dtype {dtype}", "convert it with astype(str), or drop it")
    target = {"b": np.dtype(bool), "f": np.dtype(np.float64), "i": np.dtype(np.int64)}.get(
        kind, np.dtype(np.uint64)
    )
    missing = series.isna().to_numpy()
    if not isinstance(series.dtype, np.dtype):  # nullable
        fill: Any = np.nan if kind == "f" else 0
        values = pd.array(series).to_numpy(dtype=target, na_value=fill)
    else:
        values = series.to_numpy().astype(target, copy=False)
    species = {"b": Species.BOOLEAN, "f": Species.FLOAT}.get(kind, Species.INTEGER)
    return Reading(species, dtype, values, missing | np.isnan(values) if kind == "f" else missing)
