"""A column of every dtype that must come back as it was."""

import datetime
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

N = 60
_RNG = np.random.default_rng(7)
_SMALL = _RNG.integers(0, 5, N)
_GONE = _RNG.random(N) < 0.2
_TEXT = pd.Series(np.array(["a", "b", "c,", 'd"', "é"], dtype=object)[_SMALL])
_WHEN = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(_RNG.integers(0, 10**6, N), unit="s"))


def arrow(values, kind=None):
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, type=kind)))


def objects(*values):
    return pd.Series((list(values) * N)[:N], dtype=object)


def numbers():
    for dtype in ("int8", "int64", "uint16", "float16", "float32", "float64"):
        series = pd.Series(_SMALL).astype(dtype)
        yield dtype, series.mask(_GONE) if dtype.startswith("float") else series
    for dtype in ("Int64", "UInt8", "Float32", "int32[pyarrow]", "double[pyarrow]"):
        yield dtype, pd.Series(_SMALL).astype(dtype).mask(_GONE)
    yield "halffloat", arrow(_SMALL.astype(np.float16))
    yield "beyond 2**63", pd.Series(np.array([2**64 - 1, 2**63, 0, 5, 2**63 + 7] * 12, dtype="uint64"))
    yield "beyond 2**53", pd.Series(np.array([2**62 + 1, 2**62 + 3, -(2**62)] * 20))
    yield "money", pd.Series(_SMALL * 1.25)
    yield "infinite", pd.Series([np.inf, -np.inf, 1e308, -0.0, 1e-308] * 12)
    yield "sparse floats", pd.Series(pd.arrays.SparseArray(_SMALL.astype(float), fill_value=0.0))
    yield "sparse integers", pd.Series(pd.arrays.SparseArray(_SMALL))
    yield "integer objects", objects(1, 2, None)
    yield "float objects", objects(1.5, 2.0, None)
    yield "decimals", objects(Decimal("1.25"), Decimal("-100.10"), None)
    yield "decimal128", arrow([Decimal("1.25"), Decimal("-100.10"), None] * 20, pa.decimal128(10, 2))
    yield "decimal256", arrow([Decimal("1.25"), Decimal("-100.10"), None] * 20, pa.decimal256(50, 2))


def booleans_and_text():
    yield "bool", pd.Series(_SMALL > 2)
    yield "boolean", pd.Series(_SMALL > 2).astype("boolean").mask(_GONE)
    yield "arrow bool", arrow(_SMALL > 2)
    yield "boolean objects", objects(True, False, None)
    yield "sparse booleans", pd.Series(pd.arrays.SparseArray(_SMALL > 2))
    yield "yes and no", pd.Series(["Yes", "No"] * 30)
    yield "text objects", objects("a", "b", "é", None)
    yield "text", _TEXT.mask(_GONE)
    for dtype in ("string[python]", "string[pyarrow]"):
        yield dtype, _TEXT.mask(_GONE).astype(dtype)
    yield "arrow text", arrow(list(_TEXT))
    yield "large arrow text", arrow(list(_TEXT), pa.large_string())
    yield "NUL in text", objects("a\0b", "a\0c", None)
    yield "category", pd.Series(pd.Categorical(_TEXT.mask(_GONE), [*"zy", *_TEXT.unique()], ordered=True))
    yield "integer levels", pd.Series(pd.Categorical(_SMALL, categories=[9, 4, 3, 2, 1, 0]))
    yield "object levels", pd.Series(pd.Categorical(pd.Index(list(_TEXT), dtype=object)))
    yield "intervals", pd.cut(pd.Series(_RNG.random(N)), 4)
    yield "dated levels", pd.Series(pd.Categorical(pd.to_datetime(["2020-01-01", "2021-02-01"] * 30)))
    yield "dictionary", arrow(pa.array(list(_TEXT)).dictionary_encode())


def times():
    for unit in ("s", "ms", "us", "ns"):
        yield f"datetime {unit}", _WHEN.astype(f"datetime64[{unit}]").mask(_GONE)
        yield f"timedelta {unit}", (_WHEN - _WHEN.min()).astype(f"timedelta64[{unit}]").mask(_GONE)
    yield "zoned", _WHEN.mask(_GONE).dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    yield "offset", _WHEN.dt.tz_localize(datetime.timezone(datetime.timedelta(hours=1)))
    yield "years 1 and 9999", pd.Series(np.array(["0001-01-01", "9999-12-31"] * 30, dtype="M8[s]"))
    yield "dates", objects(datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None)
    yield "datetime objects", objects(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 5), None)
    stamps = [pd.Timestamp("2001-05-05", tz="Europe/Berlin"), pd.Timestamp("2002-01-01", tz="Europe/Berlin")]
    yield "zoned objects", objects(*stamps, None)
    yield "timedelta objects", objects(datetime.timedelta(1), datetime.timedelta(2, 5), None)
    yield "times of day", objects(datetime.time(1, 2, 3), datetime.time(23, 59), None)
    yield "periods", pd.Series(pd.period_range("2020-01", periods=N, freq="M")).mask(_GONE)
    days = [datetime.date(2020, 1, 1), datetime.date(1960, 1, 2), None] * 20
    yield "date32", arrow(days, pa.date32())
    yield "date64", arrow(days, pa.date64())
    yield "time32", arrow([datetime.time(1, 2), None] * 30, pa.time32("s"))
    yield "time64", arrow([datetime.time(1, 2), datetime.time(5)] * 30, pa.time64("ns"))
    yield "timestamp", arrow([datetime.datetime(2020, 1, 1), None, datetime.datetime(1960, 1, 2)] * 20)
    yield "zoned timestamp", arrow(list(_WHEN), pa.timestamp("us", tz="Europe/Paris"))
    yield "duration", arrow([datetime.timedelta(1), datetime.timedelta(5)] * 30, pa.duration("us"))
    yield "written dates", _WHEN.dt.strftime("%d.%m.%Y %H:%M")
    yield "written fractions", _WHEN.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    yield "dates as integers", _WHEN.dt.strftime("%Y%m%d").astype("int64")
    yield "dates as floats", _WHEN.dt.strftime("%Y%m%d").astype("float64").mask(_GONE)


def unique_and_constant():
    yield "uuids", pd.Series([str(uuid.UUID(int=i * 2**100 + i)) for i in range(N)])
    yield "running", pd.Series(range(2 * N), name="row")
    yield "text in rows", pd.Series([f"this is text number {i} of many words" for i in range(N)])
    yield "one integer", pd.Series([7] * N)
    yield "one infinity", pd.Series([np.inf] * N)
    yield "only NaN", pd.Series([np.nan] * N)
    yield "only None", objects(None)
    yield "one moment", pd.Series([pd.Timestamp("2020-01-01", tz="UTC")] * N)
    yield "one decimal", arrow([Decimal("1.25")] * N, pa.decimal128(10, 2))
    if hasattr(pa, "decimal32"):
        yield "one small decimal", arrow([Decimal("1.25"), None] * 30, pa.decimal32(5, 2))
    yield "one level", pd.Series(pd.Categorical(["u"] * N, categories=["u", "v"]))
    yield "one decimal object", objects(Decimal("1.25"))
    yield "one integer object beyond 2**63", objects(2**63)
    yield "one date", objects(datetime.date(2020, 1, 1), None)
    yield "one period", pd.Series([pd.Period("2020-01")] * N)
    yield "one Int64", pd.Series([5, None] * 30, dtype="Int64")
    yield "arrow null", arrow([None] * N, pa.null())


EXAMPLES = dict([*numbers(), *booleans_and_text(), *times(), *unique_and_constant()])
