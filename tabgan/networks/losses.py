"""Losses as pure functions of tensors. Minimise what they return."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def likelihood_loss(log_prob: Tensor) -> Tensor:
    """Cross-entropy of whole rows: minus the mean over B of the summed log-probabilities (S, B), in nats."""
    return -log_prob.sum(0).mean()


def wasserstein_critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Critic scores (packs,) of real and generated packs; Arjovsky et al. 2017 (arXiv 1701.07875), eq. 2."""
    return fake.mean() - real.mean()


def wasserstein_generator_loss(fake: Tensor) -> Tensor:
    """Generator's side of the same game."""
    return -fake.mean()


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Mean squared distance from 1 of the critic's gradient norm between real and generated packs.

    Gulrajani et al. 2017 (arXiv 1704.00028), eq. 3. ``real`` and ``fake`` are (packs, features), ``mix`` is
    (packs, 1) uniform in [0, 1). DIFF: features are embedded symbols, as rows are discrete.
    """
    between = (mix * real + (1 - mix) * fake).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return torch.mean((slope.norm(dim=1) - 1) ** 2)
