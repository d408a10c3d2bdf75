"""Arrow types by name, and plain arrays as Arrow arrays of a type."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tabgan.errors import ColumnError

Array = NDArray[Any]
Mask = NDArray[np.bool_]

_SUFFIX = "[pyarrow]"
_DECIMAL = re.compile(r"decimal(\d+)\((\d+), (-?\d+)\)")
_ZONED = re.compile(r"timestamp\[(\w+), tz=(.+)\]")
_DICTIONARY = re.compile(r"dictionary<values=(.+), indices=(\w+), ordered=([01])>")


def is_arrow(dtype: str) -> bool:
    """Whether a dtype's name is that of an Arrow column; "string[pyarrow]" is pandas' own text."""
    return dtype.endswith(_SUFFIX) and dtype != "string[pyarrow]"


def arrow_type(dtype: str) -> Any:
    """The Arrow type that `dtype` ("int64[pyarrow]") names."""
    name = dtype.removesuffix(_SUFFIX)
    if match := _DICTIONARY.fullmatch(name):
        index = pa.type_for_alias(match[2])
        return pa.dictionary(index, arrow_type(match[1]), ordered=match[3] == "1")
    if match := _DECIMAL.fullmatch(name):
        make = getattr(pa, f"decimal{match[1]}")
        return make(int(match[2]), int(match[3]))
    if match := _ZONED.fullmatch(name):
        return pa.timestamp(match[1], tz=match[2])
    return pa.type_for_alias(name)


def arrow_series(array: Any) -> pd.Series[Any]:
    """An Arrow array as a pandas column."""
    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def arrow_numbers(values: Array, missing: Mask, kind: Any) -> Any:
    """Integers, floats or booleans (n,) as an Arrow array of type `kind`."""
    if pa.types.is_decimal(kind):
        return decimal_array(values, missing, kind.scale).cast(kind)
    if pa.types.is_floating(kind):
        return pa.array(values.astype(kind.to_pandas_dtype()), mask=missing)
    try:
        return pa.array(values, mask=missing).cast(kind)
    except pa.ArrowInvalid as error:
        raise ColumnError(f"values must fit Arrow type {kind}; {error}; fit on a wider type") from None


def decimal_array(values: Array, missing: Mask, decimals: int) -> Any:
    """Numbers (n,) rounded to `decimals`, as Arrow decimals."""
    units = np.rint(np.where(missing, 0.0, values) * 10.0**decimals).astype(np.int64)
    # A decimal of 128 bits is two little-endian words: the units, and their sign.
    words = np.ascontiguousarray(np.stack([units, units >> 63], axis=1))
    held = pa.Array.from_buffers(pa.decimal128(38, decimals), len(units), [None, pa.py_buffer(words)])
    return pc.if_else(pa.array(missing), pa.scalar(None, held.type), held)


def arrow_times(values: Array, missing: Mask, kind: Any) -> Any:
    """Counts (n,) of the type's unit (days for dates) as an Arrow array of type `kind`."""
    values = np.where(missing, 0, values)
    if pa.types.is_date64(kind):
        return pa.array(values * 86_400_000, mask=missing).cast(kind)
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.array(values.astype(np.int32), mask=missing).cast(kind)
    return pa.array(values, mask=missing).cast(kind)


def dictionary_array(codes: Array, levels: tuple[Any, ...], kind: Any) -> Any:
    """Codes (n,) into `levels`, -1 is missing, as an Arrow dictionary of type `kind`."""
    missing = codes < 0
    indices = pa.array(np.where(missing, 0, codes), mask=missing).cast(kind.index_type)
    held = pa.array(list(levels), type=kind.value_type)
    return pa.DictionaryArray.from_arrays(indices, held, ordered=kind.ordered)
