"""Which weights are kept, and the way back when a step went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tabgan.errors import TrainingError
from tabgan.training.optimizer import Optimizer
from tabgan.training.runtime import Average, snapshot

MAX_ROLL_BACKS = 3
ROLL_BACK_FACTOR = 0.3  # of the learning rate, each time


class Keeper:
    """Remembers the best averaged weights by a held-out score (higher is better)."""

    def __init__(self, average: Average, patience: int) -> None:
        self.average = average
        self.patience = patience
        self.best_score = -float("inf")
        self.best_weights: dict[str, Tensor] | None = None
        self.since_best = 0

    def judge(self, score: float, margin: float = 0.0) -> bool:
        """Keep the averaged weights if they are the best so far; True when they are."""
        if not score > self.best_score + margin:
            self.since_best += 1
            return False
        self.best_score, self.since_best = score, 0
        self.best_weights = snapshot(self.average.weights)  # whole at any time: an interruption may end here
        return True

    def exhausted(self) -> bool:
        """No gain for ``patience`` judgements."""
        return self.since_best >= self.patience

    def restore(self, *modules: nn.Module) -> None:
        """Give the best weights to the average and to some live modules (each gets a copy)."""
        if self.best_weights is not None:
            for module in (self.average.weights, *modules):
                module.load_state_dict(self.best_weights)


@dataclass
class SafePoint:
    """The last state of a stage in which everything was finite."""

    modules: list[nn.Module]
    optimizers: Sequence[Optimizer]
    states: list[dict[str, Tensor]] | None = None
    roll_backs: int = 0

    def finite(self) -> bool:
        """Whether every weight is finite: what is not must not become the state to return to."""
        flags = [torch.isfinite(p).all() for module in self.modules for p in module.parameters()]
        return bool(torch.stack(flags).all())  # a device is asked once

    def mark(self) -> None:
        """Take the present state for sound."""
        if self.states is None:
            self.states = [snapshot(module) for module in self.modules]
        else:
            self.states = [snapshot(*pair) for pair in zip(self.modules, self.states, strict=True)]

    def roll_back(self) -> float:
        """Return to the last sound state; optimisers start afresh. Returns the factor for the learning rate.

        Raises
        ------
        TrainingError
            It happened too often.
        """
        self.roll_backs += 1
        if self.roll_backs > MAX_ROLL_BACKS or self.states is None:
            raise TrainingError(
                f"training became unstable {self.roll_backs} times: losses or gradients were not finite even at "
                "lower learning rates; look for columns with extreme numbers, or set a smaller learning_rate"
            )
        for module, state in zip(self.modules, self.states, strict=True):
            module.load_state_dict(state)
        for optimizer in self.optimizers:
            optimizer.state.clear()
        return ROLL_BACK_FACTOR
