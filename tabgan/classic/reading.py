"""What a classic CTGAN is fitted on: a table, or an array, whose discrete columns are named."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.data import Source, open_source, to_container
from tabgan.errors import ColumnError, DataError, SchemaError
from tabgan.schema import Column, Kind, Schema, infer_schema

NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DATETIME, Kind.TIMEDELTA, Kind.CONSTANT)
DISCRETE = (Kind.CATEGORY, Kind.BOOLEAN)


@dataclass(frozen=True)
class ReadTable:
    """A table that can be fitted, what its columns are, and what to tell of that."""

    source: Source
    schema: Schema
    note: str | None


def read_table(data: Any, discrete_columns: Iterable[Hashable], schema: Schema | None = None) -> ReadTable:
    """Open a table and decide its columns.

    ``discrete_columns`` are categories whatever they hold, all others numbers or times. An empty tuple, which is
    the default of fit, leaves it to the schema, or else to what the columns hold.

    Raises
    ------
    SchemaError
        ``Invalid columns found``: there are no such columns.
    ColumnError
        A column that is not discrete holds no numbers or times.
    DataError
        The table cannot be read, or an array has not two dimensions.
    """
    if isinstance(discrete_columns, str):
        raise SchemaError(
            f"discrete_columns must be a list of column names; found {discrete_columns!r}; "
            f"write [{discrete_columns!r}]"
        )
    source = open_source(as_frame(data) if isinstance(data, np.ndarray) else data)
    inferred = isinstance(discrete_columns, tuple) and not discrete_columns
    if schema is not None:
        if not inferred:
            raise SchemaError("give discrete_columns or a schema, not both; found both")
        return ReadTable(source, schema, None)
    named = list(discrete_columns)
    invalid = [name for name in named if name not in source.names]
    if invalid:
        listed = ", ".join(sorted(map(repr, invalid)))
        raise SchemaError(f"Invalid columns found: {{{listed}}}; choose among {list(source.names)}")
    named = [source.names[source.names.index(name)] for name in named]  # 1 for a numpy 1
    kinds: dict[Hashable, str] = dict.fromkeys(named, Kind.CATEGORY)
    schema = infer_schema(source, kinds=kinds)
    if inferred:
        found = [column.name for column in schema.columns if column.kind in DISCRETE]
        return ReadTable(source, schema, f"discrete_columns were not given; found {found}")
    keys = {column.name: number_kind(column) for column in schema.columns if not_a_number(column, named)}
    if keys:  # numbers that look like keys or flags, but are asked to be numbers
        schema = infer_schema(source, kinds=kinds | keys)
    return ReadTable(source, schema, None)


def not_a_number(column: Column, discrete: list[Hashable]) -> bool:
    """Whether a column has to be made a number."""
    return column.name not in discrete and column.kind not in NUMBERS


def number_kind(column: Column) -> str:
    """The kind of a column of numbers that was taken for something else.

    Raises
    ------
    ColumnError
        It holds no numbers.
    """
    dtype = column.dtype.lower()
    if dtype.startswith(("int", "uint")):
        return Kind.INTEGER
    if dtype.startswith("float"):
        return Kind.FLOAT
    raise ColumnError(
        f"column {column.name!r}: a column that is not discrete must hold numbers or times; found a {column.kind}; "
        f"add {column.name!r} to discrete_columns"
    )


def as_frame(array: np.ndarray[Any, Any]) -> pd.DataFrame:
    """An array (n, C) as a frame with columns 0 to C - 1; of Python objects each column has its own dtype.

    Raises
    ------
    DataError
        It has not two dimensions.
    """
    if array.ndim != 2:
        raise DataError(f"an array must have two dimensions, rows and columns; found shape {array.shape}")
    frame = pd.DataFrame(array)
    return frame.infer_objects() if array.dtype == object else frame


def give_back(frame: pd.DataFrame, schema: Schema, array_dtype: str | None) -> Any:
    """A sample in the container that was fitted: an array of ``array_dtype``, or a table."""
    if array_dtype is None:
        return to_container(frame, schema)
    if array_dtype == "object":
        return frame.astype(object).to_numpy()
    return frame.to_numpy().astype(np.dtype(array_dtype))
