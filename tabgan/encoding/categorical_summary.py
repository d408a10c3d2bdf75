"""What is learnt of a column of categories in chunks, and how it becomes a frozen encoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tabgan.data.cells import Cells
from tabgan.encoding.categorical import RARE, CategoryEncoder
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind
from tabgan.schema.reading import plain_level

MAX_LEVELS = 256  # more levels become two symbols
MAX_SINGLE = 128  # at least this many frequent levels of a large column stand alone


@dataclass(frozen=True)
class CategorySummary:
    """How many rows have each level: merging two summaries is adding counts."""

    counts: Mapping[Any, int] = field(default_factory=dict)
    n_missing: int = 0

    @classmethod
    def observe(cls, cells: Cells) -> CategorySummary:
        """Summary of one chunk."""
        seen = np.bincount(cells.values[~cells.missing], minlength=len(cells.levels)).tolist()
        counts = {level: n for level, n in zip(cells.levels, seen, strict=True) if n}
        return cls(counts, int(cells.missing.sum()))

    def merge(self, other: CategorySummary) -> CategorySummary:
        """Both summaries together."""
        more, fewer = sorted((self.counts, other.counts), key=len, reverse=True)
        counts = dict(more)
        for level, n in fewer.items():
            counts[level] = counts.get(level, 0) + n
        return CategorySummary(counts, self.n_missing + other.n_missing)

    def freeze(self, column: Column, *, protect_rare: int = 0) -> CategoryEncoder:
        """The encoder; levels seen in fewer than `protect_rare` rows are not kept.

        Raises
        ------
        ColumnError
            A categorical, which can hold no other value, whose levels lack one that occurs.
        """
        counts, rare = dict(self.counts), ""
        declared = tuple(plain_level(level) for level in column.levels or ())
        closed = bool(declared) and column.dtype.startswith(("category", "dictionary"))
        if closed and (unknown := counts.keys() - set(declared)):
            raise ColumnError(
                f"column {column.name!r}: its levels must hold every value; "
                f"they lack {min(unknown, key=str)!r}; add it to the schema"
            )
        if protect_rare > 1 and column.kind is not Kind.BOOLEAN:
            counts, rare = _protected(counts, column, protect_rare)
        order = _in_order(counts, declared)
        n_single, n_members = _shape(len(order))
        if n_members > 1:
            often = np.argsort([-counts[level] for level in order], kind="stable")[:n_single]
            alone = np.zeros(len(order), bool)
            alone[often] = True
            order = [order[i] for i in np.concatenate([np.flatnonzero(alone), np.flatnonzero(~alone)])]
        if rare != "neighbour":
            declared = ()
        return CategoryEncoder(
            column.name, tuple(order), n_single, n_members, self.n_missing > 0, rare, declared
        )


def _protected(counts: dict[Any, int], column: Column, k: int) -> tuple[dict[Any, int], str]:
    """Counts of the levels that are kept, and what takes the others."""
    kept = {level: n for level, n in counts.items() if n >= k}
    if len(kept) == len(counts):
        return counts, ""
    as_text = all(isinstance(level, str) for level in column.levels or counts)
    if not kept and not as_text:  # no name to give: the commonest level stands for all
        commonest = max(counts, key=lambda level: counts[level])
        kept = {commonest: counts[commonest]}
    if (column.ordered and column.levels and kept) or not as_text:
        return kept, "neighbour"
    return kept | {RARE: sum(counts.values()) - sum(kept.values())}, "level"


def _in_order(counts: dict[Any, int], declared: tuple[Any, ...]) -> list[Any]:
    """Levels as declared, where they are; else sorted."""
    if declared:
        place = {level: i for i, level in enumerate(declared)}
        if all(level in place or level == RARE for level in counts):
            return sorted(counts, key=lambda level: place.get(level, len(place)))
    try:
        return sorted(counts, key=lambda level: (level == RARE, level))
    except TypeError:  # levels of several types
        return sorted(counts, key=lambda level: (type(level).__name__, str(level)))


def _shape(n_levels: int) -> tuple[int, int]:
    """How many levels stand alone and how many lie in a group, with the fewest levels of both symbols."""
    if n_levels <= MAX_LEVELS:
        return n_levels, 1
    single = min(MAX_SINGLE, n_levels // 2)
    rest = n_levels - single
    root = max(int(rest**0.5), 2)
    members = np.arange(max(root * 2 // 3, 2), root * 3 // 2 + 2)
    size = rest // members + rest % members + members
    best = int(members[size.argmin()])
    return single + rest % best, best
