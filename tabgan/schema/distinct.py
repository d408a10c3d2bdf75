"""How many distinct values a column has, and a sample of them, in bounded memory.

The K smallest hash values tell the number of distinct values (exactly below K, else within about 1 %), and
the values behind the very smallest are a uniform sample of the distinct ones; both merge associatively
(Bar-Yossef et al. 2002, "Counting distinct elements in a data stream", algorithm 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

K = 16_384  # hash values kept
SAMPLE = 512  # of them with their value


class Distinct:
    """A mergeable summary of the distinct values of a column."""

    def __init__(self) -> None:
        self.hashes: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self.sample: dict[int, Any] = {}

    def observe(self, values: NDArray[Any]) -> None:
        """Add the distinct values of a chunk: numbers, or an object array of text."""
        hashes = pd.util.hash_array(values, categorize=False)
        if len(self.hashes) == K:
            near = hashes < self.hashes[-1]
            hashes, values = hashes[near], values[near]
        first = np.argsort(hashes, kind="stable")[:SAMPLE]
        self._add(hashes, dict(zip(hashes[first].tolist(), values[first].tolist(), strict=True)))

    def merge(self, other: Distinct) -> None:
        """Add what another summary has seen."""
        self._add(other.hashes, other.sample)

    @property
    def count(self) -> int:
        """Number of distinct values; an estimate when it is K or more."""
        if len(self.hashes) < K:
            return len(self.hashes)
        return round((K - 1) / (int(self.hashes[-1]) / 2**64))

    def covers(self, n_rows: int) -> bool:
        """Whether `n_rows` values are all different, as far as can be told."""
        return self.count == n_rows if len(self.hashes) < K else self.count > 0.97 * n_rows

    @property
    def values(self) -> list[Any]:
        """A sample of at most `SAMPLE` distinct values, in no particular order."""
        return list(self.sample.values())

    def _add(self, hashes: NDArray[np.uint64], sample: dict[int, Any]) -> None:
        self.hashes = np.union1d(self.hashes, hashes)[:K]
        both = self.sample | sample
        self.sample = {key: both[key] for key in sorted(both)[:SAMPLE]}
