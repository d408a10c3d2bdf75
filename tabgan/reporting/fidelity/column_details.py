"""What the report draws of a single column: real and synthetic shares on the same bins or levels."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats, as_numbers
from tabgan.reporting.labels import Scale, level_text

MAX_BARS = 20  # levels of a category that are drawn, the others as one
MAX_ORDERED = 24  # distinct numbers that are drawn as bars
MIN_HELD = 10  # rows for each of them, so that bars are no list of single rows
MAX_BINS, MIN_BINS = 40, 5
TAIL = 0.005  # of the rows at either end may lie beyond a histogram ...
SPREAD = 3.0  # ... when without them the range is so many times smaller


def column_plot(real: pd.Series, synthetic: pd.Series, scale: Scale | None) -> dict[str, Any]:
    """Shares of all rows on shared bins or levels; what is missing is in none of them.

    Parameters
    ----------
    real, synthetic
        The column, shapes (n,) and (m,).
    scale
        Of a numeric column; None for levels.

    Returns
    -------
    {type: "histogram", edges, real, synthetic, outside, outside_real} or {type: "bars", levels, real,
    synthetic, folded, ordered}.
    """
    if scale is None:
        return _level_bars(real, synthetic)
    a, b = as_numbers(real), as_numbers(synthetic)
    values, counts = np.unique(a[np.isfinite(a)], return_counts=True)
    if 0 < len(values) <= MAX_ORDERED and counts.sum() >= MIN_HELD * len(values):
        return _number_bars(a, b, values, scale)
    return _histogram(a, b, values, scale)


def histogram_edges(values: Floats, n_rows: int, step: float | None) -> Floats:
    """Edges of a histogram, shape (bins + 1,), on the column's grid where it has one.

    Parameters
    ----------
    values
        Finite values, shape (n,).
    step
        Bins hold as many grid values each, so that whole numbers draw no comb.
    """
    if not values.size:
        return np.array([0.0, 1.0])
    low, high = float(values.min()), float(values.max())
    inner = [float(x) for x in np.quantile(values, [TAIL, 1 - TAIL])]
    if high - low > SPREAD * (inner[1] - inner[0]) > 0:
        low, high = inner
    n_bins = int(np.clip(np.sqrt(n_rows), MIN_BINS, MAX_BINS))
    if high <= low:
        reach = step / 2 if step else max(abs(low), 1.0) / 2
        return np.array([low - reach, low + reach])
    if step and (high - low) / step < 1e9:
        width = step * max(1, int(np.ceil((high - low + step) / step / n_bins)))
        n_bins = int(np.ceil((high - low + step) / width - 1e-9))
        return np.asarray(low - step / 2 + width * np.arange(n_bins + 1))
    return 2 * np.linspace(low / 2, high / 2, n_bins + 1)  # halved, so that no range overflows


def _histogram(real: Floats, synthetic: Floats, distinct: Floats, scale: Scale) -> dict[str, Any]:
    finite = real[np.isfinite(real)]
    edges = histogram_edges(finite, len(real), scale.step(distinct))
    inside = [np.histogram(x[np.isfinite(x)], edges)[0] / len(x) for x in (real, synthetic)]
    held = [float((~np.isnan(x)).mean()) for x in (real, synthetic)]
    outside = [max(0.0, h - float(shares.sum())) for h, shares in zip(held, inside, strict=True)]
    return {
        "type": "histogram",
        "edges": [scale.edge(float(edge)) for edge in edges],
        "real": rounded(inside[0]),
        "synthetic": rounded(inside[1]),
        "outside": round(outside[1], 6),
        "outside_real": round(outside[0], 6),
    }


def _number_bars(real: Floats, synthetic: Floats, values: Floats, scale: Scale) -> dict[str, Any]:
    """One bar per real value, and one for all others."""
    shares, others = [], np.empty(0)
    for x in (real, synthetic):
        held = x[~np.isnan(x)]
        place = np.minimum(np.searchsorted(values, held), len(values) - 1)
        known = values[place] == held
        counts = np.bincount(place[known], minlength=len(values))
        shares.append(np.append(counts, (~known).sum()) / len(x))
        others = np.concatenate([others, held[~known]])
    folded = len(np.unique(others))
    names = [scale.text(float(v)).removesuffix("T00:00:00") for v in values]
    return _bars(names, shares[0], shares[1], folded, "other values", ordered=True)


def _level_bars(real: pd.Series, synthetic: pd.Series) -> dict[str, Any]:
    """The most frequent levels of either table, in the order of their real shares."""
    counts = [column.value_counts(dropna=True) / len(column) for column in (real, synthetic)]
    table = pd.DataFrame({"real": counts[0], "synthetic": counts[1]}).fillna(0.0)
    rank = np.lexsort((-table["synthetic"].to_numpy(), -table["real"].to_numpy()))
    either = table.max(axis=1).to_numpy()
    kept = np.isin(rank, np.argsort(-either, kind="stable")[:MAX_BARS])
    names = [level_text(table.index[k]) for k in rank[kept]]
    shares = [
        np.append(table[side].to_numpy()[rank[kept]], table[side].to_numpy()[rank[~kept]].sum())
        for side in ("real", "synthetic")
    ]
    return _bars(names, shares[0], shares[1], int((~kept).sum()), "more", ordered=False)


def _bars(
    names: list[str], real: Floats, synthetic: Floats, folded: int, what: str, *, ordered: bool
) -> dict[str, Any]:
    """Bars; the last share of each side is of all that have none of their own."""
    shown = len(names) + (folded > 0)
    return {
        "type": "bars",
        "levels": [*names, f"({folded:,} {what})"][:shown],
        "real": rounded(real[:shown]),
        "synthetic": rounded(synthetic[:shown]),
        "folded": folded,
        "ordered": ordered,
    }


def rounded(values: NDArray[np.float64], digits: int = 6) -> Any:
    """Numbers of any shape as plain lists, rounded: the report is written as text."""
    return np.round(values, digits).tolist()
