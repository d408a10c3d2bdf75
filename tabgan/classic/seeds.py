"""Where the random numbers of a model come from: one seed for each call, in a sequence that can be set."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import torch

MOST = 2**63


@dataclass
class Seeds:
    """A sequence of seeds: the i-th one follows from the first and from i.

    Attributes
    ----------
    first : None for new ones each time.
    drawn : how many were drawn.
    """

    first: int | None
    drawn: int = 0

    def draw(self) -> int:
        """The next seed, below 2**63."""
        if self.first is None:
            return secrets.randbelow(MOST)
        self.drawn += 1
        (word,) = np.random.SeedSequence(self.first, spawn_key=(self.drawn,)).generate_state(1, np.uint64)
        return int(word) % MOST


def read_random_state(state: Any) -> Seeds:
    """Seeds of a whole number, of a pair of a numpy and a torch generator (both move on), or of None.

    Raises
    ------
    TypeError, ValueError
        It is none of these, or a negative number.
    """
    if state is None:
        return Seeds(None)
    if isinstance(state, Integral) and not isinstance(state, bool):
        if state < 0:
            raise ValueError(f"random_state must be 0 or more, got {state!r}")
        return Seeds(int(state))
    if isinstance(state, tuple) and len(state) == 2:
        ours, theirs = state
        if isinstance(theirs, torch.Generator) and isinstance(
            ours, np.random.RandomState | np.random.Generator
        ):
            drawn = int(torch.randint(2**62, (), generator=theirs, device=theirs.device))
            both = np.random.SeedSequence([int.from_bytes(ours.bytes(8), "little"), drawn])
            return Seeds(int(both.generate_state(1, np.uint64)[0]))
    raise TypeError(
        "random_state must be None, a whole number, or a tuple of a numpy RandomState (or Generator) and a torch "
        f"Generator, got {state!r}"
    )
