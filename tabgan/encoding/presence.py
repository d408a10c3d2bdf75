"""Where a column is missing, for columns of which nothing else is learnt."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.layout import NumberTable, Symbol

Array = NDArray[Any]


@dataclass(frozen=True)
class PresenceSummary:
    """How many cells of a column are missing."""

    n_rows: int = 0
    n_missing: int = 0

    @classmethod
    def observe(cls, cells: Cells) -> PresenceSummary:
        """Summary of one chunk."""
        return cls(len(cells.missing), int(cells.missing.sum()))

    def merge(self, other: PresenceSummary) -> PresenceSummary:
        """Both summaries together."""
        return PresenceSummary(self.n_rows + other.n_rows, self.n_missing + other.n_missing)

    def freeze(self) -> PresenceCode:
        """The code of where the column is missing."""
        return PresenceCode(self.n_missing > 0, self.n_missing < self.n_rows)


@dataclass(frozen=True)
class PresenceCode:
    """Missing (0) or not (1): one symbol where both occur, else none."""

    has_missing: bool
    has_values: bool

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(presence,) or none."""
        return (Symbol(role="presence", n_levels=2),) if self.has_missing and self.has_values else ()

    def encode(self, missing: Array) -> tuple[Array, Array]:
        """Codes (n, 0 or 1) and no fractions (n, 0) of a mask (n,)."""
        codes = (
            (~missing).astype(np.int32)[:, None] if self.symbols else np.zeros((len(missing), 0), np.int32)
        )
        return codes, np.zeros((len(missing), 0), np.uint8)

    def decode(self, codes: Array) -> Array:
        """The mask (n,) of codes (n, 0 or 1)."""
        if self.symbols:
            return np.asarray(codes[:, 0] == 0)
        return np.full(len(codes), not self.has_values)


@dataclass(frozen=True)
class PresenceEncoder:
    """A frozen column of which only where it is missing is learnt; what its values are, each kind says."""

    presence: PresenceCode

    @property
    def has_missing(self) -> bool:
        """Whether there were missing values in fit."""
        return self.presence.has_missing

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(presence,) or none."""
        return self.presence.symbols

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """None."""
        return ()

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, 0 or 1) and no fractions (n, 0)."""
        return self.presence.encode(cells.missing)

    def log_volume(self, codes: Array) -> Array:
        """Zeros (n,): the values are not modelled."""
        return np.zeros(len(codes))

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, those of the presence beside the encoder's own, and no arrays."""
        plain = asdict(self)
        return plain.pop("presence") | plain, {}

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> Self:
        """The encoder that `to_state` described."""
        own = {field.name: plain[field.name] for field in fields(cls) if field.name != "presence"}
        return cls(PresenceCode(plain["has_missing"], plain["has_values"]), **own)
