"""Categories and booleans: one symbol up to 256 levels, (group, member) beyond.

The most frequent levels of a large column stand alone; the others, in lexical (or their own) order, form
groups of one size. Both symbols have about the square root of the number of levels, so 100,000 levels cost
neither memory nor time in proportion.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.choices import unseen
from tabgan.encoding.layout import NOT_APPLICABLE, NumberTable, Symbol
from tabgan.encoding.levels import levels_from_state, levels_to_state
from tabgan.errors import ColumnError

Array = NDArray[Any]
RARE = "_RARE_"  # stands for every level seen in fewer rows than `protect_rare`


@dataclass(frozen=True)
class CategoryEncoder:
    """A frozen column of categories.

    Attributes
    ----------
    name : of the column, for errors.
    levels : in the order of their codes.
    n_single : how many of them stand alone; the others lie in groups of ``n_members``.
    n_members : 1 where one symbol is enough.
    has_missing : level 0 of the first symbol is missing.
    rare : what takes the levels that are not kept: "" (refused), "level" (`RARE`), "neighbour" (the nearest
        kept level in the order of ``declared``, or by value).
    declared : all levels of an ordered column that folds rare ones into neighbours, in order.
    """

    name: Hashable
    levels: tuple[Any, ...]
    n_single: int
    n_members: int
    has_missing: bool
    rare: str = ""
    declared: tuple[Any, ...] = ()

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """(level,) or (group, member)."""
        first = int(self.has_missing) + self.n_single
        if self.n_members == 1:
            return (Symbol(role="level", n_levels=first),)
        n_groups = (len(self.levels) - self.n_single) // self.n_members
        return (
            Symbol(role="group", n_levels=first + n_groups),
            Symbol(role="member", n_levels=self.n_members, parent=0, applies_from=first),
        )

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """None: a category is no number."""
        return ()

    @cached_property
    def index(self) -> dict[Any, int]:
        """Position of each level."""
        return {level: i for i, level in enumerate(self.levels)}

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, 1 or 2) and no fractions (n, 0).

        Raises
        ------
        ColumnError
            A level was not seen in fit.
        """
        lookup = np.array([self.index.get(level, -1) for level in cells.levels] or [0], np.int64)
        present = ~cells.missing
        at = lookup[np.where(present, cells.values, 0)]
        if (lookup < 0).any() and (at[present] < 0).any():
            at = self._fold(lookup, cells, present)[np.where(present, cells.values, 0)]
        shift = int(self.has_missing)
        code = at + shift
        columns = [code]
        if self.n_members > 1:
            group, member = np.divmod(at - self.n_single, self.n_members)
            grouped = present & (at >= self.n_single)
            code = np.where(grouped, self.n_single + group + shift, code)
            columns = [code, np.where(grouped, member, NOT_APPLICABLE)]
        columns[0][cells.missing] = 0
        return np.stack(columns, axis=1).astype(np.int32), np.zeros((len(code), 0), np.uint8)

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, 1 or 2)."""
        code = codes[:, 0].astype(np.int64) - int(self.has_missing)
        if self.n_members > 1:
            grouped = code >= self.n_single
            inside = (code - self.n_single) * self.n_members + codes[:, 1]
            code = np.where(grouped, self.n_single + inside, code)
        return Cells(code.astype(np.int32), code < 0, self.levels)

    def log_volume(self, codes: Array) -> Array:
        """Zeros (n,): a code is one level."""
        return np.zeros(len(codes))

    def describe(self) -> str:
        """One line for people."""
        grouped = f" in {self.symbols[0].n_levels} groups × {self.n_members}" if self.n_members > 1 else ""
        folded = {"": "", "level": f", rare ones as {RARE}", "neighbour": ", rare ones in their neighbours"}
        return f"{len(self.levels):,} level{'s' * (len(self.levels) != 1)}{grouped}{folded[self.rare]}"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return {"level names": len(self.levels)}

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain values, and arrays by name."""
        plain, arrays = levels_to_state(self.levels)
        declared, declared_arrays = levels_to_state(self.declared)
        plain |= {"n_single": self.n_single, "n_members": self.n_members, "has_missing": self.has_missing}
        plain |= {"rare": self.rare, "declared_as": declared["levels_as"]}
        return plain, arrays | {f"declared_{name}": array for name, array in declared_arrays.items()}

    @classmethod
    def from_state(cls, name: Hashable, plain: dict[str, Any], arrays: dict[str, Array]) -> CategoryEncoder:
        """The encoder that `to_state` described."""
        declared = {
            key.removeprefix("declared_"): a for key, a in arrays.items() if key.startswith("declared_")
        }
        return cls(
            name,
            levels_from_state(plain, arrays),
            plain["n_single"],
            plain["n_members"],
            plain["has_missing"],
            plain["rare"],
            levels_from_state({"levels_as": plain["declared_as"]}, declared),
        )

    def _fold(self, lookup: Array, cells: Cells, present: Array) -> Array:
        """The look-up with levels that are not kept sent where rare ones go, or refused."""
        used = np.unique(cells.values[present])
        for i in used[lookup[used] < 0].tolist():
            if not self.rare:
                raise ColumnError(unseen(self.name, cells.levels[i], self.levels))
            lookup[i] = self.index[RARE] if self.rare == "level" else self._neighbour(cells.levels[i])
        return lookup

    def _neighbour(self, level: Any) -> int:
        place = {known: i for i, known in enumerate(self.declared)} if self.declared else None
        if place is not None and level not in place:
            raise ColumnError(unseen(self.name, level, self.levels))
        at = place[level] if place else level
        kept = np.array([place[known] if place else known for known in self.levels], np.float64)
        return int(np.abs(kept - at).argmin())
