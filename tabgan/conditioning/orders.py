"""Training-by-sampling: in which order the columns of a batch are known.

CTGAN tells the generator one discrete column and lets it fill in the others (Xu et al. 2019, section 4.3). Here
three runs follow one another, each in canonical order: known columns K, constrained columns S, the rest.
A share of the rows has K and S empty: the plain canonical order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def symbol_order(symbol_column: Sequence[int], run_of_column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Symbols as they become known, (S,).

    Columns of a lower run come first; within a run, and within a column, canonical order holds.
    """
    return np.argsort(run_of_column[np.asarray(symbol_column, np.int64)], kind="stable")


def canonical_order(symbol_column: Sequence[int]) -> NDArray[np.int64]:
    """Every symbol after all symbols on its left, (S,)."""
    return np.arange(len(symbol_column))


def others_matrix(symbol_column: Sequence[int]) -> NDArray[np.float32]:
    """(S, S) matrix with 1 where symbol t is of another column than s, or comes before it in the same one.

    No order of a row, but what each column is told when all others are known.
    """
    column = np.asarray(symbol_column, np.int64)
    place = np.arange(len(column))
    other = column[:, None] != column[None, :]
    return np.asarray(other | (place[:, None] > place[None, :]), np.float32)


def draw_orders(
    symbol_column: Sequence[int],
    n_columns: int,
    groups: int,
    canonical_share: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Orders of the groups of a batch, (G, S): a share of them canonical, the others with random runs.

    Where the share is no whole number of groups, chance rounds it.
    """
    n_canonical = int(canonical_share * groups + rng.random())
    plain = [canonical_order(symbol_column)] * n_canonical
    mixed = [symbol_order(symbol_column, draw_runs(n_columns, rng)) for _ in range(groups - n_canonical)]
    return np.stack(plain + mixed)


def draw_runs(n_columns: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Run (0, 1 or 2) of each column, (C,): K of any size, S of up to three columns in half of the draws."""
    runs = np.full(n_columns, 2, np.int64)
    shuffled = rng.permutation(n_columns)
    n_known = int(rng.integers(0, n_columns)) if n_columns > 1 else 0
    n_constrained = int(rng.integers(1, 4)) if rng.random() < 0.5 else 0
    runs[shuffled[:n_known]] = 0
    runs[shuffled[n_known : n_known + n_constrained]] = 1
    return runs


def draw_hidden(
    symbol_column: Sequence[int], n_columns: int, at_most: int, rng: np.random.Generator
) -> list[bool]:
    """Columns that the generator fills in for the critic, one flag each: all (where allowed), or a random part."""
    candidates = np.unique(
        np.asarray(symbol_column, np.int64)
    )  # columns without symbols have nothing to fill
    count = len(candidates)
    if count > at_most or rng.random() < 0.5:
        count = int(rng.integers(1, min(count, at_most) + 1))
    hidden = np.zeros(n_columns, bool)
    hidden[rng.choice(candidates, count, replace=False)] = True
    return [bool(flag) for flag in hidden]
