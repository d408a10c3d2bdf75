"""Held-out rows: which weights are kept, and when training stops."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.config import MAX_VALIDATION_ROWS
from tabgan.encoding.layout import Layout
from tabgan.networks.critic import Critic
from tabgan.networks.filling import blank, fill, noise_dtype
from tabgan.networks.generator import Generator
from tabgan.training.runtime import Rows

MIN_ROWS = 200  # below, all rows are trained on
COARSE_LEVELS = 24  # a symbol's rarer levels are counted together
MAX_PAIRED_SYMBOLS = 48
DRAWN_ROWS = 5_000


def split_rows(
    n_rows: int, share: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers for training and for validation; too small a table has no validation rows."""
    shuffled = rng.permutation(n_rows)
    n_held_out = min(int(n_rows * share), MAX_VALIDATION_ROWS)
    if n_rows < MIN_ROWS:
        n_held_out = 0
    return shuffled[n_held_out:], shuffled[:n_held_out]


@torch.no_grad()
def mean_log_prob(generator: Generator, rows: Rows, orders: Tensor, micro: int) -> float:
    """Mean log-probability of a row's codes in nats."""
    total = torch.zeros((), device=orders.device)
    for part in torch.split(torch.arange(len(rows), device=orders.device), micro):
        codes, fractions = rows.take(part)
        total += generator.log_prob(codes, fractions, orders).sum()
    return float(total) / max(len(rows), 1)


@dataclass(frozen=True)
class PairCounts:
    """Mean total variation distance over all pairs of symbols between two sets of coarse-grained rows.

    Built once on held-out rows; the noise of the generated rows is fixed, so that two generators are compared
    on equal draws.
    """

    groups: Tensor  # (L + 1,) coarse level of each row of the table of all levels
    unused: Tensor  # (symbols, 1) coarse level of a symbol that does not apply
    n_groups: int
    symbols: Tensor
    reference: Tensor
    noise: Tensor

    @torch.no_grad()
    def distance(self, generator: Generator) -> float:
        """Distance of generated rows from the held-out rows; 0 is equal."""
        parts = [
            self._counts(generator, draw_rows(generator, part)) for part in torch.split(self.noise, 1024)
        ]
        counts = torch.stack(parts).sum(0) / len(self.noise)
        n = len(self.symbols)
        return float((counts - self.reference).abs().sum()) / (2 * n * n)

    def _counts(self, generator: Generator, codes: Tensor) -> Tensor:
        level = generator.tables.levels(codes)[self.symbols]
        group = torch.where(level > 0, self.groups[level], self.unused)
        hot = torch.zeros(codes.shape[0], self.n_groups, device=codes.device).scatter_(1, group.T, 1.0)
        return hot.T @ hot


@torch.no_grad()
def draw_rows(generator: Generator, noise: Tensor) -> Tensor:
    """Unconditional rows, codes (B, S), from uniforms (B, C)."""
    return fill(generator, *blank(generator, len(noise)), noise)[0]


def count_pairs(generator: Generator, layout: Layout, held_out: Rows, rng: np.random.Generator) -> PairCounts:
    """Prepare `PairCounts` on held-out rows."""
    device = held_out.codes.device
    n = min(layout.n_symbols, MAX_PAIRED_SYMBOLS)
    symbols = np.sort(rng.choice(layout.n_symbols, n, replace=False))
    groups = np.zeros(layout.n_levels + 1, np.int64)
    unused = np.zeros((n, 1), np.int64)
    codes = held_out.codes.cpu().numpy()
    next_group = 0
    for i, symbol in enumerate(symbols):
        size, offset = layout.symbols[symbol].n_levels, int(layout.offsets[symbol])
        seen = np.bincount(codes[:, symbol][codes[:, symbol] >= 0], minlength=size)
        rank = np.argsort(np.argsort(-seen, kind="stable"), kind="stable")
        coarse = np.minimum(rank, COARSE_LEVELS - 1) + 1
        groups[offset + 1 : offset + 1 + size] = next_group + coarse
        unused[i] = next_group
        next_group += int(coarse.max()) + 1
    n_drawn = min(max(len(held_out), 1000), DRAWN_ROWS)
    uniforms = torch.from_numpy(rng.random((n_drawn, len(layout.columns))))
    noise = uniforms.to(noise_dtype(device)).to(device)
    empty = torch.zeros(next_group, next_group, device=device)
    tables = [torch.from_numpy(table).to(device) for table in (groups, unused, symbols)]
    made = PairCounts(tables[0], tables[1], next_group, tables[2], empty, noise)
    index = torch.arange(len(held_out), device=device)
    reference = sum((made._counts(generator, held_out.take(i)[0]) for i in torch.split(index, 4096)), empty)
    return replace(made, reference=reference / max(len(held_out), 1))


@torch.no_grad()
def critic_accuracy(critic: Critic, real: Tensor, generated: Tensor) -> float:
    """How often the critic scores a held-out pack above a generated one; half is the ideal."""
    n = min(len(real), len(generated)) // critic.pac * critic.pac
    if n == 0:
        return 0.5
    true, fake = critic(critic.embed(real[:n])), critic(critic.embed(generated[:n]))
    return float((true > fake).float().mean() + (true == fake).float().mean() / 2)
