"""A linear relation between columns that (nearly) all rows keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Relation:
    """Columns whose values, times their coefficients, sum up to an amount.

    ``exact``: to the last digit, where the rows keep it; else roughly.
    """

    amount: float
    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    exact: bool = False

    def rounded(self, digits: int) -> Relation:
        """The same with amount and coefficients of so many digits after the point."""
        coefficients = tuple(round(coefficient, digits) for coefficient in self.coefficients)
        return Relation(round(self.amount, digits) + 0.0, self.columns, coefficients, self.exact)

    def to_json(self) -> list[Any]:
        """Plain values."""
        return [self.amount, list(self.columns), list(self.coefficients), self.exact]

    @classmethod
    def from_json(cls, plain: list[Any]) -> Relation:
        """The relation that `to_json` described; older files do not say whether it is exact."""
        amount, columns, coefficients, *exact = plain
        return cls(float(amount), tuple(map(int, columns)), tuple(map(float, coefficients)), any(exact))
