"""Rows that meet a condition, picked from plain rows.

Asked columns first, then the others given them, costs no row. But it asks the network in another order than plain
rows are drawn in, and on a small table that order may be learnt far worse: rows then have what was asked and ignore
it elsewhere. Plain rows that meet the condition are right whatever the other orders know. Which way is taken is
decided by how far the first is from the second: the Kullback-Leibler divergence of their rows, in nats.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.asking.scores import by_column
from tabgan.conditioning.condition import Condition
from tabgan.conditioning.orders import canonical_order, symbol_order
from tabgan.model import FittedModel
from tabgan.networks.tables import FRACTION_STEPS

Ints = NDArray[Any]
Floats = NDArray[np.float64]
MIN_PICKED = 128  # plain rows of the model's pilot that must meet a condition: one in 64
MAX_JUDGED = 512
MAX_DIVERGENCE = (
    0.05  # nats a row; two samples that far apart are told from each other with an AUC of about .6
)


def picked_share(
    model: FittedModel, condition: Condition, met: NDArray[np.bool_], mass: float, temperature: float
) -> float | None:
    """Share of plain rows that meet a condition, if rows are to be picked from these; None: ask in order.

    ``met`` tells which rows of the model's pilot meet it, ``mass`` is what the constrained columns have given the
    known ones, when asked in order at temperature 1, which is that of the pilot.
    """
    codes, inside = (part[met] for part in as_arrays(model.pilot))
    if divergence(model, condition, codes, inside, float(met.mean()), mass) <= MAX_DIVERGENCE:
        return None
    if temperature == 1:
        return float(met.mean())
    noise = np.random.default_rng(0).random((len(met), len(model.encoder.encoders)))
    met = meets(model, condition, *as_arrays(model.draw(noise, temperature)))
    return float(met.mean()) if met.sum() >= MIN_PICKED else None


def asked_columns(condition: Condition) -> list[int]:
    """Positions of the columns that the condition is about, the known ones the same in all rows."""
    known = np.flatnonzero(~condition.known.hidden[0]).tolist()
    return sorted([*known, *(constraint.column for constraint in condition.constraints)])


def meets(model: FittedModel, condition: Condition, codes: Ints, inside: Floats) -> NDArray[np.bool_]:
    """Which plain rows, codes (n, S) and fractions (n, R), meet a condition, (n,).

    A known cell is met by its codes: they may stand for several values of a number, which the row is then given.
    """
    layout, met = model.encoder.layout, np.ones(len(codes), bool)
    for column in np.flatnonzero(~condition.known.hidden[0]):
        own = layout.symbols_of(int(column))
        met &= (codes[:, own] == condition.known.codes[:, own]).all(axis=1)
    for constraint in condition.constraints:
        own, numbers = layout.symbols_of(constraint.column), layout.numbers_of(constraint.column)
        cells = model.encoder.encoders[constraint.column].decode(codes[:, own], inside[:, numbers])
        met &= constraint.allowed.hold(cells)
    return met


def divergence(
    model: FittedModel, condition: Condition, codes: Ints, inside: Floats, share: float, mass: float
) -> float:
    """Divergence of rows asked in order from plain rows (n) that meet a condition, of which there are ``share``."""
    if mass <= 0:
        return np.inf
    ratio = log_ratio(model, condition, codes[:MAX_JUDGED], inside[:MAX_JUDGED])
    return float(ratio.mean() - np.log(share) + np.log(mass))


def log_ratio(model: FittedModel, condition: Condition, codes: Ints, inside: Floats) -> Floats:
    """How much likelier rows that meet a condition are in plain order than asked in order, (n,) in nats.

    In plain order they are whole rows, in order what is asked is given: the logs of its mass are left out.
    """
    layout = model.encoder.layout
    known = np.flatnonzero(~condition.known.hidden[0])
    runs = np.full(len(layout.columns), 2, np.int64)
    runs[[constraint.column for constraint in condition.constraints]] = 1
    runs[known] = 0
    fractions = (inside * FRACTION_STEPS).astype(np.uint8)
    plain = by_column(model, codes, fractions, canonical_order(layout.symbol_column)).sum(1)
    asked = by_column(model, codes, fractions, symbol_order(layout.symbol_column, runs))
    asked[:, known] = 0.0
    return np.asarray(plain - asked.sum(1))


def pick(
    model: FittedModel, condition: Condition, noise: Floats, temperature: float
) -> tuple[Tensor, Tensor]:
    """Those of some plain rows, drawn from uniforms (B, C), that meet a condition: codes (n, S), fractions (n, R).

    Columns behind the last one that is asked for are drawn in these rows only.
    """
    layout = model.encoder.layout
    after = max(asked_columns(condition)) + 1
    drawn, inside = model.draw(noise, temperature, until=bisect_left(layout.symbol_column, after))
    met = meets(model, condition, *as_arrays((drawn, inside)))
    index = torch.from_numpy(np.flatnonzero(met)).to(model.device)
    drawn, inside = drawn[index], inside[index]
    if after == len(layout.columns) or not met.any():
        return drawn, inside
    hidden = [column >= after for column in range(len(layout.columns))]
    told = (inside * FRACTION_STEPS).to(torch.uint8)
    drawn, rest = model.fill(drawn, told, hidden, torch.from_numpy(noise[met]), temperature)
    early = bisect_left(layout.number_column, after)  # the context knows these to one byte, the row exactly
    return drawn, torch.cat([inside[:, :early], rest[:, early:]], 1)


def as_arrays(rows: tuple[Tensor, Tensor]) -> tuple[Ints, Floats]:
    """Codes and fractions as numpy has them."""
    codes, inside = rows
    return codes.cpu().numpy(), inside.cpu().double().numpy()
