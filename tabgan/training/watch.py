"""The known ways in which a GAN goes wrong, read off the history of the game.

Each check is a pure function of the latest figures; what is done about a trouble is said in its words.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WINNING = 0.95  # critic right this often on held-out packs
RUNAWAY = 20.0  # times the typical gap
SWINGS = 4
COMMON = 0.01  # a level of at least this share must not vanish
LOOKS = 3


@dataclass(frozen=True)
class Trouble:
    """Something went wrong: what, and the factors that answer it."""

    name: str
    words: str
    critic_rate: float = 1.0
    generator_rate: float = 1.0
    likelihood_weight: float = 1.0
    go_back: bool = False


def find_trouble(gaps: Sequence[float], accuracies: Sequence[float], lost: Sequence[float]) -> Trouble | None:
    """The gravest trouble in the looks so far, if any.

    Parameters
    ----------
    gaps : critic gap (mean real minus mean generated score) at each look.
    accuracies : share of held-out packs that the critic ranks right, at each look.
    lost : share of common levels and modes that generated rows no longer have, at each look.
    """
    typical = sorted(abs(gap) for gap in gaps[:-1])[len(gaps[:-1]) // 2] if len(gaps) > LOOKS else 0.0
    if typical and abs(gaps[-1]) > RUNAWAY * max(typical, 0.05):
        return Trouble(
            "runaway",
            f"the critic's gap ran away ({gaps[-1]:.3g}, typical {typical:.2g}): went back to sound weights "
            "and lowered both learning rates",
            critic_rate=0.3,
            generator_rate=0.3,
            go_back=True,
        )
    if lost and lost[-1] > 0.02 and len(lost) >= 2 and lost[-2] > 0.02:
        return Trouble(
            "collapse",
            f"{lost[-1]:.0%} of the common values vanished from generated rows (mode collapse): went back to "
            "sound weights and doubled the weight of the likelihood",
            likelihood_weight=2.0,
            generator_rate=0.5,
            go_back=True,
        )
    if len(accuracies) >= LOOKS and min(accuracies[-LOOKS:]) > WINNING:
        return Trouble(
            "critic wins",
            f"the critic is right on {accuracies[-1]:.0%} of held-out packs and leaves the generator nothing "
            "to learn from: halved its learning rate",
            critic_rate=0.5,
        )
    if _swings(gaps) >= SWINGS:
        return Trouble(
            "oscillation",
            "critic and generator chase each other (the gap keeps changing sign): halved both learning rates",
            critic_rate=0.5,
            generator_rate=0.5,
        )
    return None


def _swings(gaps: Sequence[float]) -> int:
    """Sign changes among the latest gaps that are far from zero."""
    latest = list(gaps[-(SWINGS + 1) :])
    large = all(abs(gap) > 0.1 for gap in latest)
    return sum(a * b < 0 for a, b in itertools.pairwise(latest)) if large else 0


def lost_levels(real: Tensor, generated: Tensor, n_levels: Sequence[int]) -> float:
    """Share of the levels common in real codes (n, S) that generated codes (m, S) never have; 1 minus it: coverage.

    Modes of numbers are levels of their symbols, so they count like those of categories.
    """
    common = vanished = 0
    for symbol, size in enumerate(n_levels):
        of_real, of_generated = real[:, symbol], generated[:, symbol]
        share = torch.bincount(of_real[of_real >= 0], minlength=size) / max(len(real), 1)
        seen = torch.bincount(of_generated[of_generated >= 0], minlength=size) > 0
        common += int((share >= COMMON).sum())
        vanished += int(((share >= COMMON) & ~seen).sum())
    return vanished / max(common, 1)
