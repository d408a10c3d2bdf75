"""What cells of a column may be, as windows on the codes of each kind of column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import NumericEncoder
from tabgan.encoding.ranges import Ranges
from tabgan.encoding.window import Variants, Window, free_window, number_window, stack

Array = NDArray[Any]


@dataclass(frozen=True)
class Allowed:
    """What cells of a column may be.

    Attributes
    ----------
    missing : they may be missing.
    present : they may have any value.
    ranges : of a number or time, values that they may have.
    levels : (k,) of a category, positions of the levels that they may have.
    """

    missing: bool = False
    present: bool = False
    ranges: Ranges | None = None
    levels: Array | None = None

    def hold(self, cells: Cells) -> NDArray[np.bool_]:
        """Which cells, as the column's encoder decodes them, are allowed, (n,)."""
        values = np.full(len(cells), self.present)
        if self.ranges is not None:
            values |= self.ranges.hold(cells.values)
        if self.levels is not None:
            values |= np.isin(cells.values, self.levels)
        return np.where(cells.missing, self.missing, values)

    def snap(self, cells: Cells) -> Cells:
        """Drawn cells with every value inside the ranges exactly, not only up to rounding."""
        if self.ranges is None or not len(self.ranges.low):
            return cells
        values = np.where(cells.missing, cells.values, self.ranges.snap(cells.values))
        return replace(cells, values=values)


def windows_of(encoder: ColumnEncoder, allowed: Allowed) -> tuple[Window, ...]:
    """Windows of a column, in the order of its symbols; a symbol without a window is free."""
    if isinstance(encoder, NumberColumnEncoder):
        return (_number(encoder.number, allowed.ranges, allowed),)
    if isinstance(encoder, DatetimeEncoder):
        return _datetime(encoder, allowed)
    if isinstance(encoder, CategoryEncoder):
        return (_category(encoder, allowed),)
    if not encoder.symbols:
        return ()
    return (Window((0,), np.array([[[float(allowed.missing)], [float(allowed.present)]]])),)


def _number(encoder: NumericEncoder, ranges: Ranges | None, allowed: Allowed) -> Window:
    """``ranges`` are in the encoder's own values; none of them: nothing or any value, as allowed."""
    if ranges is not None:
        return number_window(encoder, ranges, allowed.missing)
    window = free_window(encoder)
    if encoder.has_missing:
        window.share[:, 0] = float(allowed.missing)
    if not allowed.present:
        window.share[:, int(encoder.has_missing) :] = 0.0
    return window


def _category(encoder: CategoryEncoder, allowed: Allowed) -> Window:
    symbols, shift = encoder.symbols, int(encoder.has_missing)
    share = np.zeros((symbols[0].n_levels, encoder.n_members))
    share[:shift] = float(allowed.missing)
    levels = np.arange(len(encoder.levels)) if allowed.present else allowed.levels
    if levels is not None:
        alone = levels < encoder.n_single
        share[levels[alone] + shift] = 1.0
        group, member = np.divmod(levels[~alone] - encoder.n_single, encoder.n_members)
        share[encoder.n_single + group + shift, member] = 1.0
    return Window(tuple(range(len(symbols))), share[None])


def _datetime(encoder: DatetimeEncoder, allowed: Allowed) -> tuple[Window, ...]:
    ranges = allowed.ranges
    if encoder.day is None or encoder.time is None:
        part = encoder.time if encoder.day is None else encoder.day
        assert part is not None
        return (_number(part, None if ranges is None else _of_part(encoder, ranges), allowed),)
    if ranges is None:
        return (_number(encoder.day, None, allowed),)
    days, ends = split_days(encoder, ranges)
    clocks = {
        day: number_window(encoder.time, Ranges.union(times, floating=False), False)
        for day, times in ends.items()
    }
    clocks = {day: window for day, window in sorted(clocks.items()) if not window.allows_nothing}
    days += [(day, day) for day in clocks]
    first = number_window(encoder.day, Ranges.union(days, floating=False), allowed.missing)
    if not clocks:
        return (first,)
    variants = Variants(encoder.day, np.array(list(clocks), np.int64))
    second = stack([free_window(encoder.time), *clocks.values()], variants)
    shift = len(encoder.day.symbols)
    return first, replace(second, symbols=tuple(shift + s for s in second.symbols), number=1)


def _of_part(encoder: DatetimeEncoder, ranges: Ranges) -> Ranges:
    """Ranges of moments as ranges of the one part, day or time, that varies."""
    if encoder.day is None:
        start = encoder.fixed_day * encoder.per_day
        pairs = [(low - start, high - start) for low, high in ranges.pairs()]
        pairs = [(max(low, 0), min(high, encoder.per_day - 1)) for low, high in pairs]
    else:
        fixed, per_day = encoder.fixed_time, encoder.per_day
        pairs = [(-((fixed - low) // per_day), (high - fixed) // per_day) for low, high in ranges.pairs()]
    return Ranges.union(pairs, floating=False)


def split_days(
    encoder: DatetimeEncoder, ranges: Ranges
) -> tuple[list[tuple[int, int]], dict[int, list[tuple[int, int]]]]:
    """Ranges of moments as ranges of whole days, and times of the days in which a range begins or ends."""
    last = encoder.per_day - 1
    whole: list[tuple[int, int]] = []
    ends: dict[int, list[tuple[int, int]]] = {}
    for low, high in ranges.pairs():
        if low > encoder.high or high < encoder.low:
            continue
        # What is drawn beyond the bounds is moved onto them: a range that holds a bound holds that too.
        first_day, start = (
            divmod(low, encoder.per_day) if low > encoder.low else (encoder.low // encoder.per_day, 0)
        )
        last_day, stop = (
            divmod(high, encoder.per_day) if high < encoder.high else (encoder.high // encoder.per_day, last)
        )
        if first_day == last_day and (start, stop) != (0, last):
            ends.setdefault(first_day, []).append((start, stop))
            continue
        if start > 0:
            ends.setdefault(first_day, []).append((start, last))
        if stop < last:
            ends.setdefault(last_day, []).append((0, stop))
        whole.append((first_day + int(start > 0), last_day - int(stop < last)))
    return whole, {day: times for day, times in ends.items() if not any(a <= day <= b for a, b in whole)}
