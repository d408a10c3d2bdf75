"""A column that is one number: integers, floats, lengths of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.layout import NumberTable, Symbol
from tabgan.encoding.numeric import NumericEncoder
from tabgan.encoding.numeric_summary import NumericSummary
from tabgan.schema import Column, Kind

Array = NDArray[Any]


@dataclass(frozen=True)
class NumberColumnSummary:
    """A `NumericSummary` of cells."""

    number: NumericSummary

    @classmethod
    def observe(cls, cells: Cells) -> NumberColumnSummary:
        """Summary of one chunk."""
        return cls(NumericSummary.observe(cells.values, cells.missing))

    def merge(self, other: NumberColumnSummary) -> NumberColumnSummary:
        """Both summaries together."""
        return NumberColumnSummary(self.number.merge(other.number))

    def freeze(self, column: Column) -> NumberColumnEncoder:
        """The encoder; the column tells the grid of a float."""
        number = self.number.freeze(decimals=column.decimals, coarser=True)
        return NumberColumnEncoder(number, column.kind is Kind.FLOAT)


@dataclass(frozen=True)
class NumberColumnEncoder:
    """A `NumericEncoder` of cells; ``floating``: whole numbers too are given back as floats."""

    number: NumericEncoder
    floating: bool

    @property
    def has_missing(self) -> bool:
        """Whether there were missing values in fit."""
        return self.number.has_missing

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(mode,) or (mode, place)."""
        return self.number.symbols

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """The number's ranks."""
        return self.number.numbers

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest finite value that can be decoded."""
        return self.number.bounds

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, 1 or 2) and fractions (n, 1)."""
        return self.number.encode(cells.values, cells.missing)

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, 1 or 2) and fractions (n, 1)."""
        values, missing = self.number.decode(codes, fractions)
        return Cells(values.astype(np.float64) if self.floating else values, missing)

    def log_volume(self, codes: Array) -> Array:
        """Log of the values, or of the width, that share a code, shape (n,)."""
        return self.number.log_volume(codes)

    def describe(self) -> str:
        """One line for people."""
        return self.number.describe()

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return stored_of(self.number)

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, and arrays by name."""
        plain, arrays = self.number.to_state()
        return plain | {"floating": self.floating}, arrays

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> NumberColumnEncoder:
        """The encoder that `to_state` described."""
        own = {name: value for name, value in plain.items() if name != "floating"}
        return cls(NumericEncoder.from_state(own, arrays), plain["floating"])


def stored_of(number: NumericEncoder) -> dict[str, int]:
    """What a numeric encoder keeps of the data, and how many of each."""
    return {
        "point masses": len(number.points),
        "knots": len(number.edges),
        "ranks": len(number.point_ranks) + len(number.edge_ranks),
        **({"coarser grids": len(number.bends.starts)} if len(number.bends.starts) else {}),
    }
