"""Numbers as Gaussian modes: mode-specific normalisation (Xu et al. 2019, arXiv 1907.00503, section 4.2).

A value is one of the modes and a fraction within it: ``alpha = (value - mean) / (4 std)`` in [-1, 1], kept as
``(alpha + 1) / 2``. The mode of a row is drawn from its posterior.

DIFF: values with a real share of the rows (the zeros of capital-gain) and infinities are modes of no width,
before the Gaussians: a Gaussian around them would spread them. DIFF: missing is a mode too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.layout import NumberTable, Symbol

Array = NDArray[Any]
GAUSSIAN = "gaussian"  # role of the symbol, by which a network knows that its fractions are modelled
REACH = 4.0  # standard deviations to either side that a fraction covers
MOST = 2.0**63 - 1024  # the largest float that is a 64-bit integer
MIDDLE = np.float32(0.5)  # the fraction of what has no place within its mode


@dataclass(frozen=True)
class MixtureEncoder:
    """A frozen column of numbers.

    Attributes
    ----------
    on_grid, decimals, anchor, step : the grid, as in `NumericEncoder`; a unit is a step of it.
    floating : whole numbers too are given back as floats.
    seed : of the draw of modes when encoding.
    origin : unit from which Gaussians are counted, so that integers beyond 2**53 keep their last digits.
    low, high : first and last unit that a Gaussian mode is decoded to, less the origin; whole on a grid.
    points : (P,) modes of no width, sorted, in units.
    means, stds, weights : (K,) of the Gaussians, units less the origin; weights are shares of all their rows.
    point_ranks : (P,) where each point lies in the cumulative distribution.
    """

    on_grid: bool
    decimals: int
    anchor: int
    step: int
    floating: bool
    has_missing: bool
    seed: int
    origin: int
    low: Any
    high: Any
    points: Array
    means: Array
    stds: Array
    weights: Array
    point_ranks: Array

    @property
    def first_gaussian(self) -> int:
        """Code of the first Gaussian: missing and the points come before."""
        return int(self.has_missing) + len(self.points)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(mode,): it says from which code on there is a place within the mode."""
        return (
            Symbol(
                role=GAUSSIAN,
                n_levels=self.first_gaussian + len(self.means),
                applies_from=self.first_gaussian,
            ),
        )

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """The ranks of the modes, roughly: Gaussians side by side in the order of their means."""
        low = np.full((self.symbols[0].n_levels, 1), -1.0, np.float32)
        width = np.zeros_like(low)
        low[int(self.has_missing) : self.first_gaussian, 0] = self.point_ranks
        order = np.argsort(self.means)
        ends = np.cumsum(self.weights[order])
        low[self.first_gaussian + order, 0] = np.clip(ends - self.weights[order], 0.0, 1.0)
        width[self.first_gaussian + order, 0] = self.weights[order]
        return (NumberTable(symbols=(0,), rank_low=low, rank_width=np.minimum(width, 1 - low)),)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest finite value that can be decoded; (inf, -inf) when there is none."""
        finite = self.points[np.isfinite(self.points)]
        ends = self._from_units(finite).astype(np.float64)
        if len(self.means):
            inner = self._from_units(self._at(np.array([self.low, self.high])))
            ends = np.concatenate([ends, inner.astype(np.float64)])
        return float(ends.min(initial=np.inf)), float(ends.max(initial=-np.inf))

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, 1) and fractions (n, 1) float32 in [0, 1]; modes are drawn from the posterior."""
        units = self._to_units(cells.values)
        code = np.zeros(len(units), np.int32)
        fraction = np.full(len(units), MIDDLE)
        at, is_point = self._points_at(units)
        is_point &= ~cells.missing
        code[is_point] = at[is_point] + int(self.has_missing)
        rest = ~is_point & ~cells.missing
        if rest.any() and not len(self.means):  # never seen in fit: the nearest point
            code[rest] = self._nearest_point(units[rest]) + int(self.has_missing)
        elif rest.any():
            values = self._offset(units[rest])
            uniform = np.random.default_rng([self.seed, len(units)]).random(len(values))
            mode = self._draw(values, uniform)
            code[rest] = mode + self.first_gaussian
            with np.errstate(over="ignore"):
                alpha = (values - self.means[mode]) / self.stds[mode] / REACH
            fraction[rest] = (np.clip(alpha, -1.0, 1.0) + 1) / 2
        return code[:, None], fraction[:, None].astype(np.float32)

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, 1) and fractions (n, 1) in [0, 1]."""
        mode = codes[:, 0].astype(np.int64)
        missing = (mode == 0) if self.has_missing else np.zeros(len(mode), bool)
        units = np.zeros(len(mode), np.int64 if self.on_grid else np.float64)
        point = ~missing & (mode < self.first_gaussian)
        units[point] = self.points[mode[point] - int(self.has_missing)]
        rest = mode >= self.first_gaussian
        if rest.any():
            own = mode[rest] - self.first_gaussian
            alpha = 2.0 * fractions[rest, 0].astype(np.float64) - 1.0
            with np.errstate(over="ignore"):
                values = self.means[own] + alpha * self.stds[own] * REACH
            units[rest] = self._at(np.clip(values, self.low, self.high))
        values = self._from_units(units)
        return Cells(values.astype(np.float64) if self.floating else values, missing)

    def log_volume(self, codes: Array) -> Array:
        """Log of the width, in units, that a Gaussian's fractions cover, shape (n,); 0 for the other modes."""
        own = codes[:, 0].astype(np.int64) - self.first_gaussian
        out = np.zeros(len(own))
        out[own >= 0] = np.log(2 * REACH * self.stds[own[own >= 0]])
        return out

    def describe(self) -> str:
        """One line for people."""
        parts = []
        if len(self.means):
            parts.append(f"{len(self.means)} Gaussian mode{'s' * (len(self.means) > 1)}")
        if len(self.points):
            parts.append(f"{len(self.points)} point mass" + ("es" if len(self.points) > 1 else ""))
        return ", ".join(parts) or "missing only"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return {"point masses": len(self.points), "Gaussian modes": len(self.means)}

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, and arrays by name; infinite points are kept as plain values, as files take none."""
        names = ("on_grid", "decimals", "anchor", "step", "floating", "has_missing", "seed", "origin")
        plain = {name: getattr(self, name) for name in (*names, "low", "high")}
        infinite = (self.points[~np.isfinite(self.points)] > 0).tolist()
        arrays = {name: getattr(self, name) for name in ("means", "stds", "weights", "point_ranks")}
        arrays["points"] = self.points[np.isfinite(self.points)]
        return {**plain, "modes": "mixture", "infinite": infinite}, arrays

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> MixtureEncoder:
        """The encoder that `to_state` described."""
        own = {name: value for name, value in plain.items() if name not in ("modes", "infinite")}
        points = arrays["points"]
        if plain["infinite"]:
            ends = [np.inf if positive else -np.inf for positive in plain["infinite"]]
            points = np.sort(np.concatenate([points, ends]))
        held: dict[str, Any] = {**own, **arrays, "points": points}
        return cls(**held)

    def _draw(self, values: Array, uniform: Array) -> Array:
        """Modes (n,) of values (n,) drawn from the posterior of the mixture."""
        scaled = (values[:, None] - self.means) / self.stds  # (n, K)
        log_mass = np.log(self.weights / self.stds) - 0.5 * scaled * scaled
        mass = np.cumsum(np.exp(log_mass - log_mass.max(1, keepdims=True)), axis=1)
        return np.asarray((mass < uniform[:, None] * mass[:, -1:]).sum(1))

    def _points_at(self, units: Array) -> tuple[Array, Array]:
        """Position among the points, and whether it is that point, each (n,)."""
        if not len(self.points):
            return np.zeros(len(units), np.int64), np.zeros(len(units), bool)
        at = np.minimum(np.searchsorted(self.points, units), len(self.points) - 1)
        return at, np.asarray(self.points[at] == units)

    def _nearest_point(self, units: Array) -> Array:
        points = self.points.astype(np.float64)
        middle = (points[1:] + points[:-1]) / 2
        return np.searchsorted(middle, units.astype(np.float64))

    def _to_units(self, values: Array) -> Array:
        if not self.on_grid:
            return np.asarray(values, np.float64)
        if values.dtype.kind == "f":
            most = 2.0**62 / 10.0**self.decimals
            finite = np.clip(np.nan_to_num(values, nan=0.0), -most, most)
            values = np.rint(finite * 10.0**self.decimals).astype(np.int64)
        return np.asarray((values - self.anchor) // self.step) if self.step > 1 or self.anchor else values

    def _from_units(self, units: Array) -> Array:
        if not self.on_grid:
            return units
        integers = units * self.step + self.anchor
        return np.asarray(integers / 10.0**self.decimals if self.decimals else integers)

    def _offset(self, units: Array) -> Array:
        """Units less the origin, as floats within the range."""
        values = offset(units, self.origin) if self.on_grid else units
        return np.clip(values, self.low, self.high)

    def _at(self, values: Array) -> Array:
        """Units of values less the origin."""
        if not self.on_grid:
            return values
        whole = np.rint(np.clip(values, -MOST, MOST)).astype(np.int64)
        return np.asarray(np.clip(whole, self.low, self.high) + self.origin)


def offset(units: Array, origin: int) -> Array:
    """``units - origin`` as float64: exact where the difference is below 2**53, and without overflow."""
    difference = units.astype(np.float64) - float(origin)
    near = np.abs(difference) < 2.0**60
    return np.where(near, np.where(near, units, origin) - origin, difference).astype(np.float64)
