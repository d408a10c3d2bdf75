"""Cells put into a column of a given frame, which keeps its index, and its dtype where that can hold them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype


def patched(series: pd.Series[Any], where: NDArray[np.bool_], values: pd.Series[Any]) -> pd.Series[Any]:
    """A column (n,) with new values, one for each True of ``where`` (n,); the other cells stay as they are."""
    if not where.any():
        return series
    new = as_dtype(values, series.dtype)
    kept = series[~where]
    if new.dtype != kept.dtype:
        kept = kept.astype(new.dtype) if len(kept) else kept
    order = np.argsort(np.concatenate([np.flatnonzero(~where), np.flatnonzero(where)]))
    joined = pd.concat([kept, new], ignore_index=True) if len(kept) else new
    return named(joined.iloc[order].set_axis(series.index), series.name)


def extended(series: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """A column with new values below, and a new index; a categorical one stays so, with new levels behind its own."""
    if not len(values):
        return series.reset_index(drop=True)
    new = as_dtype(values, series.dtype)
    if isinstance(series.dtype, pd.CategoricalDtype) and new.dtype != series.dtype:
        series = series.astype(new.dtype)
    return pd.concat([series, new], ignore_index=True)


def stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns one below the other; a categorical column stays so, with the levels of all."""
    for place, dtypes in enumerate(zip(*(frame.dtypes for frame in frames), strict=True)):
        if len({*dtypes}) > 1 and all(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes):
            levels = dict.fromkeys(level for dtype in dtypes for level in dtype.categories)
            wider = pd.CategoricalDtype([*levels], dtypes[0].ordered)
            for frame in frames:
                frame.isetitem(place, frame.iloc[:, place].astype(wider).array)
    return pd.concat(frames)


def put(frame: Any, name: Hashable, series: Any) -> None:
    """Replace a column of a frame by its name."""
    frame.isetitem(list(frame.columns).index(name), series)


def named(series: Any, name: Hashable) -> pd.Series[Any]:
    """A column under another name."""
    out: pd.Series[Any] = series.rename(name)
    return out


def as_dtype(values: pd.Series[Any], dtype: Any) -> pd.Series[Any]:
    """Values in a dtype that can hold them, with new levels where it is categorical; else in their own."""
    if values.dtype == dtype or not len(values):
        return values
    if isinstance(dtype, pd.CategoricalDtype):
        new = [level for level in values.dropna().unique() if level not in dtype.categories]
        wider = pd.CategoricalDtype([*dtype.categories, *new], dtype.ordered) if new else dtype
        return values.astype(object).astype(wider)
    values = values if dtype == np.dtype(object) else values.infer_objects()
    if not _may_hold(dtype, values):
        return values
    try:
        cast = values.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        return values
    return values if is_integer_dtype(dtype) and not (cast == values).fillna(True).all() else cast


def _may_hold(dtype: Any, values: pd.Series[Any]) -> bool:
    """Whether a cast could only change how values are written: it would read text as numbers, too."""
    if isinstance(dtype, np.dtype) and dtype.kind in "iub" and values.isna().any():
        return False
    if not is_numeric_dtype(dtype):
        return True
    return is_numeric_dtype(values.dtype) and is_bool_dtype(values.dtype) == is_bool_dtype(dtype)
