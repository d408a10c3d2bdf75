"""Which codes a column may have: the share of each of its cells that is allowed, and where in the cell.

A *window* covers one symbol and the one that hangs on it: (mode, place) of a number, (group, member) of a
category, or one symbol alone. The share of a cell is 0 or 1, or between where a range ends inside of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.numeric import NumericEncoder, difference
from tabgan.encoding.ranges import Ranges

Array = NDArray[Any]


@dataclass(frozen=True)
class Pieces:
    """Allowed parts of cells, ordered by cell and place; shapes (Q,).

    ``low`` and ``width`` are fractions of the cell, ``weight`` is the share of the cell's mass that the piece has:
    its width, but for single values of a continuous number, which have no width.
    """

    cell: Array
    low: Array
    width: Array
    weight: Array


@dataclass(frozen=True)
class Variants:
    """Which of several windows holds, where that depends on the day drawn before.

    Attributes
    ----------
    day : encoder of the day.
    days : (V,) days that have a window of their own, ascending; the others take the window before these.
    """

    day: NumericEncoder
    days: Array

    def of(self, codes: Array, fractions: Array) -> Array:
        """Number of the window of each row, (n,); codes (n, s) and fractions (n, 1) are those of the day."""
        drawn, _ = self.day.decode(codes, fractions)
        at = np.minimum(np.searchsorted(self.days, drawn), len(self.days) - 1)
        return np.where(self.days[at] == drawn, at + 1, 0)


@dataclass(frozen=True)
class Window:
    """What a pair of symbols may be.

    Attributes
    ----------
    symbols : positions of (first,) or (first, second) within the column.
    share : (W, F, P) float64, the allowed share of each cell in each of W variants; P is 1 where there is no
        second symbol. Codes to which the second does not apply have one share in all of P.
    number : position of the numeric part within the column, None for a category.
    pieces : of a number; cells are counted through (W, F, P).
    variants : tells the variant of a row; None where there is one.
    """

    symbols: tuple[int, ...]
    share: Array
    number: int | None = None
    pieces: Pieces | None = None
    variants: Variants | None = None

    @property
    def allows_nothing(self) -> bool:
        """No code has mass."""
        return not self.share.any()

    @property
    def allows_all(self) -> bool:
        """Every code has all of its mass."""
        return bool((self.share == 1).all())


def number_window(encoder: NumericEncoder, ranges: Ranges, missing: bool) -> Window:
    """The cells of a number that lie in some ranges of its values; ``missing``: or is missing."""
    share = np.zeros((encoder.n_modes, encoder.n_places))
    share[: int(encoder.has_missing)] = float(missing)
    pairs = to_units(encoder, ranges)
    for low, high in pairs:
        first, last = _points_between(encoder, low, high)
        share[int(encoder.has_missing) + first : int(encoder.has_missing) + last] = 1.0
    pieces = _pieces(encoder, pairs) if encoder.n_cells else None
    if pieces is not None:
        inside = np.bincount(pieces.cell, pieces.weight, minlength=encoder.n_cells)
        inside[np.isclose(inside, 1.0, rtol=0.0, atol=1e-12)] = 1.0
        share[encoder.first_continuous :] = inside.reshape(-1, encoder.n_places)
        shift = encoder.first_continuous * encoder.n_places
        pieces = Pieces(pieces.cell + shift, pieces.low, pieces.width, pieces.weight)
    return Window(tuple(range(len(encoder.symbols))), share[None], 0, pieces)


def free_window(encoder: NumericEncoder) -> Window:
    """Every cell of a number, missing too."""
    edge = np.inf if not encoder.on_grid else 2**63 - 1
    everything = Ranges.union([(-edge, edge)], floating=not encoder.on_grid or encoder.decimals > 0)
    return number_window(encoder, everything, missing=True)


def stack(windows: Sequence[Window], variants: Variants) -> Window:
    """Windows of the same number as variants of one, in order."""
    share = np.concatenate([window.share for window in windows])
    size = share[0].size
    held = [(i * size, window.pieces) for i, window in enumerate(windows) if window.pieces is not None]
    pieces = None
    if held:
        parts = ([p.cell + shift, p.low, p.width, p.weight] for shift, p in held)
        pieces = Pieces(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return Window(windows[0].symbols, share, windows[0].number, pieces, variants)


def to_units(encoder: NumericEncoder, ranges: Ranges) -> list[tuple[Any, Any]]:
    """(low, high) of each range in places of the grid, ends included; Python numbers, which do not overflow."""
    if not encoder.on_grid:
        return ranges.pairs()
    pairs = []
    for low, high in ranges.pairs():
        if isinstance(low, float):
            low, high = (
                round(float(np.clip(end, -(2.0**62), 2.0**62)) * 10**encoder.decimals) for end in (low, high)
            )
        first, last = -((encoder.anchor - low) // encoder.step), (high - encoder.anchor) // encoder.step
        first, last = encoder.bends.between(first, last)
        if first <= last:
            pairs.append((first, last))
    return pairs


def _points_between(encoder: NumericEncoder, low: Any, high: Any) -> tuple[int, int]:
    """Positions of the point masses in a range, the second one past the last."""
    if encoder.on_grid:
        low, high = max(low, -(2**63)), min(high, 2**63 - 1)
    first = int(np.searchsorted(encoder.points, low, side="left"))
    return first, int(np.searchsorted(encoder.points, high, side="right"))


def _pieces(encoder: NumericEncoder, pairs: list[tuple[Any, Any]]) -> Pieces:
    """Where ranges cover cells."""
    edges, widths = encoder.edges, encoder.widths()
    single = (
        [] if encoder.on_grid else [low for low, high in pairs if low == high and low not in encoder.points]
    )
    if single:
        return _single_values(encoder, np.array(single))
    parts: list[tuple[Array, Array, Array]] = []
    for low, high in pairs:
        if encoder.on_grid:  # knots count the values that are no point mass
            first, last = _points_between(encoder, low, high)
            low, high = low - first, high + 1 - last
        start = np.maximum(edges[:-1], _within(low, edges))
        stop = np.minimum(edges[1:], _within(high, edges))
        cell = np.flatnonzero(stop > start)
        begin = difference(start[cell], edges[:-1][cell]) / widths[cell]
        parts.append((cell, begin, difference(stop[cell], start[cell]) / widths[cell]))
    cell, low, width = (
        (np.concatenate(column) for column in zip(*parts, strict=True)) if parts else _nothing()
    )
    order = np.lexsort((low, cell))
    return Pieces(cell[order], low[order], width[order], width[order])


def _single_values(encoder: NumericEncoder, values: Array) -> Pieces:
    """Values of a continuous number have no mass: each counts with the density of its cell.

    Their weights sum to 1, so that all of them together count about as one cell.
    """
    zeros = np.zeros(len(values), np.int64)
    cell, inside = encoder.locate(values, zeros)
    weight = 1 / np.maximum(encoder.widths()[cell], np.finfo(float).tiny)
    order = np.lexsort((inside, cell))
    return Pieces(cell[order], inside[order], np.zeros(len(cell)), (weight / weight.sum())[order])


def _within(end: Any, edges: Array) -> Any:
    """An end, no farther out than the knots; numpy could not hold it otherwise."""
    return min(max(end, edges[0].item()), edges[-1].item())


def _nothing() -> tuple[Array, Array, Array]:
    return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
