"""Rows out, batch by batch: CSV, Parquet or JSON lines, to a file or to a stream.

A file is written under another name beside its place and renamed when it is complete, so that nobody meets half
of one, and an older file stays until then.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Literal, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tabgan.data.containers import arrow_schema, file_names, to_arrow
from tabgan.data.replacing import replacing
from tabgan.errors import DataError
from tabgan.schema.schema import Schema

STDOUT = "-"


class Writer(Protocol):
    """Takes frames with the columns of one schema."""

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""

    def finish(self) -> None:
        """Write what stands at the end of the format."""


@contextmanager
def open_writer(target: str | os.PathLike[str] | IO[bytes], format: str, schema: Schema) -> Iterator[Writer]:
    """Open a place for rows; it is complete when the block ends without an error.

    Parameters
    ----------
    target
        A path, "-" for standard output, or a binary stream.
    format
        "csv", "parquet" or "jsonl".
    schema
        Of the frames to come.

    Raises
    ------
    DataError
        Another format, or a place that cannot be written.
    SchemaError
        Two column names that are the same as text.
    """
    if format not in _WRITERS:
        raise DataError(f"the format must be one of {', '.join(_WRITERS)}; found {format!r}")
    with _opened(target) as stream:
        writer = _WRITERS[format](stream, schema)
        yield writer
        writer.finish()
        stream.flush()


@contextmanager
def _opened(target: str | os.PathLike[str] | IO[bytes]) -> Iterator[IO[bytes]]:
    if target == STDOUT:
        yield sys.stdout.buffer
    elif isinstance(target, str | os.PathLike):
        with replacing(target) as stream:
            yield stream
    else:
        yield target


class CsvWriter:
    """A header line, then rows; a missing value is an empty cell."""

    def __init__(self, stream: IO[bytes], schema: Schema) -> None:
        self._stream = stream
        self._names = file_names(schema)
        self._write(pd.DataFrame(columns=self._names), header=True)

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        columns = [_csv_cells(frame.iloc[:, i]) for i in range(frame.shape[1])]
        self._write(pd.concat(columns, axis=1, ignore_index=True), header=False)

    def finish(self) -> None:
        """A CSV file has no end of its own."""

    def _write(self, frame: pd.DataFrame, *, header: bool) -> None:
        text = _csv_text(frame, header, csv.QUOTE_MINIMAL)
        if "\r" in text:  # ends a line for readers, but is not quoted by itself
            text = _csv_text(frame, header, csv.QUOTE_NONNUMERIC)
        self._stream.write(text.encode())


class ParquetWriter:
    """One row group a batch."""

    def __init__(self, stream: IO[bytes], schema: Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(pa.PythonFile(stream, mode="w"), arrow_schema(schema))

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        self._writer.write_table(to_arrow(frame, self._schema))

    def finish(self) -> None:
        """Write the footer."""
        self._writer.close()


class JsonLinesWriter:
    """One JSON object a row; a missing value is null, an infinite one text."""

    def __init__(self, stream: IO[bytes], schema: Schema) -> None:
        self._stream = stream
        self._names = file_names(schema)

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        columns = [_json_cells(frame.iloc[:, i]) for i in range(frame.shape[1])]
        rows = (dict(zip(self._names, row, strict=True)) for row in zip(*columns, strict=True))
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in rows)
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def finish(self) -> None:
        """JSON lines have no end of their own."""


def _csv_text(frame: pd.DataFrame, header: bool, quoting: Literal[0, 2]) -> str:
    text = io.StringIO(newline="")
    frame.to_csv(text, index=False, header=header, lineterminator="\n", quoting=quoting)
    return text.getvalue()


def _csv_cells(series: pd.Series[Any]) -> pd.Series[Any]:
    """Datetimes as text one by one: pandas would drop midnight from a batch that knows no other time."""
    series = series.reset_index(drop=True)
    if series.dtype.kind == "M":
        return series.astype(object).map(str, na_action="ignore")
    return series


def _json_cells(series: pd.Series[Any]) -> list[Any]:
    """Python values; None is missing."""
    values = series.astype(object).to_numpy(dtype=object, copy=True)
    values[series.isna().to_numpy()] = None
    plain = (value.item() if isinstance(value, np.generic) else value for value in values)
    return [str(value) if isinstance(value, float) and math.isinf(value) else value for value in plain]


_WRITERS: dict[str, type[CsvWriter] | type[ParquetWriter] | type[JsonLinesWriter]] = {
    "csv": CsvWriter,
    "parquet": ParquetWriter,
    "jsonl": JsonLinesWriter,
}
