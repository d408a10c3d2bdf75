"""Losses as pure functions of tensors, and the games they make. Minimise what they return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import softplus

# Gradient of a critic's score by its features, (packs, F) to (packs, F), differentiable by the weights.
Slope = Callable[[Tensor], Tensor]


def likelihood_loss(log_prob: Tensor) -> Tensor:
    """Cross-entropy of whole rows: minus the mean over B of the summed log-probabilities (S, B), in nats."""
    return -log_prob.sum(0).mean()


def wasserstein_critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Critic scores (packs,) of real and generated packs; Arjovsky et al. 2017 (arXiv 1701.07875), eq. 2."""
    return fake.mean() - real.mean()


def wasserstein_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Generator's side of the same game; ``real`` does not matter to it."""
    return -fake.mean()


def minimax_critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Cross-entropy of telling real from generated packs by their logits (packs,); Goodfellow et al. 2014
    (arXiv 1406.2661), eq. 1.
    """
    return softplus(-real).mean() + softplus(fake).mean()


def minimax_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The non-saturating side of the same game (section 3 there); ``real`` does not matter to it."""
    return softplus(-fake).mean()


def relativistic_critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Each real pack against a generated one, scores (packs,); Huang et al. 2025 (arXiv 2501.05441), eq. 2."""
    return softplus(fake - real).mean()


def relativistic_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Generator's side of the same game: the sign of the difference turned, so the slope never vanishes."""
    return softplus(real - fake).mean()


def gradient_penalty(slope: Slope, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Mean squared distance from 1 of the critic's gradient norm between real and generated packs.

    Gulrajani et al. 2017 (arXiv 1704.00028), eq. 3. ``real`` and ``fake`` are (packs, features), ``mix`` is
    (packs, 1) uniform in [0, 1). DIFF: features are embedded symbols, as rows are discrete.
    """
    between = (mix * real + (1 - mix) * fake).detach()
    return torch.mean((slope(between).norm(dim=1) - 1) ** 2)


def ends_penalty(slope: Slope, real: Tensor, fake: Tensor) -> Tensor:
    """Half the mean squared norm of the critic's gradient on real packs, and on generated ones.

    R1 (Mescheder et al. 2018, arXiv 1801.04406, eq. 9) plus R2, as in Huang et al. 2025 (arXiv 2501.05441);
    times gamma it is added to the critic's loss.
    """
    return mean_square(slope(real.detach())) / 2 + mean_square(slope(fake.detach())) / 2


def mean_square(slopes: Tensor) -> Tensor:
    """Mean over packs of the squared norm, (packs, F) to ()."""
    return slopes.square().sum(1).mean()


@dataclass(frozen=True)
class Objective:
    """A game: what critic and generator minimise, and how the critic is kept smooth.

    Attributes
    ----------
    critic_loss, generator_loss : of scores (packs,) of real and of generated packs.
    penalty : where the critic's gradient is held: "between" real and generated packs near 1, at both "ends"
        near 0, or nowhere.
    compares : the generator's loss needs scores of real packs, too.
    """

    name: str
    critic_loss: Callable[[Tensor, Tensor], Tensor]
    generator_loss: Callable[[Tensor, Tensor], Tensor]
    penalty: Literal["between", "ends"] | None
    compares: bool = False

    def penalise(self, slope: Slope, real: Tensor, fake: Tensor, noise: torch.Generator) -> Tensor:
        """The penalty of this game, unweighted; ``real`` and ``fake`` are (packs, features)."""
        if self.penalty == "between":
            mix = torch.rand(len(real), 1, generator=noise, device=real.device, dtype=real.dtype)
            return gradient_penalty(slope, real, fake, mix)
        if self.penalty == "ends":
            return ends_penalty(slope, real, fake)
        return torch.zeros((), device=real.device, dtype=real.dtype)


_OBJECTIVES = {
    made.name: made
    for made in (
        Objective("wasserstein", wasserstein_critic_loss, wasserstein_generator_loss, "between"),
        Objective("minimax", minimax_critic_loss, minimax_generator_loss, None),
        Objective(
            "relativistic", relativistic_critic_loss, relativistic_generator_loss, "ends", compares=True
        ),
    )
}


def objective(name: str) -> Objective:
    """The game of this name.

    Raises
    ------
    ValueError
        There is none.
    """
    if name not in _OBJECTIVES:
        raise ValueError(f"objective must be one of {', '.join(_OBJECTIVES)}, got {name!r}")
    return _OBJECTIVES[name]
