"""Cells that should not be there: no real row has such a value, or could have."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import as_numbers
from tabgan.reporting.labels import Scale, level_text

MAX_EXAMPLES = 5


class Strange(NamedTuple):
    """Strange cells of one kind in a column: what they are, which rows have them, some of them as text."""

    what: str
    rows: NDArray[np.bool_]
    examples: list[str]


def strange_cells(real: pd.Series, synthetic: pd.Series, scale: Scale | None) -> list[Strange]:
    """Kinds of strange cells of a column; a cell is of one kind at most.

    Missing where the real column has none; a new level; a number outside the real range, or with more
    digits than the real column keeps to.

    Parameters
    ----------
    scale
        Of a numeric column; None for levels.
    """
    kinds = _strange_levels(real, synthetic) if scale is None else _strange_numbers(real, synthetic, scale)
    if not real.isna().any():
        missing = synthetic.isna().to_numpy(dtype=np.bool_)
        return [s for s in (Strange("missing where none is", missing, []), *kinds) if s.rows.any()]
    return [s for s in kinds if s.rows.any()]


def strange_among_real(real: pd.Series, scale: Scale | None) -> float:
    """The share of real cells that would be strange if the other rows were all: what a fresh row has."""
    n_missing = int(real.isna().sum())
    alone = int(n_missing == 1)
    if scale is None:
        return (alone + int((real.value_counts() == 1).sum())) / len(real)
    values = as_numbers(real)
    values = values[~np.isnan(values)]
    if values.size:
        low, high = values.min(), values.max()
        alone += int((values == low).sum() == 1)
        alone += int((values == high).sum() == 1 and low < high)
    return alone / len(real)


def _strange_levels(real: pd.Series, synthetic: pd.Series) -> Iterator[Strange]:
    new = synthetic.notna() & ~synthetic.isin(real.dropna().unique())
    yield Strange("new level", new.to_numpy(dtype=np.bool_), _most_frequent(synthetic[new]))


def _strange_numbers(real: pd.Series, synthetic: pd.Series, scale: Scale) -> Iterator[Strange]:
    known, values = as_numbers(real), as_numbers(synthetic)
    held = ~np.isnan(values)
    known = known[~np.isnan(known)]
    if not known.size:
        yield Strange("new value", held, _some(values[held], scale))
        return
    outside = held & ((values < known.min()) | (values > known.max()))
    yield Strange("outside the range", outside, _some(values[outside], scale))
    off = held & ~outside & ~scale.on_grid(values)
    yield Strange("off the grid", off, _some(values[off], Scale()))


def _most_frequent(cells: pd.Series) -> list[str]:
    return [level_text(level) for level in cells.value_counts().index[:MAX_EXAMPLES]]


def _some(values: NDArray[np.float64], scale: Scale) -> list[str]:
    """The lowest and the highest values, as text."""
    distinct = np.unique(values)
    few = MAX_EXAMPLES // 2
    shown = distinct if len(distinct) <= MAX_EXAMPLES else np.concatenate([distinct[:few], distinct[-few:]])
    return list(dict.fromkeys(scale.text(float(value)) for value in shown))
