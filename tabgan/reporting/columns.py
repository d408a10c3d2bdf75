"""What the metrics see of two frames: numbers as float64, categories as shared integer codes.

One meaning for every metric: a datetime is seconds since 1970 (UTC), a timedelta seconds; a missing
number is NaN; a missing category is a level of its own (code 0).
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from tabgan.errors import DataError, SchemaError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Names = Sequence[Hashable] | None  # the categorical columns; None: by dtype


def split_columns(
    real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names
) -> tuple[list[Hashable], list[Hashable]]:
    """Names of the numeric and of the categorical columns, in the order of `real`.

    Parameters
    ----------
    real, synthetic
        Frames with the same columns; the order may differ.
    categorical
        Names of the categorical columns; None infers them from the dtypes of `real`
        (object, string, category and boolean are categorical, anything else is a number).

    Raises
    ------
    SchemaError
        When the columns differ, or `categorical` names an unknown one.
    DataError
        When a frame has no rows.
    """
    if set(real.columns) != set(synthetic.columns) or real.shape[1] != synthetic.shape[1]:
        odd = sorted(set(real.columns) ^ set(synthetic.columns), key=str)[:5]
        raise SchemaError(f"both frames must have the same columns; found in one only: {odd}")
    if not len(real) or not len(synthetic):
        raise DataError(f"both frames must have rows; found {len(real)} real and {len(synthetic)} synthetic")
    if categorical is None:
        chosen: set[Hashable] = {name for name in real.columns if _looks_categorical(real[name].dtype)}
    else:
        chosen = set(categorical)
        if unknown := sorted(chosen - set(real.columns), key=str):
            raise SchemaError(f"categorical names columns that the frames do not have: {unknown[:5]}")
    names = list(real.columns)
    return [n for n in names if n not in chosen], [n for n in names if n in chosen]


def as_numbers(series: pd.Series) -> Floats:
    """A numeric column as float64, shape (n,), missing as NaN; dates and durations in seconds."""
    if _is_time(series.dtype):
        moments = exact_times(series)
        return np.where(moments == np.iinfo(np.int64).min, np.nan, moments / 1e6)
    return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))


def exact_times(series: pd.Series) -> NDArray[np.int64]:
    """Datetimes (UTC) or timedeltas as int64 microseconds, shape (n,); missing is the lowest int64."""
    if isinstance(series.dtype, pd.ArrowDtype):
        plain: Any = "timedelta64[us]" if series.dtype.kind == "m" else "datetime64[us]"
        zone = getattr(series.dtype.pyarrow_dtype, "tz", None)
        series = series.astype(pd.DatetimeTZDtype("us", zone) if zone else plain)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(series.dt.as_unit("us").to_numpy().view(np.int64))


def exact_values(series: pd.Series) -> NDArray[np.int64] | Floats:
    """The present values of a numeric column, int64 where the dtype holds whole numbers or times."""
    series = series.dropna()
    if _is_time(series.dtype):
        return exact_times(series)
    if types.is_integer_dtype(series.dtype) and not types.is_unsigned_integer_dtype(series.dtype):
        return series.to_numpy(dtype=np.int64)
    return series.to_numpy(dtype=np.float64)


def shared_codes(*columns: pd.Series) -> tuple[list[Codes], int]:
    """The same level, the same code in every column given.

    Returns
    -------
    codes, n_levels
        One array of shape (n,) per column with values in [0, n_levels); 0 is missing. Levels are in random
        order: in that of appearance a classifier would learn from a rare level's code whose row it is.
    """
    values = np.concatenate([column.astype(object).to_numpy() for column in columns])
    codes, levels = pd.factorize(values)
    places = np.append(np.random.default_rng(0).permutation(len(levels)) + 1, 0)  # the last is of code -1
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return list(np.split(places[codes], ends)), len(levels) + 1


def _is_time(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.kind in "mM" or str(dtype).startswith("date")
    return types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype)


def _looks_categorical(dtype: Any) -> bool:
    if _is_time(dtype):
        return False
    return types.is_bool_dtype(dtype) or not types.is_numeric_dtype(dtype)
