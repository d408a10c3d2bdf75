"""A column of one value: nothing to learn but where it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.presence import PresenceEncoder

Array = NDArray[Any]


@dataclass(frozen=True)
class ConstantEncoder(PresenceEncoder):
    """A frozen constant column; its value is in the schema."""

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, 0 or 1)."""
        return Cells(np.zeros(len(codes), np.int8), self.presence.decode(codes))

    def describe(self) -> str:
        """One line for people."""
        return "one value" if self.presence.has_values else "always missing"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return {"constants": 1}
