"""A CSV file in chunks, its column types found over the whole file first.

A column is of integers or floats only when every cell reads back as it was written: "007" and "+1" stay text.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc_csv

from tabgan.data.csv_dialect import (
    check_closed,
    check_encoding,
    check_header,
    check_separator,
    check_text,
    find_encoding,
    find_separator,
)
from tabgan.data.csv_types import CellTypes
from tabgan.data.file_state import check_unchanged, file_state
from tabgan.data.parquet_source import column_to_pandas
from tabgan.errors import DataError
from tabgan.schema.inference import CHUNK_ROWS
from tabgan.schema.schema import check_names

BLOCK_BYTES = 1 << 22  # read at a time; a row must fit


class CsvSource:
    """A CSV file with a header line.

    Parameters
    ----------
    path : may end in .gz.
    sep, encoding : None finds them.
    na_values : cells that are missing, beside the empty ones.
    """

    container = "pandas"
    own_dtypes = False

    def __init__(
        self,
        path: Path,
        *,
        sep: str | None = None,
        encoding: str | None = None,
        na_values: tuple[str, ...] = (),
    ) -> None:
        if sep is not None:
            check_separator(path, sep)
        self.path = path
        self._state = file_state(path)
        check_text(path)
        self.encoding = find_encoding(path) if encoding is None else check_encoding(path, encoding)
        self.sep = find_separator(path, self.encoding) if sep is None else sep
        self._missing = ["", *na_values]
        with self._reader({}) as reader:
            header = list(reader.schema.names)
        check_names(header)
        self.names: tuple[Hashable, ...] = tuple(header)
        self._types, self.n_rows = self._find_types(header)

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows.

        Raises
        ------
        DataError
            A line that does not fit the header, text that is not in the encoding, or a changed file.
        """
        for batch in self._batches(self._types):
            for start in range(0, batch.num_rows, size):
                part = batch.slice(start, size)
                columns = [column_to_pandas(column) for column in part.columns]
                yield pd.DataFrame(dict(zip(self.names, columns, strict=True)))

    def _find_types(self, header: list[str]) -> tuple[dict[str, Any], int]:
        """One pass over the file with every cell as text."""
        cells = [CellTypes() for _ in header]
        n_rows, last = 0, None
        for batch in self._batches(dict.fromkeys(header, pa.string())):
            if not n_rows:
                check_header(self.path, header, batch)
            n_rows += batch.num_rows
            for types, column in zip(cells, batch.columns, strict=True):
                types.observe(column)
            if batch.num_rows:
                last = batch.columns[-1][-1].as_py()
        if last is not None and not {"\r", "\n"}.isdisjoint(last):
            check_closed(self.path)
        return {name: types.arrow_type for name, types in zip(header, cells, strict=True)}, n_rows

    def _batches(self, types: dict[str, Any]) -> Iterator[Any]:
        check_unchanged(self.path, self._state)
        with self._reader(types) as reader:
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
                except (pa.ArrowException, OSError, UnicodeError) as error:
                    raise self._unreadable(error) from None
                yield batch

    def _reader(self, types: dict[str, Any]) -> Any:
        read = pc_csv.ReadOptions(block_size=BLOCK_BYTES, encoding=self.encoding)
        parse = pc_csv.ParseOptions(delimiter=self.sep, newlines_in_values=True)
        convert = pc_csv.ConvertOptions(
            column_types=types or None,
            null_values=self._missing,
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        try:
            stream = pa.input_stream(str(self.path), compression="detect")
            return pc_csv.open_csv(stream, read_options=read, parse_options=parse, convert_options=convert)
        except (pa.ArrowException, OSError, UnicodeError, LookupError) as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "UTF8" in reason or isinstance(error, UnicodeError):
            return DataError(
                f"{self.path}: must be text in {self.encoding}; it is not; say its encoding (latin-1, utf-16)"
            )
        if "Empty CSV" in reason:
            return DataError(f"{self.path}: must have a header line and rows; found an empty file")
        return DataError(f"{self.path}: must be a table with as many cells in each line; {reason[:200]}")
