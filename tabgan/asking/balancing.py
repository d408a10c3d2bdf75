"""Rows of which a column has chosen shares.

Without a condition they are picked from plain rows, in which the column has its usual place: there it is told all
that stands before it, which ties it closer to the others than where it is known first. Levels of which too few come,
and all of them under a condition, are known before the other columns are drawn.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.asking.answers import cell_labels
from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.mass import check_known
from tabgan.asking.pool import plan_pool
from tabgan.asking.sampling import empty_frame, sample_frames
from tabgan.asking.scores import position
from tabgan.asking.ways import plan_rows, ready
from tabgan.conditioning.condition import Condition, read_condition
from tabgan.conditioning.known import known_cells, known_values
from tabgan.config import SAMPLE_BLOCK
from tabgan.data.cells import Cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.errors import ConditionError
from tabgan.model import FittedModel

Request = Hashable | Mapping[Hashable, Mapping[Any, float]]
WHOLE = 1 + 1e-9  # shares may sum to this: they are rounded
MAX_PLAIN = 64  # plain rows that may be looked at for each row wanted


@dataclass(frozen=True)
class Balance:
    """Shares of the levels of one column; ``rest``: what takes the remaining mass, in the model's proportions."""

    column: int
    labels: list[Any]
    shares: NDArray[np.float64]
    rest: list[Any]


def read_balance(model: FittedModel, request: Request, where: Mapping[Hashable, Any]) -> Balance:
    """Turn a column (equal shares), or ``{column: {level: share}}``, into shares.

    Raises
    ------
    ConditionError
        There is no such column or level, the column has no levels, ``where`` is about it too, or the shares are
        none, or do not fit into 1.
    """
    name, shares = _parts(request)
    column = position(model, name)
    levels = levels_of(model, column)
    if name in where:
        raise ConditionError(
            f"column {name!r}: where and balance must not both be about it; found both, give one of them"
        )
    if shares is None:
        return Balance(column, levels, np.full(len(levels), 1 / len(levels)), [])
    chosen = np.array([_share(name, level, share) for level, share in shares.items()])
    if chosen.sum() > WHOLE:
        raise ConditionError(f"column {name!r}: shares must sum to at most 1, found {chosen.sum():g}")
    for level in shares:
        model.encoder.value_cells(name, level)
    rest = [level for level in levels if level not in shares]
    rest += [None] if model.encoder.encoders[column].has_missing else []
    if chosen.sum() < 1 / WHOLE and not rest:
        raise ConditionError(
            f"column {name!r}: shares of all levels must sum to 1, found {chosen.sum():g}; leave out a level "
            "to have it take what remains"
        )
    return Balance(column, list(shares), chosen, rest)


def levels_of(model: FittedModel, column: int) -> list[Any]:
    """What a column may be, missing left out.

    Raises
    ------
    ConditionError
        It is a continuous number, a time, or made anew in every row.
    """
    own, held = model.encoder.schema.columns[column], model.encoder.encoders[column]
    if not (
        isinstance(held, CategoryEncoder)
        or (isinstance(held, NumberColumnEncoder) and not held.number.n_cells)
    ):
        raise ConditionError(
            f"column {own.name!r}: balance needs levels, found a column of kind {own.kind}; choose a category, or "
            "ask for ranges with where, one sample each"
        )
    return list(cell_labels(own, held))[: -1 if held.has_missing else None]


def draw_balanced(
    model: FittedModel, where: Mapping[Hashable, Any], balance: Balance, n: int, temperature: float, seed: int
) -> pd.DataFrame:
    """Exactly n rows with these shares, in random order."""
    wanted = np.append(balance.shares, max(1 - balance.shares.sum(), 0.0) if balance.rest else 0.0)
    counts = rounded(wanted * n, n)
    seeds = np.random.SeedSequence(seed).generate_state(2, np.uint64) >> np.uint64(1)
    rows = draw_levels(model, where, balance, counts, temperature, int(seeds[0]))
    rows = NewIdentifiers(model, [], int(seeds[1])).renew(rows)
    order = np.random.default_rng(int(seeds[1])).permutation(len(rows))
    return rows.iloc[order].reset_index(drop=True)


def draw_levels(
    model: FittedModel,
    where: Mapping[Hashable, Any],
    balance: Balance,
    counts: NDArray[np.int64],
    temperature: float,
    seed: int,
) -> pd.DataFrame:
    """So many rows of each label and, where counts have one more, of the rest, in no order to count on.

    Identifiers come more than once.
    """
    condition = read_condition(where, model.encoder)
    check_known(model, plan_pool(model, condition, temperature))
    words = np.random.SeedSequence(seed).generate_state(len(balance.labels) + 2, np.uint64)
    plain, of_rest, *of_labels = (words >> np.uint64(1)).tolist()  # no two draws share their noise
    frames: list[pd.DataFrame] = []
    if not where:
        frames, counts = _picked(model, balance, counts, temperature, plain)
    counts, n_rest = counts[: len(balance.labels)], int(counts[len(balance.labels) :].sum())
    cells = [model.encoder.value_cells(_name(model, balance), label) for label in balance.labels]
    groups = _groups(model, condition, balance, cells, counts)
    for (known, values, n), of_group in zip(groups, of_labels, strict=False):  # at most one for each label
        asked = replace(condition, known=known, values=values)
        frames.append(_drawn(model, asked, n, temperature, of_group))
    if n_rest:
        asked = read_condition({**where, _name(model, balance): balance.rest}, model.encoder)
        frames.append(_drawn(model, asked, n_rest, temperature, of_rest))
    return pd.concat(frames, ignore_index=True) if frames else empty_frame(model)


def _picked(
    model: FittedModel, balance: Balance, counts: NDArray[np.int64], temperature: float, seed: int
) -> tuple[list[pd.DataFrame], NDArray[np.int64]]:
    """Plain rows of the wanted levels, and how many rows of each are still wanted; no row is given twice."""
    pool = plan_rows(model, read_condition({}, model.encoder), temperature)
    wanted, frames = counts.copy(), []
    for frame in sample_frames(model, pool, MAX_PLAIN * int(counts.sum()), SAMPLE_BLOCK, seed):
        found = level_of(model, frame, balance.column, balance.labels)
        found[found < 0] = len(balance.labels)  # the rest
        rows = np.concatenate([np.flatnonzero(found == i)[:n] for i, n in enumerate(wanted)])
        frames.append(frame.iloc[rows])
        wanted -= np.bincount(found[rows], minlength=len(wanted))[: len(wanted)]
        if not wanted.any():
            break
    return frames, wanted


def level_of(model: FittedModel, frame: pd.DataFrame, column: int, labels: list[Any]) -> NDArray[np.int64]:
    """Which of some labels each row of a frame has in a column, (n,); -1 for none of them."""
    layout, name = model.encoder.layout, model.encoder.layout.columns[column]
    own = known_cells(frame[[name]], model.encoder).codes[:, layout.symbols_of(column)]
    out = np.full(len(frame), -1, np.int64)
    for i, label in enumerate(labels):
        out[(own == model.encoder.encode_value(name, label)[0]).all(axis=1)] = i
    return out


def _groups(
    model: FittedModel, condition: Condition, balance: Balance, cells: list[Cells], counts: NDArray[np.int64]
) -> Iterator[tuple[Any, tuple[str, ...], int]]:
    """Known cells, how an error tells them, and a number of rows.

    Where nothing is constrained all labels come at once, in rows of which an error tells none.
    """
    name = _name(model, balance)
    given = dict(condition.known.cells)
    if not condition.constraints and counts.sum():
        which = np.repeat(np.arange(len(counts)), counts)
        every = {column: held.take(np.zeros(len(which), np.int64)) for column, held in given.items()}
        yield (
            known_values({**every, balance.column: _joined(cells).take(which)}, model.encoder),
            (),
            len(which),
        )
        return
    for label, cell, n in zip(balance.labels, cells, counts.tolist(), strict=True):
        if n:
            values = (*condition.values, f"{name!r} = {label!r}")
            yield known_values({**given, balance.column: cell}, model.encoder), values, n


def _drawn(model: FittedModel, condition: Condition, n: int, temperature: float, seed: int) -> pd.DataFrame:
    pool = ready(model, plan_rows(model, condition, temperature))
    return next(sample_frames(model, pool, n, n, seed))


def _name(model: FittedModel, balance: Balance) -> Hashable:
    return model.encoder.layout.columns[balance.column]


def _joined(cells: list[Cells]) -> Cells:
    """Single cells as one column."""
    levels = tuple(level for cell in cells for level in cell.levels)
    values = np.arange(len(cells), dtype=np.int32) if levels else np.concatenate([c.values for c in cells])
    return Cells(values, np.zeros(len(cells), bool), levels)


def rounded(parts: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole numbers near ``parts`` that sum to ``total``: largest remainders are rounded up."""
    low = np.floor(parts + 1e-9).astype(np.int64)
    short = total - int(low.sum())
    low[np.argsort(low - parts, kind="stable")[:short]] += 1
    return low


def _parts(request: Request) -> tuple[Hashable, Mapping[Any, float] | None]:
    if not isinstance(request, Mapping):
        return request, None
    if len(request) != 1 or not isinstance(next(iter(request.values())), Mapping):
        raise ConditionError(
            f"balance must be a column, or one column with shares of its levels like {{'income': {{'>50K': 0.3}}}}, "
            f"found {request!r}"
        )
    return next(iter(request.items()))


def _share(name: Hashable, level: Any, share: Any) -> float:
    number = isinstance(share, int | float | np.number) and not isinstance(share, bool)
    if not number or not 0 <= share <= WHOLE:
        raise ConditionError(f"column {name!r}: the share of {level!r} must be from 0 to 1, found {share!r}")
    return float(share)
