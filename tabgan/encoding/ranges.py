"""Values that a number may have: closed ranges, in order and apart from each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Ranges:
    """Closed ranges of cell values, ascending and disjoint; a single value is a range from itself to itself.

    Attributes
    ----------
    low, high : (n,) int64 where cells are counted, float64 where they are floats.
    """

    low: Array
    high: Array

    @classmethod
    def union(cls, pairs: Iterable[tuple[Any, Any]], *, floating: bool) -> Ranges:
        """The values in any of some (low, high) pairs; pairs with low above high are empty."""
        merged: list[tuple[Any, Any]] = []
        for low, high in sorted(pair for pair in pairs if pair[0] <= pair[1]):
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        dtype = np.float64 if floating else np.int64
        return cls(*(np.array([pair[side] for pair in merged], dtype) for side in (0, 1)))

    def pairs(self) -> list[tuple[Any, Any]]:
        """(low, high) of each range as Python numbers, so that their arithmetic does not wrap around."""
        return list(zip(self.low.tolist(), self.high.tolist(), strict=True))

    def hold(self, values: Array) -> NDArray[np.bool_]:
        """Which values (n,) lie in a range."""
        if not len(self.low):
            return np.zeros(len(values), bool)
        at = np.searchsorted(self.low, values, side="right") - 1
        return np.asarray((at >= 0) & (values <= self.high[np.maximum(at, 0)]))

    def snap(self, values: Array) -> Array:
        """The nearest allowed value of each (n,): drawn places are inside up to rounding, this makes it exact."""
        at = np.clip(np.searchsorted(self.low, values, side="right") - 1, 0, len(self.low) - 1)
        after = np.minimum(at + 1, len(self.low) - 1)
        inside = np.clip(values, self.low[at], self.high[at])
        beyond = (values > self.high[at]) & (self.low[after] > values)
        with np.errstate(over="ignore", invalid="ignore"):
            nearer = beyond & (self.low[after] - values < values - self.high[at])
        return np.asarray(np.where(nearer, self.low[after], inside))
