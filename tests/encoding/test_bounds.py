import datetime
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tabgan.encoding.bounds import HIGHEST, LOWEST, cell_bounds
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind

AGE = Column(name="age", kind=Kind.INTEGER, dtype="int64")
HUGE = Column(name="huge", kind=Kind.INTEGER, dtype="uint64", origin=2**63)
MONEY = Column(name="money", kind=Kind.FLOAT, dtype="float64", decimals=2)
REAL = Column(name="real", kind=Kind.FLOAT, dtype="float64")
DAY = Column(name="day", kind=Kind.DATETIME, dtype="datetime64[s]", unit="D")
TIME = Column(name="time", kind=Kind.DATETIME, dtype="datetime64[s]", unit="s")
ZONED = Column(
    name="zoned", kind=Kind.DATETIME, dtype="datetime64[s, Europe/Paris]", unit="s", zone="Europe/Paris"
)
TEXT = Column(name="text", kind=Kind.DATETIME, dtype="str", unit="D", format="%d.%m.%Y")
WAIT = Column(name="wait", kind=Kind.TIMEDELTA, dtype="timedelta64[s]", unit="s")


@pytest.mark.parametrize(
    ("column", "low", "high", "closed", "expected"),
    [
        (AGE, 30, 40, "both", (30, 40)),
        (AGE, 30, 40, "left", (30, 39)),
        (AGE, 30, 40, "right", (31, 40)),
        (AGE, 29.5, Decimal("40.5"), "neither", (30, 40)),
        (AGE, np.float32(30), np.int8(40), "neither", (31, 39)),
        (AGE, None, 40, "both", (LOWEST, 40)),
        (AGE, -math.inf, math.inf, "both", (LOWEST, HIGHEST)),
        (AGE, 2**53 + 1, None, "neither", (2**53 + 2, HIGHEST)),
        (HUGE, 2**63 + 5, 2**64, "both", (5, HIGHEST)),
        (MONEY, 0.1, 0.3, "both", (0.1, 0.3)),
        (MONEY, 0.1, 0.3, "neither", (0.11, 0.29)),
        (MONEY, 12.345, 12.355, "both", (12.35, 12.35)),
        (MONEY, None, 5, "left", (-math.inf, 4.99)),
        (REAL, 0.5, 1.5, "both", (0.5, 1.5)),
        (REAL, 0.5, 1.5, "neither", (math.nextafter(0.5, 1), math.nextafter(1.5, 1))),
        (REAL, None, math.inf, "both", (-math.inf, math.inf)),
        (WAIT, "1 min", pd.Timedelta(minutes=2), "both", (60, 120)),
        (WAIT, datetime.timedelta(seconds=60), np.timedelta64(2, "m"), "neither", (61, 119)),
        (WAIT, "1.5s", None, "both", (2, HIGHEST)),
    ],
)
def test_numbers_and_lengths(column, low, high, closed, expected):
    assert cell_bounds(low, high, closed, column) == expected


def day(text):
    return int(np.datetime64(text, "D").astype(int))


def second(text):
    return int(np.datetime64(text, "s").astype(int))


@pytest.mark.parametrize(
    ("column", "low", "high", "closed", "expected"),
    [
        (DAY, "2024-01", "2024-06", "both", (day("2024-01-01"), day("2024-06-30"))),
        (DAY, "2024-01", "2024-06", "neither", (day("2024-02-01"), day("2024-05-31"))),
        (DAY, "2024", "2024", "both", (day("2024-01-01"), day("2024-12-31"))),
        (DAY, "2024-01-05 10:00", "2024-01-07 10:00", "both", (day("2024-01-06"), day("2024-01-07"))),
        (
            DAY,
            datetime.date(2024, 1, 5),
            datetime.date(2024, 1, 7),
            "left",
            (day("2024-01-05"), day("2024-01-06")),
        ),
        (
            TIME,
            datetime.date(2024, 1, 5),
            datetime.date(2024, 1, 5),
            "both",
            (second("2024-01-05"), second("2024-01-05T23:59:59")),
        ),
        (
            TIME,
            pd.Timestamp("2024-01-05"),
            pd.Timestamp("2024-01-07"),
            "both",
            (second("2024-01-05"), second("2024-01-07")),
        ),
        (
            TIME,
            pd.Timestamp("2024-01-05"),
            pd.Timestamp("2024-01-07"),
            "neither",
            (second("2024-01-05T00:00:01"), second("2024-01-06T23:59:59")),
        ),
        (
            TIME,
            "2024-01-05 10",
            "2024-01-05 10:30",
            "both",
            (second("2024-01-05T10:00:00"), second("2024-01-05T10:30:59")),
        ),
        (TIME, pd.Period("2024Q1"), None, "both", (second("2024-01-01"), HIGHEST)),
        (TIME, None, "2024-01-05", "left", (LOWEST, second("2024-01-04T23:59:59"))),
        (
            ZONED,
            "2024-07-01",
            "2024-07-01",
            "both",
            (second("2024-06-30T22:00:00"), second("2024-07-01T21:59:59")),
        ),
        (ZONED, pd.Timestamp("2024-07-01", tz="UTC"), None, "both", (second("2024-07-01"), HIGHEST)),
        (TEXT, "31.01.2024", "2024-02", "both", (day("2024-01-31"), day("2024-02-29"))),
    ],
)
def test_times(column, low, high, closed, expected):
    assert cell_bounds(low, high, closed, column) == expected


@pytest.mark.parametrize(
    ("column", "low", "high", "told"),
    [
        (AGE, 40, 30, "column 'age': a range must not end before it begins; found 40 to 30; swap them"),
        (AGE, "young", None, "a bound must be a number; found 'young'"),
        (AGE, True, None, "a bound must be a number; found True"),
        (AGE, math.nan, None, "a bound must be a number; found nan"),
        (DAY, "2024-06", "2024-01", "must not end before it begins"),
        (DAY, "soon", None, "a bound must be a date or time; found 'soon'"),
        (DAY, 5, None, "a bound must be a date or time; found 5"),
        (DAY, pd.NaT, None, "a bound must be a date or time; found NaT"),
        (DAY, pd.Timestamp("2024-01-01", tz="UTC"), None, "without a zone"),
        (WAIT, "long", None, "a bound must be a length of time; found 'long'"),
        (Column(name="c", kind=Kind.CATEGORY, dtype="str"), "a", "b", "column 'c': a range needs numbers"),
    ],
)
def test_what_bounds_nothing_is_refused(column, low, high, told):
    with pytest.raises(ColumnError) as error:
        cell_bounds(low, high, "both", column)
    assert told in str(error.value)
