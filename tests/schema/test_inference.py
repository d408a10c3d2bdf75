"""Which kind each sort of column is taken for, and which are refused."""

import datetime
from decimal import Decimal

import dateutil.tz
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tabgan.errors import ColumnError, DataError, SchemaError
from tabgan.schema import Kind, infer_schema

RNG = np.random.default_rng(3)
WEST = datetime.timezone(datetime.timedelta(hours=-5))


def column_of(values, name="x", **overrides):
    return infer_schema(pd.DataFrame({name: values}), **overrides)[name]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (RNG.integers(0, 3, 500), Kind.INTEGER),
        (RNG.permutation(500) * 3, Kind.INTEGER),
        (np.arange(500), Kind.IDENTIFIER),
        (np.arange(2000, 2024), Kind.INTEGER),
        (RNG.normal(size=500), Kind.FLOAT),
        (RNG.random(500) > 0.5, Kind.BOOLEAN),
        (["no", "yes"] * 5, Kind.BOOLEAN),
        (["up", "down"] * 5, Kind.CATEGORY),
        ([f"level {i}" for i in range(100)] * 2, Kind.CATEGORY),
        ([f"A{i:05d}" for i in range(100)], Kind.IDENTIFIER),
        ([f"a person called {'x' * (i % 7)} of {chr(97 + i % 26)} {'y' * i}" for i in range(50)], Kind.TEXT),
        (["2024-01-31", "2024-02-29"] * 5, Kind.DATETIME),
        (["2024-01-31", "2024-02-30"] * 5, Kind.CATEGORY),
        ([20240100 + i for i in range(1, 32)] * 2, Kind.DATETIME),
        ([20240100 + i for i in range(1, 33)] * 2, Kind.INTEGER),
        ([5.0] * 10, Kind.CONSTANT),
        ([None] * 10, Kind.CONSTANT),
        ([datetime.timedelta(1), datetime.timedelta(2)], Kind.TIMEDELTA),
        (["007", "012"] * 5, Kind.CATEGORY),
    ],
)
def test_kind(values, kind):
    assert column_of(values).kind is kind


def test_a_key_by_name_is_an_identifier_though_not_consecutive():
    keys = RNG.permutation(10**6)[:500]
    assert column_of(keys, "customer_id").kind is Kind.IDENTIFIER
    assert column_of(keys, "customerId").pattern == f"#{keys.max() + 1}"
    assert column_of(keys, "paid").kind is Kind.INTEGER
    assert column_of(np.repeat(keys[:250], 2), "customer_id").kind is Kind.INTEGER


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1.0, 2.0], 0),
        ([0.1, 0.25], 2),
        ([1e-9, 1.0], 9),
        ([1 / 3, 0.5], None),
        ([1e300, 0.5], None),
        (np.array([0.1, 12.3], dtype="float32"), 1),
        ([np.inf, 0.5], 1),
        ([Decimal("1.50"), Decimal("2")], 2),
    ],
)
def test_decimal_grid(values, decimals):
    assert column_of(values).decimals == decimals


def test_dates_whose_day_and_month_can_be_exchanged_are_told():
    column = column_of(["01/02/2024", "03/04/2024"])
    assert column.format == "%d/%m/%Y"
    assert "%m/%d/%Y" in column.note
    assert column_of(["01/02/2024", "01/31/2024"]).format == "%m/%d/%Y"


def test_a_word_for_missing_among_numbers_is_told():
    assert "'NA'" in column_of(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "NA"] * 3).note


@pytest.mark.parametrize("style", ["{},5", "1,{}00", " {}", "{} %"])
def test_numbers_that_are_written_otherwise_are_pointed_out(style):
    texts = [style.format(number) for number in range(10, 40)]
    assert "write them like 1234.5" in column_of(texts * 3).note  # a category
    assert "write them like 1234.5" in column_of(texts).note  # unique: an identifier


@pytest.mark.parametrize("style", ["{}", "00{}", "A-{}", "{}-1"])
def test_other_texts_are_not(style):
    assert "write them" not in (column_of([style.format(number) for number in range(10, 40)] * 3).note or "")


def test_identifiers_in_a_categorical_are_not_kept_as_levels():
    column = column_of(pd.Categorical([f"P-{i:04d}" for i in range(50)]))
    assert column.kind is Kind.IDENTIFIER
    assert column.levels is None
    assert "P-0007" not in str(column)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, "a"], "int, str"),
        (["a"] * 1500 + [1], "int, str"),
        ([datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 2, 12)], "dates beside datetimes"),
        ([pd.Timestamp("9999-12-31"), pd.Timestamp("2024-01-01")], "pd.to_datetime"),
        ([datetime.datetime(9999, 12, 31, 23, tzinfo=WEST)], "pd.to_datetime"),
        ([pd.Timedelta(np.timedelta64(10**12, "s"))], "pd.to_timedelta"),
        ([[1], [2]], "list"),
        ([{"a": 1}, {"a": 2}], "dict"),
        ([b"a", b"b"], "bytes"),
        ([1j, 2j], "complex"),
        ([2**70, 1], "64 bits"),
        (["\ud800", "a"], "Unicode"),
        (pd.arrays.ArrowExtensionArray(pa.array([[1], [2]])), "list<"),
        (pd.arrays.ArrowExtensionArray(pa.array([b"a", b"b"])), "binary"),
        (pd.arrays.ArrowExtensionArray(pa.array([{"a": 1}])), "struct"),
        (pd.interval_range(0, 3), "Interval"),
    ],
)
def test_what_has_no_kind_is_refused_with_its_name_and_a_way_out(values, found):
    objects = isinstance(values, list) and found != "complex"
    series = pd.Series(values, dtype=object if objects else None)
    with pytest.raises(ColumnError, match=r"'odd'") as caught:
        infer_schema(series.to_frame("odd"))
    assert found in str(caught.value)
    assert "drop" in str(caught.value) or "convert" in str(caught.value)
    assert infer_schema(series.to_frame("odd").assign(x=1), drop=["odd"]).names == ("x",)


@pytest.mark.parametrize(
    "zone",
    [
        dateutil.tz.tzutc(),
        dateutil.tz.gettz("Europe/Berlin"),
        datetime.timezone(datetime.timedelta(hours=5), "EST"),  # there is another of this name
        datetime.timezone(datetime.timedelta(hours=5), "ours"),
    ],
)
@pytest.mark.parametrize("dtype", [None, object])
def test_zones_that_cannot_be_named_are_refused(zone, dtype):
    when = [datetime.datetime(2024, 1 + i, 1, tzinfo=zone) for i in range(12)]
    with pytest.raises(ColumnError, match=r"'when'.*times in the zone .*convert it to a zone such as 'UTC'"):
        column_of(pd.Series(when, dtype=dtype), "when")


def test_two_zones_in_one_column_are_refused():
    stamps = [pd.Timestamp("2024", tz="UTC"), pd.Timestamp("2024", tz="Asia/Tokyo")]
    with pytest.raises(ColumnError, match=r"'when'.*one zone.*Asia/Tokyo"):
        column_of(pd.Series(stamps, dtype=object), "when")


def test_a_table_needs_columns_names_and_rows():
    with pytest.raises(SchemaError, match="must have columns"):
        infer_schema(pd.DataFrame(index=range(3)))
    with pytest.raises(SchemaError, match="'a' twice"):
        infer_schema(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(DataError, match="rows"):
        infer_schema(pd.DataFrame({"a": []}))
    for other in ("data.csv", {"a": [1]}, None, pa.table({"a": [1]})):
        with pytest.raises(SchemaError, match="open_source"):
            infer_schema(other)
    for name in (np.nan, pd.NaT, pd.NA, ("a", np.nan)):
        with pytest.raises(SchemaError, match="must not be missing"):
            infer_schema(pd.DataFrame([[1, 2]], columns=pd.Index([name, "b"], tupleize_cols=False)))


@pytest.mark.parametrize("large", [2**53 + 1, 10**400])
def test_integers_beside_floats_must_be_exact(large):
    assert column_of(pd.Series([2.5, 2**53, None, 1], dtype=object)).kind is Kind.FLOAT
    with pytest.raises(ColumnError, match=rf"'x'.*no float can hold, such as {large}"):
        column_of(pd.Series([2.5, large, None], dtype=object))


def test_any_row_and_name_will_do():
    names = ["", None, 3, ("a", 1), "\0\n{}", "a" * 10_000, "عمر", 2.5]
    frame = pd.DataFrame([[1] * len(names)], columns=pd.Index(names, dtype=object, tupleize_cols=False))
    schema = infer_schema(frame)
    assert list(schema.names) == names
    assert type(schema)(schema.columns) == type(schema).from_json(type(schema)(schema.columns).to_json())
    assert "\0" not in str(schema)
