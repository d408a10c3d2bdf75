"""One step of each player of the classic game. Only levels and row numbers travel to the device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.conditioning.by_sampling import RowIndex
from tabgan.config import ClassicConfig
from tabgan.networks.classic_blocks import RowBlocks, gumbel
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator
from tabgan.networks.losses import objective
from tabgan.training.optimizer import Optimizer

Array = NDArray[Any]


@dataclass(frozen=True)
class ClassicRows:
    """Encoded rows on the device, and the index to draw them by their levels.

    Attributes
    ----------
    codes : (N, S) small integers.
    alphas : (N, A) in [-1, 1]; 0 in modes of no width.
    bits : (V + 1, P) of the levels, the last line none.
    """

    codes: Tensor
    alphas: Tensor
    index: RowIndex
    bits: Tensor

    def __len__(self) -> int:
        return len(self.codes)

    def draw(
        self, n: int, blocks: RowBlocks, rng: np.random.Generator, *, log_frequency: bool
    ) -> tuple[Tensor, Tensor]:
        """Training-by-sampling: n conditions, bits (n, P), and the features (n, F) of a row for each."""
        levels = self.index.levels.draw(n, rng, log_frequency=log_frequency)
        rows = torch.from_numpy(self.index.draw(levels, rng)).to(self.codes.device)
        asked = self.bits[torch.from_numpy(levels).to(self.codes.device)]
        return asked, blocks.features(self.codes[rows].long(), self.alphas[rows])


@dataclass(frozen=True)
class Fakes:
    """Generated rows, with gradients to the generator: raw and activated features (B, F)."""

    raw: Tensor
    features: Tensor


def alphas_of(blocks: RowBlocks, fractions: Array) -> Tensor:
    """Alphas (n, A) in [-1, 1] of fractions (n, R) in [0, 1]."""
    return torch.from_numpy(fractions[:, blocks.gaussian].astype(np.float32) * 2 - 1)


def generate(generator: ClassicGenerator, bits: Tensor, temperature: float, noise: torch.Generator) -> Fakes:
    """New rows that are asked for bits (B, P)."""
    z = torch.randn(len(bits), generator.noise_width, generator=noise, device=bits.device)
    raw = generator(z, bits)
    gumbels = gumbel((len(bits), generator.blocks.n_levels), noise)
    return Fakes(raw, generator.blocks.activate(raw, gumbels, temperature))


def critic_gradients(
    critic: ClassicCritic,
    bits: Tensor,
    real: Tensor,
    fake: Tensor,
    config: ClassicConfig,
    noise: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Add the critic's gradient on real rows (B, F) against generated ones of the same conditions (B, P).

    Returns its loss without the penalty, the gap (real minus generated mean score) and the penalty.
    """
    game = objective(config.objective)
    packs = torch.cat([real, fake.detach()]).view(-1, critic.width)
    n = len(packs) // 2
    masks = critic.draw_masks(len(packs), noise)
    context = critic.context(bits)
    scores = critic(packs, torch.cat([context, context]), masks)
    loss = game.critic_loss(scores[:n], scores[n:])
    slope = partial(critic.slope, context=context, masks=[mask[:n] for mask in masks])
    penalty = game.penalise(slope, packs[:n], packs[n:], noise)
    torch.autograd.backward(loss + config.penalty_weight * penalty)
    return loss.detach(), (scores[:n].mean() - scores[n:].mean()).detach(), penalty.detach()


def generator_gradients(
    blocks: RowBlocks,
    critic: ClassicCritic,
    bits: Tensor,
    real: Tensor,
    fakes: Fakes,
    config: ClassicConfig,
    noise: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Add the generator's gradient through the fixed critic, and that of the cross-entropy of what was asked.

    Returns both losses.
    """
    game = objective(config.objective)
    context = critic.context(bits)
    masks = critic.draw_masks(len(context), noise)
    score = critic(fakes.features, context, masks)
    against = critic(real, context, masks).detach() if game.compares else score.detach()
    loss = game.generator_loss(against, score)
    asked = blocks.cross_entropy(fakes.raw, bits)
    torch.autograd.backward(loss + asked)
    return loss.detach(), asked.detach()


def take_step(module: nn.Module, optimizer: Optimizer) -> Tensor:
    """Step by the gradients that were added, clear them, return their norm."""
    norm = nn.utils.get_total_norm([p.grad for p in module.parameters() if p.grad is not None])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm
