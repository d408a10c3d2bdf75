"""Adam and AdamW, on the kernels that torch's own use.

``torch.optim`` imports torch's compiler with its first optimiser, which takes longer than all else before the first
step on ten thousand rows; the kernels need none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

EPSILON = 1e-8


class Optimizer(Protocol):
    """What training needs of an optimiser; those of torch have it, too."""

    param_groups: list[dict[str, Any]]

    @property
    def state(self) -> Any:
        """What is remembered of each parameter."""

    def step(self) -> Any:
        """Move the parameters by their gradients."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""


@dataclass(frozen=True)
class Moments:
    """What is remembered of a parameter: steps taken (), running means of its gradient and of that squared."""

    steps: Tensor
    mean: Tensor
    square: Tensor


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1), or with ``decoupled`` AdamW (Loshchilov & Hutter 2019, algorithm 2).

    Parameters
    ----------
    groups : parameters, or groups of them: ``params``, and ``weight_decay`` where it differs.
    weight_decay : of the groups that give none; times the weights, it is added to the gradient, or with ``decoupled``
        taken off the weights at the learning rate.
    """

    def __init__(
        self,
        groups: Iterable[nn.Parameter] | list[dict[str, Any]],
        *,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float = 0.0,
        decoupled: bool = False,
    ) -> None:
        given: list[Any] = list(groups)
        if given and not isinstance(given[0], dict):
            given = [{"params": given}]
        self.param_groups = [{"lr": lr, "weight_decay": weight_decay, **group} for group in given]
        self.betas, self.decoupled = betas, decoupled
        self.state: dict[Tensor, Moments] = {}

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            moving = [parameter for parameter in group["params"] if parameter.grad is not None]
            if moving:
                self._move(moving, group["lr"], group["weight_decay"])

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zero."""
        for parameter in (p for group in self.param_groups for p in group["params"]):
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.zero_()

    def moments(self, parameter: Tensor) -> Moments:
        """Those of a parameter, zeros at first."""
        if parameter not in self.state:
            steps = torch.zeros((), device=parameter.device)
            self.state[parameter] = Moments(steps, torch.zeros_like(parameter), torch.zeros_like(parameter))
        return self.state[parameter]

    def _move(self, moving: list[Tensor], rate: float, decay: float) -> None:
        gradients = [parameter.grad for parameter in moving if parameter.grad is not None]
        known = [self.moments(parameter) for parameter in moving]
        torch._foreach_add_([moments.steps for moments in known], 1)
        if moving[0].device.type == "mps":
            self._move_by_parts(moving, gradients, known, rate, decay)
            return
        kernel = torch._fused_adamw_ if self.decoupled else torch._fused_adam_
        kernel(
            moving,
            gradients,
            [moments.mean for moments in known],
            [moments.square for moments in known],
            [],
            [moments.steps for moments in known],
            lr=rate,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def _move_by_parts(
        self, moving: list[Tensor], gradients: list[Tensor], known: list[Moments], rate: float, decay: float
    ) -> None:
        """The same step where there is no kernel that does all of it."""
        means, squares = [moments.mean for moments in known], [moments.square for moments in known]
        first, second = self.betas
        if self.decoupled:
            torch._foreach_mul_(moving, 1 - rate * decay)
        elif decay:
            gradients = list(torch._foreach_add(gradients, moving, alpha=decay))
        torch._foreach_lerp_(means, gradients, 1 - first)
        torch._foreach_mul_(squares, second)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - second)
        for parameter, moments in zip(moving, known, strict=True):
            spread = (moments.square / (1 - second**moments.steps)).sqrt_().add_(EPSILON)
            parameter.addcdiv_(moments.mean * (-rate / (1 - first**moments.steps)), spread)


def decayed(module: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups in which biases do not decay (those of padded levels must stay where they are)."""
    named = list(module.named_parameters())
    biases = [parameter for name, parameter in named if "bias" in name]
    weights = [parameter for name, parameter in named if "bias" not in name]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}]
