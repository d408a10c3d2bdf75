"""Rows asked in order, kept as often as plain order says: for conditions that too few plain rows meet.

A row's weight is how much likelier it is in plain order than in the order in which it was asked. Rows are kept by
rejection (von Neumann 1951), so none comes twice; the largest weights are cut where hardly a row would be kept
otherwise, which leaves a part of the difference between both orders.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.asking.picking import log_ratio
from tabgan.asking.pool import Pool, effective
from tabgan.model import FittedModel

PILOT_DRAFTS = 2_048
ALIKE = 0.8  # effective share of the pilot's rows from which on they are taken as they are
MIN_KEPT = 1 / 32  # share of the rows that is kept

Floats = NDArray[np.float64]


def plan_cap(model: FittedModel, pool: Pool) -> float | None:
    """Log of the weight from which on a row is always kept; None where weights hardly differ."""
    noise = np.random.default_rng(0).random((PILOT_DRAFTS, len(model.encoder.layout.columns)))
    log_weights = _weights(model, pool, *pool.rows(model, noise, np.random.default_rng(1)))
    top = float(log_weights.max())
    weights = np.exp(log_weights - top)
    if effective(weights) >= ALIKE * len(weights):
        return None
    return top + cut(weights)


def cut(weights: Floats) -> float:
    """Log of the largest cap on weights (n,), at most their maximum of 1, at which enough rows are kept."""
    low, high = np.log(weights[weights > 0].min()), 0.0
    if kept_share(weights, high) >= MIN_KEPT:
        return high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if kept_share(weights, middle) >= MIN_KEPT else (low, middle)
    return float(low)


def kept_share(weights: Floats, log_cap: float) -> float:
    """Expected share of the rows that is kept."""
    return float(np.minimum(weights / np.exp(log_cap), 1.0).mean())


def weighed(
    model: FittedModel, pool: Pool, noise: Floats, source: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Those rows of a block, from uniforms (B, C), that are kept: codes (n, S) and fractions (n, R)."""
    assert pool.cap is not None
    drawn, inside = pool.rows(model, noise, source)
    log_chance = np.minimum(_weights(model, pool, drawn, inside) - pool.cap, 0.0)
    index = torch.from_numpy(np.flatnonzero(source.random(len(log_chance)) < np.exp(log_chance)))
    return drawn[index.to(model.device)], inside[index.to(model.device)]


def _weights(model: FittedModel, pool: Pool, drawn: Tensor, inside: Tensor) -> Floats:
    return log_ratio(model, pool.condition, drawn.cpu().numpy(), inside.cpu().double().numpy())
