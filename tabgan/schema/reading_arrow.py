"""Arrow columns as plain arrays; text of every dtype is read through Arrow too."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tabgan.schema.reading import Reading, Species, plain_level, refuse

_TIME_UNITS = {"s": "s", "ms": "ms", "us": "us", "ns": "ns"}


def read_arrow(array: Any, name: Hashable) -> Reading:
    """Read an Arrow array (or chunked array).

    Raises
    ------
    ColumnError
        Nested, binary and extension types.
    """
    array = _whole(array)
    kind = array.type
    # pandas calls its own text "string[pyarrow]"; "utf8" is Arrow's other name for it.
    dtype = "utf8[pyarrow]" if pa.types.is_string(kind) else f"{kind}[pyarrow]"
    missing = _mask(array)
    if pa.types.is_dictionary(kind):
        return _dictionary(array, name)
    if _is_text(kind):
        return read_text(array, dtype)
    if pa.types.is_null(kind):
        return Reading(Species.EMPTY, dtype, np.zeros(len(array)), missing)
    if pa.types.is_boolean(kind):
        return Reading(Species.BOOLEAN, dtype, _filled(array, False), missing)
    if pa.types.is_integer(kind):
        wide = pa.uint64() if pa.types.is_unsigned_integer(kind) else pa.int64()
        return Reading(Species.INTEGER, dtype, _filled(array.cast(wide), 0), missing)
    if pa.types.is_floating(kind):
        values = _filled(array.cast(pa.float64()), np.nan)
        return Reading(Species.FLOAT, dtype, values, missing | np.isnan(values))
    if pa.types.is_decimal(kind):
        values = _filled(array.cast(pa.float64()), np.nan)
        return Reading(Species.DECIMAL, dtype, values, missing, decimals=kind.scale)
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        return _time(array, dtype, missing)
    raise refuse(name, f"Arrow type {kind}", "unnest or convert it to text, or drop it")


def read_text(array: Any, dtype: str) -> Reading:
    """Text as codes into its distinct values; embedded NUL characters count."""
    array = _whole(array)
    if not _is_text(array.type):  # a column of nothing but missing values
        return Reading(Species.EMPTY, dtype, np.zeros(len(array)), np.ones(len(array), bool))
    # string_view has few kernels; large_string holds any length.
    encoded = array.cast(pa.large_string()).dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Reading(Species.STRING, dtype, codes, codes < 0, levels=tuple(encoded.dictionary.to_pylist()))


def _dictionary(array: Any, name: Hashable) -> Reading:
    """A dictionary array: its values are declared levels."""
    kind = array.type
    held = read_arrow(array.dictionary, name)  # refuses nested values
    declared = tuple(array.dictionary.to_pylist())
    codes = pc.fill_null(array.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False).astype(np.int32)
    if held.missing.any():  # a null among the dictionary's values is a missing cell
        keep = ~held.missing
        codes = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)[codes].astype(np.int32)
        declared = tuple(level for level, there in zip(declared, keep, strict=True) if there)
    return Reading(
        Species.CATEGORY,
        f"{kind}[pyarrow]",
        codes,
        codes < 0,
        levels=tuple(plain_level(level) for level in declared),
        declared=declared,
        ordered=kind.ordered,
    )


def _time(array: Any, dtype: str, missing: NDArray[np.bool_]) -> Reading:
    """Dates, times of day, timestamps and durations."""
    kind = array.type
    if pa.types.is_date(kind):
        days = array.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
        return Reading(Species.DATETIME, dtype, _filled(days, 0), missing, unit="D")
    species = Species.DATETIME if pa.types.is_timestamp(kind) else Species.TIMEDELTA
    if pa.types.is_time32(kind):
        array = array.cast(pa.int32())
    values = _filled(array.cast(pa.int64()), 0)
    zone = kind.tz if pa.types.is_timestamp(kind) else None
    return Reading(species, dtype, values, missing, unit=_TIME_UNITS[kind.unit], zone=zone)


def _whole(array: Any) -> Any:
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.unify_dictionaries().combine_chunks() if array.num_chunks != 1 else array.chunk(0)


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _mask(array: Any) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    return mask


def _filled(array: Any, fill: Any) -> NDArray[Any]:
    values: NDArray[Any] = pc.fill_null(array, fill).to_numpy(zero_copy_only=False)
    return values
