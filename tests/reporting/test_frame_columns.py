"""Numbers and codes are the same whatever dtype holds them."""

import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tabgan.reporting.columns import as_numbers, exact_values, shared_codes, split_columns

MOMENT = pd.Series(pd.to_datetime(["2020-06-01 12:00:01", None]))
UTC_SECONDS = 1_591_012_801


@pytest.mark.parametrize(
    "column",
    [
        MOMENT.astype("datetime64[ns]"),
        MOMENT.astype("datetime64[s]"),
        MOMENT.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"),
        MOMENT.astype("timestamp[ms][pyarrow]"),
        MOMENT.dt.tz_localize("UTC").astype("timestamp[us, tz=UTC][pyarrow]"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_times_are_seconds_in_utc(column):
    numbers = as_numbers(column)
    assert numbers[0] == UTC_SECONDS
    assert np.isnan(numbers[1])
    assert exact_values(column).tolist() == [UTC_SECONDS * 1_000_000]
    assert split_columns(column.to_frame("c"), column.to_frame("c"), None) == (["c"], [])


@pytest.mark.parametrize("dtype", ["timedelta64[ns]", "timedelta64[s]", "duration[ms][pyarrow]"])
def test_durations_are_seconds(dtype):
    column = pd.Series(pd.to_timedelta([90, None], unit="s")).astype(dtype)
    assert as_numbers(column)[0] == 90
    assert np.isnan(as_numbers(column)[1])


@pytest.mark.parametrize(
    "dtype",
    ["float64", "Float64", "Int64", "int64[pyarrow]", "double[pyarrow]", pd.ArrowDtype(pa.decimal128(9, 2))],
)
def test_numbers_are_floats_with_nan(dtype):
    values = [decimal.Decimal(3), None] if isinstance(dtype, pd.ArrowDtype) else [3, None]
    column = pd.Series(values, dtype=dtype)
    assert as_numbers(column)[0] == 3.0
    assert np.isnan(as_numbers(column)[1])
    assert split_columns(column.to_frame("c"), column.to_frame("c"), None)[0] == ["c"]


def test_exact_values_tell_integers_apart_that_floats_do_not():
    assert len(np.unique(exact_values(pd.Series([2**53, 2**53 + 1])))) == 2


@pytest.mark.parametrize("dtype", [object, "category", "string", "string[pyarrow]"])
def test_levels_have_one_code_across_frames_and_dtypes(dtype):
    first, second = pd.Series(["b", None, "a"], dtype=dtype), pd.Series(["a", "c"], dtype=object)
    (a, b), n_levels = shared_codes(first, second)
    assert n_levels == 4
    assert a[1] == 0
    assert a[2] == b[0]
    assert len({a[0], a[2], b[1]}) == 3
    assert split_columns(first.to_frame("c"), first.to_frame("c"), None) == ([], ["c"])
