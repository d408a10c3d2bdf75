"""The classic CTGAN's critic (Xu et al. 2019, section 4.4), on packs of rows (Lin et al. 2018, arXiv 1712.04086)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.networks.classic_generator import linear, look_up, table

LEAK = 0.2


class ClassicCritic(nn.Module):
    """Linear layers with leaky ReLU and dropout on ``pac`` rows side by side, each beside its condition.

    Parameters
    ----------
    n_features, n_bits : F features and K condition bits of a row.
    widths : of the hidden layers, at least one.
    pac : rows that are judged together.
    dropout : share of units that `draw_masks` drops.
    generator : draws the first weights.

    Shape
    -----
    rows (B, F), or packs (B / pac, pac · F), with the context of their conditions, to scores (B / pac,).
    """

    def __init__(
        self,
        n_features: int,
        n_bits: int,
        *,
        widths: Sequence[int],
        pac: int,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.pac, self.dropout, self.n_bits = pac, dropout, n_bits
        self.width, self.widths = n_features * pac, list(widths)
        bound = max(self.width + n_bits * pac, 1) ** -0.5
        self.asked = table(n_bits * pac, widths[0], generator, torch.full((widths[0],), bound))
        sizes = [self.width, *widths]
        self.layers = nn.ModuleList(
            linear(inputs, outputs, generator, inputs**-0.5 if i else bound)
            for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes))
        )
        self.last = linear(sizes[-1], 1, generator, sizes[-1] ** -0.5)

    def context(self, bits: Tensor) -> Tensor:
        """What the conditions, bits (B, P), add to the first hidden layer, (B / pac, width)."""
        slot = torch.arange(self.pac, device=bits.device)[:, None] * self.n_bits
        packs = bits.reshape(-1, self.pac, bits.shape[1])
        at = torch.where(packs < self.n_bits, packs + slot, self.n_bits * self.pac)
        return look_up(self.asked, at.flatten(1))

    def draw_masks(self, n_packs: int, noise: torch.Generator) -> list[Tensor]:
        """What dropout leaves of each hidden layer, (packs, width) each: 0 or 1 / (1 - dropout)."""
        keep = 1 - self.dropout
        shapes = [(n_packs, width) for width in self.widths]
        masks = [torch.rand(shape, generator=noise, device=noise.device) for shape in shapes]
        return [(mask < keep).to(mask.dtype).div_(keep) for mask in masks]

    def forward(self, rows: Tensor, context: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Scores; without masks nothing is dropped."""
        x = rows.reshape(-1, self.width)
        for i, layer in enumerate(self.layers):
            x = functional.leaky_relu(layer(x) + context if i == 0 else layer(x), LEAK)
            if masks:
                x = x * masks[i]
        return torch.as_tensor(self.last(x).squeeze(1))

    def slope(self, rows: Tensor, context: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Gradient of each score by its pack, (packs, pac · F), in closed form.

        Within a piece of this piecewise linear network the gradient is a product of weights, leaks and masks. Leaks
        do not change with small changes of the weights, so its own gradient by the weights needs no second
        backward pass.
        """
        factors: list[Tensor] = []
        with torch.no_grad():
            x = rows.reshape(-1, self.width)
            for i, layer in enumerate(self.layers):
                x = layer(x) + context if i == 0 else layer(x)
                factor = torch.where(x > 0, 1.0, LEAK)
                factors.append(factor * masks[i] if masks else factor)
                x = x * factors[-1]
        slope = torch.as_tensor(self.last.weight).expand(len(x), -1)
        for layer, factor in zip(reversed(self.layers), reversed(factors), strict=True):
            slope = (slope * factor) @ cast(nn.Linear, layer).weight
        return slope
