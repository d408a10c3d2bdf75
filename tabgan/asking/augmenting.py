"""Real rows and as many synthetic ones of each class as are wanted beside them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.asking.balancing import Balance, draw_levels, level_of, levels_of
from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.patching import extended
from tabgan.asking.scores import position
from tabgan.errors import ConditionError
from tabgan.model import FittedModel


def augment(
    model: FittedModel, frame: pd.DataFrame, target: Hashable, to: Any, indicator: str, seed: int
) -> pd.DataFrame:
    """The rows of a frame, then synthetic ones of those classes of which there are too few.

    Raises
    ------
    ConditionError
        A column is unknown, or there already, the target has no levels, or the shares cannot be reached.
    """
    _check_columns(model, frame, target, indicator)
    column = position(model, target)
    labels = levels_of(model, column)
    found = level_of(model, frame, column, labels)
    counts = np.bincount(found[found >= 0], minlength=len(labels))
    wanted = _missing_rows(counts, labels, to, target)
    balance = Balance(column, labels, np.zeros(len(labels)), [])
    drawn = NewIdentifiers(model, [frame], seed).renew(draw_levels(model, {}, balance, wanted, 1.0, seed))
    parts = {name: extended(frame[name], drawn[name]) for name in frame.columns}
    out = pd.DataFrame(parts, columns=frame.columns)
    return out.assign(**{indicator: np.arange(len(out)) >= len(frame)})


def _missing_rows(
    counts: NDArray[np.int64], labels: list[Any], to: Any, target: Hashable
) -> NDArray[np.int64]:
    """How many rows of each level (levels,) are to be drawn."""
    if isinstance(to, str) and to == "balanced":
        return np.where(counts > 0, counts.max(initial=0) - counts, 0)
    if not isinstance(to, Mapping) or not to:
        raise ConditionError(
            f"to must be 'balanced', or a share of some levels like {{'>50K': 0.3}}, found {to!r}"
        )
    if unknown := [level for level in to if level not in labels]:
        raise ConditionError(
            f"column {target!r}: there is no level {unknown[0]!r}; choose among {labels[:5]}"
        )
    share = np.array([float(to.get(label, 0.0)) for label in labels])
    others = int(counts[share == 0].sum())
    if (share < 0).any() or not 0 < share.sum() < 1 or not others:
        raise ConditionError(
            f"column {target!r}: shares must be above 0 and leave room for levels that are there, found {dict(to)}"
        )
    wanted = np.rint(share * others / (1 - share.sum())).astype(np.int64)
    short = np.where(share > 0, wanted - counts, 0)
    if (short < 0).any():
        most = labels[int(short.argmin())]
        raise ConditionError(
            f"column {target!r}: rows are only added, and {most!r} has more than its share {to[most]:g} already; "
            "ask for more of it, or leave rows out"
        )
    return short


def _check_columns(model: FittedModel, frame: pd.DataFrame, target: Hashable, indicator: str) -> None:
    if indicator in frame.columns:
        raise ConditionError(
            f"column {indicator!r} marks the synthetic rows and must be new, found it in the table; give another "
            "name with indicator="
        )
    for name in frame.columns:
        position(model, name)
    if target not in frame.columns:
        raise ConditionError(f"the table must have the target, column {target!r}; it lacks it")
