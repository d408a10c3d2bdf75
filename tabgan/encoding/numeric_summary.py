"""What is learnt of a numeric column in chunks, and how it becomes a frozen encoder.

Everything of the data that enters a numeric encoder passes `NumericSummary.freeze`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.coarser import STRAIGHT, find_bends
from tabgan.encoding.numeric import NumericEncoder, difference

Array = NDArray[Any]

MAX_DISTINCT = 1 << 20  # beyond this many distinct values neighbours are merged
MOST = 2**63 - 1
MIN_SEEN = 5  # a value stands in a model only if this many rows have it
MAX_CELLS = 256  # 257 knots, and one more for each gap that is cut out
ROWS_PER_CELL = 20
FEW_POINTS = 32  # a column of at most this many values (seen often enough) is all point masses
ALL_POINTS = 512  # and of this many, where each has on average
ROWS_PER_POINT = 40  # so many rows
HEAVY_SHARE = 1 / 100  # else a value is a point mass from this share of the rows,
SPIKE_SHARE = 1 / 2000  # or from this one
SPIKE = 2.0  # where it is so many times as frequent as its neighbours,
SPIKE_ERRORS = 4.0  # and by so many standard errors
SPREAD = 0.2  # share of the cells that is spread by value, the others by mass,
ROWS_PER_TAIL_CELL = 10  # where cells keep so many rows
JUMP_NATS = 15.0  # a knot moves to where the density jumps if rows are so much likelier


@dataclass(frozen=True)
class NumericSummary:
    """Distinct values with their counts: merging two summaries is adding counts.

    Exact up to 2**20 distinct values; beyond, neighbours share the larger one's value.
    """

    values: Array
    counts: NDArray[np.int64]
    n_missing: int = 0

    @classmethod
    def observe(cls, values: Array, missing: Array) -> NumericSummary:
        """Summary of one chunk: values (n,) int64 or float64, missing (n,)."""
        distinct, counts = np.unique(values[~missing] + 0, return_counts=True)  # + 0: -0.0 is 0.0
        return cls(distinct, counts.astype(np.int64), int(missing.sum()))._bounded()

    def merge(self, other: NumericSummary) -> NumericSummary:
        """Both summaries together."""
        both = np.concatenate([self.values, other.values])
        distinct, inverse = np.unique(both, return_inverse=True)
        counts = np.zeros(len(distinct), np.int64)
        np.add.at(counts, inverse, np.concatenate([self.counts, other.counts]))
        return NumericSummary(distinct, counts, self.n_missing + other.n_missing)._bounded()

    def freeze(
        self,
        *,
        decimals: int | None = None,
        n_cells: int = MAX_CELLS,
        n_places: int = 1,
        coarser: bool = False,
    ) -> NumericEncoder:
        """The encoder; ``decimals`` is the grid of a float column, ignored for integers.

        ``n_places`` neighbouring cells are a mode, as in the first model files; 1: a cell is a mode of its own.
        ``coarser``: the grid may grow coarser.
        """
        grid, units = self.grid(decimals)
        bends = STRAIGHT
        if coarser and grid["on_grid"]:
            bends = find_bends(units, grid["anchor"], grid["step"])
            units = bends.places(units)
        is_point = _choose_points(units, self.counts)
        points, rest, rest_counts = units[is_point], units[~is_point], self.counts[~is_point]
        position = rest - np.searchsorted(points, rest) if grid["on_grid"] else rest
        edges = _cut(position, rest_counts, bool(grid["on_grid"]), n_cells)
        if n_places > 1 and len(edges) - 1 >= 3 * n_places:
            edges = _make_divisible(edges, position, rest_counts, n_places)
        else:
            n_places = 1
        total = max(int(self.counts.sum()), 1)
        below = np.cumsum(self.counts) - self.counts
        ranked = np.searchsorted(units, edges)
        if grid["on_grid"] and len(points):
            before = np.searchsorted(points - np.arange(len(points)), edges, side="right")
            beyond = (
                edges > np.iinfo(np.int64).max - before
            )  # the end of a column that has the largest integer
            ranked = np.where(beyond, len(units), np.searchsorted(units, np.where(beyond, 0, edges + before)))
        cumulative = np.concatenate([below, [total]])
        return NumericEncoder(
            **grid,
            has_missing=self.n_missing > 0,
            points=points,
            edges=edges,
            n_places=n_places,
            point_ranks=((below + self.counts / 2)[is_point] / total).astype(np.float32),
            edge_ranks=(cumulative[ranked] / total).astype(np.float32),
            bends=bends,
        )

    def grid(self, decimals: int | None) -> tuple[dict[str, Any], Array]:
        """The grid of the values as fields of an encoder, and the values in its units."""
        values = self.values
        plain = {"on_grid": True, "decimals": 0, "anchor": 0, "step": 1}
        if values.dtype.kind == "f":
            scaled = float(np.abs(values).max(initial=0.0)) * 10.0 ** (decimals or 0)
            if decimals is None or not np.isfinite(scaled) or scaled >= 2.0**53:
                return plain | {"on_grid": False}, values
            plain["decimals"] = decimals
            values = np.rint(values * 10.0**decimals).astype(np.int64)
        if len(values) and float(values[-1]) - float(values[0]) < 2.0**62:
            step = int(np.gcd.reduce(values - values[0]))
            anchor = int(values[0]) % step if step > 1 else 0
            anchor -= step if anchor and values[0] < 0 else 0  # values less the anchor stay within 64 bits
            plain |= {"anchor": anchor, "step": max(step, 1)}
        return plain, (values - plain["anchor"]) // plain["step"]

    def _bounded(self) -> NumericSummary:
        if len(self.values) <= MAX_DISTINCT:
            return self
        often = self.counts > np.partition(self.counts, -MAX_DISTINCT // 4)[-MAX_DISTINCT // 4]
        group = np.cumsum(np.ones(len(self.values)) / len(self.values) * (MAX_DISTINCT // 2)).astype(np.int64)
        group = group * 2 + often
        group[often] = len(self.values) * 2 + np.arange(often.sum())
        _, inverse = np.unique(group, return_inverse=True)
        counts = np.bincount(inverse, weights=self.counts).astype(np.int64)
        values = np.full(len(counts), self.values[0])
        values[inverse] = self.values  # values are sorted: the last of a group, its largest, stays
        order = np.argsort(values)
        return NumericSummary(values[order], counts[order], self.n_missing)


def _choose_points(units: Array, counts: Array) -> Array:
    """Mask of the values that become point masses: seen often enough, and infinities."""
    n = int(counts.sum())
    seen = counts >= min(MIN_SEEN, max(n // 10, 1))
    infinite = ~np.isfinite(units)
    few = seen.sum() <= FEW_POINTS or (seen.sum() <= ALL_POINTS and counts[seen].mean() >= ROWS_PER_POINT)
    if len(units) == 1 or (few and counts[seen].sum() >= 0.9 * n):
        return np.asarray(seen | infinite)
    heavy = counts >= HEAVY_SHARE * n
    around = _neighbours(counts)
    spike = (counts >= SPIKE_SHARE * n) & (counts >= SPIKE * around)
    spike &= counts >= around + SPIKE_ERRORS * np.sqrt(around + 1)
    return np.asarray((seen & (heavy | spike)) | infinite)


def _neighbours(counts: Array) -> Array:
    """Mean count of the eight values on either side of each value."""
    reach = 8
    total = np.concatenate([[0], np.cumsum(counts)])
    index = np.arange(len(counts))
    low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(counts))
    return np.asarray((total[high] - total[low] - counts) / np.maximum(high - low - 1, 1))


def _cut(position: Array, counts: Array, on_grid: bool, n_cells: int) -> Array:
    """Knots of cells, (cells + 1,), strictly increasing; none for no values.

    Knots are even in a coordinate that is mostly the share of the rows below, and partly the value: what lies far out
    is rare, but how columns move together there is seen by whoever looks at means, correlations or extremes.
    """
    n = int(counts.sum())
    if n == 0:
        return position[:0]
    lowest, highest = extremes(position, counts, n)
    n_cells = int(np.clip(n // ROWS_PER_CELL, 1, n_cells))
    below = np.cumsum(counts) - counts
    at = np.searchsorted(_coordinate(position, counts), np.arange(1, n_cells) / n_cells, side="left")
    inner = _at_jumps(_apart(at, below, n), position, below, on_grid)
    if on_grid:
        highest = min(highest, MOST - 1)
        inner = inner[(inner > lowest) & (inner <= highest)]
        return np.unique(np.concatenate([[lowest], inner, [highest + 1]])).astype(np.int64)
    inner = inner[(inner > lowest) & (inner < highest)]
    if highest <= lowest:
        with np.errstate(over="ignore"):
            highest = np.nextafter(lowest, np.inf)
        if not np.isfinite(highest):
            lowest, highest = np.nextafter(lowest, 0), lowest
    return _rounded(np.unique(np.concatenate([[lowest], inner, [highest]])))


def _coordinate(position: Array, counts: Array) -> Array:
    """From 0 to 1: by mass, and by value where a logarithm holds tails back; shape (Q,), ascending."""
    mass = np.cumsum(counts) / counts.sum()
    value = position.astype(np.float64)
    quartiles = value[np.searchsorted(mass, [0.25, 0.5, 0.75])]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        far = np.arcsinh((value - quartiles[1]) / (quartiles[2] - quartiles[0]) * 2)
        far = (far - far[0]) / (far[-1] - far[0])
    return np.asarray((1 - SPREAD) * mass + SPREAD * far if np.isfinite(far).all() else mass)


def _apart(at: Array, below: Array, n: int) -> Array:
    """Of ascending places in a column those with enough rows between them and before the end."""
    kept, last = [], 0
    for place in at.tolist():
        if below[place] - last >= ROWS_PER_TAIL_CELL and n - below[place] >= ROWS_PER_TAIL_CELL:
            kept.append(place)
            last = below[place]
    return np.array(kept, np.intp)


def _at_jumps(at: Array, position: Array, below: Array, on_grid: bool) -> Array:
    """Knots at the places ``at`` of a column, moved by up to half a cell to where the density jumps.

    Cells are drawn evenly: one with a jump inside has rows where the table has none. A knot goes where even cells on
    either side of it make the rows likeliest, and a gap is cut out, if this is so clear that it is no chance.
    """
    beyond = np.append(position[:1], position[:-1] + 1 if on_grid else np.nextafter(position[:-1], np.inf))
    left, knots = 0, [position[:1]]
    for middle, right in pairwise([*at.tolist(), len(position) - 1]):
        place = np.arange((left + middle) // 2 + 1, (middle + right) // 2 + 1)
        first, second = below[place] - below[left], below[right] - below[place]
        kept = (first >= ROWS_PER_TAIL_CELL) & (second >= ROWS_PER_TAIL_CELL)
        place, first, second = place[kept], first[kept], second[kept]
        two = np.stack([position[place], beyond[place]])
        low = first * (np.log(first) - np.log(difference(two, knots[-1][-1])))
        high = second * (np.log(second) - np.log(difference(position[right], two)))
        likely = np.stack([low[0] + high[0], low[1] + high[1], low[1] + high[0] - JUMP_NATS])
        now = likely[0, place == middle]
        if len(now) and likely.max() > now[0] + JUMP_NATS:
            which, best = np.unravel_index(likely.argmax(), likely.shape)
            knots.append(two[::-1, best] if which == 2 else two[[which], best])
            left = int(place[best])
        else:
            knots.append(position[[middle]])
            left = middle
    return np.concatenate(knots)[1:]


def extremes(position: Array, counts: Array, n: int) -> tuple[Any, Any]:
    """Means of the k most extreme values at either end (k = 5; half of the values when fewer than ten)."""
    k = min(MIN_SEEN, max(n // 2, 1))
    ends: list[Any] = []
    for values, seen in ((position, counts), (position[::-1], counts[::-1])):
        few = np.repeat(values[:k], np.minimum(seen[:k], k))[:k]
        if position.dtype.kind == "i":  # Python integers: exact beyond 2**53
            ends.append((sum(few.tolist()) + k // 2) // k)
        else:
            ends.append(np.clip((few / k).sum(), few.min(), few.max()))
    return ends[0], max(ends)


def _make_divisible(edges: Array, position: Array, counts: Array, n_places: int) -> Array:
    """Join the lightest neighbours until ``n_places`` divides the number of cells."""
    while (len(edges) - 1) % n_places:
        cell = np.clip(np.searchsorted(edges, position, side="right") - 1, 0, len(edges) - 2)
        mass = np.bincount(cell, weights=counts, minlength=len(edges) - 1)
        edges = np.delete(edges, int(np.argmin(mass[:-1] + mass[1:])) + 1)
    return edges


def _rounded(edges: Array) -> Array:
    """Knots to a thousandth of the smaller neighbouring cell: no knot need be a training value."""
    if len(edges) < 3:
        return edges
    with np.errstate(over="ignore"):
        gap = np.diff(edges)
    finest = np.minimum(np.append(gap, gap[-1]), np.insert(gap, 0, gap[0])) / 1000
    with np.errstate(over="ignore", invalid="ignore"):
        unit = 10.0 ** np.floor(np.log10(np.maximum(finest, np.finfo(float).tiny * 1e3)))
        rounded = np.rint(edges / unit) * unit
    bad = ~np.isfinite(rounded)
    rounded[bad] = edges[bad]
    rounded[0], rounded[-1] = max(rounded[0], edges[0]), min(rounded[-1], edges[-1])  # stay in the range
    return rounded if np.all(np.diff(rounded) > 0) else edges
