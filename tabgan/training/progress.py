"""What is shown and kept while training runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, TextIO

from tqdm.auto import tqdm


@dataclass
class Progress:
    """A bar of 0 to 100 % and the history behind it; ``show`` False keeps the history only."""

    show: bool = True
    stream: TextIO | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bar: Any = None

    def open(self, title: str) -> None:
        """Start the bar."""
        self.bar = tqdm(
            total=100,
            desc=title,
            disable=not self.show,
            file=self.stream or sys.stderr,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed} {postfix}",
            dynamic_ncols=True,
        )

    def update(self, done: float, stage: str, record: dict[str, Any] | None = None) -> None:
        """Move to ``done`` (0 to 1); a ``record`` is added to the history and shown."""
        if record is not None:
            self.history.append(record)
        if self.bar is None:
            return
        self.bar.set_description_str(stage, refresh=False)
        last = self.history[-1] if self.history else {}
        shown = {
            "held-out": last.get("held_out_log_prob"),
            "gap": last.get("critic_gap"),
            "critic right": last.get("critic_accuracy"),
        }
        text = {
            key: f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
            for key, value in shown.items()
            if value is not None
        }
        self.bar.set_postfix_str(", ".join(f"{key} {value}" for key, value in text.items()), refresh=False)
        self.bar.n = round(100 * min(done, 1.0), 1)
        self.bar.refresh()

    def tell(self, note: str) -> None:
        """Say something in plain words, above the bar, and remember it."""
        self.notes.append(note)
        if self.bar is not None and self.show:
            self.bar.write(note, file=self.stream or sys.stderr)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
