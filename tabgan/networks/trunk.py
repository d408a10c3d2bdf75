"""Residual blocks that all heads share: what one column teaches of the columns before it serves the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

BlockWeights = list[tuple[Tensor, Tensor, Tensor]]


class Block(nn.Module):
    """x + SiLU(x A + a) B (residual learning: He et al. 2016, arXiv 1512.03385, equation 1).

    Shape
    -----
    A (H, D), a (D,), B (D, H), for x (N, H).
    """

    def __init__(self, width: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.inner = nn.Parameter(uniform((width, hidden), width, generator))
        self.inner_bias = nn.Parameter(torch.zeros(hidden))
        self.outer = nn.Parameter(uniform((hidden, width), hidden, generator))


class Trunk(nn.Sequential):
    """Some blocks, one after the other; none changes nothing.

    Shape
    -----
    x (N, H), which is written over where no gradient is wanted, to (N, H).
    """

    def __init__(self, blocks: int, width: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__(*(Block(width, hidden, generator) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        """All blocks, computed in the type of x."""
        blocks = self.weights(x.dtype)
        if not (blocks and torch.is_grad_enabled()):
            return pass_in_place(x, blocks)
        passed: Tensor = Passing.apply(x, *(weight for block in blocks for weight in block))  # type: ignore[no-untyped-call]
        return passed

    def weights(self, dtype: torch.dtype | None = None) -> BlockWeights:
        """A, a and B of each block, in their own or another type."""
        blocks = [(block.inner, block.inner_bias, block.outer) for block in self if isinstance(block, Block)]
        return [(inner.to(dtype), bias.to(dtype), outer.to(dtype)) for inner, bias, outer in blocks]


def pass_in_place(x: Tensor, blocks: BlockWeights) -> Tensor:
    """All blocks, without gradient; x (N, H) is written over, as a copy would cost an eighth of a drawn row."""
    for inner, bias, outer in blocks:
        x.addmm_(functional.silu(torch.addmm(bias, x, inner), inplace=True), outer)
    return x


class Passing(torch.autograd.Function):
    """Blocks whose backward pass takes off again what each has added (up to rounding), instead of keeping its input.

    Kept is the result, which the next layer keeps as well, and x A + a of each block: D numbers a row and block
    instead of H + 2 D (activations that are computed from those after them: Gomez et al. 2017, arXiv 1707.04585,
    section 3).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, *weights: Tensor) -> Tensor:
        """X (N, H), and A, a, B of each block, to (N, H)."""
        insides: list[Tensor] = []
        for inner, bias, outer in in_threes(weights):
            add = torch.Tensor.addmm_ if insides else torch.addmm  # what is given stays as it is
            insides.append(torch.addmm(bias, x, inner))
            x = add(x, functional.silu(insides[-1]), outer)
        ctx.save_for_backward(x, *insides, *weights)
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, ...]:
        """Gradient of the result (N, H) to those of x and of all weights."""
        x, *kept = ctx.saved_tensors
        n_blocks = len(kept) // 4
        insides, weights = kept[:n_blocks], in_threes(kept[n_blocks:])
        slopes: list[Tensor] = []
        for inside, (inner, _, outer) in zip(reversed(insides), reversed(weights), strict=True):
            add = torch.Tensor.addmm_ if slopes else torch.addmm
            told = functional.silu(inside)
            x = add(x, told, outer, alpha=-1)
            of_inside = torch.ops.aten.silu_backward(slope @ outer.T, inside)
            slopes = [x.T @ of_inside, of_inside.sum(0), told.T @ slope, *slopes]
            slope = add(slope, of_inside, inner.T)
        return slope, *slopes


def in_threes(weights: Sequence[Tensor]) -> BlockWeights:
    """A, a and B of each block."""
    return [(weights[i], weights[i + 1], weights[i + 2]) for i in range(0, len(weights), 3)]


def uniform(shape: tuple[int, ...], inputs: int, generator: torch.Generator) -> Tensor:
    """First weights of linear layers: even within 1 / sqrt(inputs) of 0."""
    bound = 1 / math.sqrt(inputs)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)
