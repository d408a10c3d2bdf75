"""A Parquet file in chunks."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tabgan.data.file_state import check_unchanged, file_state
from tabgan.errors import DataError
from tabgan.schema.inference import CHUNK_ROWS

_INDEX = re.compile(r"__index_level_\d+__")  # where pandas keeps a row index that has no name
# Integers and booleans are read as nullable, so that a missing value in a later chunk changes nothing.
_NULLABLE: dict[Any, Any] = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


class ParquetSource:
    """A Parquet file; numbers, text and times come as pandas' own dtypes, what pandas lacks as Arrow's."""

    container = "pandas"
    own_dtypes = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state = file_state(path)
        with self._open() as file:
            stored = file.schema_arrow.names
            self.n_rows: int = file.metadata.num_rows
        self.names: tuple[Hashable, ...] = tuple(name for name in stored if not _INDEX.fullmatch(name))

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, in frames of at most `size` rows.

        Raises
        ------
        DataError
            The file is damaged, or another one than at first.
        """
        check_unchanged(self.path, self._state)
        with self._open() as file:
            batches = file.iter_batches(batch_size=size, columns=list(self.names), use_threads=False)
            while (batch := self._next(batches)) is not None:
                if batch.num_rows:
                    columns = [column_to_pandas(column) for column in batch.columns]
                    yield pd.DataFrame(dict(zip(self.names, columns, strict=True)))

    def _open(self) -> Any:
        try:
            return pq.ParquetFile(self.path)
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from None

    def _next(self, batches: Iterator[Any]) -> Any:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return DataError(f"{self.path}: must be a whole Parquet file; {reason}; write it again")


def column_to_pandas(array: Any) -> pd.Series[Any]:
    """An Arrow array as the column that most users of pandas expect."""
    kind = array.type
    plain = (
        kind in _NULLABLE
        or (pa.types.is_floating(kind) and not pa.types.is_float16(kind))
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_timestamp(kind)
        or pa.types.is_duration(kind)
        or pa.types.is_dictionary(kind)
    )
    if plain:
        series: pd.Series[Any] = array.to_pandas(types_mapper=_NULLABLE.get)
        return series
    return pd.Series(pd.arrays.ArrowExtensionArray(array))
