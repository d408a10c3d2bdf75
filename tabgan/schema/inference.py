"""From a table to its schema: one pass over chunks, then one decision a column."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Protocol

import pandas as pd

from tabgan.errors import DataError, SchemaError
from tabgan.schema.decisions import decide
from tabgan.schema.kinds import Column
from tabgan.schema.overrides import Overrides, collect_overrides
from tabgan.schema.reading_pandas import read_column
from tabgan.schema.schema import Schema, check_names
from tabgan.schema.summary import ColumnSummary
from tabgan.schema.wishes import as_wished

CHUNK_ROWS = 65_536


class ChunkedTable(Protocol):
    """What inference needs of a table; `tabgan.data.open_source` makes one of any table."""

    @property
    def names(self) -> tuple[Hashable, ...]:
        """Names of the columns."""

    @property
    def container(self) -> str:
        """What sampling gives back, "pandas" or "arrow"."""

    @property
    def own_dtypes(self) -> bool:
        """Whether the dtypes are the user's; else nullable ones stand in for numpy's."""

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows."""


class TableSummary:
    """A mergeable summary of all columns of a table.

    Parameters
    ----------
    names : the columns to look at; others are ignored.
    """

    def __init__(self, names: Iterable[Hashable]) -> None:
        self.columns = {name: ColumnSummary(name) for name in names}
        self.n_rows = 0

    def observe(self, frame: pd.DataFrame) -> None:
        """Add a chunk of rows."""
        self.n_rows += len(frame)
        for i, name in enumerate(frame.columns):
            if name in self.columns:
                series = frame.iloc[:, i]
                self.columns[name].observe(series, read_column(series, name))

    def merge(self, other: TableSummary) -> None:
        """Add what another summary of the same columns has seen."""
        self.n_rows += other.n_rows
        for name, summary in self.columns.items():
            summary.merge(other.columns[name])

    def freeze(self, overrides: Overrides, *, container: str = "pandas", own_dtypes: bool = True) -> Schema:
        """The schema that follows.

        Raises
        ------
        DataError
            There were no rows.
        ColumnError
            A column cannot be of the kind that was asked for.
        """
        if not self.n_rows:
            raise DataError("a table must have rows to learn from; found none")
        columns: list[Column] = []
        for name, summary in self.columns.items():
            facts = overrides.facts.get(name, {})
            inferred = decide(summary, own_dtypes=own_dtypes)
            columns.append(as_wished(inferred, summary, overrides.kinds.get(name), facts))
        return Schema(tuple(columns), container, self.n_rows)


def infer_schema(
    source: ChunkedTable | pd.DataFrame,
    *,
    category: Iterable[Hashable] = (),
    identifier: Iterable[Hashable] = (),
    drop: Iterable[Hashable] = (),
    kinds: Mapping[Hashable, str] | None = None,
    schema: Schema | str | os.PathLike[str] | None = None,
) -> Schema:
    """Find out what the columns of a table are.

    Parameters
    ----------
    source
        A frame, or what `tabgan.data.open_source` made of a file or an Arrow table.
    category, identifier
        Columns that are of this kind, whatever they look like. A name may be given as it prints.
    drop
        Columns to leave out.
    kinds
        Kind by column name, for any kind.
    schema
        A schema, or the path of a JSON file that `Schema.to_json` wrote and the user changed. It may name
        some of the columns only, and of each only what shall differ: kind, order, levels, decimals, format.

    Raises
    ------
    SchemaError
        No columns, two of one name, an override for a column that is not there, or (`ColumnError`) a column
        that cannot be handled without loss.
    DataError
        No rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [39, 50], "income": ["<=50K", ">50K"]})
    >>> [str(column.kind) for column in infer_schema(frame).columns]
    ['integer', 'category']
    """
    if not isinstance(source, pd.DataFrame) and not hasattr(source, "chunks"):
        path = isinstance(source, str | os.PathLike)
        found = f"the path {str(source)!r}" if path else type(source).__name__
        raise SchemaError(
            f"infer_schema takes a frame or an opened source; found {found}; "
            "open it with tabgan.data.open_source"
        )
    table = FrameChunks(source) if isinstance(source, pd.DataFrame) else source
    check_names(table.names)
    overrides = collect_overrides(
        table.names, category=category, identifier=identifier, drop=drop, kinds=kinds, schema=schema
    )
    summary = TableSummary(name for name in table.names if name not in overrides.drop)
    for chunk in table.chunks():
        summary.observe(chunk)
    return summary.freeze(overrides, container=table.container, own_dtypes=table.own_dtypes)


class FrameChunks:
    """A frame, cut into chunks of rows without copying."""

    container = "pandas"
    own_dtypes = True

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.names: tuple[Hashable, ...] = tuple(frame.columns)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows."""
        for start in range(0, len(self.frame), size):
            yield self.frame.iloc[start : start + size]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.frame)} rows, {len(self.names)} columns)"
