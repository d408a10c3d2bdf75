import datetime

import numpy as np
import pandas as pd
import pytest

from tabgan.data import from_cells, open_source
from tabgan.encoding.fit import fit_table
from tabgan.errors import ConditionError, SchemaError
from tabgan.schema import infer_schema

N = 400


@pytest.fixture(scope="module")
def encoder():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(17, 90, N),
            "grade": np.repeat([1, 2, 5, 6], N // 4),
            "income": np.where(rng.random(N) < 0.2, np.nan, np.round(rng.exponential(1000, N), 2)),
            "city": np.array(["Berlin", "Bern", "Paris", "Rome"], object)[rng.integers(0, 4, N)],
            "member": rng.random(N) < 0.5,
            "since": pd.date_range("2020-01-01", periods=N),
            "seen": pd.date_range("2020-01-01", periods=N, freq="29h", tz="Europe/Paris"),
            "written": pd.date_range("2020-01-01", periods=N).strftime("%d.%m.%Y"),
            "wait": pd.to_timedelta(rng.integers(0, 5000, N), "s"),
            "id": [f"K-{i:05d}" for i in range(N)],
            "one": ["always"] * N,
            "big": (2**63 + rng.integers(0, 2**62, N).astype("uint64")),
        }
    )
    source = open_source(frame)
    return fit_table(source, infer_schema(source))[0], frame


@pytest.mark.parametrize("row", [0, 7, 399])
def test_every_value_of_the_table_has_the_code_that_its_row_has(encoder, row):
    encoder, frame = encoder
    codes, fractions = encoder.encode_frame(frame)
    for index, name in enumerate(frame.columns):
        if name == "id":
            continue
        own_codes, own_fractions = encoder.encode_value(name, frame[name].iloc[row])
        assert np.array_equal(own_codes, codes[row, encoder.layout.symbols_of(index)]), name
        assert np.array_equal(own_fractions, fractions[row, encoder.layout.numbers_of(index)]), name


@pytest.mark.parametrize(
    ("name", "value", "equal"),
    [
        ("age", 30.0, 30),
        ("age", np.int8(30), 30),
        ("income", 12, 12.0),
        ("income", None, np.nan),
        ("member", np.True_, True),
        ("since", "2020-05-01", pd.Timestamp("2020-05-01")),
        ("since", datetime.date(2020, 5, 1), pd.Timestamp("2020-05-01")),
        ("seen", "2020-05-01 12:00", pd.Timestamp("2020-05-01 12:00", tz="Europe/Paris")),
        (
            "seen",
            pd.Timestamp("2020-05-01 10:00", tz="UTC"),
            pd.Timestamp("2020-05-01 12:00", tz="Europe/Paris"),
        ),
        ("written", "01.05.2020", "01.05.2020"),
        ("written", pd.Timestamp("2020-05-01"), "01.05.2020"),
        ("wait", "00:10:00", pd.Timedelta(minutes=10)),
        ("big", 2**63 + 5, 2**63 + 5),
    ],
)
def test_a_value_is_kept_exactly(encoder, name, value, equal):
    encoder, _ = encoder
    cells = encoder.value_cells(name, value)
    back = from_cells(cells, encoder.schema[name]).iloc[0]
    assert back == equal or (back != back and equal != equal)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("city", "Bérlin", "column 'city': category 'Bérlin' was not seen in fit; choose one of 'Berlin'"),
        ("city", 3, "category 3 was not seen"),
        ("city", ["Bern"], "must be a category"),
        ("city", None, "no value was missing in fit"),
        ("age", "old", "column 'age': a value asked for must be a number; found 'old'"),
        ("age", 30.5, "must be a whole number; found 30.5"),
        ("age", True, "must be a number; found True"),
        ("age", 10**6, "must be between 17 and 89; found 1000000"),
        ("age", 10**30, "must be a number of 64 bits"),
        ("age", float("inf"), "must be a whole number"),
        ("grade", 3, "must be one of the numbers seen in fit, between 1 and 6; found 3"),
        ("member", 2, "was not seen in fit; choose one of False, True"),
        ("member", "yes", "was not seen in fit"),
        ("income", 12.345, "must be a number of at most 2 decimals; found 12.345"),
        ("income", float("-inf"), "must be between "),
        ("since", "1900-01-01", "must be between 2020-01-0"),
        ("seen", "2100-01-01", " UTC; found '2100-01-01'"),
        ("wait", "90 days", "must be between 0 days 00:00"),
        ("big", 5, "must be between 92"),
        ("since", "soon", "must be a date or time; found 'soon'"),
        ("since", 5, "must be a date or time"),
        ("since", pd.Timestamp("2020-05-01", tz="UTC"), "must be a date or time without a zone"),
        ("written", "2020-05-01", "must be a date or time"),
        ("wait", "long", "must be a length of time"),
        ("id", "K-00001", "must be left out, for every identifier is made anew"),
        ("one", "never", "must be its only value, 'always'"),
    ],
)
def test_what_a_column_cannot_have_is_refused(encoder, name, value, told):
    encoder, _ = encoder
    with pytest.raises(ConditionError) as error:
        encoder.encode_value(name, value)
    assert told in str(error.value)
    assert repr(name) in str(error.value)


def test_an_unknown_column_is_refused(encoder):
    with pytest.raises(SchemaError, match="no column 'agee'"):
        encoder[0].encode_value("agee", 3)
