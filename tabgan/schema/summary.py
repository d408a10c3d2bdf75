"""What inference needs to know of one column: seen chunk by chunk, merged, in bounded memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import ColumnError
from tabgan.schema.distinct import Distinct
from tabgan.schema.reading import Reading, Species
from tabgan.schema.text_dates import parse_dates, parse_integer_dates, possible_formats

Array = NDArray[Any]

MAX_DECIMALS = 9
# Beyond this many steps of a grid, float64 (float32) cannot tell the grid from any number.
_GRID_LIMIT = {np.float64: 2.0**51, np.float32: 2.0**22, np.float16: 2.0**9}
_NARROW = {"float32": np.float32, "float": np.float32, "float16": np.float16, "halffloat": np.float16}
_SIMILAR = {frozenset({Species.INTEGER, Species.FLOAT}): (Species.FLOAT, "object[float]")}


class ColumnSummary:
    """A mergeable summary of one column.

    `observe` takes one chunk, `merge` another summary; what comes out does not depend on how rows were cut
    into chunks.
    """

    def __init__(self, name: Hashable) -> None:
        self.name = name
        self.n_rows = 0
        self.n_missing = 0
        self.species = Species.EMPTY
        self.dtype = "object"
        self.unit: str | None = None
        self.zone: str | None = None
        self.ordered = False
        self.declared: tuple[Any, ...] | None = None
        self.low: Any = None  # smallest and largest number or time
        self.high: Any = None
        self.decimals: int | None = 0  # None: on no decimal grid
        self.integer_dates = True  # every integer so far is a date such as 20240131
        self.formats: frozenset[str] | None = None  # that every text so far is written in
        self.distinct = Distinct()
        self.example: Any = None  # one value, as pandas gives it

    @property
    def n_present(self) -> int:
        """Rows that have a value."""
        return self.n_rows - self.n_missing

    def observe(self, series: pd.Series[Any], reading: Reading) -> None:
        """Add a chunk: the column, and what `read_column` made of it.

        Raises
        ------
        ColumnError
            The chunk holds another type of values than those before.
        """
        chunk = ColumnSummary(self.name)
        chunk.n_rows, chunk.n_missing = len(reading.missing), int(reading.missing.sum())
        chunk.species, chunk.dtype = reading.species, reading.dtype
        chunk.unit, chunk.zone, chunk.ordered = reading.unit, reading.zone, reading.ordered
        chunk.declared = reading.declared
        if chunk.n_present:
            chunk.example = series.iloc[int(np.argmin(reading.missing))]
            chunk._observe_values(reading, self)
        self.merge(chunk)

    def merge(self, other: ColumnSummary) -> None:
        """Add what another summary of the same column has seen."""
        self._merge_types(other)
        self.n_rows += other.n_rows
        self.n_missing += other.n_missing
        self.low = _either(min, self.low, other.low)
        self.high = _either(max, self.high, other.high)
        both = (self.decimals, other.decimals)
        self.decimals = None if None in both else max(both)  # type: ignore[type-var]
        self.integer_dates &= other.integer_dates
        self.formats = _either(frozenset.intersection, self.formats, other.formats)
        self.distinct.merge(other.distinct)
        self.example = other.example if self.example is None else self.example

    def _observe_values(self, reading: Reading, before: ColumnSummary) -> None:
        """Fill a fresh summary; `before` only saves work that earlier chunks have made pointless."""
        if reading.species in (Species.STRING, Species.CATEGORY):
            codes = pd.unique(reading.values[~reading.missing])
            levels = np.array(reading.levels, dtype=object)[codes]
            # A categorical's levels may be of several types: hashed as text, they stay apart by declaration.
            self.distinct.observe(np.array([str(level) for level in levels], dtype=object))
            if reading.species is Species.STRING:
                self._observe_text(levels, before)
            return
        values = pd.unique(reading.values[~reading.missing])
        self.distinct.observe(values)
        self.low, self.high = values.min().item(), values.max().item()
        if reading.species is Species.INTEGER:
            self.integer_dates = before.integer_dates and bool(parse_integer_dates(values)[1].all())
        elif reading.species is Species.FLOAT:
            self._observe_floats(values, before)
        self.decimals = reading.decimals if reading.decimals is not None else self.decimals

    def _observe_text(self, levels: Array, before: ColumnSummary) -> None:
        formats = possible_formats(levels[0]) if before.formats is None else before.formats
        self.formats = frozenset(style for style in formats if parse_dates(levels, style)[1].all())

    def _observe_floats(self, values: Array, before: ColumnSummary) -> None:
        finite = values[np.isfinite(values)]
        precision = self.dtype.split("[")[0].lower()
        self.decimals = None if before.decimals is None else decimals_of(finite, precision, before.decimals)
        whole = self.decimals == 0 and len(finite) == len(values) and before.integer_dates
        self.integer_dates = whole and bool(parse_integer_dates(np.clip(values, 0, 1e9))[1].all())

    def _merge_types(self, other: ColumnSummary) -> None:
        """One species, dtype, unit and zone for all chunks."""
        if Species.EMPTY in (self.species, other.species):
            if self.species is Species.EMPTY:
                self.species, self.dtype, self.unit = other.species, other.dtype, other.unit
                self.zone, self.ordered, self.declared = other.zone, other.ordered, other.declared
            return
        mine = (self.species, self.dtype, self.unit, self.zone)
        theirs = (other.species, other.dtype, other.unit, other.zone)
        if self.species is not other.species and frozenset({self.species, other.species}) in _SIMILAR:
            self.species, self.dtype = _SIMILAR[frozenset({self.species, other.species})]
        elif mine != theirs:
            raise ColumnError(
                f"column {self.name!r} must be of one type in all rows; found {_told(mine)} and "
                f"{_told(theirs)}; convert it with astype(str), or drop it"
            )
        if self.declared is not None and other.declared is not None and self.declared != other.declared:
            self.declared = tuple(dict.fromkeys(self.declared + other.declared))


def decimals_of(values: Array, precision: str = "float64", at_least: int = 0) -> int | None:
    """Digits after the point that all of `values` (finite) keep to; None when there is no such grid.

    `precision` names the dtype that the values came in, such as "float32".
    """
    width = _NARROW.get(precision, np.float64)
    largest = float(np.abs(values).max(initial=0.0))
    for decimals in range(at_least, MAX_DECIMALS + 1):
        scale = 10.0**decimals
        if largest * scale > _GRID_LIMIT[width]:
            return None
        if np.array_equal((np.rint(values * scale) / scale).astype(width), values.astype(width)):
            return decimals
    return None


def _either(function: Any, first: Any, second: Any) -> Any:
    """`function` of both, or the one that is there."""
    if first is None or second is None:
        return second if first is None else first
    return function(first, second)


def _told(types: tuple[Species, str, str | None, str | None]) -> str:
    species, dtype, _, zone = types
    return f"{species} ({dtype}{f', {zone}' if zone else ''})"
