"""Epochs that fit into a budget of seconds, for models that loop over a number of epochs; standard library only."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

MANY = 1_000_000  # more than any budget holds


class EpochClock:
    """Takes the place of `tqdm.tqdm` around the loop over epochs, which ends when another would pass the budget.

    The first epoch always runs; each further one if the mean of those before it fits. The clock starts here, so
    that what the model does before its first epoch is in the budget.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.start = time.perf_counter()
        self.passed = 0

    def __call__(self, epochs: Iterable[int], **_: Any) -> Iterator[int]:
        """The epochs that fit."""
        first = time.perf_counter()
        for epoch in epochs:
            now = time.perf_counter()
            mean = (now - first) / self.passed if self.passed else 0.0
            if self.passed and now - self.start + mean > self.seconds:
                return
            yield epoch
            self.passed += 1


def own_or_fitting(module: Any, seconds: float | None, epochs: int | None) -> tuple[dict[str, int], Any]:
    """Arguments for a model of `module`, and a function that gives its notes.

    Without `seconds`, the epochs asked or the model's own number; with them, those that fit.
    """
    if seconds is None:
        return ({} if epochs is None else {"epochs": epochs}), list
    clock = module.tqdm = EpochClock(seconds)
    most = MANY if epochs is None else epochs
    return {"epochs": most}, lambda: [f"{clock.passed} epochs, as many as fit into {seconds:g} s"]
