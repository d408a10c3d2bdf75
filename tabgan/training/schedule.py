"""The learning rate over a stage."""

from __future__ import annotations

import math

from tabgan.training.optimizer import Optimizer

WARM_UP_STEPS = 100  # in which it rises,
WARM_UP_SHARE = 0.1  # or this share of a short budget


def warm_up(step: int, done: float) -> float:
    """Factor of the learning rate in the first steps, ``done`` (0 to 1) of the budget being used."""
    return min(1.0, max((step + 1) / WARM_UP_STEPS, done / WARM_UP_SHARE))


def cosine(done: float) -> float:
    """From 1 down to 0 over the budget."""
    return 0.5 + 0.5 * math.cos(math.pi * min(done, 1.0))


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """Set the learning rate of all groups."""
    for group in optimizer.param_groups:
        group["lr"] = rate
