"""The choices that an error names when a value was not seen in fit."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Sequence
from typing import Any

N_SHOWN = 5
MAX_COMPARED = 5_000  # levels compared letter by letter; more would make the error slow


def unseen(name: Hashable, value: Any, levels: Sequence[Any]) -> str:
    """What to tell of a category that was not seen in fit: the nearest choices first."""
    shown = _nearest(value, levels)
    more = f", … ({len(levels) - len(shown)} more)" if len(levels) > len(shown) else ""
    choices = ", ".join(repr(level)[:60] for level in shown)
    return f"column {name!r}: category {str(repr(value))[:60]} was not seen in fit; choose one of {choices}{more}"


def _nearest(value: Any, levels: Sequence[Any]) -> list[Any]:
    if not isinstance(value, str):
        return list(levels[:N_SHOWN])
    folded = value.casefold()
    alike = [
        level for level in levels if isinstance(level, str) and level.casefold().strip() == folded.strip()
    ]
    starts = [level for level in levels if isinstance(level, str) and level.casefold().startswith(folded[:2])]
    pool = [level for level in [*starts, *levels][:MAX_COMPARED] if isinstance(level, str)]
    near = difflib.get_close_matches(value, pool, n=N_SHOWN, cutoff=0.5)
    return list(dict.fromkeys([*alike, *near, *starts[:N_SHOWN], *levels[:N_SHOWN]]))[:N_SHOWN]
