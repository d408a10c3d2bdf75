"""Gates: scores that must keep a bound, for CI."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import click

UNDER, OVER = "--fail-under", "--fail-over"


@dataclass(frozen=True)
class Gate:
    """A bound that a score must keep: `flag` says on which side of it the score breaks the gate."""

    flag: str
    name: str
    bound: float

    def keeps(self, value: float) -> bool:
        """Whether a score is on the right side; the bound itself is."""
        return value >= self.bound if self.flag == UNDER else value <= self.bound


def parse_gates(fail_under: Iterable[str], fail_over: Iterable[str]) -> list[Gate]:
    """Read gates such as `c2st=0.8`.

    Raises
    ------
    click.UsageError
        A text is no such gate, or there is no such score: told before the work.
    """
    return [_parse(flag, text) for flag, texts in ((UNDER, fail_under), (OVER, fail_over)) for text in texts]


def _parse(flag: str, text: str) -> Gate:
    from tabgan.reporting.score import NAMES

    name, _, number = (part.strip() for part in text.partition("="))
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if math.isnan(bound):
        raise click.UsageError(f"{flag} must read 'score=number', such as c2st=0.8; found {text!r}.")
    if name not in NAMES:
        raise click.UsageError(f"{flag}: there is no score {name!r}; choose from {', '.join(NAMES)}.")
    return Gate(flag, name, bound)


def broken_gates(gates: Iterable[Gate], scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line on each gate that is broken; a score that could not be judged breaks its gate."""
    found = {name: score["value"] for section in scores.values() for name, score in section.items()}
    lines = []
    for gate in gates:
        value = found.get(gate.name)
        if value is None:
            lines.append(f"gate {gate.flag} {gate.name}={gate.bound:g}: it could not be judged")
        elif not gate.keeps(value):
            lines.append(f"gate {gate.flag} {gate.name}={gate.bound:g}: found {value:.4g}")
    return lines
