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
_OTHER_FORMATS = {
    b"PAR1\x15": ("a Parquet file", "rename it to end in .parquet"),
    b"PK\3\4": ("a zip archive or a spreadsheet", "unpack it, or export it as CSV"),
    b"\x1f\x8b": ("a gzip file", "rename it to end in .gz"),
}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def find_encoding(path: Path) -> str:
    """What a byte order mark or the place of NUL bytes says, else UTF-8."""
    start = _first_bytes(path, 4)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # first, as one begins like UTF-16's
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    nuls = [not byte for byte in start]
    if nuls in ([False, True, False, True], [True, False, True, False]):  # UTF-16 without a mark
        return "utf-16-le" if nuls[1] else "utf-16-be"
    return "utf8"


def check_text(path: Path) -> None:
    """Refuse a file of another format under a CSV file's name.

    Raises
    ------
    DataError
        Its first bytes are those of another format.
    """
    start = _first_bytes(path, 5)
    for magic, (what, remedy) in _OTHER_FORMATS.items():
        if start.startswith(magic):
            raise DataError(f"{path}: must be text; found {what}; {remedy}")


def check_separator(path: Path, separator: str) -> None:
    """Refuse what cannot separate cells.

    Raises
    ------
    DataError
        It is not one ASCII character, or it has another meaning.
    """
    if len(separator) != 1 or not separator.isascii() or separator in '\0\r\n"':
        raise DataError(f"{path}: the separator must be one ASCII character, no quote; found {separator!r}")


def check_closed(path: Path) -> None:
    """Refuse a file whose last cell has line breaks, so is quoted, but does not end in a quote.

    Raises
    ------
    DataError
        The quote before that cell has swallowed the rest of the file.
    """
    with pa.input_stream(str(path), compression="detect") as stream:
        end = b""
        while block := stream.read(_FIRST_BYTES):
            end = (end + block)[-_FIRST_BYTES:]
    if not end.rstrip(b"\0\r\n\t ").endswith(b'"'):  # NUL: the other half of a character of UTF-16
        raise DataError(f"{path}: every quote must be closed; the one before the last cell is not; repair it")


def check_encoding(path: Path, encoding: str) -> str:
    """`encoding` when Python knows it.

    Raises
    ------
    DataError
        It does not.
    """
    try:
        "a".encode(encoding)
    except (LookupError, ValueError):  # unknown, not of text, or no name at all
        raise DataError(
            f"{path}: the encoding must be one such as utf-8, latin-1; found {encoding!r}"
        ) from None
    return encoding


def find_separator(path: Path, encoding: str) -> str:
    """The separator that cuts the first lines into the most cells, equally many in each."""
    if path.name.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    text = _first_bytes(path, _FIRST_BYTES).decode(encoding, errors="replace").removeprefix("\ufeff")
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
