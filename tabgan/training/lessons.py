"""Last lessons of a critic that is kept: what no generator shows it, it could not tell.

At the end of a game generated rows are nearly as real as real ones, so its critic has little left to say, and has
never seen a row that is plainly wrong. Half of what it is shown from here on are such rows.
DIFF: no part of any GAN; the generator no longer learns. This is noise-contrastive estimation (Gutmann & Hyvärinen
2010): whatever the game was, a score becomes the log-odds that a row is real and not one of those.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tabgan.encoding.layout import Layout
from tabgan.networks.critic import Critic
from tabgan.networks.filling import noise_dtype
from tabgan.networks.generator import Generator
from tabgan.networks.losses import minimax_critic_loss
from tabgan.training.budget import Budget
from tabgan.training.optimizer import Adam
from tabgan.training.runtime import Rows
from tabgan.training.steps import apply_gradients
from tabgan.training.validation import draw_rows

LESSON_STEPS = 300
LESSON_ROWS = 256
LESSON_SHARE = 0.15  # of the time that is left for the game
LESSON_RATE = 1e-3  # learning rate at the start, a twentieth of it at the end
GENERATED_ROWS = 4_096
CORRUPTED = 0.5  # share of the rows to be told from real ones that are spoilt, not generated


def teach(
    critic: Critic,
    generator: Generator,
    rows: Rows,
    layout: Layout,
    *,
    budget: Budget,
    rng: np.random.Generator,
    noise: torch.Generator,
) -> None:
    """Train the critic on real rows against generated and spoilt ones, each among generated rows if it sees packs."""
    device, size = rows.codes.device, min(LESSON_ROWS, len(rows))
    optimizer = Adam(critic.parameters(), lr=LESSON_RATE, betas=(0.5, 0.9))
    uniforms = torch.from_numpy(rng.random((GENERATED_ROWS, len(layout.columns))))
    generated = draw_rows(generator, uniforms.to(noise_dtype(device)).to(device))
    columns = torch.tensor(layout.symbol_column, device=device)

    def pick(source: Tensor, n_rows: int) -> Tensor:
        index = torch.from_numpy(rng.integers(0, len(source), n_rows)).to(device)
        return source[index].long()

    while budget.done() < 1:
        for group in optimizer.param_groups:
            group["lr"] = LESSON_RATE * max(1 - budget.done(), 0.05)
        spoilt = spoil(pick(rows.codes, size), pick(rows.codes, size), columns, noise)
        is_spoilt = torch.rand(size, 1, generator=noise, device=device) < CORRUPTED
        wrong = torch.where(is_spoilt, spoilt, pick(generated, size))
        beside = critic.companions(pick(generated, size * (critic.pac - 1)), size)
        real = critic.among(critic.embed(pick(rows.codes, size)), beside)
        fake = critic.among(critic.embed(wrong), beside)
        torch.autograd.backward(minimax_critic_loss(critic(real), critic(fake)))
        apply_gradients(critic, optimizer, clip=100.0)
        budget.taken += 1


def spoil(codes: Tensor, others: Tensor, columns: Tensor, noise: torch.Generator) -> Tensor:
    """Rows (B, S) with one to all columns taken from other rows (B, S): each cell real, the row not.

    ``columns`` (S,) is the column of each symbol. How many columns differ is spread evenly over the rows.
    """
    n_rows, n_columns = len(codes), int(columns.max()) + 1
    chance = torch.rand(n_rows, n_columns, generator=noise, device=codes.device)[:, columns]
    share = torch.rand(n_rows, 1, generator=noise, device=codes.device)
    swapped = (chance < share) | (chance == chance.amin(1, keepdim=True))
    return torch.where(swapped, others, codes)
