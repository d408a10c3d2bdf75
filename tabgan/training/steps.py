"""One step of each kind. No step copies anything between host and device but row indices."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tabgan.config import Config
from tabgan.networks.critic import Critic
from tabgan.networks.filling import fill, noise_dtype
from tabgan.networks.generator import Generator
from tabgan.networks.losses import Objective, likelihood_loss
from tabgan.networks.playing import fill_through
from tabgan.training.optimizer import Optimizer
from tabgan.training.runtime import Rows


@dataclass
class Meter:
    """Sums on the device of what steps report; read (and emptied) once in a while."""

    total: Tensor
    steps: int = 0

    def add(self, *values: Tensor) -> None:
        """One step's figures, in the order of the meter's fields."""
        self.total += torch.stack([value.detach().float() for value in values])
        self.steps += 1

    def read(self) -> list[float]:
        """Means since the last reading."""
        means = (self.total / max(self.steps, 1)).tolist()
        self.total.zero_()
        self.steps = 0
        return [float(mean) for mean in means]


def likelihood_gradients(
    generator: Generator,
    rows: Rows,
    index: Tensor,
    orders: Tensor,
    *,
    weight: float,
    dropout: float,
    micro: int,
    noise: torch.Generator,
) -> Tensor:
    """Add ``weight`` times the gradient of the mean cross-entropy of rows ``index`` (B,); returns that loss.

    ``orders`` are (G, S). Rows pass in micro-batches of ``micro``.
    """
    loss = torch.zeros((), device=index.device)
    for part in torch.split(index, micro):
        codes, fractions = rows.take(part)
        log_prob = generator.log_prob(codes, fractions, orders, dropout, noise)
        part_loss = likelihood_loss(log_prob) * (len(part) / len(index))
        torch.autograd.backward(part_loss * weight)
        loss += part_loss.detach()
    return loss


def critic_gradients(
    generator: Generator,
    critic: Critic,
    rows: Rows,
    real: Tensor,
    start: Tensor,
    hidden: list[bool],
    objective: Objective,
    config: Config,
    noise: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Add the critic's gradient on real rows (B,) against rows ``start`` (B,) with hidden columns redrawn.

    Generated rows carry no gradient here. Returns the gap (real minus generated mean score) and the penalty.
    """
    codes, fractions = rows.take(start)
    size = (len(start), len(hidden))
    uniforms = torch.rand(size, generator=noise, device=codes.device, dtype=noise_dtype(codes.device))
    generated, _ = fill(generator, codes, fractions, hidden, uniforms)
    fake = critic.embed(generated).reshape(len(start) // critic.pac, -1)
    true = critic.embed(rows.take(real)[0]).reshape(len(real) // critic.pac, -1)
    scores = critic(true), critic(fake)
    penalty = objective.penalise(critic.slope, true, fake, noise)
    torch.autograd.backward(objective.critic_loss(*scores) + config.penalty * penalty)
    return scores[0].detach().mean() - scores[1].detach().mean(), penalty


def game_gradients(
    generator: Generator,
    critic: Critic,
    rows: Rows,
    real: Tensor,
    start: Tensor,
    hidden: list[bool],
    objective: Objective,
    config: Config,
    micro: int,
    noise: torch.Generator,
) -> None:
    """Add the generator's gradient through the fixed critic, for rows ``start`` with hidden columns redrawn.

    Real rows, as many, are scored only where the game compares with them.
    """
    micro = max(micro // critic.pac, 1) * critic.pac
    for part, true in zip(torch.split(start, micro), torch.split(real, micro), strict=True):
        codes, fractions = rows.take(part)
        filled = fill_through(
            generator, critic, codes, fractions, hidden, temperature=config.temperature, noise=noise
        )
        fake = critic(filled.features)
        beside = critic(critic.embed(rows.take(true)[0])) if objective.compares else fake.detach()
        loss = objective.generator_loss(beside, fake) * (len(part) / len(start))
        torch.autograd.backward(loss)


def apply_gradients(module: nn.Module, optimizer: Optimizer, clip: float) -> tuple[Tensor, Tensor]:
    """Clip, step, clear; where a gradient is not finite the step is made with none.

    Returns the norm before clipping, and 1 if it was not finite, else 0.
    """
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    norm = nn.utils.get_total_norm(gradients)
    bad = ~torch.isfinite(norm)
    scale = torch.where(bad, 0.0, torch.clamp(clip / (norm + 1e-6), max=1.0))
    torch._foreach_mul_(gradients, scale)
    if bad.device.type != "cpu" or bool(bad):  # asking another device would wait for it
        for gradient in gradients:
            gradient.masked_fill_(bad, 0.0)  # not finite times zero is not zero
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm, bad
