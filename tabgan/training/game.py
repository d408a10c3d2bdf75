"""The second stage: the critic judges whole rows, the generator answers, the likelihood term stays on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from tabgan.conditioning.orders import draw_hidden
from tabgan.config import MAX_HIDDEN_COLUMNS
from tabgan.networks.critic import Critic
from tabgan.networks.filling import noise_dtype
from tabgan.networks.generator import Generator
from tabgan.networks.losses import objective
from tabgan.training.budget import Budget
from tabgan.training.keeper import MAX_ROLL_BACKS, Keeper, SafePoint
from tabgan.training.lessons import LESSON_SHARE, LESSON_STEPS, teach
from tabgan.training.optimizer import Adam
from tabgan.training.runtime import Average, whole_rows
from tabgan.training.schedule import cosine, set_rate
from tabgan.training.steps import (
    Meter,
    apply_gradients,
    critic_gradients,
    game_gradients,
    likelihood_gradients,
)
from tabgan.training.validation import PairCounts, count_pairs, critic_accuracy, draw_rows
from tabgan.training.watch import find_trouble, lost_levels

if TYPE_CHECKING:
    from tabgan.training.trainer import Trainer

CRITIC_HEAD_START = 100
CHECK_STEPS = 30
PATIENCE = 6
WATCHED_ROWS = 2_048  # rows at each look that tell the critic's accuracy, and whether levels are lost
FIGURES = ("loss", "critic_gap", "gradient_penalty", "critic_gradient_norm", "generator_gradient_norm", "bad")
AVERAGE_DECAY = 0.99
LIKELIHOOD_SLACK = 0.01  # nats a symbol that held-out likelihood may lose to the game


class GameStage:
    """Likelihood and critic together, from the best weights of the likelihood stage."""

    def __init__(self, trainer: Trainer) -> None:
        config, layout = trainer.config, trainer.layout
        self.trainer, self.config = trainer, config
        self.objective = objective(config.objective)
        # The critic would tell a row without a label at once: it sees whole rows only.
        self.rows = whole_rows(trainer.rows, layout)
        self.held_out = whole_rows(trainer.held_out_rows, layout)
        self.batch = max(trainer.batch // config.pac, 1) * config.pac
        seeded = torch.Generator().manual_seed(int(trainer.rng.integers(2**63)))
        self.critic = Critic(layout, hidden=config.critic_hidden, pac=config.pac, generator=seeded)
        self.critic.to(trainer.device)
        self.average = Average(trainer.generator, AVERAGE_DECAY)
        self.generator_optimizer = self.optimizer(trainer.generator)
        self.critic_optimizer = self.optimizer(self.critic)
        self.sound = SafePoint(
            [trainer.generator, self.critic, self.average.weights],
            [self.generator_optimizer, self.critic_optimizer],
        )
        self.keeper = Keeper(self.average, PATIENCE)
        self.pairs: PairCounts | None = None
        self.floor = -math.inf
        self.likelihood_weight = self.config.likelihood_weight
        self.rates = {"critic": 1.0, "generator": 1.0}
        self.gaps: list[float] = []
        self.accuracies: list[float] = []
        self.lost: list[float] = []

    def run(self) -> None:
        """Play until the budget is used or held-out rows say that nothing is gained; teach a critic that is kept."""
        trainer = self.trainer
        budget = self.budget()
        self.start_judging()
        for _ in range(CRITIC_HEAD_START):
            self.critic_step()
            if budget.done() >= 0.25:
                break
        meter = Meter(torch.zeros(len(FIGURES), device=trainer.device))
        # once more would be an error, and the best weights so far are good
        while budget.done() < 1 and not self.keeper.exhausted() and self.sound.roll_backs < MAX_ROLL_BACKS:
            self.set_rates(budget.done())
            for _ in range(self.config.critic_steps):
                gap, penalty, critic_norm, bad_critic = self.critic_step()
            loss, norm, bad = self.generator_step()
            meter.add(loss, gap, penalty, critic_norm, norm, bad + bad_critic)
            budget.taken += 1
            if meter.steps >= max(CHECK_STEPS, trainer.check_steps // 2) or budget.done() >= 1:
                self.look(budget, dict(zip(FIGURES, meter.read(), strict=True)))
        if self.config.keep_critic:
            self.last_lessons()

    def last_lessons(self) -> None:
        """Teach the critic what it was not shown, with the best generator as its opponent."""
        trainer = self.trainer
        self.keeper.restore()
        budget = trainer.stage_budget(1.0)
        budget.steps = LESSON_STEPS
        teach(
            self.critic,
            self.generator_average,
            self.rows,
            trainer.layout,
            budget=budget,
            rng=trainer.rng,
            noise=trainer.noise,
        )

    def start_judging(self) -> None:
        """The likelihood stage's best weights are the ones to beat."""
        trainer = self.trainer
        if len(self.held_out):
            self.pairs = count_pairs(trainer.generator, trainer.layout, self.held_out, trainer.rng)
            seen = trainer.held_out(trainer.generator)
            self.floor = (seen.score if seen else -math.inf) - LIKELIHOOD_SLACK * trainer.layout.n_symbols
            self.keeper.judge(-self.pairs.distance(trainer.generator))
        trainer.swap_best(self.average, self.keeper)
        self.sound.mark()

    def look(self, budget: Budget, figures: dict[str, float]) -> None:
        """Judge the averaged weights on held-out rows, and the game by its figures; answer troubles."""
        share_bad, gap, loss = figures.pop("bad"), figures["critic_gap"], figures.pop("loss")
        if share_bad > 0 or not (math.isfinite(loss + gap) and self.sound.finite()):
            self.go_back("a step was not finite: went back to sound weights and lowered the learning rates")
            return
        seen = self.trainer.held_out(self.generator_average)
        distance = self.pairs.distance(self.generator_average) if self.pairs is not None else None
        self.note_figures(gap)
        self.trainer.record(
            "game",
            budget,
            seen,
            log_prob=-loss,
            pair_distance=distance,
            **figures,
            critic_accuracy=self.accuracies[-1] if self.accuracies else None,
            lost_levels=self.lost[-1],
        )
        roll_backs = self.sound.roll_backs
        if not self.answer_trouble():
            self.sound.mark()
        if self.sound.roll_backs > roll_backs:  # the average is an older one again
            self.keeper.since_best += 1
        elif distance is None or seen is None:
            self.keeper.judge(float(budget.taken))
        elif seen.score >= self.floor:
            self.keeper.judge(-distance)
        else:
            self.keeper.since_best += 1

    def optimizer(self, module: nn.Module) -> Adam:
        """Adam as in WGAN-GP, with little momentum."""
        return Adam(module.parameters(), lr=self.config.critic_learning_rate, betas=(0.5, 0.9))

    def budget(self) -> Budget:
        """All the time that is left; without a time limit, steps in proportion to the likelihood stage's."""
        trainer = self.trainer
        budget = trainer.stage_budget(1.0 - LESSON_SHARE if self.config.keep_critic else 1.0)
        share = self.config.critic_share
        spent = sum(line["step"] for line in trainer.progress.history[-1:])
        budget.steps = round(spent * share / (1 - share))
        return budget

    @property
    def generator_average(self) -> Generator:
        """The averaged generator."""
        weights = self.average.weights
        assert isinstance(weights, Generator)
        return weights

    def hidden(self) -> list[bool]:
        """Columns that are filled in at this step."""
        layout = self.trainer.layout
        return draw_hidden(layout.symbol_column, len(layout.columns), MAX_HIDDEN_COLUMNS, self.trainer.rng)

    def some_rows(self) -> Tensor:
        """Row numbers, (B,), B divisible by pac."""
        picked = self.trainer.rng.integers(0, len(self.rows), self.batch)
        return torch.from_numpy(picked).to(self.trainer.device)

    def critic_step(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One step of the critic: gap, penalty, norm of its gradient, 1 if that was not finite."""
        trainer = self.trainer
        gap, penalty = critic_gradients(
            trainer.generator,
            self.critic,
            self.rows,
            self.some_rows(),
            self.some_rows(),
            self.hidden(),
            self.objective,
            self.config,
            trainer.noise,
        )
        return gap, penalty, *apply_gradients(self.critic, self.critic_optimizer, clip=100.0)

    def generator_step(self) -> tuple[Tensor, Tensor, Tensor]:
        """One step of the generator on both terms: cross-entropy, norm of its gradient, 1 if that was not finite."""
        trainer, config = self.trainer, self.config
        self.critic.requires_grad_(False)
        game_gradients(
            trainer.generator,
            self.critic,
            self.rows,
            *(self.some_rows(), self.some_rows()),
            self.hidden(),
            self.objective,
            config,
            trainer.micro,
            trainer.noise,
        )
        self.critic.requires_grad_(True)
        loss = likelihood_gradients(
            trainer.generator,
            trainer.rows,
            trainer.next_rows(),
            trainer.next_orders(),
            weight=self.likelihood_weight,
            dropout=config.dropout,
            micro=trainer.micro,
            noise=trainer.noise,
        )
        norm, bad = apply_gradients(trainer.generator, self.generator_optimizer, clip=5.0)
        self.average.update(trainer.generator)
        return loss, norm, bad

    def set_rates(self, done: float) -> None:
        """Learning rates: cosine to a twentieth over the stage, times what troubles have left of them."""
        base = self.config.critic_learning_rate * (0.05 + 0.95 * cosine(done))
        set_rate(self.generator_optimizer, base * self.rates["generator"])
        set_rate(self.critic_optimizer, base * self.rates["critic"])

    def note_figures(self, gap: float) -> None:
        """Note the figures that tell whether the game goes well."""
        trainer = self.trainer
        self.gaps.append(gap)
        uniforms = torch.from_numpy(trainer.rng.random((WATCHED_ROWS, len(trainer.layout.columns))))
        noise = uniforms.to(noise_dtype(trainer.device)).to(trainer.device)
        generated = draw_rows(self.generator_average, noise)
        sizes = [symbol.n_levels for symbol in trainer.layout.symbols]
        self.lost.append(lost_levels(self.rows.codes[:WATCHED_ROWS].long(), generated, sizes))
        if len(self.held_out):
            real = self.held_out.codes[:WATCHED_ROWS].long()
            self.accuracies.append(critic_accuracy(self.critic, real, generated))

    def answer_trouble(self) -> bool:
        """Find a trouble, do something about it and say so; True if there was one."""
        trouble = find_trouble(self.gaps, self.accuracies, self.lost)
        if trouble is None:
            return False
        self.rates["critic"] *= trouble.critic_rate
        self.rates["generator"] *= trouble.generator_rate
        self.likelihood_weight *= trouble.likelihood_weight
        if trouble.go_back:
            self.go_back(trouble.words)
        else:
            self.trainer.progress.tell(trouble.words)
        for seen in (self.gaps, self.accuracies, self.lost):
            seen.clear()
        return True

    def go_back(self, words: str) -> None:
        """Return to the last sound weights, with lower rates."""
        self.trainer.progress.tell(words)
        factor = self.sound.roll_back()
        self.rates = {name: rate * factor for name, rate in self.rates.items()}
