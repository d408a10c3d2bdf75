"""The training loop of the classic CTGAN (Xu et al. 2019, arXiv 1907.00503, algorithm 1)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.conditioning.by_sampling import LevelTable, RowIndex, build_levels
from tabgan.config import MAX_HELD_OUT, ClassicConfig
from tabgan.encoding.layout import Layout
from tabgan.errors import DataError
from tabgan.networks.classic import build_networks
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator
from tabgan.training.classic_lessons import teach_classic
from tabgan.training.classic_steps import (
    ClassicRows,
    alphas_of,
    critic_gradients,
    generate,
    generator_gradients,
    take_step,
)
from tabgan.training.classic_watch import Onlooker, one_level_each
from tabgan.training.keeper import SafePoint
from tabgan.training.optimizer import Adam
from tabgan.training.progress import Progress
from tabgan.training.steps import Meter
from tabgan.training.validation import MIN_ROWS

Array = NDArray[Any]
LOOK_STEPS = 30  # between two looks at the held-out rows at least
FIGURES = (
    "critic_loss",
    "critic_gap",
    "gradient_penalty",
    "critic_gradient_norm",
    "game_loss",
    "condition_loss",
    "generator_gradient_norm",
)


@dataclass(frozen=True)
class ClassicTrained:
    """What training leaves.

    Attributes
    ----------
    losses : one line per epoch: epoch, generator's loss with the cross-entropy of what was asked, critic's loss.
    first_epoch : `time.monotonic` when the first epoch began.
    """

    generator: ClassicGenerator
    critic: ClassicCritic
    levels: LevelTable
    losses: list[tuple[int, float, float]]
    interrupted: bool
    first_epoch: float


class ClassicTrainer:
    """Plays the game on encoded rows; `run` reads top to bottom.

    Parameters
    ----------
    codes : (N, S) small integers, -1 where a symbol does not apply.
    fractions : (N, R) float32 in [0, 1] of the Gaussian numbers.
    discrete : positions of the columns that conditions speak of.
    keep_critic : the critic will be asked for scores: teach it what the game does not.
    """

    def __init__(
        self,
        layout: Layout,
        codes: Array,
        fractions: Array,
        discrete: list[int],
        config: ClassicConfig,
        *,
        device: torch.device,
        seed: int,
        progress: Progress,
        keep_critic: bool = False,
    ) -> None:
        self.config, self.device, self.progress = config, device, progress
        self.layout, self.keep_critic = layout, keep_critic
        self.rng = np.random.default_rng(seed)
        self.noise = torch.Generator(device).manual_seed(seed)
        weights = torch.Generator().manual_seed(seed)
        generator, critic = build_networks(layout, discrete, config, weights)
        self.generator, self.critic, blocks = generator.to(device), critic.to(device), generator.blocks
        train, watched, fair = split(layout, codes, discrete, config.held_out, self.rng)
        self.batch = batch_size(len(train), config)
        if self.batch < config.batch_size:
            progress.tell(
                f"batch_size is {self.batch}, not {config.batch_size}: there are {len(train):,} rows to train on"
            )
        self.levels = build_levels(layout, codes, discrete, train)
        bits = blocks.bits(self.levels)
        index = RowIndex.of(layout, codes[train], self.levels)
        placed = [torch.from_numpy(codes[part]).to(device) for part in (train, watched)]
        alphas = [alphas_of(blocks, fractions[part]).to(device) for part in (train, watched)]
        self.rows = ClassicRows(placed[0], alphas[0], index, bits)
        asked = torch.from_numpy(one_level_each(self.levels, layout, codes[watched], self.rng)).to(device)
        self.onlooker = Onlooker(layout, placed[1].long(), alphas[1], bits[asked], fair)
        self.optimizers = [
            adam(self.critic, config.discriminator_lr, config.discriminator_decay),
            adam(self.generator, config.generator_lr, config.generator_decay),
        ]

    def run(self) -> ClassicTrained:
        """Train for the epochs asked for, until the time is up, or until the user interrupts."""
        config = self.config
        started = time.monotonic()
        meter = Meter(torch.zeros(len(FIGURES), device=self.device))
        safe = SafePoint([self.generator, self.critic], self.optimizers)
        losses: list[tuple[int, float, float]] = []
        steps_per_epoch = max(len(self.rows) // self.batch, 1)
        waiting, interrupted, out_of_time = 0, False, False
        safe.mark()
        n_epochs = config.epochs if self.generator.blocks.n_symbols else 0
        try:
            for epoch in range(n_epochs):
                for _ in range(steps_per_epoch):
                    meter.add(*self.step())
                    if config.max_time and time.monotonic() - started > config.max_time:
                        out_of_time = True
                        break
                waiting += meter.steps
                figures = dict(zip(FIGURES, meter.read(), strict=True))
                if not (all(map(math.isfinite, figures.values())) and safe.finite()):
                    self.go_back(safe)
                    continue
                losses.append(
                    (epoch, figures["game_loss"] + figures["condition_loss"], figures["critic_loss"])
                )
                last = out_of_time or epoch + 1 == config.epochs
                if waiting >= LOOK_STEPS or last:
                    safe.mark()
                    self.look(epoch, figures, time.monotonic() - started)
                    waiting = 0
                if out_of_time:
                    self.progress.tell(f"max_time was reached in epoch {epoch + 1} of {config.epochs}")
                    break
            if not safe.finite():
                self.go_back(safe)
            if self.keep_critic and n_epochs:
                teach_classic(self.critic, self.generator, self.rows, self.layout, self.rng, self.noise)
        except KeyboardInterrupt:
            interrupted = True
            self.progress.tell(f"interrupted after {len(losses)} epochs: the model so far is kept")
        if not safe.finite():
            self.go_back(safe)
        return ClassicTrained(self.generator, self.critic, self.levels, losses, interrupted, started)

    def step(self) -> tuple[Tensor, ...]:
        """Critic steps, then a generator step through the fixed critic; figures in the order of `FIGURES`.

        DIFF: the generator answers for the rows that the last critic step has judged, not for new ones.
        """
        config, generator, critic = self.config, self.generator, self.critic
        for_critic, for_generator = self.optimizers
        for turn in range(config.discriminator_steps):
            last = turn + 1 == config.discriminator_steps
            bits, real = self.rows.draw(
                self.batch, generator.blocks, self.rng, log_frequency=config.log_frequency
            )
            with torch.set_grad_enabled(last):
                fakes = generate(generator, bits, config.temperature, self.noise)
            loss, gap, penalty = critic_gradients(critic, bits, real, fakes.features, config, self.noise)
            critic_norm = take_step(critic, for_critic)
        critic.requires_grad_(False)
        game, asked = generator_gradients(generator.blocks, critic, bits, real, fakes, config, self.noise)
        critic.requires_grad_(True)
        norm = take_step(generator, for_generator)
        return loss, gap, penalty, critic_norm, game, asked, norm

    def look(self, epoch: int, figures: dict[str, float], seconds: float) -> None:
        """Add a line to the history, move the bar, tell troubles."""
        done = max((epoch + 1) / self.config.epochs, seconds / (self.config.max_time or math.inf))
        seen = self.onlooker.look(self.generator, self.critic, self.config, figures["critic_gap"], self.noise)
        line = {"epoch": epoch, "seconds": round(seconds, 2), **figures, **seen}
        self.progress.update(done, "training", line)
        words = self.onlooker.trouble(done)
        if words is not None:
            self.progress.tell(words)

    def go_back(self, safe: SafePoint) -> None:
        """Return to the last sound weights, with lower learning rates."""
        factor = safe.roll_back()
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] *= factor
        self.progress.tell("a step was not finite: went back to sound weights and lowered the learning rates")


def split(
    layout: Layout, codes: Array, discrete: list[int], share: float, rng: np.random.Generator
) -> tuple[Array, Array, bool]:
    """Row numbers to train on, those to watch, and whether the latter are held out (not in too small a table).

    A row that alone has some level is trained on: a level that was never seen in training could not be drawn.
    """
    shuffled = rng.permutation(len(codes))
    n_held_out = min(int(len(codes) * share), MAX_HELD_OUT) if len(codes) >= MIN_ROWS else 0
    train, held_out = shuffled[n_held_out:], shuffled[:n_held_out]
    levels = build_levels(layout, codes, discrete, train)
    needed = np.zeros(n_held_out, bool)
    for column in discrete:
        own = levels.level_of(column, codes[held_out][:, layout.symbols_of(column)])
        needed |= levels.counts[own] == 0
    train, held_out = np.concatenate([train, held_out[needed]]), held_out[~needed]
    if not len(held_out):
        return train, train[:MAX_HELD_OUT], False
    return train, held_out, True


def batch_size(n_rows: int, config: ClassicConfig) -> int:
    """The batch size asked for, or as many packs as there are rows for.

    Raises
    ------
    DataError
        There is not one pack, or one row only.
    """
    fitting = min(config.batch_size, n_rows // config.pac * config.pac)
    if fitting < 2:
        raise DataError(
            f"a table must have at least {max(config.pac, 2)} rows for pac={config.pac}; found {n_rows}; "
            "give more rows, or choose a smaller pac"
        )
    return fitting


def adam(module: nn.Module, rate: float, decay: float) -> Adam:
    """Adam with little momentum, as in WGAN-GP."""
    return Adam(module.parameters(), lr=rate, betas=(0.5, 0.9), weight_decay=decay)
