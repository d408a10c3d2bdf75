"""Encoding, separator and header of a CSV file, from its first bytes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tabgan.errors import DataError

SEPARATORS = (",", ";", "\t", "|")
_FIRST_BYTES = 1 << 16
_FIRST_LINES = 20
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def find_encoding(path: Path) -> str:
    """What a byte order mark says, else UTF-8."""
    start = _first_bytes(path, 4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf8"


def check_encoding(path: Path, encoding: str) -> str:
    """`encoding` when Python knows it.

    Raises
    ------
    DataError
        It does not.
    """
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise DataError(
            f"{path}: the encoding must be one such as utf-8, latin-1; found {encoding!r}"
        ) from None
    return encoding


def find_separator(path: Path, encoding: str) -> str:
    """The separator that cuts the first lines into the most cells, equally many in each."""
    if path.name.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    text = _first_bytes(path, _FIRST_BYTES).decode(encoding, errors="replace")
    counts = {separator: _n_cells(text, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: counts[separator])
    return best if counts[best] > 1 else ","


def check_header(path: Path, header: list[str], batch: Any) -> None:
    """Refuse a file whose first line holds values, not names.

    Parameters
    ----------
    header : cells of the first line.
    batch : the first rows, all text.

    Raises
    ------
    DataError
        Every cell of the first line is a number, or occurs as a value in its own column.
    """
    columns = zip(header, batch.columns, strict=True)
    if all(name and (_NUMBER.fullmatch(name) or _occurs(name, column)) for name, column in columns):
        shown = ", ".join(header[:4])
        raise DataError(
            f"{path}: the first line must hold the column names; found values ({shown}); add a line with names"
        )


def _occurs(name: str, column: Any) -> bool:
    return bool(pc.any(pc.equal(column, pa.scalar(name, column.type))).as_py())


def _n_cells(text: str, separator: str) -> int:
    """Cells in every one of the first lines; 0 when lines differ."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    complete = rows[:_FIRST_LINES] if len(rows) > _FIRST_LINES else rows[: max(len(rows) - 1, 1)]
    widths = {len(row) for row in complete}
    return widths.pop() if len(widths) == 1 else 0


def _first_bytes(path: Path, size: int) -> bytes:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            first: bytes = stream.read(size)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read; {error}") from None
    return first
