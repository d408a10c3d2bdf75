"""What encoders see, and what they are spared."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tabgan.data import Cells, from_cells, to_cells
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind, infer_schema


def fitted(values, name="x", **overrides):
    return infer_schema(pd.DataFrame({name: values}), **overrides)[name]


def test_levels_are_those_of_the_rows_and_codes_point_at_them():
    series = pd.Series(pd.Categorical(["b", None, "a", "b"], categories=["z", "a", "b"]), name="x")
    cells = to_cells(series, fitted(series))
    assert cells.levels == ("a", "b")
    assert cells.values.tolist() == [1, -1, 0, 1]
    assert cells.values.dtype == np.int32
    assert cells.missing.tolist() == [False, True, False, False]


def test_integers_beyond_63_bits_are_shifted_exactly():
    column = fitted(np.array([0, 2**64 - 1], dtype=np.uint64))
    cells = to_cells(pd.Series(np.array([0, 2**63, 2**64 - 1], dtype=np.uint64)), column)
    assert cells.values.tolist() == [-(2**63), 0, 2**63 - 1]


def test_a_missing_time_fits_every_unit():
    column = Column(name="x", kind=Kind.DATETIME, dtype="datetime64[ns]", unit="ns")
    cells = to_cells(pd.Series(pd.to_datetime([None, "2024-01-31"]).as_unit("s")), column)
    assert cells.missing.tolist() == [True, False]
    assert from_cells(cells, column).tolist() == [pd.NaT, pd.Timestamp("2024-01-31")]


def test_floats_stand_for_integers_that_lost_their_dtype_to_a_missing_value():
    column = fitted([1, 2, 3])
    cells = to_cells(pd.Series([1.0, np.nan]), column)
    assert cells.values.dtype == np.int64
    assert cells.values[0] == 1
    assert cells.missing.tolist() == [False, True]


def test_zoned_datetimes_are_utc_in_the_unit_of_the_fit():
    when = pd.Series(pd.to_datetime(["2024-07-01", "2024-07-02"]).as_unit("s")).dt.tz_localize("Europe/Paris")
    column = fitted(when)
    nanoseconds = when.dt.tz_convert("Asia/Tokyo").astype("datetime64[ns, Asia/Tokyo]")
    assert to_cells(nanoseconds, column).values.tolist() == to_cells(when, column).values.tolist()
    assert to_cells(when, column).values[0] == 1719784800


def test_identifiers_are_text():
    column = fitted(range(200))
    assert column.kind is Kind.IDENTIFIER
    assert to_cells(pd.Series([7, 8]), column).values.tolist() == ["7", "8"]
    back = from_cells(Cells(np.array(["901", "902"], dtype=object), np.zeros(2, bool)), column)
    assert back.tolist() == [901, 902]
    assert back.dtype == np.int64


@pytest.mark.parametrize("dtype", ["uint64", "UInt64"])
def test_identifiers_beyond_63_bits_come_back(dtype):
    column = fitted(pd.Series([2**63 + 5 * i for i in range(200)], dtype=dtype), "user_id")
    assert column.kind is Kind.IDENTIFIER
    new = pd.Series([1, 2**64 - 1], dtype=dtype, name="user_id")
    cells = to_cells(new, column)
    assert cells.values.tolist() == ["1", str(2**64 - 1)]
    pd.testing.assert_series_equal(from_cells(cells, column), new)
    gone = from_cells(Cells(cells.values, np.array([True, False])), replace(column, dtype="UInt64"))
    assert gone.tolist() == [pd.NA, 2**64 - 1]


def test_grid_of_cents_is_kept():
    column = fitted([12.5, 0.25, 3.0])
    assert column.decimals == 2
    assert from_cells(Cells(np.array([1.23456]), np.zeros(1, bool)), column).tolist() == [1.23]


@pytest.mark.parametrize(
    ("fit", "new", "reason"),
    [
        ([1, 2, 3], ["a"], "whole numbers"),
        ([1, 2, 3], [1.5], "whole numbers"),
        ([1.5, 2.5], ["a"], "numbers"),
        ([True, False], ["maybe"], "True"),
        (["yes", "no"], ["maybe"], "maybe"),
        (["2024-01-31", "2024-02-01"], ["2024-02-30"], "2024-02-30"),
        (
            pd.to_datetime(["2024-01-31", "2024-02-01"]),
            pd.to_datetime(["2024-01-31"]).tz_localize("UTC"),
            "datetimes",
        ),
        ([7, 7], [8], "7 in every row"),
        (np.array([2**63, 5], np.uint64), [-1, 5], "whole numbers from 0 up"),
        (
            pd.to_datetime(["2024-01-31", "2024-02-01"]).as_unit("ns"),
            pd.DatetimeIndex(np.array(["3000-01-01"], "datetime64[s]")),
            "64 bits of ns",
        ),
    ],
)
def test_other_values_than_in_fit_are_refused_by_name(fit, new, reason):
    column = fitted(fit, name="price")
    with pytest.raises(ColumnError, match=rf"'price'.*{reason}"):
        to_cells(pd.Series(new), column)


def test_a_dtype_that_cannot_hold_a_value_is_told():
    column = Column(name="x", kind=Kind.INTEGER, dtype="int8")
    with pytest.raises(ColumnError, match="fit int8"):
        from_cells(Cells(np.array([300]), np.zeros(1, bool)), column)
    with pytest.raises(ColumnError, match="missing"):
        from_cells(Cells(np.array([3]), np.ones(1, bool)), column)
