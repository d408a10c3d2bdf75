"""The training loop: likelihood first, then likelihood and critic together.

Stage one is maximum likelihood of every symbol, in canonical order and with random columns first. In stage
two the critic judges rows of which the generator filled in a part, and the likelihood term stays on. Held-out
rows decide in both stages which weights are kept and when to stop. Last, each column is given its marginal.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.conditioning.orders import canonical_order, draw_orders
from tabgan.config import FORGET_EPOCHS, GAMES, MANY_PASSES, MAX_DECAY, MAX_EPOCHS, RISE_PASSES, Config
from tabgan.encoding.layout import Layout
from tabgan.networks.critic import Critic
from tabgan.networks.generator import Generator
from tabgan.networks.precision import matmul_precision
from tabgan.networks.tables import waves_for
from tabgan.training.budget import Budget
from tabgan.training.game import GameStage
from tabgan.training.keeper import Keeper, SafePoint
from tabgan.training.marginals import MOST_ROWS, counted, frequencies, meet_marginals
from tabgan.training.memory import kept_memory
from tabgan.training.optimizer import Adam, decayed
from tabgan.training.progress import Progress
from tabgan.training.runtime import Average, Rows, micro_batch, place_rows
from tabgan.training.schedule import cosine, set_rate, warm_up
from tabgan.training.steps import Meter, apply_gradients, likelihood_gradients
from tabgan.training.validation import MIN_ROWS, mean_log_prob, split_rows

Array = NDArray[Any]
CHECK_STEPS = 40  # between two looks at the held-out rows at least this many,
LOOK_SHARE = 0.1  # and so many that looking takes about this share of the work (a step passes three times)
PATIENCE = 5
RATE_DROPS = 1  # a plateau lowers the rate this often before it ends the stage
AVERAGE_DECAY = 0.995
ORDER_GROUPS = 8  # orders in a batch
JUDGED_ORDERS = 2  # fixed random orders in which held-out rows are judged
MARGINALS_SHARE = 0.04  # of the time, for giving columns their marginals,
MARGINALS_SECONDS = 0.7  # but of a short budget so much,
MOST_MARGINALS_SHARE = 0.12  # and no more than this;
DRAWN_ROW_COST = 0.6  # a row that is drawn for it costs as much as so many rows of a step
LEAST_ROWS = 2_048  # fewer would move shares by chance


@dataclass(frozen=True)
class HeldOut:
    """Mean log-probability of a held-out row in nats: in canonical order, and with random columns first.

    Every order gives a log-probability of the same row; what is told apart is how well each is learnt.
    """

    canonical: float
    any_order: float
    canonical_share: float

    @property
    def score(self) -> float:
        """Canonical order decides, as rows are drawn in it; both together where training is mostly in other orders.

        Other orders gain for longer, and by then canonical order has begun to learn rows by heart.
        """
        if self.canonical_share >= 0.5:
            return self.canonical
        return self.canonical_share * self.canonical + (1 - self.canonical_share) * self.any_order


@dataclass(frozen=True)
class Trained:
    """What training leaves: the averaged generator, the critic if there was one, and what happened."""

    generator: Generator
    critic: Critic | None
    history: list[dict[str, Any]]
    notes: list[str]
    interrupted: bool
    first_step: float  # time.monotonic() of the first finished step


class Trainer:
    """Trains one generator on encoded rows; `run` reads top to bottom.

    Parameters
    ----------
    codes : (N, S) small integers, -1 where a symbol does not apply.
    fractions : (N, R) bytes.
    deadline : ``time.monotonic()`` at which training must have ended, or None.
    """

    def __init__(
        self,
        layout: Layout,
        codes: Array,
        fractions: Array,
        config: Config,
        *,
        device: torch.device,
        seed: int,
        deadline: float | None,
        progress: Progress,
    ) -> None:
        self.layout, self.config, self.device, self.progress = layout, config, device, progress
        self.deadline, self.seed = deadline, seed
        self.rng = np.random.default_rng(seed)
        self.noise = torch.Generator(device).manual_seed(seed)
        train, held_out = split_rows(len(codes), config.validation_share, self.rng)
        self.rows = place_rows(codes[train], fractions[train], device)
        self.held_out_rows = place_rows(codes[held_out], fractions[held_out], device)
        weights = torch.Generator().manual_seed(seed)
        self.generator = Generator(
            layout,
            width=config.width,
            hidden=config.hidden,
            blocks=config.blocks,
            generator=weights,
            waves=waves_for(len(train)),
        )
        self.generator.heads.start_at(frequencies(layout, codes[train]))
        self.counts = counted(layout, codes)
        self.generator.to(device)
        self.canonical = torch.from_numpy(canonical_order(layout.symbol_column)[None]).to(device)
        self.judged_orders = torch.from_numpy(self.orders(JUDGED_ORDERS, 0.0)).to(device)
        self.average = Average(self.generator, AVERAGE_DECAY)
        self.first_step = time.monotonic()
        self.row_seconds = 1e-4  # that a row of a step takes, looks included
        self.batch = min(config.batch_size, len(self.rows))
        self.micro = micro_batch(layout, config.width, max(self.batch, 1))
        self.n_judged_apart = -(-len(held_out) // 4)
        cost = len(held_out) + JUDGED_ORDERS * self.n_judged_apart  # rows that pass forward at each look
        self.check_steps = max(CHECK_STEPS, round(cost / (3 * LOOK_SHARE * self.batch)))
        self._shuffled = np.zeros(0, np.int64)
        self._best: Keeper | None = None

    @kept_memory()
    def run(self) -> Trained:
        """Train until the budget is used, held-out rows no longer gain, or the user interrupts."""
        interrupted, critic = False, None
        try:
            if self.layout.n_symbols:
                with matmul_precision(self.config.matmul_precision, self.device):
                    self.likelihood_stage()
                if self.playing:
                    stage = GameStage(self)
                    if len(stage.rows):
                        critic = stage.critic  # kept as it stands where the game is interrupted
                        stage.run()
                    else:
                        self.progress.tell("every row has a gap: there was none to show to a critic")
        except KeyboardInterrupt:
            interrupted = True
            self.progress.tell("interrupted: the best model so far is kept")
        if self._best is not None:
            self._best.restore()
        generator = self.average.weights
        assert isinstance(generator, Generator)
        try:
            if len(self.rows) + len(self.held_out_rows) >= MIN_ROWS:  # else shares say little
                with matmul_precision(self.config.matmul_precision, self.device):
                    self.give_marginals(generator)
        except KeyboardInterrupt:  # what was moved so far is no harm
            interrupted = True
        return Trained(
            generator, critic, self.progress.history, self.progress.notes, interrupted, self.first_step
        )

    def likelihood_stage(self) -> None:
        """Maximum likelihood, until the held-out likelihood no longer rises."""
        config = self.config
        optimizer = Adam(
            decayed(self.generator, self.weight_decay),
            lr=config.learning_rate,
            betas=(0.9, 0.99),
            decoupled=True,
        )
        budget = self.stage_budget(1 - config.critic_share if self.playing else 1.0)
        keeper = self._best = Keeper(self.average, PATIENCE)
        safe = SafePoint([self.generator, self.average.weights], [optimizer])
        meter = Meter(torch.zeros(3, device=self.device))
        factor, drops = 1.0, 0
        safe.mark()
        while budget.done() < 1:
            done, haste = budget.done(), self.haste(budget)
            rate = config.learning_rate * (1 + haste) * factor * warm_up(budget.taken, done) * cosine(done)
            set_rate(optimizer, rate)
            loss = likelihood_gradients(
                self.generator,
                self.rows,
                self.next_rows(),
                self.next_orders(),
                weight=1.0,
                dropout=self.dropout(budget.taken, haste),
                micro=self.micro,
                noise=self.noise,
            )
            norm, bad = apply_gradients(self.generator, optimizer, clip=1.0)
            self.average.update(self.generator)
            meter.add(loss, norm, bad)
            budget.taken += 1
            if budget.taken == 1:
                self.first_step = time.monotonic()
            if meter.steps < self.check_steps and budget.done() < 1:
                continue
            mean_loss, mean_norm, share_bad = meter.read()
            self.row_seconds = budget.elapsed() / (budget.taken * self.batch)
            if share_bad > 0 or not (math.isfinite(mean_loss) and safe.finite()):
                lowered = safe.roll_back()
                factor *= lowered
                self.progress.tell(
                    f"a step was not finite: went back and lowered the learning rate to {rate * lowered:.1g}"
                )
                continue
            safe.mark()
            seen = self.held_out(self.average.weights)
            keeper.judge(seen.score if seen is not None else float(budget.taken))
            self.record(
                "likelihood",
                budget,
                seen,
                log_prob=-mean_loss,
                learning_rate=rate,
                generator_gradient_norm=mean_norm,
            )
            if keeper.exhausted():
                drops += 1
                if drops > RATE_DROPS:
                    break
                keeper.restore(self.generator)
                keeper.since_best = 0
                factor *= 0.2
                optimizer.state.clear()
        keeper.restore(self.generator)

    def haste(self, budget: Budget) -> float:
        """From 0 where the time affords many passes over the rows, or is no limit, to 1 where it affords few.

        In haste the learning rate is up to twice as high. And dropout rises from none, as rows that have hardly been
        seen cannot be learnt by heart ("late dropout" of Liu et al. 2023, arXiv 2303.01500).
        """
        if budget.seconds is None:
            return 0.0
        steps = budget.taken / budget.done() if budget.taken else budget.steps or math.inf
        return min(max(MANY_PASSES / max(self.passes(steps), 1e-9) - 1, 0.0), 1.0)

    def dropout(self, steps: int, haste: float) -> float:
        """Of the likelihood stage after so many steps."""
        passes, rise = self.passes(steps), haste * RISE_PASSES
        return self.config.dropout * (passes / rise if passes < rise else 1.0)

    def passes(self, steps: float) -> float:
        """Passes over the rows that so many steps are."""
        return steps * self.batch / max(len(self.rows), 1)

    @property
    def weight_decay(self) -> float:
        """Of the likelihood stage."""
        config = self.config
        if config.weight_decay is not None:
            return config.weight_decay
        steps = FORGET_EPOCHS * len(self.rows) / self.batch
        return min(1 / (config.learning_rate * steps), MAX_DECAY)

    @property
    def playing(self) -> bool:
        """There will be a stage with a critic."""
        return self.config.objective in GAMES

    def stage_budget(self, share: float) -> Budget:
        """The budget of a stage that gets ``share`` of what is left."""
        seconds = None
        if self.deadline is not None:
            left = max(self.deadline - time.monotonic(), 0.0)
            least = min(MARGINALS_SECONDS, MOST_MARGINALS_SHARE * left)
            seconds = (left - max(MARGINALS_SHARE * left, least)) * share
        epochs = self.config.epochs or MAX_EPOCHS
        steps = max(round(epochs * len(self.rows) / self.batch), 1)
        return Budget(seconds, steps)

    def give_marginals(self, generator: Generator) -> None:
        """Give columns their marginals by as many rows as may be drawn in the time that is left."""
        affordable: float = MOST_ROWS
        if self.deadline is not None:
            left = max(self.deadline - time.monotonic(), 0.0)
            affordable = min(left / (DRAWN_ROW_COST * self.row_seconds), MOST_ROWS)
        if affordable >= LEAST_ROWS:
            noise = torch.Generator(self.device).manual_seed(self.seed)  # whatever training drew
            meet_marginals(generator, self.counts, round(affordable), noise)

    def next_rows(self) -> Tensor:
        """Row numbers of the next batch, (B,); every row once an epoch."""
        if len(self._shuffled) < self.batch:
            self._shuffled = self.rng.permutation(len(self.rows))
        taken, self._shuffled = self._shuffled[: self.batch], self._shuffled[self.batch :]
        return torch.from_numpy(taken).to(self.device)

    def next_orders(self) -> Tensor:
        """Orders of this step, (G, S): canonical for a share of the rows, random columns first for the others."""
        groups = ORDER_GROUPS if self.batch % ORDER_GROUPS == 0 and self.micro >= self.batch else 1
        return torch.from_numpy(self.orders(groups, self.config.canonical_share)).to(self.device)

    def orders(self, groups: int, canonical_share: float) -> Array:
        """Some orders, (G, S)."""
        layout = self.layout
        return draw_orders(layout.symbol_column, len(layout.columns), groups, canonical_share, self.rng)

    def held_out(self, weights: nn.Module) -> HeldOut | None:
        """How likely held-out rows are under some weights; None without held-out rows."""
        if not len(self.held_out_rows):
            return None
        assert isinstance(weights, Generator)
        canonical = mean_log_prob(weights, self.held_out_rows, self.canonical, self.micro)
        part = Rows(
            *(
                half[: self.n_judged_apart]
                for half in (self.held_out_rows.codes, self.held_out_rows.fractions)
            )
        )
        others = [mean_log_prob(weights, part, order[None], self.micro) for order in self.judged_orders]
        return HeldOut(canonical, float(np.mean(others)), self.config.canonical_share)

    def swap_best(self, average: Average, keeper: Keeper) -> None:
        """From now on this average is what is kept (the game's, which began at the likelihood's best)."""
        self.average, self._best = average, keeper

    def record(self, stage: str, budget: Budget, seen: HeldOut | None, **figures: float | None) -> None:
        """Add a line to the history and move the bar."""
        done = budget.done()
        if self.playing:
            share = self.config.critic_share
            done = done * (1 - share) if stage == "likelihood" else 1 - share + done * share
        line = {
            "stage": stage,
            "step": budget.taken,
            "seconds": round(budget.elapsed(), 2),
            "held_out_log_prob": seen.canonical if seen else None,
            "held_out_any_order": seen.any_order if seen else None,
            **figures,
        }
        self.progress.update(done, stage, line)
