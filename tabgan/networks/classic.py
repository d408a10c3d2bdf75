"""Both players of the classic game, from a layout and a configuration."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tabgan.config import ClassicConfig
from tabgan.encoding.layout import Layout
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator


def build_networks(
    layout: Layout, discrete: Sequence[int], config: ClassicConfig, weights: torch.Generator
) -> tuple[ClassicGenerator, ClassicCritic]:
    """Generator and critic with fresh weights; ``discrete`` are the columns that conditions speak of."""
    generator = ClassicGenerator(
        layout, discrete, noise_width=config.embedding_dim, widths=config.generator_dim, generator=weights
    )
    critic = ClassicCritic(
        generator.blocks.n_features,
        generator.blocks.n_bits,
        widths=config.discriminator_dim,
        pac=config.pac,
        dropout=config.dropout,
        generator=weights,
    )
    return generator, critic
