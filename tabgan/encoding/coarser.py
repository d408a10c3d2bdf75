"""Grids that change with size: values kept to the unit below a thousand, to the hundred above it.

Values are counted in steps of the finest grid (*units*); along a bent grid they are counted by the steps that are in
use there (*places*), so that no value between them is ever drawn. Drawn prices, counts and salaries are then as
rounded as those of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

EVIDENCE = 40.0  # bits: so unlikely is it that as many values lie on the coarser grid by chance
LARGEST = 2**52  # steps from the first unit to the last: farther ones are left on the finest grid


@dataclass(frozen=True)
class Bends:
    """Where a grid grows coarser, or fine again.

    Attributes
    ----------
    starts : (Q,) units, ascending; from each on values are ``strides`` (Q,) units apart.
    """

    starts: Array
    strides: Array

    @property
    def first_places(self) -> Array:
        """The places of the starts, (Q,)."""
        lengths = np.diff(self.starts) // self.strides[:-1]
        return np.asarray(np.concatenate([self.starts[:1], self.starts[:1] + np.cumsum(lengths)]))

    def places(self, units: Array) -> Array:
        """Units (n,) to places (n,); those between two places go to the nearer one."""
        if not len(self.starts):
            return units
        at = np.searchsorted(self.starts, units, side="right") - 1
        piece = np.maximum(at, 0)
        whole, beyond = np.divmod(units - self.starts[piece], self.strides[piece])
        return np.where(at < 0, units, self.first_places[piece] + whole + (beyond > self.strides[piece] // 2))

    def units(self, places: Array) -> Array:
        """Places (n,) to units (n,)."""
        if not len(self.starts):
            return places
        at = np.searchsorted(self.first_places, places, side="right") - 1
        piece = np.maximum(at, 0)
        return np.where(
            at < 0, places, self.starts[piece] + (places - self.first_places[piece]) * self.strides[piece]
        )

    def between(self, low: int, high: int) -> tuple[int, int]:
        """The first and the last place in a range of units, ends included; without one, the first is the larger."""
        return self._place(low, -1), self._place(high, 1)

    def _place(self, unit: int, direction: int) -> int:
        """The place of a unit, or the next one: below it (direction 1) or above it (-1). In Python's integers."""
        piece = int(np.searchsorted(self.starts, np.float64(unit), side="right")) - 1
        if piece < 0:
            return unit
        whole = direction * ((direction * (unit - int(self.starts[piece]))) // int(self.strides[piece]))
        return int(self.first_places[piece]) + whole


STRAIGHT = Bends(np.zeros(0, np.int64), np.zeros(0, np.int64))


def find_bends(units: Array, anchor: int, step: int) -> Bends:
    """From where on distinct ascending units (n,) lie on coarser and coarser grids.

    Values keep to a coarser grid without exception up to the largest one; or up to a round number, from which on the
    finest grid is in use again (a few large values are seldom all rounded).

    A start is a round number, one, two or five times a power of ten, or the next place of the grid after it: it tells
    of no row. ``anchor`` and ``step`` make values of units.
    """
    if len(units) < 2 or float(units[-1]) - float(units[0]) > LARGEST:
        return STRAIGHT
    pieces, values = _pieces(units, anchor, step), units * step + anchor
    before: list[tuple[int, int]] = []
    most, end = 0, int(pieces[0][0] if pieces else units[-1])
    for value in _round_values(int(values[0]), end * step + anchor):
        below = units[values < value]
        found = _pieces(below, anchor, step)
        if found and (n_held := int((below >= found[0][0]).sum())) > most:
            start, stride = found[-1]
            last = start + ((value - anchor) // step - start) // stride * stride
            before, most = [*found, (last, 1)], n_held
    starts, strides = ([piece[side] for piece in before + pieces] for side in (0, 1))
    return Bends(np.array(starts, np.int64), np.array(strides, np.int64))


def _pieces(units: Array, anchor: int, step: int) -> list[tuple[int, int]]:
    """Start and stride of ever coarser grids, up to the last unit."""
    if len(units) < 2:
        return []
    common = np.gcd.accumulate(np.diff(units)[::-1])  # of the last two values, three, ...
    last = np.append(np.flatnonzero(np.diff(common)), len(common) - 1)  # the last place of each divisor
    pieces: list[tuple[int, int]] = []
    taken = 0
    for at, finer in zip(last[:-1].tolist(), common[last[1:]].tolist(), strict=True):
        stride = int(common[at])
        if (at + 1 - taken) * np.log2(stride / finer) < EVIDENCE:
            continue
        first = len(units) - 2 - at
        off = int(units[first - 1])  # the last unit off this grid: common changes with it
        start = _round_start(int(units[first]), off, stride, anchor, step)
        if start < units[-1] and (not pieces or start < pieces[-1][0]):
            pieces.append((start, stride))
            taken = at + 1
    return pieces[::-1]


def _round_values(low: int, high: int) -> list[int]:
    """Positive round numbers between two values."""
    powers = [10**power for power in range(len(str(max(high, 0))))]
    return [times * power for power in powers for times in (1, 2, 5) if low < times * power < high]


def _round_start(unit: int, off: int, stride: int, anchor: int, step: int) -> int:
    """A unit of the grid through ``unit`` from which on all values lie on it, the last other one being ``off``.

    It is at the last round number before ``unit`` where that is beyond ``off``, else at the next one.
    """
    value = unit * step + anchor
    below = _unit_from(_round_below(value), unit, stride, anchor, step)
    return below if below > off else _unit_from(_round_above(value), unit, stride, anchor, step)


def _unit_from(value: int, unit: int, stride: int, anchor: int, step: int) -> int:
    """The first unit of the grid through ``unit`` whose value is not below ``value``."""
    reached = -((anchor - value) // step)
    return unit - (unit - reached) // stride * stride


def _round_below(value: int) -> int:
    """The last of ..., -2, -1, 0, 1, 2, 5, 10, 20, ... up to a value."""
    if value <= 0:
        return -_round_above(-value)
    power: int = 10 ** (len(str(value)) - 1)
    return max(times * power for times in (1, 2, 5) if times * power <= value)


def _round_above(value: int) -> int:
    """The first of 0, 1, 2, 5, 10, 20, ... from a value on; 0 where it is negative."""
    if value <= 0:
        return 0
    power: int = 10 ** (len(str(value)) - 1)
    return min(times * power for times in (1, 2, 5, 10) if times * power >= value)
