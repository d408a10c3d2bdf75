import datetime

import pandas as pd
import pytest

from tabgan import PRESENT, between
from tabgan.cli.where import parse_where
from tabgan.errors import ConditionError, SchemaError
from tabgan.schema import Column, Kind, Schema

SCHEMA = Schema(
    (
        Column(name="income", kind=Kind.CATEGORY, dtype="str"),
        Column(name="age", kind=Kind.INTEGER, dtype="int64"),
        Column(name="weight", kind=Kind.FLOAT, dtype="float64"),
        Column(name="owns", kind=Kind.BOOLEAN, dtype="bool", levels=(False, True)),
        Column(name="smokes", kind=Kind.BOOLEAN, dtype="str", levels=("No", "Yes")),
        Column(name="size", kind=Kind.CATEGORY, dtype="category", levels=(1, 2, 10), ordered=True),
        Column(name="house", kind=Kind.CATEGORY, dtype="Int64"),
        Column(
            name="since",
            kind=Kind.DATETIME,
            dtype="datetime64[ns, Europe/Paris]",
            unit="ns",
            zone="Europe/Paris",
        ),
        Column(name="day", kind=Kind.DATETIME, dtype="str", unit="D", format="%d.%m.%Y"),
        Column(name="took", kind=Kind.TIMEDELTA, dtype="timedelta64[s]", unit="s"),
        Column(name="country", kind=Kind.CONSTANT, dtype="str", value="FR"),
        Column(name="a", kind=Kind.CATEGORY, dtype="str"),
        Column(name="a=b", kind=Kind.CATEGORY, dtype="str"),
        Column(name="x=y", kind=Kind.INTEGER, dtype="int64"),
        Column(name=7, kind=Kind.INTEGER, dtype="int64"),
        Column(name=None, kind=Kind.INTEGER, dtype="int64"),
        Column(name="", kind=Kind.CATEGORY, dtype="str"),
        Column(name="two\nlines", kind=Kind.CATEGORY, dtype="str"),
    )
)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("income=>50K", "income", ">50K"),
        ("income= >50K ", "income", " >50K "),
        ("income=a=b", "income", "a=b"),
        ("income=NA", "income", "NA"),
        ("income=", "income", None),
        ("age=39", "age", 39),
        ("age=-1", "age", -1),
        ("age=9007199254740993", "age", 2**53 + 1),
        ("age=", "age", None),
        ("weight=1e-3", "weight", 0.001),
        ("weight=inf", "weight", float("inf")),
        ("owns=true", "owns", True),
        ("owns=False", "owns", False),
        ("smokes=yes", "smokes", "Yes"),
        ("size=10", "size", 10),
        ("house=12", "house", 12),
        ("since=2024-01-31 12:00+01:00", "since", pd.Timestamp("2024-01-31 12:00+01:00")),
        ("day=31.01.2024", "day", "31.01.2024"),
        ("took=00:01:30", "took", pd.Timedelta(seconds=90)),
        ("country=FR", "country", "FR"),
        ("a=b=c", "a", "b=c"),  # the value starts after the first = that ends a name
        ("x=y=3", "x=y", 3),
        ("7=3", 7, 3),
        ("None=3", None, 3),
        ("=empty", "", "empty"),
        ("two\nlines=v", "two\nlines", "v"),
    ],
)
def test_a_text_becomes_what_the_column_holds(text, name, value):
    where = parse_where((text,), SCHEMA)
    assert where == {name: value}
    assert type(where[name]) is type(value)


LEVELS = {"income": ("a|b", "1..2", 'say "x"', ">50K", "<=50K")}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("income=>50K|<=50K", "income", [">50K", "<=50K"]),
        ("income=a|b", "income", "a|b"),  # exactly a level
        ("income=1..2", "income", "1..2"),
        ('income=say "x"', "income", 'say "x"'),
        ('income="a|b"|>50K', "income", ["a|b", ">50K"]),
        ('income="a|b"', "income", "a|b"),
        ('income=""|x', "income", ["", "x"]),
        ("income=x|", "income", ["x", None]),
        ("income=x..y", "income", "x..y"),  # text has no order
        ("income!=", "income", PRESENT),
        ("age=30..40", "age", between(30, 40)),
        ("age=30..", "age", between(30, None)),
        ("age=..40", "age", between(None, 40)),
        ("age=-5..-1", "age", between(-5, -1)),
        ("age=17|30..40|", "age", [17, between(30, 40), None]),
        ("age>=30", "age", between(30, None)),
        ("age>30", "age", between(30, None, "neither")),
        ("age<=30", "age", between(None, 30)),
        ("age<29.5", "age", between(None, 29.5, "neither")),
        ("weight=1e-3..2.5", "weight", between(0.001, 2.5)),
        ("since=2024-01..2024-06", "since", between("2024-01", "2024-06")),
        ("since>=2024-01-31 12:00", "since", between("2024-01-31 12:00", None)),
        ("day=31.01.2024..2024-03", "day", between("31.01.2024", "2024-03")),
        ("took<2 min", "took", between(None, "2 min", "neither")),
        ("size=1..2", "size", between(1, 2)),
        ("size>1", "size", between(1, None, "neither")),
        ("house=1..20", "house", between(1, 20)),
        ("owns=true|false", "owns", [True, False]),
        ("x=y>=3", "x=y", between(3, None)),
        ("7<3", 7, between(None, 3, "neither")),
    ],
)
def test_lists_ranges_and_presence(text, name, value):
    assert parse_where((text,), SCHEMA, LEVELS) == {name: value}


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (("age>=30", "age<40"), between(30, 40, "left")),
        (("age<=40", "age>30"), between(30, 40, "right")),
        (("age>30", "age<40"), between(30, 40, "neither")),
    ],
)
def test_a_lower_and_an_upper_bound_are_one_range(texts, value):
    assert parse_where(texts, SCHEMA) == {"age": value}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("age=30..old",), "column 'age': a bound must be a number, found 'old'"),
        (("age>=",), "column 'age': '>=' needs a number"),
        (("income>=50K",), "column 'income': '>=' needs a number, a time or an ordered level, found '50K'"),
        (("income!=x",), "column 'income': '!=' takes no value, found 'x'"),
        (("age>3", "age>4"), "column 'age': --where must give it one value"),
        (("age>3", "age=5"), "it was given two"),
        (("size>3",), "column 'size': --where must give one of 1, 2, 10"),
        (("owns=true|maybe",), "one of False, True, found 'maybe'"),
        (("Age>3",), "no column 'Age'"),
    ],
)
def test_wrong_ranges_are_told(texts, told):
    with pytest.raises((ConditionError, SchemaError)) as error:
        parse_where(texts, SCHEMA)
    assert told in str(error.value)


def test_conditions_join():
    assert parse_where(("age=39", "income=>50K"), SCHEMA) == {"age": 39, "income": ">50K"}
    assert parse_where((), SCHEMA) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("age=old", "column 'age': --where must give an integer, found 'old'"),
        ("age=39.5", "an integer, found '39.5'"),
        ("weight=heavy", "column 'weight'.*a number"),
        ("owns=maybe", "column 'owns'.*one of False, True, found 'maybe'"),
        ("size=3", "column 'size'.*one of 1, 2, 10"),
        ("house=big", "column 'house'.*an integer"),
        ("since=whenever", "column 'since'.*a date or time"),
        ("took=long", "column 'took'.*a length of time"),
        ("country=DE", "column 'country'.*its only value, FR"),
        ("age", "must read 'column=value', found 'age'"),
    ],
)
def test_a_wrong_value_names_its_column(text, told):
    with pytest.raises(ConditionError, match=told):
        parse_where((text,), SCHEMA)


def test_an_unknown_column_is_named_with_those_that_there_are():
    with pytest.raises(SchemaError, match="'Age'.*'income', 'age'"):
        parse_where(("Age=39",), SCHEMA)


def test_one_column_takes_one_value():
    with pytest.raises(ConditionError, match="column 'age'.*one value"):
        parse_where(("age=39", "age=40"), SCHEMA)


def test_a_time_without_a_zone_is_a_plain_timestamp():
    [value] = parse_where(("since=2024-01-31",), SCHEMA).values()
    assert value == datetime.datetime(2024, 1, 31)
