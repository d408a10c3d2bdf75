"""A sampled frame in the container that was fitted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from tabgan.schema.schema import Schema


def to_container(frame: pd.DataFrame, schema: Schema) -> Any:
    """`frame` as it is, or as an Arrow table with the types that its columns name."""
    if schema.container == "pandas":
        return frame
    return to_arrow(frame)


def to_arrow(frame: pd.DataFrame) -> Any:
    """A frame as an Arrow table, without its index; names become text."""
    arrays = [pa.array(frame.iloc[:, i], from_pandas=True) for i in range(frame.shape[1])]
    return pa.table(arrays, names=[name_text(name) for name in frame.columns])


def name_text(name: Any) -> str:
    """A column name as files write it; the parts of a tuple are joined by a dot."""
    if isinstance(name, tuple):
        return ".".join(map(str, name))
    return str(name)
