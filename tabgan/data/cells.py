"""The values of one column as a plain array beside a mask: all that encoders see of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cells:
    """The values of one column in some rows.

    Attributes
    ----------
    values : (n,) int64 for integers (less the column's origin), datetimes and timedeltas; float64 for floats;
        int32 codes into `levels` for categories and booleans, -1 is missing; object (str) for identifiers and
        text; int8 zeros for a constant. What stands where a value is missing has no meaning.
    missing : (n,) bool.
    levels : of these rows only: plain str, int, float or bool.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    levels: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: NDArray[Any]) -> Cells:
        """Some cells, by position or by flag."""
        return replace(self, values=self.values[index], missing=self.missing[index])
