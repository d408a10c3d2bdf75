"""What a head learnt by heart is taken back: each head's logits shrink as held-out rows say.

A head that follows noise (a number that nothing explains) is sure of itself on training rows only. One factor a
head, chosen on held-out rows, moves its logits towards their mean: temperature scaling (Guo et al. 2017, arXiv
1706.04599, section 4.2). DIFF: one factor a symbol, towards the mean logits and not towards equal shares; then the
biases are moved until the symbol has the shares that it had, as shrinking alone would even them out.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tabgan.config import MICRO_BATCH_BYTES
from tabgan.networks.generator import Generator
from tabgan.training.runtime import Rows

FACTORS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
MAX_ROWS = 5_000
SHARE_STEPS = 10  # of iterative proportional fitting
RAREST = 1e-9  # levels of smaller shares (padding among them) keep their bias


@torch.no_grad()
def shrink_heads(generator: Generator, rows: Rows, orders: list[tuple[float, Tensor]], micro: int) -> Tensor:
    """Shrink the heads of a generator in place, and return the factors, (S,).

    Parameters
    ----------
    rows : held-out rows, of which enough are needed that a factor is no chance; the first few thousand are used.
    orders : weights and orders (1, S, S) in which the rows are judged.
    micro : rows that pass at once.
    """
    heads = generator.heads
    device = generator.levels.device
    factors = torch.ones(generator.tables.n_symbols, device=device)
    widest = sum(
        len(members) * bias.shape[2] for members, bias in zip(heads.buckets, heads.last_bias, strict=True)
    )
    n_rows = min(len(rows), MAX_ROWS, max(MICRO_BATCH_BYTES // (4 * widest), 200))
    weights = torch.cat([torch.full((n_rows,), weight, device=device) for weight, _ in orders])
    codes, logits = _logits(generator, rows, n_rows, [order for _, order in orders], micro)
    for bucket, (members, scores) in enumerate(zip(heads.buckets, logits, strict=True)):
        code = codes[members]
        applies = weights * (code >= 0)  # (symbols, B)
        bias = heads.last_bias[bucket]
        count = applies.sum(1).clamp(min=1e-9)[:, None, None]
        centre = bias + ((scores - bias) * applies.unsqueeze(2)).sum(1, keepdim=True) / count
        gains = [_log_prob(centre + factor * (scores - centre), code, applies) for factor in FACTORS]
        best = torch.stack(gains, 1).argmax(1)  # the first, least shrunk, of equals
        factor = torch.tensor(FACTORS, device=device)[best].reshape(-1, 1, 1)
        wanted = _shares(scores, applies, count)
        scores = centre + factor * (scores - centre)
        moved = (1 - factor) * (centre - bias)
        for _ in range(SHARE_STEPS):
            shares = _shares(scores, applies, count)
            step = torch.where(wanted > RAREST, (wanted / shares.clamp(min=RAREST)).log(), 0.0) * (factor < 1)
            scores, moved = scores + step, moved + step
        bias += moved
        heads.last[bucket] *= factor
        index = torch.tensor(members, device=device)
        heads.smooth[index] *= factor
        factors[index] = factor.flatten()
    return factors


def _logits(
    generator: Generator, rows: Rows, n_rows: int, orders: list[Tensor], micro: int
) -> tuple[Tensor, list[Tensor]]:
    """Codes (S, B) and logits (symbols, B, K) a bucket; B is rows times orders."""
    codes, logits = [], []
    for order in orders:
        for part in torch.split(torch.arange(n_rows, device=order.device), micro):
            own, fractions = rows.take(part)
            codes.append(own.T)
            logits.append(generator.logits(own, fractions, order))
    return torch.cat(codes, 1), [torch.cat(parts, 1) for parts in zip(*logits, strict=True)]


def _log_prob(scores: Tensor, code: Tensor, applies: Tensor) -> Tensor:
    """Weighted log-probability of codes (symbols, B) under logits (symbols, B, K), (symbols,)."""
    picked = scores.gather(2, code.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return ((picked - torch.logsumexp(scores, dim=2)) * applies).sum(1)


def _shares(scores: Tensor, applies: Tensor, count: Tensor) -> Tensor:
    """Mean probability of each level, (symbols, 1, K)."""
    return (torch.softmax(scores, dim=2) * applies.unsqueeze(2)).sum(1, keepdim=True) / count
