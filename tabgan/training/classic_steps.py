"""One step of each player of the classic game. Only conditions and row numbers travel to the device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.conditioning.by_sampling import LevelTable, RowIndex
from tabgan.config import ClassicConfig
from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import RowBlocks, gumbel
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator
from tabgan.networks.losses import objective

Array = NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """Conditions, and real rows that meet them.

    Attributes
    ----------
    asked : (B, S) codes that are asked for, -1 elsewhere.
    condition : (B, K) the same as bits.
    codes, alphas : (B, S) and (B, A) of the real rows.
    """

    asked: Tensor
    condition: Tensor
    codes: Tensor
    alphas: Tensor


@dataclass(frozen=True)
class ClassicRows:
    """Encoded rows on the device, and the index to draw them by their levels.

    Attributes
    ----------
    codes : (N, S) small integers.
    alphas : (N, A) in [-1, 1]; 0 in modes of no width.
    """

    codes: Tensor
    alphas: Tensor
    index: RowIndex

    @classmethod
    def of(
        cls,
        layout: Layout,
        blocks: RowBlocks,
        codes: Array,
        fractions: Array,
        levels: LevelTable,
        device: torch.device,
    ) -> ClassicRows:
        """Place rows with codes (N, S) and fractions (N, R) in [0, 1] on the device."""
        alphas = fractions[:, blocks.gaussian].astype(np.float32) * 2 - 1
        index = RowIndex.of(layout, codes, levels)
        return cls(torch.from_numpy(codes).to(device), torch.from_numpy(alphas).to(device), index)

    def __len__(self) -> int:
        return len(self.codes)

    def draw(self, n: int, blocks: RowBlocks, rng: np.random.Generator, *, log_frequency: bool) -> Batch:
        """Training-by-sampling: n conditions, and a row for each."""
        levels = self.index.levels.draw(n, rng, log_frequency=log_frequency)
        rows = torch.from_numpy(self.index.draw(levels, rng)).to(self.codes.device)
        asked = torch.from_numpy(self.index.levels.condition(levels, blocks.n_symbols)).to(rows.device)
        return Batch(asked, blocks.condition(asked), self.codes[rows].long(), self.alphas[rows])


def generate(
    generator: ClassicGenerator, condition: Tensor, temperature: float, noise: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Raw and activated features (B, F) of new rows for conditions (B, K)."""
    z = torch.randn(len(condition), generator.noise_width, generator=noise, device=condition.device)
    raw = generator(z, condition)
    shape = (len(condition), generator.blocks.n_levels)
    return raw, generator.blocks.activate(raw, gumbel(shape, noise), temperature)


def critic_gradients(
    generator: ClassicGenerator,
    critic: ClassicCritic,
    batch: Batch,
    config: ClassicConfig,
    noise: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Add the critic's gradient on real rows against generated ones of the same conditions.

    Returns its loss without the penalty, the gap (real minus generated mean score) and the penalty.

    DIFF: generated rows are made without a gradient, which this step would only throw away.
    """
    game = objective(config.objective)
    with torch.no_grad():
        _, fake = generate(generator, batch.condition, config.temperature, noise)
        real = generator.blocks.features(batch.codes, batch.alphas)
        rows = torch.cat([torch.cat([part, batch.condition], dim=1) for part in (real, fake)])
        packs = rows.view(-1, critic.width)
    n = len(packs) // 2
    masks = critic.draw_masks(len(packs), noise)
    scores = critic(packs, masks)
    loss = game.critic_loss(scores[:n], scores[n:])
    slope = partial(critic.slope, masks=[mask[:n] for mask in masks])
    penalty = game.penalise(slope, packs[:n], packs[n:], noise)
    torch.autograd.backward(loss + config.penalty * penalty)
    return loss.detach(), (scores[:n].mean() - scores[n:].mean()).detach(), penalty.detach()


def generator_gradients(
    generator: ClassicGenerator,
    critic: ClassicCritic,
    batch: Batch,
    config: ClassicConfig,
    noise: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Add the generator's gradient through the fixed critic, and that of the cross-entropy of what was asked.

    Returns both losses.
    """
    game, blocks = objective(config.objective), generator.blocks
    raw, fake = generate(generator, batch.condition, config.temperature, noise)
    fakes = torch.cat([fake, batch.condition], dim=1).view(-1, critic.width)
    masks = critic.draw_masks(len(fakes), noise)
    score = critic(fakes, masks)
    real = score.detach()
    if game.compares:
        rows = torch.cat([blocks.features(batch.codes, batch.alphas), batch.condition], dim=1)
        real = critic(rows, masks).detach()
    loss = game.generator_loss(real, score)
    asked = blocks.cross_entropy(raw, batch.asked)
    torch.autograd.backward(loss + asked)
    return loss.detach(), asked.detach()


def take_step(module: nn.Module, optimizer: torch.optim.Optimizer) -> Tensor:
    """Step by the gradients that were added, clear them, return their norm."""
    norm = nn.utils.get_total_norm([p.grad for p in module.parameters() if p.grad is not None])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm
