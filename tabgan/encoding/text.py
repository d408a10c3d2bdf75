"""Free text: made-up words, as many as usual. Nothing of the training text is kept but how many words it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.presence import PresenceEncoder, PresenceSummary
from tabgan.encoding.shuffle import hashed
from tabgan.errors import SchemaError
from tabgan.schema import Column

Array = NDArray[Any]
MAX_WORDS = 40
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
VOCABULARY = np.array(
    [a + b for a in SYLLABLES for b in SYLLABLES[::3]]
    + [a + "lo" + b for a in SYLLABLES for b in SYLLABLES[1::5]]
)


@dataclass(frozen=True)
class TextSummary:
    """How many texts have how many words, shape (MAX_WORDS + 1,)."""

    presence: PresenceSummary
    counts: NDArray[np.int64]

    @classmethod
    def observe(cls, cells: Cells) -> TextSummary:
        """Summary of one chunk."""
        texts = pd.Series(cells.values[~cells.missing], dtype=object)
        words = texts.str.count(r"\S+").to_numpy(np.int64) if len(texts) else np.zeros(0, np.int64)
        counts = np.bincount(np.minimum(words, MAX_WORDS), minlength=MAX_WORDS + 1)
        return cls(PresenceSummary.observe(cells), counts.astype(np.int64))

    def merge(self, other: TextSummary) -> TextSummary:
        """Both summaries together."""
        return TextSummary(self.presence.merge(other.presence), self.counts + other.counts)

    def freeze(self, column: Column) -> TextEncoder:
        """The encoder; its numbers of words span the middle four fifths."""
        if column.pattern is not None:
            return TextEncoder(self.presence.freeze(), *read_words(column.pattern))
        share = np.cumsum(self.counts) / max(int(self.counts.sum()), 1)
        low, high = np.searchsorted(share, [0.1, 0.9]).clip(1, MAX_WORDS)
        return TextEncoder(self.presence.freeze(), int(low), int(max(low, high)))


@dataclass(frozen=True)
class TextEncoder(PresenceEncoder):
    """A frozen column of free text: where it is missing, and how many words new text has."""

    low: int
    high: int

    @property
    def pattern(self) -> str:
        """As `Column.pattern` writes it."""
        return f"words{{{self.low},{self.high}}}"

    def decode(self, codes: Array, fractions: Array | None = None, *, start: int = 0, salt: int = 0) -> Cells:
        """Made-up text: between ``low`` and ``high`` words of two or three syllables."""
        rows = np.arange(start, start + len(codes), dtype=np.uint64)
        n_words = self.low + hashed(rows, salt) % np.uint64(self.high - self.low + 1)
        text = np.char.capitalize(VOCABULARY[hashed(rows, salt + 1) % np.uint64(len(VOCABULARY))])
        for word in range(1, self.high):
            drawn = VOCABULARY[hashed(rows, salt + 1 + word) % np.uint64(len(VOCABULARY))]
            text = np.char.add(text, np.where(n_words > word, np.char.add(" ", drawn), ""))
        return Cells(text.astype(object), self.presence.decode(codes))

    def describe(self) -> str:
        """One line for people."""
        return f"made-up text of {self.low} to {self.high} words"

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        return {"numbers of words": 2}


def read_words(pattern: str) -> tuple[int, int]:
    """Fewest and most words of ``words{3,12}``.

    Raises
    ------
    SchemaError
        The pattern reads otherwise.
    """
    found = re.fullmatch(r"words\{(\d+),(\d+)\}", pattern)
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= 1000:
        raise SchemaError(f"the pattern of free text must read like words{{3,12}}; found {pattern[:60]!r}")
    return int(found[1]), int(found[2])
