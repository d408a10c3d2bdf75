"""The classic CTGAN's generator (Xu et al. 2019, arXiv 1907.00503, section 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import RowBlocks


class ClassicGenerator(nn.Module):
    """Residual blocks, each of which adds its output to what it was given, then one linear layer.

    Parameters
    ----------
    layout : of the table.
    discrete : positions of the columns that conditions speak of.
    noise_width : Z.
    widths : of the residual blocks.
    generator : draws the first weights.

    Shape
    -----
    noise (B, Z) and condition (B, K) to raw features (B, F), to which `RowBlocks` gives their form.
    """

    def __init__(
        self,
        layout: Layout,
        discrete: Sequence[int],
        *,
        noise_width: int,
        widths: Sequence[int],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.blocks = RowBlocks(layout, discrete)
        self.noise_width = noise_width
        width = noise_width + self.blocks.n_condition
        self.layers = nn.ModuleList()
        self.norms = nn.ModuleList()
        for out in widths:
            self.layers.append(linear(width, out, generator))
            self.norms.append(nn.BatchNorm1d(out))
            width += out
        self.last = linear(width, self.blocks.n_features, generator)

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """See the class."""
        x = torch.cat([noise, condition], dim=1)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = torch.cat([torch.relu(norm(layer(x))), x], dim=1)
        return torch.as_tensor(self.last(x))


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer with torch's own law of first weights, drawn from a generator that is an argument."""
    layer = nn.Linear(inputs, outputs, device="meta").to_empty(
        device="cpu"
    )  # draws nothing from torch's own state
    bound = max(inputs, 1) ** -0.5
    for parameter in layer.parameters():
        parameter.data.uniform_(-bound, bound, generator=generator)
    return layer
