"""Any table as a source: its names, and its rows in chunks, as often as one likes."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from tabgan.data.csv_source import CsvSource
from tabgan.data.parquet_source import ParquetSource
from tabgan.errors import DataError
from tabgan.schema.inference import CHUNK_ROWS, FrameChunks
from tabgan.schema.schema import check_names, find_name

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


class Source(Protocol):
    """A table that can be read again and again in chunks of rows.

    Attributes
    ----------
    names : of the columns.
    n_rows : how many rows there are, None when that is not known before they are read.
    container : what sampling gives back: "pandas" or "arrow".
    own_dtypes : whether the dtypes are the user's; else nullable ones stand in for numpy's.
    """

    @property
    def names(self) -> tuple[Hashable, ...]: ...  # noqa: D102

    @property
    def n_rows(self) -> int | None: ...  # noqa: D102

    @property
    def container(self) -> str: ...  # noqa: D102

    @property
    def own_dtypes(self) -> bool: ...  # noqa: D102

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows."""


def open_source(
    X: Any,
    *,
    sep: str | None = None,
    encoding: str | None = None,
    na_values: Iterable[str] = (),
    drop: Iterable[Hashable] = (),
) -> Source:
    """Open a table.

    Parameters
    ----------
    X
        A pandas frame, an Arrow table or batch, any object with the Arrow C stream interface (Polars), a path
        of a CSV, TSV or Parquet file (CSV also with .gz), or a source.
    sep, encoding
        Of a CSV file; None finds the separator in its first lines, and takes UTF-8 or what a mark at the start
        of the file says.
    na_values
        Cells of a CSV file that are missing, beside the empty ones.
    drop
        Columns that are left out.

    Raises
    ------
    DataError
        The table cannot be read.
    SchemaError
        It has no columns, or two of one name.
    """
    source = _open(X, sep, encoding, tuple(na_values))
    check_names(source.names)
    gone = {find_name(name, source.names) for name in drop}
    return _WithoutColumns(source, gone) if gone else source


def _open(X: Any, sep: str | None, encoding: str | None, na_values: tuple[str, ...]) -> Source:
    if isinstance(X, pd.DataFrame):
        return FrameChunks(X)
    if isinstance(X, str | os.PathLike):
        return _open_path(Path(X), sep, encoding, na_values)
    if isinstance(X, pa.RecordBatch):
        return ArrowSource(pa.Table.from_batches([X]))
    if isinstance(X, pa.Table):
        return ArrowSource(X)
    if hasattr(X, "__arrow_c_stream__"):
        return ArrowSource(pa.table(X))
    if hasattr(X, "chunks") and hasattr(X, "names") and hasattr(X, "container"):
        source: Source = X
        return source
    raise DataError(
        f"a table must be a pandas frame, an Arrow table, an object with the Arrow C stream interface or a path; "
        f"found {type(X).__name__}; make it a frame with pd.DataFrame(...)"
    )


def _open_path(path: Path, sep: str | None, encoding: str | None, na_values: tuple[str, ...]) -> Source:
    if path.is_dir():
        raise DataError(f"{path}: must be a file, found a folder; give one CSV or Parquet file")
    if not path.exists():
        raise DataError(f"{path}: there is no such file; check the name")
    name = path.name.lower()
    if name.endswith(PARQUET_ENDINGS):
        return ParquetSource(path)
    if name.endswith(CSV_ENDINGS):
        return CsvSource(path, sep=sep, encoding=encoding, na_values=na_values)
    raise DataError(
        f"{path}: the name must end in one of {', '.join(CSV_ENDINGS + PARQUET_ENDINGS)}; "
        "rename or convert the file"
    )


class ArrowSource:
    """An Arrow table; its columns keep their Arrow types."""

    container = "arrow"
    own_dtypes = True

    def __init__(self, table: Any) -> None:
        self.names: tuple[Hashable, ...] = tuple(table.column_names)
        self.n_rows: int = table.num_rows
        self._table = table.unify_dictionaries()

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows, without copying."""
        for start in range(0, self.n_rows, size):
            part = self._table.slice(start, size)
            columns = [pd.Series(pd.arrays.ArrowExtensionArray(column)) for column in part.columns]
            yield pd.DataFrame(dict(zip(self.names, columns, strict=True)))


class _WithoutColumns:
    """A source of which some columns are left out."""

    def __init__(self, source: Source, gone: set[Hashable]) -> None:
        self._source = source
        self._kept = [i for i, name in enumerate(source.names) if name not in gone]
        self.names = tuple(source.names[i] for i in self._kept)
        check_names(self.names)
        self.n_rows = source.n_rows
        self.container = source.container
        self.own_dtypes = source.own_dtypes

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows."""
        for chunk in self._source.chunks(size):
            yield chunk.iloc[:, self._kept]
