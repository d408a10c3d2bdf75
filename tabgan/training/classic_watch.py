"""A look at the classic game: rows that nobody trains on, and generated ones that were asked for the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.conditioning.by_sampling import LevelTable
from tabgan.config import ClassicConfig
from tabgan.encoding.layout import Layout
from tabgan.networks.classic_blocks import RowBlocks, gumbel
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator
from tabgan.training.watch import find_trouble, lost_levels

Array = NDArray[Any]
WORDS = {
    "collapse": "{lost:.0%} of the common values and modes, or of their pairs, are absent from generated rows (mode "
    "collapse); raise pac, lower the learning rates, or train for more epochs",
    "critic wins": "the critic is right on {accuracy:.0%} of held-out packs: it leaves the generator little to learn "
    "from; lower discriminator_lr",
    "runaway": "the critic's gap ran away ({gap:.3g}); lower both learning rates",
    "oscillation": "critic and generator chase each other (the gap keeps changing sign); lower both learning rates",
}
PAIR_LEVELS = 600  # levels that are looked at in pairs
COMMON_PAIR = 0.01  # a pair of levels of at least this share counts as lost
RARE_PAIR = 0.1  # where generated rows have it so much less often
PAIRS_LOST = 0.15  # a share of lost pairs that is a collapse
WARM_UP = (
    0.3  # of the training: until then levels are not lost but not found yet, and a critic may well be right
)


@dataclass
class Onlooker:
    """Compares generated rows with rows held out, and tells troubles, each once.

    Attributes
    ----------
    codes, alphas : (n, S) and (n, A) of the rows watched; training rows where the table is too small.
    bits : (n, P) one discrete column's level of each row: what is asked of the generated one.
    fair : the rows are held out, so that the critic's accuracy on them means something.
    """

    layout: Layout
    codes: Tensor
    alphas: Tensor
    bits: Tensor
    fair: bool
    gaps: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    @torch.no_grad()
    def look(
        self,
        generator: ClassicGenerator,
        critic: ClassicCritic,
        config: ClassicConfig,
        gap: float,
        noise: torch.Generator,
    ) -> dict[str, float | None]:
        """The critic's accuracy on held-out packs; which share of common levels, and of their pairs, is lost."""
        blocks = generator.blocks
        z = torch.randn(len(self.bits), generator.noise_width, generator=noise, device=self.bits.device)
        generator.eval()
        raw = generator(z, self.bits)
        generator.train()
        gumbels = gumbel((len(raw), blocks.n_levels), noise)
        sizes = [symbol.n_levels for symbol in self.layout.symbols]
        codes, _ = blocks.draw(raw, gumbels)
        figures: dict[str, float | None] = {
            "critic_accuracy": None,
            "lost_levels": (levels := lost_levels(self.codes, codes, sizes)),
            "lost_pairs": (pairs := lost_pairs(blocks, self.codes, codes)),
        }
        self.lost.append(max(levels, pairs) if pairs > PAIRS_LOST else levels)
        self.gaps.append(gap)
        n = len(raw) // critic.pac * critic.pac
        if not (self.fair and n):
            return figures
        fake = blocks.activate(raw, gumbels, config.temperature)
        context = critic.context(self.bits[:n])
        true = critic(blocks.features(self.codes[:n], self.alphas[:n]), context)
        made = critic(fake[:n], context)
        right = (true > made).float().mean() + (true == made).float().mean() / 2
        self.accuracies.append(float(right))
        return figures | {"critic_accuracy": self.accuracies[-1]}

    def trouble(self, done: float) -> str | None:
        """What to tell, in plain words, if anything new went wrong; ``done`` is the share of the training."""
        early = done < WARM_UP
        found = find_trouble(self.gaps, [] if early else self.accuracies, [] if early else self.lost)
        if found is None or found.name in self.told:
            return None
        self.told.add(found.name)
        accuracy = self.accuracies[-1] if self.accuracies else 0.5
        return WORDS.get(found.name, found.words).format(
            lost=self.lost[-1], accuracy=accuracy, gap=self.gaps[-1]
        )


def lost_pairs(blocks: RowBlocks, real: Tensor, generated: Tensor) -> float:
    """Share of the pairs of levels common in real codes (n, S) that generated codes (m, S) hardly have.

    A collapse onto some of the modes of two numbers may leave every mode of either.
    """
    fits = int(np.searchsorted(np.cumsum(blocks.sizes), PAIR_LEVELS, side="right"))  # the first symbols
    n_levels = sum(blocks.sizes[:fits])
    shares = []
    for codes in (real, generated):
        hot = blocks.features(codes, codes.new_zeros(len(codes), blocks.n_alphas, dtype=torch.float32))
        hot = hot[:, blocks.n_alphas : blocks.n_alphas + n_levels]
        shares.append((hot.T @ hot / len(codes)).triu(1))
    common = shares[0] >= COMMON_PAIR
    lost = common & (shares[1] < RARE_PAIR * shares[0])
    return float(lost.sum()) / max(int(common.sum()), 1)


def one_level_each(levels: LevelTable, layout: Layout, codes: Array, rng: np.random.Generator) -> Array:
    """Level (n,) of each row, codes (n, S), in a discrete column drawn uniformly; -1 where there is none."""
    out = np.full(len(codes), -1)
    if not len(levels.columns):
        return out
    chosen = rng.integers(0, len(levels.columns), len(codes))
    for d, column in enumerate(levels.columns.tolist()):
        mine = chosen == d
        out[mine] = levels.level_of(column, codes[mine][:, layout.symbols_of(column)])
    return out
