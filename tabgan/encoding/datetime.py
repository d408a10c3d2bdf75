"""Dates and times: the day and the time of day, each a number, where both vary.

People and machines act by the clock, so time of day has a distribution of its own that repeats each day.
Times with a zone are split in UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.layout import NOT_APPLICABLE, NumberTable, Symbol
from tabgan.encoding.number_column import stored_of
from tabgan.encoding.numeric import NumericEncoder

Array = NDArray[Any]
PER_DAY = {"ns": 86_400 * 10**9, "us": 86_400 * 10**6, "ms": 86_400 * 10**3, "s": 86_400, "D": 1}


@dataclass(frozen=True)
class DatetimeEncoder:
    """A frozen column of datetimes, as integers in its unit.

    Attributes
    ----------
    per_day : units in a day.
    day, time : encoders of the day since the epoch and of the time of day; None where there is one only.
    fixed_day, fixed_time : what stands for the part that is None.
    low, high : bounds of day and time together; no training value need lie there, see `DatetimeSummary`.
    """

    per_day: int
    day: NumericEncoder | None
    time: NumericEncoder | None
    fixed_day: int
    fixed_time: int
    low: int
    high: int

    @property
    def has_missing(self) -> bool:
        """Whether there were missing values in fit."""
        return self._first.has_missing

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(mode, place) of the day, then of the time, which does not apply where the day is missing."""
        first = self._first.symbols
        if self.day is None or self.time is None:
            return first
        if not self.has_missing:
            return first + tuple(_after(symbol, len(first)) for symbol in self.time.symbols)
        mode, *place = self.time.symbols
        mode = replace(mode, parent=0, applies_from=1)
        return (*first, mode, *(_after(symbol, len(first)) for symbol in place))

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """Ranks of day and time."""
        if self.day is None or self.time is None:
            return self._first.numbers
        shift = len(self.day.symbols)
        moved = (
            replace(table, symbols=tuple(shift + s for s in table.symbols)) for table in self.time.numbers
        )
        return self.day.numbers + tuple(moved)

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest moment that can be decoded."""
        if self.day is not None and self.time is not None:
            return self.low, self.high
        ends = [int(end) if math.isfinite(end) else 0 for end in self._first.bounds]
        if self.day is None:
            return self.fixed_day * self.per_day + ends[0], self.fixed_day * self.per_day + ends[1]
        return ends[0] * self.per_day + self.fixed_time, ends[1] * self.per_day + self.fixed_time

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, 1 to 4) and fractions (n, 1 or 2)."""
        day, time = split(cells.values, self.per_day)
        if self.day is None or self.time is None:
            return self._first.encode(time if self.day is None else day, cells.missing)
        day_codes, day_fractions = self.day.encode(day, cells.missing)
        time_codes, time_fractions = self.time.encode(time, np.zeros(len(time), bool))
        time_codes[cells.missing] = NOT_APPLICABLE
        time_fractions[cells.missing] = 0
        return np.hstack([day_codes, time_codes]), np.hstack([day_fractions, time_fractions])

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, 1 to 4) and fractions (n, 1 or 2), on the grid and within the bounds."""
        n_first = len(self._first.symbols)
        first, missing = self._first.decode(codes[:, :n_first], fractions[:, :1])
        if self.day is None or self.time is None:
            values = self.fixed_day * self.per_day + first if self.day is None else first * self.per_day
            return Cells(values + (self.fixed_time if self.time is None else 0), missing)
        first[missing] = self.low // self.per_day
        time, _ = self.time.decode(np.maximum(codes[:, n_first:], 0), fractions[:, 1:])
        days = first - self.low // self.per_day  # from the lowest day on: no overflow at either end of int64
        low, high = np.uint64(self.low % self.per_day), np.uint64(self.high - self.low)
        since = np.maximum(days, 0).astype(np.uint64) * np.uint64(self.per_day) + time.astype(np.uint64)
        since = np.minimum(np.maximum(np.where(days < 0, 0, since), low) - low, high)
        return Cells((since + np.int64(self.low).view(np.uint64)).view(np.int64), missing)

    def log_volume(self, codes: Array) -> Array:
        """Log of the grid values that share the codes, shape (n,)."""
        if self.day is None or self.time is None:
            return self._first.log_volume(codes)
        n_first = len(self.day.symbols)
        return self.day.log_volume(codes[:, :n_first]) + self.time.log_volume(codes[:, n_first:])

    def describe(self) -> str:
        """One line for people."""
        if self.day is None or self.time is None:
            return f"{'time' if self.day is None else 'day'}: {self._first.describe()}"
        return f"day: {self.day.describe()}; time: {self.time.describe()}"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        kept = [stored_of(part) for part in (self.day, self.time) if part is not None]
        return {what: sum(part[what] for part in kept) for what in kept[0]}

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, and arrays by name."""
        names = ("per_day", "fixed_day", "fixed_time", "low", "high")
        plain: dict[str, Any] = {name: getattr(self, name) for name in names}
        arrays: dict[str, Array] = {}
        for name, part in (("day", self.day), ("time", self.time)):
            if part is not None:
                plain[name], part_arrays = part.to_state()
                arrays |= {f"{name}.{key}": array for key, array in part_arrays.items()}
        return plain, arrays

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> DatetimeEncoder:
        """The encoder that `to_state` described."""
        parts: dict[str, NumericEncoder | None] = {"day": None, "time": None}
        for name in parts:
            if name in plain:
                own = {k.partition(".")[2]: a for k, a in arrays.items() if k.startswith(f"{name}.")}
                parts[name] = NumericEncoder.from_state(plain[name], own)
        return cls(**(plain | parts))

    @property
    def _first(self) -> NumericEncoder:
        part = self.time if self.day is None else self.day
        assert part is not None
        return part


def split(values: Array, per_day: int) -> tuple[Array, Array]:
    """Days since the epoch and units since midnight, both int64, of values (n,)."""
    day, time = np.divmod(values, per_day)
    return day, time


def _after(symbol: Symbol, shift: int) -> Symbol:
    return symbol if symbol.parent is None else replace(symbol, parent=symbol.parent + shift)
