"""Last lessons of a classic critic that is kept: as in `tabgan.training.lessons`, on packs without conditions."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import gumbel
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator
from tabgan.networks.losses import minimax_critic_loss
from tabgan.training.classic_steps import ClassicRows, take_step
from tabgan.training.lessons import CORRUPTED, GENERATED_ROWS, LESSON_RATE, LESSON_ROWS, spoil
from tabgan.training.optimizer import Adam

LESSON_STEPS = 600  # a pack has to be seen through: most of it says nothing about the row


def teach_classic(
    critic: ClassicCritic,
    generator: ClassicGenerator,
    rows: ClassicRows,
    layout: Layout,
    rng: np.random.Generator,
    noise: torch.Generator,
) -> None:
    """Train the critic on real rows against generated and spoilt ones, each the first of a pack of generated rows."""
    blocks, device, size = generator.blocks, rows.codes.device, min(LESSON_ROWS, len(rows))
    optimizer = Adam(critic.parameters(), lr=LESSON_RATE, betas=(0.5, 0.9))
    levels = torch.from_numpy(rows.index.levels.draw(GENERATED_ROWS, rng, log_frequency=False)).to(device)
    generated = draw_features(generator, rows.bits[levels], noise)
    columns = torch.tensor(blocks.feature_columns(layout), device=device)

    def pick(n: int, n_rows: int) -> Tensor:
        return torch.from_numpy(rng.integers(0, n, n_rows)).to(device)

    def real_rows() -> Tensor:
        index = pick(len(rows), size)
        return blocks.features(rows.codes[index].long(), rows.alphas[index])

    for step in range(LESSON_STEPS):
        for group in optimizer.param_groups:
            group["lr"] = LESSON_RATE * max(1 - step / LESSON_STEPS, 0.05)
        real = real_rows()
        is_spoilt = torch.rand(size, 1, generator=noise, device=device) < CORRUPTED
        wrong = torch.where(
            is_spoilt, spoil(real_rows(), real_rows(), columns, noise), generated[pick(len(generated), size)]
        )
        beside = generated[pick(len(generated), size * (critic.pac - 1))].view(size, critic.pac - 1, -1)
        packs = torch.cat([among(real, beside), among(wrong, beside)])
        scores = critic(packs, no_context(critic, 2 * size, device))
        torch.autograd.backward(minimax_critic_loss(scores[:size], scores[size:]))
        take_step(critic, optimizer)


def among(rows: Tensor, companions: Tensor) -> Tensor:
    """Rows (B, F), each the first of a pack with companions (B or 1, pac - 1, F): packs (B, pac · F)."""
    return torch.cat([rows, companions.flatten(1).expand(len(rows), -1)], dim=1)


def no_context(critic: ClassicCritic, n_packs: int, device: torch.device) -> Tensor:
    """The context of packs without conditions: zeros (packs, width)."""
    return torch.zeros(n_packs, critic.widths[0], device=device)


@torch.no_grad()
def draw_features(generator: ClassicGenerator, bits: Tensor, noise: torch.Generator) -> Tensor:
    """Features (B, F) of rows drawn for bits (B, P), as hard as those of real rows, in evaluation mode."""
    z = torch.randn(len(bits), generator.noise_width, generator=noise, device=bits.device)
    was_training = generator.training
    raw = generator.eval()(z, bits)
    generator.train(was_training)
    return generator.blocks.features(
        *generator.blocks.draw(raw, gumbel((len(bits), generator.blocks.n_levels), noise))
    )
