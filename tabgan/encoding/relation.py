"""A linear relation between columns that (nearly) all rows keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Relation:
    """Columns whose values, times their coefficients, sum up to an amount.

    ``exact``: to the last digit, where the rows keep it; else roughly. ``always``: all rows do, or as good as all.
    """

    amount: float
    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    exact: bool = False
    always: bool = False

    def rounded(self, digits: int) -> Relation:
        """The same with amount and coefficients of so many digits after the point."""
        coefficients = tuple(round(coefficient, digits) for coefficient in self.coefficients)
        return Relation(round(self.amount, digits) + 0.0, self.columns, coefficients, self.exact, self.always)

    def to_json(self) -> list[Any]:
        """Plain values."""
        return [self.amount, list(self.columns), list(self.coefficients), self.exact, self.always]

    @classmethod
    def from_json(cls, plain: list[Any]) -> Relation:
        """The relation that `to_json` described; older files do not say whether it is exact, or always kept."""
        amount, columns, coefficients, *flags = plain
        return cls(
            float(amount), tuple(map(int, columns)), tuple(map(float, coefficients)), *map(bool, flags)
        )
