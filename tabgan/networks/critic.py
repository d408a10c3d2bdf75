"""The critic: how real does a pack of rows look?"""

from __future__ import annotations

import itertools
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout
from tabgan.networks.tables import WAVES, SymbolTables, buffer, first_cells, rank_waves

LEAK = 0.2
EMBEDDED = 24  # features of a symbol: one-hot up to this many levels, else fixed random directions
N_WAVES = 11  # by which it sees a number's cells, so that neighbours look alike: 23 features


class Critic(nn.Module):
    """Three linear layers on ``pac`` embedded rows side by side (PacGAN: Lin et al. 2018, arXiv 1712.04086).

    Symbols are embedded by fixed vectors of length 1, so that the gradient penalty has a scale that the
    critic cannot change. They are drawn, so they are saved with the weights.

    Shape
    -----
    features (B, F) from `embed` to scores (B / pac,).
    """

    def __init__(self, layout: Layout, *, hidden: int, pac: int, generator: torch.Generator) -> None:
        super().__init__()
        self.pac = pac
        self.tables = SymbolTables(layout)
        self.register_buffer("levels", _fixed_levels(layout, generator))
        self.row_inputs = layout.n_symbols * EMBEDDED
        self.inputs = pac * self.row_inputs
        sizes = (self.inputs, hidden, hidden, 1)
        bare = [nn.Linear(i, o, device="meta") for i, o in itertools.pairwise(sizes)]
        self.layers = nn.ModuleList(
            [layer.to_empty(device="cpu") for layer in bare]
        )  # draws from no global state
        for fan_in, layer in zip(sizes, self.layers, strict=False):
            for parameter in layer.parameters():
                parameter.data.uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=generator)

    def embed(self, codes: Tensor) -> Tensor:
        """Codes (B, S) to features (B, S · E); zeros where a symbol does not apply."""
        return buffer(self, "levels")[self.tables.levels(codes).T].flatten(1)

    def embed_hard(self, level: Tensor) -> Tensor:
        """Rows (B,) of the table of all levels, as `SymbolTables.levels` gives them, to features (B, E)."""
        return buffer(self, "levels")[level]

    def embed_soft(self, symbol: int, probabilities: Tensor) -> Tensor:
        """Features (B, E) of one symbol given as probabilities (B, K): the way gradients take."""
        start = self.tables.starts[symbol]
        return probabilities @ buffer(self, "levels")[start : start + self.tables.sizes[symbol]]

    def companions(self, codes: Tensor, packs: int) -> Tensor:
        """Features (packs, pac - 1, F) of rows (packs · (pac - 1), S) that fill packs up."""
        return self.embed(codes).reshape(packs, self.pac - 1, self.row_inputs)

    def among(self, features: Tensor, companions: Tensor) -> Tensor:
        """Rows (B, F), each the first of a pack with companions (B or 1, pac - 1, F): packs (B, pac · F)."""
        return torch.cat([features, companions.flatten(1).expand(len(features), -1)], 1)

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, F), or packs of them (B / pac, pac · F), to scores (B / pac,)."""
        x = features.reshape(-1, self.inputs)
        for layer in list(self.layers)[:-1]:
            x = functional.leaky_relu(layer(x), LEAK)
        return torch.as_tensor(self.layers[-1](x).squeeze(1))

    def slope(self, features: Tensor) -> Tensor:
        """Gradient of each score by its features, (B / pac, pac · F); differentiable by the weights.

        The network is piecewise linear: inside a piece the gradient is a product of weights and of the leaks
        that are on, so no second backward pass is needed. Where a unit is switched does not depend smoothly on
        the weights, so leaks carry no gradient.
        """
        first, second, last = (cast(nn.Linear, layer) for layer in self.layers)
        with torch.no_grad():
            before = first(features.reshape(-1, self.inputs))
            leak_1 = torch.where(before > 0, 1.0, LEAK)
            leak_2 = torch.where(second(before * leak_1) > 0, 1.0, LEAK)
        return ((last.weight * leak_2) @ second.weight * leak_1) @ first.weight


def _fixed_levels(layout: Layout, generator: torch.Generator) -> Tensor:
    """A vector of length 1 for each level, (1 + L, E); the first means that nothing is known."""
    rows = [
        torch.eye(EMBEDDED)[: symbol.n_levels]
        if symbol.n_levels <= EMBEDDED
        else functional.normalize(torch.randn(symbol.n_levels, EMBEDDED, generator=generator), dim=1)
        for symbol in layout.symbols
    ]
    first = first_cells(layout, WAVES)
    for number in layout.numbers:
        symbol = number.symbols[0]
        if first[symbol] < len(rows[symbol]) > EMBEDDED:
            middle = torch.as_tensor(number.rank_low + number.rank_width / 2)[first[symbol] :, 0]
            waves = functional.normalize(rank_waves(middle, torch.arange(1, N_WAVES + 1)), dim=1)
            rows[symbol][first[symbol] :] = functional.pad(waves, (0, EMBEDDED - waves.shape[1]))
    return torch.cat([torch.zeros(1, EMBEDDED), *rows])
