"""The modes of a numeric column, and which of them a sample holds.

A mode is a value that many rows have (a point mass, or a missing cell), or a range of the other values that
holds as many rows as its neighbours: where rows are dense, ranges are short, so that every peak of the
density has ranges of its own. Real rows have each mode about as often as their like do; a generator that
dropped a mode has it (nearly) never.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAX_MODES = 100
MIN_EXPECTED = 20  # rows of a mode in the smaller sample: fewer than a tenth of them is no accident
HELD = 0.1  # a mode is held by a sample with this part of the rows that it should have, or more


@dataclass(frozen=True, kw_only=True)
class Modes:
    """The modes of one column: the missing cells, then point masses, then ranges.

    Attributes
    ----------
    points : values of the point masses, ascending, shape (points,).
    lows, highs : bounds of the ranges, both included, ascending, shape (ranges,).
    counts : rows of each mode, shape (1 + points + ranges,); 0 where a mode is too rare to be judged.
    n_rows : rows that the modes are from.
    """

    points: Floats
    lows: Floats
    highs: Floats
    counts: NDArray[np.int64]
    n_rows: int

    def codes(self, values: Floats) -> NDArray[np.int64]:
        """The mode of each value, shape (n,); the number of modes stands for none."""
        none = len(self.counts)
        found = np.full(len(values), none, dtype=np.int64)
        if len(self.lows):
            place = np.minimum(np.searchsorted(self.highs, values), len(self.highs) - 1)
            inside = (values >= self.lows[place]) & (values <= self.highs[place])
            found[inside] = 1 + len(self.points) + place[inside]
        if len(self.points):
            place = np.minimum(np.searchsorted(self.points, values), len(self.points) - 1)
            same = self.points[place] == values
            found[same] = 1 + place[same]
        found[np.isnan(values)] = 0
        return found

    def held(self, counts: NDArray[np.int64], n_rows: NDArray[np.int64] | int) -> NDArray[np.bool_]:
        """Which modes a sample of `n_rows` holds, from its rows by mode, shape (..., modes).

        Samples may be several, with `n_rows` of shape (..., 1).
        """
        return np.asarray(counts >= HELD * self.counts * (n_rows / self.n_rows))


def number_of_modes(n_real: int, n_sample: int) -> int:
    """How many modes two samples can tell apart."""
    return int(np.clip(min(n_real, n_sample) // MIN_EXPECTED, 1, MAX_MODES))


def find_modes(values: Floats, n_modes: int) -> Modes:
    """The modes of a column: each holds about the n-th part of the rows, or more if it is a single value.

    Parameters
    ----------
    values
        Shape (n,), missing as NaN.
    """
    least = len(values) / n_modes
    held = values[~np.isnan(values)]
    n_missing = len(values) - len(held)
    distinct, counts = np.unique(held, return_counts=True)
    is_point = counts >= least
    points, rest, rest_counts = distinct[is_point], distinct[~is_point], counts[~is_point]
    lows, highs, range_counts = _ranges(rest, rest_counts, least)
    return Modes(
        points=points,
        lows=lows,
        highs=highs,
        counts=np.concatenate([[n_missing if n_missing >= least else 0], counts[is_point], range_counts]),
        n_rows=len(values),
    )


def _ranges(
    values: Floats, counts: NDArray[np.int64], least: float
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Ranges of about `least` rows each: lows, highs, rows."""
    total = int(counts.sum())
    if total < least / 2:
        return np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    n_ranges = max(1, round(total / least))
    before = np.cumsum(counts) - counts
    _, starts = np.unique(before * n_ranges // total, return_index=True)
    ends = np.append(starts[1:], len(values)) - 1
    return values[starts], values[ends], np.add.reduceat(counts, starts)
