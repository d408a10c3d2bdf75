"""Rows with gaps filled in, each chosen among candidates as plain order has it.

Gaps are asked given the cells that are known, whichever these are: one of the many orders of which each is learnt far
less than the plain one. So a row is filled in several times, and one of these is chosen with the weight of how much
likelier the whole row is in plain order than its gaps were as asked (sampling-importance resampling: Rubin 1987,
Journal of the American Statistical Association 82, pages 543 to 546). Where weights hardly differ one filling does.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch
from numpy.typing import NDArray

from tabgan.asking.pool import effective
from tabgan.conditioning.known import Known
from tabgan.conditioning.orders import canonical_order
from tabgan.config import SAMPLE_BLOCK
from tabgan.model import FittedModel
from tabgan.networks.precision import matmul_precision
from tabgan.networks.tables import FRACTION_STEPS
from tabgan.training.runtime import micro_batch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
N_CANDIDATES = 4
PILOT_ROWS = 64
ALIKE = 0.8  # effective share of the pilot's candidates from which on one filling does


def how_many(model: FittedModel, known: Known, noise: Floats) -> int:
    """Of how many candidates each row is chosen: of all whose uniforms (K, n, C) are given, or of one.

    One is enough where those of some rows hardly differ in weight.
    """
    some = np.linspace(0, len(known.codes) - 1, min(len(known.codes), PILOT_ROWS)).astype(np.int64)
    *_, weights = _candidates(model, known.take(some), noise[:, some])
    shares = [effective(np.exp(own - own.max())) / len(own) for own in weights.T]
    return len(noise) if float(np.mean(shares)) < ALIKE else 1


def chosen(model: FittedModel, known: Known, noise: Floats, chances: Floats) -> tuple[Ints, Floats]:
    """Codes (n, S) and fractions (n, R) of rows filled in.

    Parameters
    ----------
    noise : uniforms (K, n, C), of K candidates.
    chances : uniforms (K, n) that choose among them.
    """
    codes, inside, weights = _candidates(model, known, noise)
    if len(noise) == 1:
        return codes[0], inside[0]
    gumbel = -np.log(-np.log(np.clip(chances, np.finfo(np.float64).tiny, 1 - 2.0**-53)))
    best, rows = (weights + gumbel).argmax(axis=0), np.arange(codes.shape[1])
    return codes[best, rows], inside[best, rows]


def filled(
    model: FittedModel,
    codes: Ints,
    fractions: NDArray[np.uint8],
    hidden: NDArray[np.bool_],
    noise: Floats,
    never_missing: Collection[int] = (),
) -> tuple[Ints, Floats]:
    """`FittedModel.fill` of codes (n, S), fractions (n, R) and flags (n, C), from uniforms (n, C), all as arrays."""
    own, places, gaps = (torch.from_numpy(part).to(model.device) for part in (codes, fractions, hidden))
    drawn, inside = model.fill(own, places, gaps, torch.from_numpy(noise), never_missing=never_missing)
    return drawn.cpu().numpy(), inside.cpu().double().numpy()


def _candidates(model: FittedModel, known: Known, noise: Floats) -> tuple[Ints, Floats, Floats]:
    """Codes (K, n, S), fractions (K, n, R) and log-weights (K, n), zeros for a single one, of fillings."""
    n_candidates, n_rows, _ = noise.shape
    # those of a row stand beside one another: they have one order
    many = known.take(np.repeat(np.arange(n_rows), n_candidates))
    uniforms = noise.swapaxes(0, 1).reshape(len(many.codes), -1)
    codes, inside = filled(model, many.codes, many.fractions, many.hidden, uniforms)
    weights = np.zeros(len(codes))
    if n_candidates > 1:
        weights = _log_weights(model, codes, inside, many.hidden)
    shape = (n_rows, n_candidates)
    return (
        codes.reshape(*shape, -1).swapaxes(0, 1),
        inside.reshape(*shape, -1).swapaxes(0, 1),
        weights.reshape(shape).T,
    )


def _log_weights(model: FittedModel, codes: Ints, inside: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """How much likelier rows are in plain order than their ``hidden`` cells given the others, (n,) in nats."""
    layout, device = model.encoder.layout, model.device
    gaps = hidden[:, list(layout.symbol_column)]
    orders = np.argsort(gaps, axis=1, kind="stable")  # what is known, then the gaps, each in plain order
    fractions = (inside * FRACTION_STEPS).astype(np.uint8)
    plain = torch.from_numpy(canonical_order(layout.symbol_column)[None]).to(device)
    size, weights = micro_batch(layout, model.generator.width, SAMPLE_BLOCK), np.zeros(len(codes))
    with torch.no_grad(), matmul_precision(model.config.matmul_precision, device):
        for start in range(0, len(codes), size):
            part = slice(start, start + size)
            own, places, order, asked = (
                torch.from_numpy(whole[part]).to(device) for whole in (codes, fractions, orders, gaps)
            )
            log_prob = model.generator.log_prob(own, places, order)
            difference = model.generator.log_prob(own, places, plain) - log_prob * asked.T
            weights[part] = difference.sum(0).cpu().double().numpy()
    return weights
