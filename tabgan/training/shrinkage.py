"""What a head learnt by heart is taken back: each head's logits shrink as held-out rows say.

A head that follows noise (a number that nothing explains) is sure of itself on training rows only. One factor a
head, chosen on held-out rows, moves its logits towards their mean: temperature scaling (Guo et al. 2017, arXiv
1706.04599, section 4.2). DIFF: one factor a symbol, towards the mean logits and not towards equal shares.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from tabgan.networks.generator import Generator
from tabgan.training.runtime import Rows

Passes = Iterator[tuple[float, Tensor, list[Tensor]]]
FACTORS = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
MOSTLY_NOISE = 0.6  # heads that held-out rows trust more are left alone: shrinking moves their marginals


@torch.no_grad()
def shrink_heads(generator: Generator, rows: Rows, orders: list[tuple[float, Tensor]], micro: int) -> Tensor:
    """Shrink the heads of a generator in place, and return the factors, (S,).

    Parameters
    ----------
    rows : held-out rows, of which enough are needed that a factor is no chance.
    orders : weights and orders (1, S, S) in which the rows are judged.
    micro : rows that pass at once.
    """
    heads = generator.heads
    factors = torch.ones(generator.tables.n_symbols, device=generator.levels.device)
    gains, means = _gains(generator, rows, orders, micro)
    for bucket, members in enumerate(heads.buckets):
        best = gains[bucket].argmax(1)  # the first, least shrunk, of equals
        factor = torch.tensor(FACTORS, device=best.device)[best].reshape(-1, 1, 1)
        factor = torch.where(factor <= MOSTLY_NOISE, factor, 1.0)
        index = torch.tensor(members, device=best.device)
        heads.last_bias[bucket] += (1 - factor) * means[bucket]
        heads.last[bucket] *= factor
        heads.smooth[index] *= factor
        factors[index] = factor.flatten()
    return factors


def _gains(
    generator: Generator, rows: Rows, orders: list[tuple[float, Tensor]], micro: int
) -> tuple[list[Tensor], list[Tensor]]:
    """Weighted log-probability under each factor, (symbols, factors) a bucket, and mean shifts (symbols, 1, K)."""
    heads = generator.heads
    means = [torch.zeros_like(bias) for bias in heads.last_bias]
    for weight, _, logits in _passes(generator, rows, orders, micro):
        for bucket, scores in enumerate(logits):
            shift = (scores - heads.last_bias[bucket]).sum(1, keepdim=True)
            means[bucket] += weight * shift / len(rows)
    device = generator.levels.device
    gains = [torch.zeros(len(members), len(FACTORS), device=device) for members in heads.buckets]
    for weight, codes, logits in _passes(generator, rows, orders, micro):
        for bucket, (members, scores) in enumerate(zip(heads.buckets, logits, strict=True)):
            code = codes.T[members]
            centre = heads.last_bias[bucket] + means[bucket]
            for i, factor in enumerate(FACTORS):
                shrunk = centre + factor * (scores - centre)
                picked = shrunk.gather(2, code.clamp(min=0).unsqueeze(-1)).squeeze(-1)
                log_prob = (picked - torch.logsumexp(shrunk, dim=2)) * (code >= 0)
                gains[bucket][:, i] += weight * log_prob.sum(1)
    return gains, means


def _passes(generator: Generator, rows: Rows, orders: list[tuple[float, Tensor]], micro: int) -> Passes:
    """Weight, codes and logits of each part of the rows in each order."""
    device = generator.levels.device
    for weight, order in orders:
        for part in torch.split(torch.arange(len(rows), device=device), micro):
            codes, fractions = rows.take(part)
            yield weight, codes, generator.logits(codes, fractions, order)
