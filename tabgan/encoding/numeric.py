"""Numbers as modes: missing, point masses, and cells between knots.

Mode-specific normalisation in the sense of CTGAN (Xu et al. 2019, arXiv 1907.00503, section 4.2).
DIFF: modes are narrow quantile ranges, not Gaussians, so that a network predicts a density instead of a value
within a mode.

The range of a column is cut by knots into cells of about equal mass, and where its density jumps; each is a mode. In
files of the first models ``n_places`` neighbouring cells are a mode, and the place within it is a symbol of its own.
Numbers on a grid (integers, cents, days) are handled as 64-bit integers in steps of that grid, exact beyond 2**53.
Point masses are taken out of the grid before it is cut, so every value has one code only. A grid may grow coarser
(`tabgan.encoding.coarser`); knots and point masses count its places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.coarser import STRAIGHT, Bends
from tabgan.encoding.layout import NOT_APPLICABLE, NumberTable, Symbol

Array = NDArray[Any]
FRACTION_STEPS = 256  # a fraction is kept in one byte
BELOW_ONE = 1 - 2.0**-53  # the largest float below 1
ROUNDING = 1e-7  # of a unit of the grid
JUMP_RATIO = 8.0  # of the densities of two cells between which a piece of the line ends,
MAX_PIECES = 64  # the sharpest ones


@dataclass(frozen=True)
class NumericEncoder:
    """A frozen numeric column (or part of one).

    Attributes
    ----------
    on_grid : values are integers ``anchor + step * q`` after multiplying by ``10**decimals``.
    points : (P,) point masses, sorted; places of units q where ``on_grid``.
    edges : (cells + 1,) strictly increasing knots; on a grid they count the values that are no point mass.
    ranks : (modes,) and (cells,) cumulative positions, see `NumberTable`.
    bends : where the grid grows coarser.
    """

    on_grid: bool
    decimals: int
    anchor: int
    step: int
    has_missing: bool
    points: Array
    edges: Array
    n_places: int
    point_ranks: Array
    edge_ranks: Array
    bends: Bends = STRAIGHT

    def __post_init__(self) -> None:
        # Sizes of tables follow from these, so a damaged file must not set them freely.
        if type(self.has_missing) is not bool or not 1 <= self.n_places <= max(self.n_cells, 1):
            raise ValueError(
                f"has_missing and n_places must fit {self.n_cells} cells, "
                f"got {self.has_missing!r} and {self.n_places!r}"
            )

    @property
    def n_cells(self) -> int:
        """Number of cells between knots."""
        return max(len(self.edges) - 1, 0)

    @property
    def first_continuous(self) -> int:
        """Code of the first continuous mode: missing and the point masses come before."""
        return int(self.has_missing) + len(self.points)

    @property
    def n_modes(self) -> int:
        """Levels of the mode symbol."""
        return self.first_continuous + self.n_cells // self.n_places

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(mode,) or (mode, place)."""
        mode = Symbol(role="mode", n_levels=self.n_modes)
        if self.n_places == 1:
            return (mode,)
        return mode, Symbol(
            role="place", n_levels=self.n_places, parent=0, applies_from=self.first_continuous
        )

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """The ranks of all cells, shape (modes, places)."""
        low = np.full((self.n_modes, self.n_places), -1.0, np.float32)
        width, mass = np.zeros_like(low), np.diff(self.edge_ranks)
        low[int(self.has_missing) : self.first_continuous] = self.point_ranks[:, None]
        if self.n_cells:
            low[self.first_continuous :] = self.edge_ranks[:-1].reshape(-1, self.n_places)
            width[self.first_continuous :] = mass.reshape(-1, self.n_places)
        pieces = pieces_of(mass, self.widths()) if self.n_places == 1 else None
        if pieces is not None:
            pieces = np.concatenate([np.zeros(self.first_continuous, np.int64), pieces])
        symbols = tuple(range(len(self.symbols)))
        return (NumberTable(symbols=symbols, rank_low=low, rank_width=width, pieces=pieces),)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest finite value that can be decoded; (inf, -inf) when there is none."""
        ends = [self.points[np.isfinite(self.points)].astype(np.float64)]
        if self.n_cells:
            ends.append(
                self._within(np.array([0, self.n_cells - 1]), np.array([0.0, 1.0])).astype(np.float64)
            )
        units = np.concatenate(ends)
        low, high = units.min(initial=np.inf), units.max(initial=-np.inf)
        low, high = self._from_units(np.array([low, high])).tolist()
        return low, high

    def encode(self, values: Array, missing: Array) -> tuple[Array, Array]:
        """Values (n,) to codes (n, 1 or 2) and fractions (n, 1); those beyond the knots go to the end cells.

        ``values`` are numbers of any dtype; of integers and times int64, which a grid without decimals keeps exactly.
        """
        units = self._to_units(values)
        code = np.zeros(len(units), np.int32)
        place = np.full(len(units), NOT_APPLICABLE, np.int32)
        fraction = np.zeros(len(units), np.uint8)
        at = np.searchsorted(self.points, units)
        is_point = np.zeros(len(units), bool)
        if len(self.points):
            is_point = (self.points[np.minimum(at, len(self.points) - 1)] == units) & ~missing
        code[is_point] = at[is_point] + int(self.has_missing)
        rest = ~is_point & ~missing
        if rest.any() and not self.n_cells:  # never seen in fit: the nearest point mass
            code[rest] = self._nearest_point(units[rest]) + int(self.has_missing)
        elif rest.any():
            cell, inside = self.locate(units[rest], at[rest])
            code[rest] = self.first_continuous + cell // self.n_places
            place[rest] = cell % self.n_places
            fraction[rest] = np.minimum(inside * FRACTION_STEPS, FRACTION_STEPS - 1).astype(np.uint8)
        codes = code[:, None] if self.n_places == 1 else np.stack([code, place], axis=1)
        return codes, fraction[:, None]

    def decode(self, codes: Array, fractions: Array) -> tuple[Array, Array]:
        """Codes (n, 1 or 2) and fractions (n, 1) in [0, 1) to (values, missing)."""
        mode = codes[:, 0].astype(np.int64)
        missing = (mode == 0) if self.has_missing else np.zeros(len(mode), bool)
        units = np.zeros(len(mode), np.int64 if self.on_grid else np.float64)
        point = ~missing & (mode < self.first_continuous)
        units[point] = self.points[mode[point] - int(self.has_missing)]
        rest = mode >= self.first_continuous
        if rest.any():
            place = codes[rest, 1].astype(np.int64) if self.n_places > 1 else 0
            cell = (mode[rest] - self.first_continuous) * self.n_places + place
            units[rest] = self._within(cell, fractions[rest, 0])
        return self._from_units(units), missing

    def span(self, values: Array, missing: Array) -> tuple[Array, Array]:
        """Which fractions of their cells stand for values (n,): from (n,) to (n,).

        A grid value has its share of the cell, a continuous one a single point; a point mass and a missing value
        leave the fraction open, 0 to 1.
        """
        units = self._to_units(values)
        low, high = np.zeros(len(units)), np.ones(len(units))
        rest = ~missing & ~np.isin(units, self.points)
        if rest.any() and self.n_cells:
            cell, inside = self.locate(units[rest], np.searchsorted(self.points, units[rest]))
            half = 0.5 / self.widths()[cell] if self.on_grid else 0.0
            low[rest], high[rest] = np.clip(inside - half, 0.0, 1.0), np.clip(inside + half, 0.0, 1.0)
        return low, high

    def ends(self, codes: Array) -> tuple[Array, Array]:
        """The lowest and the highest value of each code (n, 1 or 2), (n,) each in double precision.

        A code that does not apply counts as the first.
        """
        codes = np.maximum(codes, 0)
        ends = (self.decode(codes, np.full((len(codes), 1), end))[0] for end in (0.0, BELOW_ONE))
        low, high = (end.astype(np.float64) for end in ends)
        return low, high

    def nearest(self, values: Array) -> Array:
        """The values (n,) of the grid that are nearest to some, in double precision; missing ones stay NaN."""
        if not self.on_grid:
            return values
        found = self._from_units(self._to_units(values)).astype(np.float64)
        return np.where(np.isnan(values), np.nan, found)

    def not_beyond(self, values: Array, sign: int) -> Array:
        """The least of the grid's values that are not below some (n,) for sign 1, the greatest not above for -1.

        What only rounding of doubles keeps from the grid is on it. Integers stay exact on a grid without decimals.
        """
        if not self.on_grid:
            return values
        units = self._to_units(values)
        found = self._from_units(units)
        if values.dtype.kind == "f" or self.decimals:
            off = (values - found) * sign
            short = off > ROUNDING / 10.0**self.decimals + ROUNDING**2 * np.abs(found)
        else:
            short = (found < values) if sign > 0 else (found > values)
        found = np.where(short, self._from_units(units + sign), found)
        return found if values.dtype.kind != "f" else np.where(np.isfinite(values), found, values)

    def log_volume(self, codes: Array) -> Array:
        """Log of the grid values (or of the width) that share a code, shape (n,); 0 for point masses."""
        out = np.zeros(len(codes))
        rest = codes[:, 0] >= self.first_continuous
        if rest.any():
            place = codes[rest, 1].astype(np.int64) if self.n_places > 1 else 0
            cell = (codes[rest, 0].astype(np.int64) - self.first_continuous) * self.n_places + place
            out[rest] = np.log(self.widths()[cell])
        return out

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, and arrays by name."""
        plain = {
            "on_grid": self.on_grid,
            "decimals": self.decimals,
            "anchor": self.anchor,
            "step": self.step,
            "has_missing": self.has_missing,
            "n_places": self.n_places,
        }
        arrays = {name: getattr(self, name) for name in ("points", "edges", "point_ranks", "edge_ranks")}
        if len(self.bends.starts):
            arrays |= {"bends": self.bends.starts, "strides": self.bends.strides}
        return plain, arrays

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> NumericEncoder:
        """The encoder that `to_state` described."""
        held: dict[str, Any] = {**plain, **arrays}
        if "bends" in held:
            held["bends"] = Bends(held["bends"], held.pop("strides"))
        return cls(**held)

    def describe(self) -> str:
        """One line for people: modes, places, point masses."""
        parts = []
        if self.n_cells:
            n_modes = self.n_cells // self.n_places
            parts.append(
                f"{n_modes} mode{'s' * (n_modes > 1)}"
                + (f" × {self.n_places} places" if self.n_places > 1 else "")
            )
        if len(self.points):
            parts.append(f"{len(self.points)} point mass" + ("es" if len(self.points) > 1 else ""))
        return ", ".join(parts) or "missing only"

    def _to_units(self, values: Array) -> Array:
        if not self.on_grid:
            return np.asarray(values, np.float64)
        if values.dtype.kind == "f" or self.decimals:
            most = 2.0**62 / 10.0**self.decimals
            clipped = np.clip(np.nan_to_num(values, nan=0.0), -most, most)
            values = np.rint(clipped * 10.0**self.decimals).astype(np.int64)
        if self.step == 1:
            return self.bends.places(values)
        units, beyond = np.divmod(values - self.anchor, self.step)
        return self.bends.places(np.asarray(units + (beyond > self.step // 2)))

    def _from_units(self, units: Array) -> Array:
        if not self.on_grid:
            return units
        integers = self.bends.units(units) * self.step + self.anchor
        return np.asarray(integers / 10.0**self.decimals if self.decimals else integers)

    def _nearest_point(self, units: Array) -> Array:
        above = np.clip(np.searchsorted(self.points, units), 1, max(len(self.points) - 1, 1))
        above = np.minimum(above, len(self.points) - 1)
        near, far = self.points[above - 1].astype(np.float64), self.points[above].astype(np.float64)
        return np.asarray(above - (units - near < far - units) * (len(self.points) > 1), np.int64)

    def locate(self, units: Array, points_below: Array) -> tuple[Array, Array]:
        """Cell of each value and where in it (0 to 1) the value lies."""
        position = units - points_below if self.on_grid else units
        cell = np.clip(np.searchsorted(self.edges, position, side="right") - 1, 0, self.n_cells - 1)
        low = self.edges[cell]
        if self.on_grid:  # the middle of the value's own share of the cell
            inside = (difference(position, low) + 0.5) / self.widths()[cell]
            inside = np.where(position < low, 0.0, inside)
        else:
            with np.errstate(over="ignore"):  # a cell may be wider than the largest float
                inside = (position - low) / self.widths()[cell]
        return cell, np.clip(inside, 0.0, 1.0)

    def _within(self, cell: Array, fraction: Array) -> Array:
        low, high = self.edges[cell], self.edges[cell + 1]
        if not self.on_grid:
            inside = low * (1 - fraction) + high * fraction
            return np.asarray(np.clip(inside, low, np.nextafter(high, low)))  # a knot opens the next cell
        width = high.view(np.uint64) - low.view(np.uint64)
        offset = (np.minimum(fraction, BELOW_ONE) * width).astype(np.uint64)
        position = (low.view(np.uint64) + np.minimum(offset, width - np.uint64(1))).view(np.int64)
        below = np.searchsorted(self.points - np.arange(len(self.points)), position, side="right")
        return np.asarray(position + below)

    def widths(self) -> Array:
        """How many grid values a cell has, or how wide it is, (cells,) float64."""
        return difference(self.edges[1:], self.edges[:-1])


def pieces_of(mass: Array, width: Array) -> Array | None:
    """Pieces of a line of cells (n,), from 1 up: a new one begins where the density jumps. None where it does not.

    Plain divisions only: a model that is read on another machine has the very same pieces.
    """
    density = np.maximum(mass, 1e-9) / np.maximum(width / width.max(initial=0.0), 1e-200)
    ratio = density[1:] / density[:-1]
    jump = np.maximum(ratio, 1 / ratio)
    begins = jump >= JUMP_RATIO
    if not begins.any():
        return None
    begins &= jump >= np.sort(jump)[-min(MAX_PIECES - 1, len(jump))]
    return np.concatenate([[0], np.cumsum(begins)]) + 1


def difference(high: Array, low: Array) -> Array:
    """``high - low`` as float64, without overflow between 64-bit integers."""
    if high.dtype.kind == "i":
        unsigned = [ends.astype(np.int64).view(np.uint64) for ends in (high, low)]
        return (unsigned[0] - unsigned[1]).astype(np.float64)
    with np.errstate(over="ignore"):
        return np.asarray(np.minimum(high - low, np.finfo(float).max), np.float64)
