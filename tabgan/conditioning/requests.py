"""What may be asked of a column: a value, some values, a range, missing, or any value that is not missing."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

CLOSED = ("both", "left", "right", "neither")
COLLECTIONS = (list, tuple, Set, range, np.ndarray, pd.Index, pd.Series, pd.api.extensions.ExtensionArray)
N_SHOWN = 4


class Presence(Enum):
    """Asks for any value that is not missing; the one member is `tabgan.PRESENT`."""

    PRESENT = "present"

    def __repr__(self) -> str:
        return "tabgan.PRESENT"


PRESENT = Presence.PRESENT


@dataclass(frozen=True)
class Between:
    """A range of numbers, times or ordered levels, as `between` makes it."""

    low: Any = None
    high: Any = None
    closed: str = "both"

    def __post_init__(self) -> None:
        if self.closed not in CLOSED:
            raise ValueError(f"closed must be one of {', '.join(CLOSED)}, got {self.closed!r}")

    @property
    def open_low(self) -> bool:
        """The lower bound itself is outside."""
        return self.closed in ("right", "neither")

    @property
    def open_high(self) -> bool:
        """The upper bound itself is outside."""
        return self.closed in ("left", "neither")

    def __str__(self) -> str:
        if self.high is None:
            return f"{'>' if self.open_low else '>='} {self.low}" if self.low is not None else "any value"
        if self.low is None:
            return f"{'<' if self.open_high else '<='} {self.high}"
        return f"in {'(' if self.open_low else '['}{self.low}, {self.high}{')' if self.open_high else ']'}"


def between(low: Any = None, high: Any = None, closed: str = "both") -> Between:
    """A range to ask for: ``where={"age": between(30, 40)}``.

    Parameters
    ----------
    low, high : numbers, dates or times, or levels of an ordered category; None leaves a side open. Text such as
        "2024-06" stands for the whole month.
    closed : which ends belong to it: "both", "left", "right" or "neither".

    Examples
    --------
    >>> from tabgan import between
    >>> print(between(30, 40), "|", between(low=50_000), "|", between(high=5, closed="neither"))
    in [30, 40] | >= 50000 | < 5
    """
    return Between(low, high, closed)


def options(value: Any) -> Iterator[Any]:
    """What is asked for, one by one."""
    if isinstance(value, COLLECTIONS) and not isinstance(value, str | bytes):
        for option in value:
            yield from options(option)
    else:
        yield value


def as_between(option: Any) -> Any:
    """An interval of pandas as a `Between`, anything else as it is."""
    return Between(option.left, option.right, option.closed) if isinstance(option, pd.Interval) else option


def show(value: Any) -> str:
    """A request as an error names it: ``= 'a'``, ``in [30, 40]``, ``one of 'a', 'b'``."""
    found = list(options(value))
    if len(found) == 1:
        return _show(found[0])
    parts = [_show(option).removeprefix("= ") for option in found[:N_SHOWN]]
    more = f", … ({len(found) - N_SHOWN} more)" if len(found) > N_SHOWN else ""
    return f"one of {', '.join(parts)}{more}"


def _show(option: Any) -> str:
    option = as_between(option)
    if isinstance(option, Between):
        return str(option)
    if option is PRESENT:
        return "not missing"
    return f"= {(repr(option) if isinstance(option, str) else str(option))[:40]}"
