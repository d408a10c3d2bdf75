"""How much of the time and of the steps is used."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Budget:
    """Seconds and steps of one stage; whichever is used up first ends it.

    Attributes
    ----------
    seconds : for this stage from its creation, None for no limit.
    steps : for this stage, None for no limit.
    """

    seconds: float | None
    steps: int | None
    started: float = field(default_factory=time.monotonic)
    taken: int = 0

    def done(self) -> float:
        """Share used, 0 to 1 and beyond."""
        by_time = self.elapsed() / self.seconds if self.seconds else (1.0 if self.seconds == 0 else 0.0)
        by_steps = self.taken / self.steps if self.steps else (1.0 if self.steps == 0 else 0.0)
        return max(by_time, by_steps)

    def elapsed(self) -> float:
        """Seconds since the stage began."""
        return time.monotonic() - self.started
