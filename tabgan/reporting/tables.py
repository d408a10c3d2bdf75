"""The tables of a report, made comparable: the same columns, and cells that mean the same."""

import math
import os
import zlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tabgan.data import open_source
from tabgan.errors import DataError, SchemaError
from tabgan.reporting.readable import NUMBERS, TIMES, readable
from tabgan.schema import Schema, infer_schema
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.schema import find_name

LEFT_OUT = {
    Kind.IDENTIFIER: "an identifier: every row has its own, so there is no distribution to compare",
    Kind.TEXT: "free text: it is not compared",
}


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Real, synthetic and held-out rows, ready to be compared.

    Attributes
    ----------
    real, synthetic, holdout : the judged columns, in the real table's order, with a plain index. Numbers are
        Int64 or float64, times datetime64 (UTC) or timedelta64, levels text or None. `real` are the rows that
        the synthetic ones were made from, `holdout` real rows that they were not.
    numeric : names of the columns of numbers and of times.
    categorical : names of the columns of levels.
    times : those of `numeric` that hold times.
    decimals : digits after the point that a column of numbers keeps to; None is continuous.
    left_out : columns that are not judged, and why.
    source_real, source_synthetic, source_holdout : the tables as given.
    schema : of the real table.
    target : the column to predict, if one was named.
    random_state : seeds every draw.
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame | None
    numeric: tuple[Hashable, ...]
    categorical: tuple[Hashable, ...]
    times: frozenset[Hashable]
    decimals: dict[Hashable, int | None]
    left_out: tuple[tuple[str, str], ...]
    source_real: pd.DataFrame
    source_synthetic: pd.DataFrame
    source_holdout: pd.DataFrame | None
    schema: Schema
    target: Hashable | None
    random_state: int

    def rng(self, name: str) -> np.random.Generator:
        """A stream of random numbers of its own for each purpose: one more draw moves no other figure."""
        return np.random.default_rng([self.random_state, zlib.crc32(name.encode())])

    def floor_pair(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Real rows and fresh real rows: real and hold-out, or without one two halves of the real rows."""
        return self._halves if self.holdout is None else (self.real, self.holdout)

    def floor_factor(self) -> float:
        """What brings an error of two samples, which shrinks as 1/√n, from `floor_pair` to the judged sizes."""
        reference, fresh = self.floor_pair()
        judged = 1 / len(self.real) + 1 / len(self.synthetic)
        return math.sqrt(judged / (1 / len(reference) + 1 / len(fresh)))

    @cached_property
    def _halves(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        order = self.rng("halves").permutation(len(self.real))
        half = len(order) // 2
        first, second = (self.real.iloc[np.sort(rows)] for rows in (order[:half], order[half:]))
        return first.reset_index(drop=True), second.reset_index(drop=True)


def make_tables(
    real: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    target: Hashable | None = None,
    schema: Schema | str | os.PathLike[str] | None = None,
    random_state: int = 0,
) -> Tables:
    """Read the tables by the schema of the real one.

    Parameters
    ----------
    real, synthetic, holdout
        pandas frames, Arrow tables, anything with the Arrow C stream interface, paths of CSV or Parquet files,
        in any dtypes that mean the same: a synthetic column of text may hold the real one's dates or numbers.
    schema
        A `Schema`, whose columns are judged, or the path of one as JSON, which may name some columns only; the
        rest is inferred from `real`.

    Raises
    ------
    SchemaError
        A table lacks a column, `target` is none that is judged, or (`ColumnError`) a column holds what the
        real one cannot.
    DataError
        A table has fewer than two rows.
    """
    frames = {"real": as_frame(real, "real"), "synthetic": as_frame(synthetic, "synthetic")}
    if holdout is not None:
        frames["holdout"] = as_frame(holdout, "holdout")
    found = schema if isinstance(schema, Schema) else infer_schema(frames["real"], schema=schema)
    left_out = _left_out(found, frames)
    columns = [column for column in found.columns if column.kind not in LEFT_OUT]
    if not columns:
        raise SchemaError(
            "the real table must have a column to compare; found identifiers and free text only"
        )
    read = {name: _read(frame, columns, name) for name, frame in frames.items()}
    return Tables(
        real=read["real"],
        synthetic=read["synthetic"],
        holdout=read.get("holdout"),
        numeric=_names(columns, (*NUMBERS, *TIMES)),
        categorical=tuple(c.name for c in columns if c.kind not in (*NUMBERS, *TIMES)),
        times=frozenset(_names(columns, TIMES)),
        decimals={c.name: 0 if c.kind is Kind.INTEGER else c.decimals for c in columns if c.kind in NUMBERS},
        left_out=left_out,
        source_real=frames["real"],
        source_synthetic=frames["synthetic"],
        source_holdout=frames.get("holdout"),
        schema=found,
        target=check_target(target, found),
        random_state=random_state,
    )


def as_frame(table: Any, what: str) -> pd.DataFrame:
    """A table of any kind as a pandas frame; Arrow's types are kept.

    Raises
    ------
    DataError
        It cannot be read, or has fewer than two rows.
    SchemaError
        It has no columns, or two of one name.
    """
    try:
        source = open_source(table)
        if isinstance(table, pd.DataFrame):
            frame = table
        else:
            chunks = list(source.chunks())
            frame = pd.concat(chunks, ignore_index=True) if chunks else pd.DataFrame(columns=source.names)
    except (DataError, SchemaError) as error:
        raise type(error)(f"the {what} table: {error}") from error
    if len(frame) < 2:
        raise DataError(f"the {what} table must have at least two rows; found {len(frame)}")
    return frame


def _left_out(schema: Schema, frames: dict[str, pd.DataFrame]) -> tuple[tuple[str, str], ...]:
    """What is not judged: keys, free text, and columns that the schema does not have."""
    kinds = [(str(c.name), LEFT_OUT[c.kind]) for c in schema.columns if c.kind in LEFT_OUT]
    known: set[Hashable] = set(schema.names)
    others: dict[Hashable, str] = {}
    for what, frame in frames.items():
        for name in frame.columns:
            if name not in known:
                others.setdefault(name, f"in the {what} table, not among the columns to judge")
    return (*kinds, *((str(name), why) for name, why in others.items()))


def _read(frame: pd.DataFrame, columns: Iterable[Column], what: str) -> pd.DataFrame:
    columns = tuple(columns)
    held: list[Hashable] = list(frame.columns)
    for column in columns:
        if held.count(column.name) != 1:
            found = "two of them" if column.name in held else "none"
            raise SchemaError(
                f"column {column.name!r}: the {what} table must have it once, as the real one; found {found}; "
                "rename a column, or drop it from all tables"
            )
    series = {i: readable(frame[column.name], column, what) for i, column in enumerate(columns)}
    read = pd.DataFrame(series)
    read.columns = pd.Index([column.name for column in columns], tupleize_cols=False, dtype=object)
    return read


def _names(columns: Iterable[Column], kinds: tuple[Kind, ...]) -> tuple[Hashable, ...]:
    return tuple(column.name for column in columns if column.kind in kinds)


def check_target(target: Hashable | None, schema: Schema) -> Hashable | None:
    """The column that is meant by the name of a target; None when none is named.

    Raises
    ------
    SchemaError
        There is no such column, or it holds identifiers or free text.
    """
    if target is None:
        return None
    name = find_name(target, schema.names)
    if why := LEFT_OUT.get(schema[name].kind):
        raise SchemaError(f"column {name!r}: cannot be predicted, it is {why}; name another target")
    return name
