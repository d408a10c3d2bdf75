"""What is learnt of a column of datetimes in chunks, and how it becomes a frozen encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.datetime import PER_DAY, DatetimeEncoder, split
from tabgan.encoding.numeric import NumericEncoder
from tabgan.encoding.numeric_summary import MIN_SEEN, NumericSummary
from tabgan.schema import Column

Array = NDArray[Any]


@dataclass(frozen=True)
class DatetimeSummary:
    """Summaries of the day and of the time of day, and the k most extreme values at either end (k = 5)."""

    per_day: int
    day: NumericSummary
    time: NumericSummary
    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]

    @classmethod
    def observe(cls, cells: Cells, column: Column) -> DatetimeSummary:
        """Summary of one chunk."""
        per_day = PER_DAY[column.unit or "ns"]
        day, time = split(cells.values, per_day)
        seen = cells.values[~cells.missing]
        return cls(
            per_day,
            NumericSummary.observe(day, cells.missing),
            NumericSummary.observe(time[~cells.missing], np.zeros(len(seen), bool)),
            _least(seen),
            _most(seen),
        )

    def merge(self, other: DatetimeSummary) -> DatetimeSummary:
        """Both summaries together."""
        return DatetimeSummary(
            self.per_day,
            self.day.merge(other.day),
            self.time.merge(other.time),
            _least(np.concatenate([self.lowest, other.lowest])),
            _most(np.concatenate([self.highest, other.highest])),
        )

    def freeze(self) -> DatetimeEncoder:
        """The encoder: two parts where both vary; the bounds are means of the k most extreme values."""
        one_day, one_time = len(self.day.values) <= 1, len(self.time.values) <= 1
        seen_time = NumericSummary(self.time.values, self.time.counts, self.day.n_missing)
        day = None if one_day and not one_time else self.day.freeze()
        time = None if one_time else (seen_time if one_day else self.time).freeze()
        fixed = [int(part.values[0]) if len(part.values) else 0 for part in (self.day, self.time)]
        low = high = 0
        if day is not None and time is not None:
            k = min(MIN_SEEN, max(int(self.day.counts.sum()) // 2, 1))
            ends = self.lowest[:k], self.highest[-k:]
            low, high = (self._on_grid(_mean(values), day, time) for values in ends)
        return DatetimeEncoder(self.per_day, day, time, fixed[0], fixed[1], low, high)

    def _on_grid(self, value: int, day: NumericEncoder, time: NumericEncoder) -> int:
        """The last value of the grid of days and times that is not above `value`."""
        first, last = int(self.time.values[0]), int(self.time.values[-1])
        at_day, at_time = divmod(value, self.per_day)
        whole = _floor(at_day, day)
        if whole == at_day and at_time >= first:
            return whole * self.per_day + min(_floor(at_time, time), last)
        return (whole if whole < at_day else whole - day.step) * self.per_day + last


def _floor(value: int, encoder: NumericEncoder) -> int:
    return (value - encoder.anchor) // encoder.step * encoder.step + encoder.anchor


def _least(values: Array) -> NDArray[np.int64]:
    few = np.partition(values, MIN_SEEN)[:MIN_SEEN] if len(values) > MIN_SEEN else values
    return np.sort(few).astype(np.int64)


def _most(values: Array) -> NDArray[np.int64]:
    few = np.partition(values, -MIN_SEEN)[-MIN_SEEN:] if len(values) > MIN_SEEN else values
    return np.sort(few).astype(np.int64)


def _mean(values: Array) -> int:
    """The mean in whole units, exact for 64-bit integers."""
    integers = [int(value) for value in values]
    return sum(integers) // len(integers)
