"""What is learnt of a column of identifiers in chunks: enough to make none of them again, no more.

Kept until the encoder is frozen: how many there are, which lengths occur, and the range of the numbers that
they end in. New ones are running numbers beyond the largest, or of a length that does not occur, or drawn
from so many strings (a million times the square of the rows) that one in a million samples holds an old one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tabgan.data.cells import Cells
from tabgan.encoding.identifier import IdentifierEncoder
from tabgan.encoding.pattern import (
    CharacterClass,
    Literal,
    Part,
    Running,
    n_characters,
    n_strings,
    read_pattern,
    write_pattern,
)
from tabgan.encoding.presence import PresenceSummary
from tabgan.errors import ColumnError
from tabgan.schema import Column

FALLBACK = "[a-z0-9]{12}"  # where no pattern is known
DIGITS = "0123456789"
ROOM = 1_000  # strings per row that a pattern needs where old ones are told by their length
SAFE = 1e6  # strings per squared number of rows where they are told by chance only
SHORT = 18  # digits that fit 64 bits
MAX_START = 2**64 - 2**62  # running numbers are counted in 64 bits without sign


@dataclass(frozen=True)
class IdentifierSummary:
    """Lengths, and the range of the numbers at the end (``n_numbered`` rows have one)."""

    presence: PresenceSummary
    lengths: frozenset[int] = frozenset()
    n_numbered: int = 0
    low: int | None = None
    high: int | None = None

    @classmethod
    def observe(cls, cells: Cells) -> IdentifierSummary:
        """Summary of one chunk."""
        presence = PresenceSummary.observe(cells)
        texts = pd.Series(cells.values[~cells.missing], dtype=object)
        if not len(texts):
            return cls(presence)
        lengths = frozenset(np.unique(texts.str.len().to_numpy(np.int64)).tolist())
        tails = texts.str.extract("([0-9]+)$", expand=False).dropna()
        if not len(tails):
            return cls(presence, lengths)
        short = tails.str.len() <= SHORT
        numbers = tails[short].astype(np.int64)
        ends = [int(numbers.min()), int(numbers.max())] if len(numbers) else []
        ends += [int(tail) for tail in tails[~short]]
        return cls(presence, lengths, len(tails), min(ends), max(ends))

    def merge(self, other: IdentifierSummary) -> IdentifierSummary:
        """Both summaries together."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return IdentifierSummary(
            self.presence.merge(other.presence),
            self.lengths | other.lengths,
            self.n_numbered + other.n_numbered,
            min(lows, default=None),
            max(highs, default=None),
        )

    def freeze(self, column: Column) -> IdentifierEncoder:
        """The encoder; its pattern is the column's, changed so that no old identifier comes again.

        Raises
        ------
        ColumnError
            The integers of the column leave no room for new ones.
        """
        limit = _largest(column.dtype)
        given = column.pattern or ("#1" if limit else FALLBACK)
        n_rows = max(self.presence.n_rows - self.presence.n_missing, 1)
        parts = self._renewed(read_pattern(given), n_rows)
        parts = _counted(parts) if limit is None else _within(parts, n_rows, limit, column)
        return IdentifierEncoder(self.presence.freeze(), write_pattern(parts))

    def _renewed(self, parts: tuple[Part, ...], n_rows: int) -> tuple[Part, ...]:
        """The pattern, running on or lengthened."""
        *head, last = parts
        numbered = isinstance(last, CharacterClass) and set(last.chars) == set(DIGITS)
        if numbered and self._is_running(n_rows) and all(isinstance(part, Literal) for part in head):
            parts = (*head, Running(0, n_characters([last])))
        if any(isinstance(part, Running) for part in parts):
            return tuple(self._beyond(part, n_rows) if isinstance(part, Running) else part for part in parts)
        at = max(i for i, part in enumerate(parts) if isinstance(part, CharacterClass))
        while not self._is_new(parts, n_rows):
            longer = parts[at]
            assert isinstance(longer, CharacterClass)
            chars = longer.chars if len(longer.chars) > 1 else DIGITS
            parts = (*parts[:at], replace(longer, chars=chars, times=longer.times + 1), *parts[at + 1 :])
        return parts

    def _is_running(self, n_rows: int) -> bool:
        """Whether the numbers at the end lie so close that they were counted, not drawn."""
        if self.n_numbered < n_rows or self.low is None or self.high is None:
            return False
        return self.high < MAX_START and self.high - self.low < ROOM * n_rows

    def _beyond(self, running: Running, n_rows: int) -> Running:
        """From a round number above all that were seen, so that the start tells none of them."""
        if self.high is None or running.start > self.high + 1:
            return running
        step = int(10 ** len(str(n_rows)))
        return replace(running, start=(self.high // step + 1) * step)

    def _is_new(self, parts: tuple[Part, ...], n_rows: int) -> bool:
        space = n_strings(parts)
        by_length = n_characters(parts) not in self.lengths and space >= ROOM * n_rows
        return by_length or space >= SAFE * n_rows**2


def _counted(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A pattern of text, its running numbers no larger than can be counted."""
    return tuple(
        replace(part, start=min(part.start, MAX_START)) if isinstance(part, Running) else part
        for part in parts
    )


def _within(parts: tuple[Part, ...], n_rows: int, limit: int, column: Column) -> tuple[Part, ...]:
    """A pattern whose numbers an integer dtype can hold; drawn ones where none are left above."""
    start = next((part.start for part in parts if isinstance(part, Running)), limit)
    if len(parts) == 1 and start + ROOM * n_rows <= limit:
        return parts
    n_digits = min(len(str(limit)) - 1, SHORT)
    if 9 * 10 ** (n_digits - 1) < ROOM * n_rows:
        raise ColumnError(
            f"column {column.name!r}: identifiers of dtype {column.dtype} must leave room for new ones; numbers "
            f"up to {limit:,} are too few; convert it to int64, or make it a category"
        )
    return CharacterClass(DIGITS[1:]), CharacterClass(DIGITS, n_digits - 1)


def _largest(dtype: str) -> int | None:
    """The largest integer of a dtype; None for text."""
    name = dtype.removesuffix("[pyarrow]").lower()
    if name == "object[int]":
        return 2**63 - 1
    if name.startswith("float") or name == "double":
        return 2**53
    if not name.startswith(("int", "uint")) or not name.removeprefix("u").removeprefix("int").isdigit():
        return None
    return int(np.iinfo(name).max)
