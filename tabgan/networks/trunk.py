"""Residual blocks that all heads share: what one column teaches of the columns before it serves the others."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """x + SiLU(x A + a) B (residual learning: He et al. 2016, arXiv 1512.03385, equation 1).

    Shape
    -----
    x (N, H), which is written over where no gradient is wanted, to (N, H); A (H, D), B (D, H).
    """

    def __init__(self, width: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.inner = nn.Parameter(uniform((width, hidden), width, generator))
        self.inner_bias = nn.Parameter(torch.zeros(hidden))
        self.outer = nn.Parameter(uniform((hidden, width), hidden, generator))

    def forward(self, x: Tensor) -> Tensor:
        """One block."""
        inside = torch.addmm(self.inner_bias, x, self.inner)
        if torch.is_grad_enabled():
            return torch.addmm(x, functional.silu(inside), self.outer)
        # in place, as a copy would cost an eighth of a drawn row
        return x.addmm_(functional.silu(inside, inplace=True), self.outer)


def trunk(blocks: int, width: int, hidden: int, generator: torch.Generator) -> nn.Sequential:
    """Some blocks, one after the other; none changes nothing."""
    return nn.Sequential(*(Block(width, hidden, generator) for _ in range(blocks)))


def uniform(shape: tuple[int, ...], inputs: int, generator: torch.Generator) -> Tensor:
    """First weights of linear layers: even within 1 / sqrt(inputs) of 0."""
    bound = 1 / math.sqrt(inputs)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)
