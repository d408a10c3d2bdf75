"""Attribute inference: what a person's other cells tell of a secret one through the nearest synthetic row.

Source: Giomi et al. 2023 (arXiv 2211.10459), section 4.3.
"""

import os
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats, as_numbers, shared_codes
from tabgan.reporting.privacy.neighbours import BLOCK, MAX_CELLS, ComparableRows, Index, Rows, block_distances
from tabgan.reporting.tables import Tables

MAX_SECRETS = 20  # columns
MAX_TARGETS = 2_000  # people of each group
LEAST_TARGETS = 200
FEW = 3  # columns that a less informed attacker knows
FEW_SETS = 3  # of such columns that are drawn
TOLERANCE = 0.05  # of the number; of times, of the range of their column
CONSTANTS = 200  # tried by the naive attacker


@dataclass(frozen=True, kw_only=True)
class Inference:
    """How many secrets of `n_attacks` training rows were guessed, of as many held-out rows, and naively.

    `naive` counts the training rows for which the best constant guess is right, and so needs no synthetic data.
    """

    column: Hashable
    n_known: int
    n_attacks: int
    success: int
    control: int
    naive: int


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One column of the three frames as numbers or codes, and how near a guess must come.

    Attributes
    ----------
    relative, absolute : a guess is right within `relative` of the true value plus `absolute`.
    """

    synthetic: Floats
    train: Floats
    control: Floats
    relative: float
    absolute: float

    def right(self, guess: Floats, truth: Floats) -> NDArray[np.bool_]:
        """Whether guesses are right; missing is right where the truth is missing."""
        both_missing = np.isnan(guess) & np.isnan(truth)
        with np.errstate(invalid="ignore", over="ignore"):  # infinite and very large cells
            near = np.abs(guess - truth) <= self.relative * np.abs(truth) + self.absolute
        return np.asarray(near | both_missing | (guess == truth))


def infer_attributes(tables: Tables, rows: Sequence[ComparableRows]) -> list[Inference]:
    """Attack every column in turn (20 at most), knowing all others, then a few drawn at random.

    Parameters
    ----------
    rows
        Synthetic, real and held-out rows, from `comparable_rows`.
    """
    assert tables.holdout is not None
    rng = tables.rng("attribute inference")
    n_columns = tables.real.shape[1]
    secrets = _choose_secrets(tables, rng)
    n_targets = _affordable(rows[0], len(secrets), min(len(tables.real), len(tables.holdout)))
    picked = [rng.permutation(len(part))[:n_targets] for part in rows[1:]]
    people = rows[1].take(picked[0]).followed_by(rows[2].take(picked[1]))
    targets = tables.real.iloc[picked[0]], tables.holdout.iloc[picked[1]]
    nearest = nearest_without(people, rows[0], secrets)
    found = [
        _judge(_secret(tables, targets, k), tables.real.columns[k], n_columns - 1, row)
        for k, row in zip(secrets, nearest, strict=True)
    ]
    if n_columns - 1 > FEW:
        sets = [rng.choice(n_columns, FEW, replace=False) for _ in range(FEW_SETS)]
        few = [Index(rows[0].of_columns(s)).nearest(people.of_columns(s)).row[:, 0] for s in sets]
        for k in secrets:
            row = next((row for known, row in zip(sets, few, strict=True) if k not in known), None)
            if row is not None:
                found.append(_judge(_secret(tables, targets, k), tables.real.columns[k], FEW, row))
    return found


def _choose_secrets(tables: Tables, rng: np.random.Generator) -> list[int]:
    """The target, if there is one, and others at random, in the table's order."""
    names = list(tables.real.columns)
    first = [k for k, name in enumerate(names) if tables.target is not None and name == tables.target]
    others = [int(k) for k in rng.permutation(len(names)) if k not in first]
    return sorted([*first, *others][:MAX_SECRETS])


def _affordable(synthetic: ComparableRows, n_secrets: int, available: int) -> int:
    cells = 2 * len(synthetic) * (synthetic.width + 3 * n_secrets)
    return min(available, max(LEAST_TARGETS, min(MAX_TARGETS, MAX_CELLS // cells)))


def _secret(tables: Tables, targets: tuple[pd.DataFrame, pd.DataFrame], k: int) -> Secret:
    name = tables.real.columns[k]
    series = [tables.synthetic.iloc[:, k], targets[0].iloc[:, k], targets[1].iloc[:, k]]
    relative = absolute = 0.0
    if name in set(tables.numeric):
        values = [as_numbers(x) for x in series]
        if name in tables.times:
            whole = as_numbers(tables.real.iloc[:, k])
            absolute = (
                0.0 if np.isnan(whole).all() else TOLERANCE * float(np.nanmax(whole) - np.nanmin(whole))
            )
        else:
            relative = TOLERANCE
    else:
        values = [codes.astype(np.float64) for codes in shared_codes(*series)[0]]
    return Secret(
        synthetic=values[0], train=values[1], control=values[2], relative=relative, absolute=absolute
    )


def _judge(secret: Secret, column: Hashable, n_known: int, row: Rows) -> Inference:
    guesses = np.split(secret.synthetic[row], [len(secret.train)])
    return Inference(
        column=column,
        n_known=n_known,
        n_attacks=len(secret.train),
        success=int(secret.right(guesses[0], secret.train).sum()),
        control=int(secret.right(guesses[1], secret.control).sum()),
        naive=int(secret.right(best_constant(secret), secret.train).sum()),
    )


def best_constant(secret: Secret) -> Floats:
    """The guess, shape (1,), that is right for most of the control rows."""
    present = np.sort(secret.control[~np.isnan(secret.control)])
    tried, counts = np.unique(present, return_counts=True)
    if len(tried) > CONSTANTS:
        spread = present[np.linspace(0, len(present) - 1, CONSTANTS // 2).astype(np.intp)]
        tried = np.concatenate([tried[np.argsort(-counts, kind="stable")[: CONSTANTS // 2]], spread])
    tried = np.append(tried, np.nan)
    hits = [secret.right(np.array([guess]), secret.control).sum() for guess in tried]
    return np.array([tried[int(np.argmax(hits))]])


def nearest_without(rows: ComparableRows, others: ComparableRows, columns: Sequence[int]) -> Rows:
    """For each of some columns, which of `others` is nearest to each row by all other columns.

    Returns
    -------
    Shape (columns, rows).
    """
    alone = [np.array([k], dtype=np.intp) for k in columns]
    parts = [(rows.of_columns(k), others.of_columns(k)) for k in alone]

    def search(start: int) -> Rows:
        here = slice(start, start + BLOCK[0])
        queries = rows.take(here)
        nearest = np.full((len(columns), len(queries)), np.inf)
        row = np.zeros(nearest.shape, dtype=np.intp)
        for j in range(0, len(others), BLOCK[1]):
            there = slice(j, j + BLOCK[1])
            apart = block_distances(queries, others.take(there))
            for c, (query, other) in enumerate(parts):
                rest = apart - block_distances(query.take(here), other.take(there))
                place = rest.argmin(axis=1)
                found = rest[np.arange(len(place)), place]
                better = found < nearest[c]
                nearest[c, better], row[c, better] = found[better], place[better] + j
        return row

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(search, range(0, len(rows), BLOCK[0]))), axis=1)
