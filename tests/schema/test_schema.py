"""A schema: printed, written and read, overridden."""

import datetime
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import ColumnError, SchemaError
from tabgan.schema import Column, Kind, Schema, infer_schema
from tabgan.schema.scalars import scalar_from_json, scalar_to_json
from tests.data.examples import EXAMPLES

FRAME = pd.DataFrame({"zip": [10115, 80331] * 20, "when": ["2024-01-31", "2024-02-29"] * 20, 3: range(40)})


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        None,
        True,
        7,
        2**70,
        0.1,
        float("inf"),
        ("a", ("b", 1)),
        pd.Timestamp("2024-01-31 12:00:00.000000001"),
        pd.Timestamp("2024-07-01", tz="Europe/Paris"),
        pd.Timedelta(5, "ns"),
        datetime.datetime(1, 1, 1),
        datetime.date(9999, 12, 31),
        datetime.time(1, 2, 3),
        datetime.timedelta(days=-1, microseconds=3),
        Decimal("1.50"),
        pd.Interval(0.5, 1.5, closed="left"),
        pd.Period("2024-01", freq="M"),
    ],
)
def test_a_scalar_comes_back_from_json_with_its_type(value):
    back = scalar_from_json(json.loads(json.dumps(scalar_to_json(value))))
    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value)


def test_numpy_scalars_become_what_they_hold():
    assert type(scalar_to_json(np.int64(3))) is int
    assert np.isnan(scalar_from_json(scalar_to_json(float("nan"))))
    with pytest.raises(SchemaError, match="convert"):
        scalar_to_json(object())


def test_json_of_every_dtype_comes_back():
    for name, series in EXAMPLES.items():
        schema = infer_schema(series.rename(name).to_frame())
        assert Schema.from_json(schema.to_json()) == schema


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "JSON"),
        ("[]", "columns"),
        ('{"columns": 3}', "columns"),
        ('{"format": 2, "columns": []}', "update"),
        ('{"columns": []}', "must have columns"),
        ('{"columns": [{"name": "a"}]}', "kind"),
        ('{"columns": [{"name": "a", "kind": "number", "dtype": "int64"}]}', "'a'.*kind must be one of"),
        ('{"columns": [{"name": "a", "kind": "integer", "dtype": "int64", "colour": 1}]}', "'a'.*'colour'"),
        ('{"columns": [{"name": {"code": "x"}, "kind": "integer", "dtype": "int64"}]}', "scalar"),
        ('{"columns": [{"name": "a", "kind": "datetime", "dtype": "str"}]}', "'a'.*unit"),
        (
            '{"columns": [{"name": "a", "kind": "float", "dtype": "float64", "decimals": "2"}]}',
            "'a'.*decimals",
        ),
        (
            '{"columns": [{"name": "a", "kind": "float", "dtype": "float64", "decimals": true}]}',
            "'a'.*decimals",
        ),
        ('{"columns": [{"name": "a", "kind": "category", "dtype": "str", "levels": 5}]}', "'a'.*list"),
        ('{"columns": [{"name": "a", "kind": "category", "dtype": "str", "levels": "no"}]}', "'a'.*list"),
        (
            '{"columns": [{"name": {"timestamp": 1}, "kind": "integer", "dtype": "int64"}]}',
            "to_json.*timestamp",
        ),
        ('{"columns": [{"name": {"float": "x"}, "kind": "integer", "dtype": "int64"}]}', "to_json.*float"),
        (
            '{"columns": [{"name": {"decimal": "x"}, "kind": "integer", "dtype": "int64"}]}',
            "to_json.*decimal",
        ),
    ],
)
def test_a_damaged_schema_is_refused(text, reason):
    with pytest.raises(SchemaError, match=reason):
        Schema.from_json(text)


def test_printed_as_a_table_with_a_line_for_each_column():
    lines = str(infer_schema(FRAME)).splitlines()
    assert len(lines) == 2 + 3
    assert lines[0].split() == ["column", "kind", "dtype", "missing", "known"]
    assert lines[3].split()[:2] == ["when", "datetime"]
    assert "%Y-%m-%d" in lines[3]


def test_a_column_is_found_by_its_name_and_type():
    schema = infer_schema(FRAME)
    assert schema[3].kind is Kind.INTEGER
    with pytest.raises(SchemaError, match=r"no column '3'.*'zip', 'when', 3"):
        schema["3"]


@pytest.mark.parametrize("change", [infer_schema, lambda frame, **k: infer_schema(frame).with_overrides(**k)])
def test_overrides_from_python_and_from_the_shell(change):
    schema = change(FRAME, category=["zip"], drop=["3"])
    assert schema.names == ("zip", "when")
    assert schema["zip"].kind is Kind.CATEGORY
    assert schema["zip"].dtype == "int64"
    assert change(FRAME, kinds={"when": "category"})["when"].format is None
    assert change(FRAME, identifier=["zip"])["zip"].kind is Kind.IDENTIFIER
    for wrong in ({"category": ["no"]}, {"drop": ["no"]}, {"category": ["zip"], "identifier": ["zip"]}):
        with pytest.raises(SchemaError, match="no|zip"):
            change(FRAME, **wrong)
    with pytest.raises(ColumnError, match="'when'"):
        change(FRAME, kinds={"when": "float"})


def test_overrides_look_at_the_data():
    frame = pd.DataFrame({"code": ["A-1", "B-2", "A-1"] * 5, "row_id": range(15)})
    assert infer_schema(frame, identifier=["code"])["code"].pattern == "[A-Z]{1}-[0-9]{1}"
    assert infer_schema(frame)["row_id"].pattern == "#15"
    assert infer_schema(frame, kinds={"row_id": "integer"})["row_id"].kind is Kind.INTEGER


def test_misuse_of_lists_is_told():
    with pytest.raises(SchemaError, match=r"write \['zip'\]"):
        infer_schema(FRAME, category="zip")
    with pytest.raises(ColumnError, match="both"):
        infer_schema(FRAME, category=["zip"], drop=["zip"])


def test_a_schema_file_may_name_some_columns_and_what_differs(tmp_path):
    path = tmp_path / "schema.json"
    held = [{"name": "zip", "kind": "category"}, {"name": "when", "note": "day of sale"}]
    path.write_text(json.dumps({"columns": held}), encoding="utf-8")
    schema = infer_schema(FRAME, schema=path)
    assert schema["zip"].kind is Kind.CATEGORY
    assert schema["when"] == infer_schema(FRAME)["when"].__class__(
        **{**vars(infer_schema(FRAME)["when"]), "note": "day of sale"}
    )
    assert schema[3].kind is Kind.INTEGER
    assert infer_schema(FRAME, schema=path, kinds={"zip": "integer"})["zip"].kind is Kind.INTEGER


def test_a_schema_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text('{"columns": [{"name": "zip", "kind": "category"}]}', encoding="utf-8-sig")
    assert infer_schema(FRAME, schema=path)["zip"].kind is Kind.CATEGORY


def test_a_whole_schema_as_an_override_is_its_own_result():
    schema = infer_schema(FRAME, category=["zip"])
    assert infer_schema(FRAME, schema=schema) == schema


def test_a_format_chosen_by_the_user_must_fit(tmp_path):
    frame = pd.DataFrame({"day": ["01/02/2024", "03/04/2024"] * 5})
    path = tmp_path / "schema.json"
    path.write_text('{"columns": [{"name": "day", "format": "%m/%d/%Y"}]}', encoding="utf-8")
    assert infer_schema(frame, schema=path)["day"].format == "%m/%d/%Y"
    path.write_text('{"columns": [{"name": "day", "format": "%Y-%m-%d"}]}', encoding="utf-8")
    with pytest.raises(ColumnError, match=r"'day'.*%Y-%m-%d"):
        infer_schema(frame, schema=path)
    with pytest.raises(SchemaError, match="cannot be read"):
        infer_schema(frame, schema=tmp_path / "none.json")


def test_a_column_checks_itself():
    with pytest.raises(ColumnError, match="two levels"):
        Column(name="x", kind=Kind.BOOLEAN, dtype="bool")
    with pytest.raises(SchemaError, match="container"):
        Schema((Column(name="x", kind=Kind.INTEGER, dtype="int64"),), "list")
