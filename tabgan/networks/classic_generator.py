"""The classic CTGAN's generator (Xu et al. 2019, arXiv 1907.00503, section 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import RowBlocks


class ClassicGenerator(nn.Module):
    """Residual blocks, each of which puts its output beside what it was given, then one linear layer.

    Noise and condition are given to every layer, so one product serves all of them; a condition has one or two bits,
    so its share of the product is a look-up.

    Parameters
    ----------
    layout : of the table.
    discrete : positions of the columns that conditions speak of.
    noise_width : Z.
    widths : of the residual blocks.
    generator : draws the first weights.

    Shape
    -----
    noise (B, Z) and bits (B, P) to raw features (B, F), to which `RowBlocks` gives their form.
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
        self.outputs = [*widths, self.blocks.n_features]
        given = noise_width + self.blocks.n_bits
        fan_ins = [given + sum(widths[:i]) for i in range(len(self.outputs))]
        bounds = torch.cat(
            [torch.full((out,), fan_in**-0.5) for out, fan_in in zip(self.outputs, fan_ins, strict=True)]
        )
        self.base = linear(noise_width, len(bounds), generator, bounds)
        self.asked = table(self.blocks.n_bits, len(bounds), generator, bounds)
        self.norms = nn.ModuleList(nn.BatchNorm1d(out) for out in widths)
        self.inner = nn.ModuleList(
            linear(
                width, sum(self.outputs[i + 1 :]), generator, bounds[sum(self.outputs[: i + 1]) :], bias=False
            )
            for i, width in enumerate(widths)
        )

    def forward(self, noise: Tensor, bits: Tensor) -> Tensor:
        """See the class."""
        given = self.base(noise) + look_up(self.asked, bits)
        parts = list(torch.split(given, self.outputs, dim=1))  # what each layer has been given so far
        for i, (norm, inner) in enumerate(zip(self.norms, self.inner, strict=True)):
            out = inner(torch.relu(norm(parts[i].contiguous())))
            for j, part in enumerate(torch.split(out, self.outputs[i + 1 :], dim=1), start=i + 1):
                parts[j] = parts[j] + part
        return parts[-1]


def look_up(held: Tensor, bits: Tensor) -> Tensor:
    """Sum of the rows (B, P) of a table whose last one stands for nothing: (B, width)."""
    if bits.shape[1] == 1:
        return functional.embedding(bits.squeeze(1), held, padding_idx=len(held) - 1)
    return functional.embedding(bits, held, padding_idx=len(held) - 1).sum(1)


def table(n: int, width: int, generator: torch.Generator, bounds: Tensor) -> nn.Parameter:
    """The weights of n bits, (n + 1, width): the last row is zero, gets no gradient, and stays zero."""
    drawn = torch.empty(n + 1, width).uniform_(-1, 1, generator=generator) * bounds
    drawn[n] = 0.0
    return nn.Parameter(drawn)


def linear(
    inputs: int, outputs: int, generator: torch.Generator, bounds: Tensor | float, *, bias: bool = True
) -> nn.Linear:
    """A linear layer; first weights are uniform up to ``bounds`` (torch's law: fan-in to the power of -1/2)."""
    layer = nn.Linear(inputs, outputs, bias=bias, device="meta").to_empty(
        device="cpu"
    )  # draws from no global state
    scale = torch.as_tensor(bounds)
    layer.weight.data.uniform_(-1, 1, generator=generator).mul_(scale.reshape(-1, 1))
    if bias:
        layer.bias.data.uniform_(-1, 1, generator=generator).mul_(scale)
    return layer
