"""A sampled frame in the container that was fitted, or as an Arrow table for a file."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tabgan.data.arrow_dtypes import arrow_type, is_arrow
from tabgan.errors import SchemaError
from tabgan.schema.kinds import Column
from tabgan.schema.reading import plain_level
from tabgan.schema.schema import Schema

_TEXT = ("object", "str", "string", "period")
_SPARSE = re.compile(r"Sparse\[(\w+), .*\]")


def to_container(frame: pd.DataFrame, schema: Schema) -> Any:
    """`frame` as it is, or as an Arrow table when that was fitted."""
    return frame if schema.container == "pandas" else to_arrow(frame, schema)


def to_arrow(frame: pd.DataFrame, schema: Schema) -> Any:
    """A frame as an Arrow table whose types depend on the schema alone, so that batches fit together."""
    columns = [frame.iloc[:, i] for i in range(frame.shape[1])]
    arrays = [_array(series, column) for series, column in zip(columns, schema.columns, strict=True)]
    return pa.table(arrays, names=file_names(schema))


def arrow_schema(schema: Schema) -> Any:
    """Names and types of `to_arrow`."""
    types = [type_of(column) for column in schema.columns]
    return pa.schema(list(zip(file_names(schema), types, strict=True)))


def type_of(column: Column) -> Any:
    """The Arrow type that holds a column of `column.dtype`."""
    dtype = column.dtype
    if is_arrow(dtype):
        return arrow_type(dtype)
    if dtype.startswith("category"):
        levels = [plain_level(level) for level in column.levels or ()]
        return pa.dictionary(pa.int32(), _level_type(levels), column.ordered)
    if dtype.startswith("object["):
        return _object_type(column)
    if dtype.startswith(_TEXT):
        return pa.string()
    if dtype.startswith("datetime64"):
        return pa.timestamp(str(column.unit), tz=column.zone)
    if dtype.startswith("timedelta64"):
        return pa.duration(str(column.unit))
    dense = _SPARSE.fullmatch(dtype)
    return pa.from_numpy_dtype(np.dtype((dense[1] if dense else dtype).lower().replace("boolean", "bool")))


def _level_type(levels: list[Any]) -> Any:
    """The type that all levels have; text where they have none in common."""
    try:
        return pa.array(levels).type if levels else pa.string()
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.string()


def file_names(schema: Schema) -> list[str]:
    """Column names as files write them, where all is text; the parts of a tuple are joined by a dot.

    Raises
    ------
    SchemaError
        Two names, such as 1 and "1", are the same as text.
    """
    names: dict[str, Any] = {}
    for name in schema.names:
        text = _name_text(name)
        if text in names:
            raise SchemaError(
                f"column names must differ in a file too; found {names[text]!r} and {name!r}; rename one"
            )
        names[text] = name
    return list(names)


def _name_text(name: Any) -> str:
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _object_type(column: Column) -> Any:
    """Of Python objects."""
    held = column.dtype[len("object[") : -1]
    if held == "pandas":
        zoned = pa.timestamp("ns", tz=column.zone)
        return (
            pa.duration("ns")
            if isinstance(column.value, pd.Timedelta) or column.kind == "timedelta"
            else zoned
        )
    huge = isinstance(column.value, int) and column.value >= 2**63
    return {
        "bool": pa.bool_(),
        "int": pa.uint64() if column.origin or huge else pa.int64(),
        "float": pa.float64(),
        "decimal": pa.decimal128(38, column.decimals or 0),
        "date": pa.date32(),
        "time": pa.time64("us"),
        "datetime": pa.timestamp("us", tz=column.zone),
        "timedelta": pa.duration("us"),
    }[held]


def _array(series: pd.Series[Any], column: Column) -> Any:
    kind = type_of(column)
    if column.dtype.startswith("category"):
        return _dictionary(series, kind)
    if column.dtype.startswith("period"):
        series = series.map(str, na_action="ignore").astype(object)
    if isinstance(series.dtype, pd.SparseDtype):
        series = series.astype(series.dtype.subtype)
    array = pa.array(series, type=None if is_arrow(column.dtype) else kind, from_pandas=True)
    return array.cast(kind) if array.type != kind else array


def _dictionary(series: pd.Series[Any], kind: Any) -> Any:
    codes = series.cat.codes.to_numpy().astype(np.int32)
    levels = [plain_level(level) for level in series.cat.categories]
    if kind.value_type == pa.string():
        levels = [str(level) for level in levels]
    held = pa.array(levels, type=kind.value_type)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), held, ordered=kind.ordered)
