"""What the report draws of pairs of columns: matrices, and the joint tables of the worst pairs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import as_numbers
from tabgan.reporting.fidelity.coding import CodedFrames, bin_edges, quantile_edges
from tabgan.reporting.fidelity.column_details import rounded
from tabgan.reporting.fidelity.joint_counts import pairs_of
from tabgan.reporting.fidelity.pairs import association
from tabgan.reporting.labels import MISSING, Scale, level_text

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
MAX_SHOWN = 60  # columns of a matrix
MAX_WORST = 8
MAX_CELLS = 16  # of a side of a joint table
FEW_EDGES = 5  # different deciles below which a column's mass sits in a few values
ASSOCIATION = (
    "signed correlation of two numbers, else Cramér's V without its bias for few rows, from 0 (none) to 1; "
    "numbers in 10 bins"
)


def shown_columns(excess: Floats) -> NDArray[np.int64]:
    """Places of up to 60 columns, in their order: those of the pairs furthest above their floor.

    Parameters
    ----------
    excess
        Error less floor of each pair in the upper triangle, shape (columns, columns).
    """
    n = len(excess)
    if n <= MAX_SHOWN:
        return np.arange(n)
    chosen: dict[int, None] = {}
    for pair in ranked_pairs(excess):
        chosen.update(dict.fromkeys(pair))
        if len(chosen) >= MAX_SHOWN:
            break
    return np.sort(list(chosen)[:MAX_SHOWN])


def ranked_pairs(excess: Floats) -> list[tuple[int, int]]:
    """All pairs of columns, the worst first."""
    first, second = np.triu_indices(len(excess), k=1)
    order = np.argsort(-excess[first, second], kind="stable")
    return list(zip(first[order].tolist(), second[order].tolist(), strict=True))


def pair_matrices(
    names: Sequence[str],
    coded: CodedFrames,
    correlations: tuple[Floats, Floats],
    error: Floats,
    floor: Floats,
) -> dict[str, Any]:
    """The matrices of the report.

    Parameters
    ----------
    coded
        Real and synthetic rows as the first two frames, numbers on shared bins.
    correlations
        Of the real and of the synthetic rows, each of shape (columns, columns).
    error, floor
        In %, upper triangles, shape (columns, columns).
    """
    shown = shown_columns(error - floor)
    pairs = pairs_of(coded.is_number, (0, 1))
    pairs = pairs[np.isin(pairs, shown).all(axis=1)]
    v = association(coded.whole_frames(), pairs)
    sides = [_mirrored(np.triu(r, k=1) + v[k])[np.ix_(shown, shown)] for k, r in enumerate(correlations)]
    errors = rounded(_mirrored(error)[np.ix_(shown, shown)], 4)
    for k, row in enumerate(errors):
        row[k] = None
    return {
        "names": [names[k] for k in shown],
        "real": rounded(sides[0], 4),
        "synthetic": rounded(sides[1], 4),
        "error": errors,
        "shown": len(shown),
        "total": len(names),
        "association": ASSOCIATION,
    }


def _mirrored(upper: Floats) -> Floats:
    return upper + upper.T + np.eye(len(upper))


def joint_table(
    first: tuple[pd.Series, pd.Series],
    second: tuple[pd.Series, pd.Series],
    scales: tuple[Scale | None, Scale | None],
) -> dict[str, Any]:
    """The joint table of two columns, real and synthetic, in at most 16 x 16 cells.

    Numbers stand in the bins that they are judged by beside a category, and in deciles of the real rows
    beside another number.

    Parameters
    ----------
    first, second
        The columns in the real and in the synthetic rows.
    scales
        Of the numeric ones; None for levels.
    """
    both_numbers = None not in scales
    (rows, a), (columns, b) = (
        _binned(*pair, scale, deciles=both_numbers) if scale else _folded(*pair)
        for pair, scale in zip((first, second), scales, strict=True)
    )
    shares = [_shares(x, y, len(rows), len(columns)) for x, y in zip(a, b, strict=True)]
    return {
        "type": "table",
        "rows": rows,
        "columns": columns,
        "real": rounded(shares[0]),
        "synthetic": rounded(shares[1]),
    }


def _shares(rows: Codes, columns: Codes, n_rows: int, n_columns: int) -> Floats:
    counts = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return np.asarray(counts.reshape(n_rows, n_columns) / len(rows))


def _binned(
    real: pd.Series, synthetic: pd.Series, scale: Scale, *, deciles: bool
) -> tuple[list[str], list[Codes]]:
    """Names of the bins, and the bin of each row on both sides."""
    sides = [as_numbers(real), as_numbers(synthetic)]
    finite = sides[0][np.isfinite(sides[0])]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    inner = _mass_edges(sides[0], high) if deciles else bin_edges(sides[0])[1:-1]
    bounds = [low, *inner.tolist(), high]
    names = [scale.between(a, b) for a, b in pairwise(bounds)]
    side = "left" if deciles else "right"  # as they are judged: equal-width bins hold their lower edge
    codes = [np.searchsorted(inner, x, side=side) for x in sides]  # type: ignore[call-overload]
    codes = [np.where(np.isnan(x), len(names), c) for x, c in zip(sides, codes, strict=True)]
    missing = [MISSING] if any(np.isnan(x).any() for x in sides) else []
    return names + missing, codes


def _mass_edges(values: Floats, high: float) -> Floats:
    """Deciles below the maximum; where few values hold most rows, those of the rest as well."""
    edges = quantile_edges(values)
    if len(edges) < FEW_EDGES:
        edges = np.union1d(edges, quantile_edges(values[~np.isin(values, edges)]))
    return edges[edges < high]


def _folded(real: pd.Series, synthetic: pd.Series) -> tuple[list[str], list[Codes]]:
    """Names of the most frequent levels and of the rest, and the place of each row on both sides."""
    values = np.concatenate([real.astype(object).to_numpy(), synthetic.astype(object).to_numpy()])
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    rank = np.argsort(-np.bincount(codes, minlength=len(levels)), kind="stable")
    n_kept = len(levels) if len(levels) <= MAX_CELLS else MAX_CELLS - 1
    place = np.full(len(levels), n_kept, dtype=np.int64)
    place[rank[:n_kept]] = np.arange(n_kept)
    names = [level_text(levels[k]) for k in rank[:n_kept]]
    folded = len(levels) - n_kept
    return names + ([f"({folded:,} more)"] if folded else []), list(np.split(place[codes], [len(real)]))
