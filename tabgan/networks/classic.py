"""Both players of the classic game, from a layout and a configuration."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tabgan.config import ClassicConfig
from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import RowBlocks
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator


def build_networks(
    layout: Layout, discrete: Sequence[int], config: ClassicConfig, weights: torch.Generator
) -> tuple[ClassicGenerator, ClassicCritic]:
    """Generator and critic with fresh weights; ``discrete`` are the columns that conditions speak of."""
    generator = build_generator(layout, discrete, config, weights)
    return generator, build_critic(generator.blocks, config, weights)


def build_generator(
    layout: Layout, discrete: Sequence[int], config: ClassicConfig, weights: torch.Generator
) -> ClassicGenerator:
    """Generator with fresh weights; see `build_networks`."""
    return ClassicGenerator(
        layout, discrete, noise_width=config.embedding_dim, widths=config.generator_dim, generator=weights
    )


def build_critic(blocks: RowBlocks, config: ClassicConfig, weights: torch.Generator) -> ClassicCritic:
    """Critic of the rows that a generator makes, with fresh weights."""
    return ClassicCritic(
        blocks.n_features,
        blocks.n_bits,
        widths=config.discriminator_dim,
        pac=config.pac,
        dropout=config.dropout,
        generator=weights,
    )


def generator_shapes(blocks: RowBlocks, config: ClassicConfig) -> dict[str, tuple[int, ...]]:
    """Shapes of the large weights of a generator, by name."""
    outputs = [*config.generator_dim, blocks.n_features]
    shapes: dict[str, tuple[int, ...]] = {
        "base.weight": (sum(outputs), config.embedding_dim),
        "asked": (blocks.n_bits + 1, sum(outputs)),
    }
    inner = {f"inner.{i}.weight": (sum(outputs[i + 1 :]), n) for i, n in enumerate(outputs[:-1])}
    return shapes | inner


def critic_shapes(blocks: RowBlocks, config: ClassicConfig) -> dict[str, tuple[int, ...]]:
    """Shapes of the large weights of a critic, by name."""
    sizes = [blocks.n_features * config.pac, *config.discriminator_dim]
    shapes: dict[str, tuple[int, ...]] = {"asked": (blocks.n_bits * config.pac + 1, sizes[1])}
    return shapes | {f"layers.{i}.weight": (sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)}
