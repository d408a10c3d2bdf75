"""Identifiers: made anew after a pattern, unique over a whole sample; none of the training table is kept.

Row i of a sample takes the i-th string of a fixed shuffling of all strings of the pattern (a permutation of
a counter, so nothing need be remembered from batch to batch), or the i-th running number.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.pattern import CharacterClass, Literal, Part, Running, read_pattern
from tabgan.encoding.presence import PresenceEncoder
from tabgan.encoding.shuffle import hashed, permuted

Array = NDArray[Any]
MAX_COUNTER = 2**62  # strings that the counter tells apart; further characters are drawn


@dataclass(frozen=True)
class IdentifierEncoder(PresenceEncoder):
    """A frozen column of identifiers: where they are missing, and the pattern of new ones."""

    pattern: str

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The pattern, read."""
        return read_pattern(self.pattern)

    @property
    def key(self) -> int:
        """Which shuffling of its strings the pattern has."""
        return zlib.crc32(self.pattern.encode())

    def decode(self, codes: Array, fractions: Array | None = None, *, start: int = 0, salt: int = 0) -> Cells:
        """New identifiers for rows ``start`` to ``start + n`` of a sample; ``salt`` draws what no counter needs."""
        values = make_identifiers(self.parts, len(codes), start, salt, self.key)
        return Cells(values, self.presence.decode(codes))

    def describe(self) -> str:
        """One line for people."""
        return f"new ones like {self.pattern}"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return {"patterns": 1}


def make_identifiers(parts: tuple[Part, ...], n: int, start: int, salt: int, key: int) -> Array:
    """The strings of rows ``start`` to ``start + n``, shape (n,) objects, all different over all rows."""
    rows = np.arange(start, start + n, dtype=np.uint64)
    sizes = [len(part.chars) for part in parts if isinstance(part, CharacterClass) for _ in range(part.times)]
    digits, rounds = _digits(sizes, rows, salt, key)
    text = np.full(n, "")
    counted = any(isinstance(part, Running) for part in parts)
    last = max((i for i, part in enumerate(parts) if isinstance(part, CharacterClass)), default=-1)
    used = 0
    for i, part in enumerate(parts):
        if isinstance(part, Literal):
            piece: Array = np.full(n, part.text)
        elif isinstance(part, Running):
            wide = np.uint64 if part.start + start + n >= 2**63 else np.int64
            numbers = (rows.astype(wide) + wide(part.start)).astype(str)
            piece = np.char.zfill(numbers, part.width) if n else numbers
        else:
            letters = np.array([ord(c) for c in part.chars], np.uint32)
            points = np.ascontiguousarray(letters[digits[:, used : used + part.times]])
            used += part.times
            piece = points.view(f"U{part.times}")[:, 0] if n else np.full(0, "")
            if i == last and not counted and rounds.any():  # all strings are used up: longer ones follow
                piece = np.char.add(piece, np.where(rounds > 0, rounds.astype(str), ""))
        text = np.char.add(text, piece)
    return text.astype(object)


def _digits(sizes: list[int], rows: Array, salt: int, key: int) -> tuple[Array, Array]:
    """Which character each place of a class takes, (n, places), and how often the counter has gone round."""
    out = np.empty((len(rows), len(sizes)), np.int64)
    first, domain = len(sizes), 1
    while first and domain * sizes[first - 1] <= MAX_COUNTER:
        first -= 1
        domain *= sizes[first]
    rounds, index = np.divmod(rows, np.uint64(domain))
    counter = permuted(index, domain, key)
    for place in range(len(sizes) - 1, -1, -1):
        size = np.uint64(sizes[place])
        if place >= first:
            counter, digit = np.divmod(counter, size)
        else:
            digit = hashed(rows, salt + place) % size
        out[:, place] = digit
    return out, rounds
