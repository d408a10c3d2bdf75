"""Rows that meet constraints: a bounded pool of drafts, weighted and resampled.

A draft holds the constrained columns only, each drawn from the mass that is allowed to it given the known and the
constrained ones before. One window makes every draft equally likely: it is taken as it is. With several, a draft's
weight is the product of the allowed masses; a block takes its rows from a pool by systematic resampling (Kitagawa
1996, doi 10.2307/1390750, appendix), and only then are the other columns drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.conditioning.condition import Condition
from tabgan.config import SAMPLE_BLOCK, SAMPLE_PASS
from tabgan.model import FittedModel
from tabgan.networks.constrained import Part, draw_constrained
from tabgan.networks.filling import noise_dtype
from tabgan.networks.tables import FRACTION_STEPS

Floats = NDArray[np.float64]
SPARE = 2.0  # effective drafts a row that a pool should have,
MAX_FACTOR = 64  # by at most this many drafts a row
POOL_BYTES = 256 * 2**20  # and by as many as this holds: fewer from some thirty constrained columns on
PILOT_PASSES = 8  # blocks of drafts that say how large the pool must be, at most,
PILOT_ROWS = 256  # where drafts do not differ in weight
PILOT_EFFECTIVE = 200.0  # until this many count


@dataclass(frozen=True)
class Drafts:
    """Drawn constrained columns, nothing of the others: memory does not grow with the table's width.

    ``codes`` (B, s) and ``inside`` (B, r) are those of the pool's symbols and numbers; ``log_mass`` (B,) is the log
    of the allowed mass, ``log_share`` (B,) that of the allowed share of the drawn cells.
    """

    codes: Tensor
    inside: Tensor
    log_mass: Floats
    log_share: Floats

    def take(self, index: NDArray[np.int64]) -> Drafts:
        """Some drafts."""
        on_device = torch.from_numpy(index).to(self.codes.device)
        return Drafts(
            self.codes[on_device], self.inside[on_device], self.log_mass[index], self.log_share[index]
        )


@dataclass(frozen=True)
class Pool:
    """How rows that meet the constraints of a condition are drawn, and what a pilot found.

    Attributes
    ----------
    parts : the windows of each constrained column.
    symbols, numbers : positions of the constrained columns' symbols and numeric parts within the row.
    mass : share of the rows with the known cells that meet the constraints.
    reach : the same, were the cells in which a range ends allowed as a whole: what the model can tell of.
    efficiency : effective share of the drafts, 1 where all weigh the same.
    factor : drafts a row; 1 where they need no weighing.
    picked : share of plain rows that meet the condition, where rows are picked from these and nothing of the above
        is used; else None. See `tabgan.asking.picking`.
    rare : too few plain rows meet the condition to be picked.
    cap : log of the weight from which on a row asked in order is always kept, where rows are weighed by what plain
        order says of them; else None. See `tabgan.asking.weighing`.
    """

    condition: Condition
    parts: tuple[tuple[Part, ...], ...]
    symbols: tuple[int, ...]
    numbers: tuple[int, ...]
    temperature: float
    mass: float = 1.0
    reach: float = 1.0
    efficiency: float = 1.0
    factor: int = 1
    picked: float | None = None
    rare: bool = False
    cap: float | None = None

    @property
    def is_weighted(self) -> bool:
        """Drafts differ in weight."""
        return sum(map(len, self.parts)) > 1

    @property
    def columns(self) -> list[int]:
        """Positions of the constrained columns."""
        return [constraint.column for constraint in self.condition.constraints]

    @property
    def max_factor(self) -> int:
        """Most drafts a row, so that the pool of a block stays within its memory."""
        numbers = (
            len(self.symbols) + len(self.numbers) + len(self.columns) + 2
        )  # of a draft, with noise and logs
        return int(np.clip(POOL_BYTES // (8 * numbers * SAMPLE_BLOCK), 1, MAX_FACTOR))

    @property
    def effective_drafts(self) -> float:
        """Effective number of drafts in the pool of a block; infinite where all weigh the same."""
        return self.efficiency * self.factor * SAMPLE_BLOCK if self.is_weighted else np.inf

    def hidden(self) -> list[bool]:
        """Flags of the columns that are drawn after the constrained ones."""
        flags = self.condition.known.pattern() or []
        return [flag and column not in self.columns for column, flag in enumerate(flags)]

    def block(self, model: FittedModel, noise: Floats, source: np.random.Generator) -> Drafts:
        """The drafts of a block; noise (B, C) is that of its rows, ``source`` gives what a pool needs beyond it."""
        if not self.is_weighted:
            return self.draw(model, noise[:, self.columns])
        drafts = self.draw(model, source.random((self.factor * len(noise), len(self.columns))))
        return drafts.take(resampled(drafts.log_mass, len(noise), source))

    def rows(
        self, model: FittedModel, noise: Floats, source: np.random.Generator, start: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Rows from ``start`` on, asked in order: codes (B, S) and fractions (B, R) from uniforms (B, C)."""
        known = self.condition.known.rows(start, len(noise))
        codes, fractions = (
            torch.from_numpy(part).to(model.device) for part in (known.codes, known.fractions)
        )
        pattern = known.pattern()
        hidden = torch.from_numpy(known.hidden).to(model.device) if pattern is None else pattern
        drafts = self.block(model, noise, source) if self.parts else None
        if drafts is not None:
            codes[:, list(self.symbols)] = drafts.codes
            fractions[:, list(self.numbers)] = (drafts.inside * FRACTION_STEPS).to(torch.uint8)
            hidden = self.hidden()
        drawn, inside = model.fill(codes, fractions, hidden, torch.from_numpy(noise), self.temperature)
        if drafts is not None:
            inside[:, list(self.numbers)] = drafts.inside  # the context knows them to one byte
        return drawn, inside

    def draw(self, model: FittedModel, noise: Floats) -> Drafts:
        """One draft for each row of noise (B, constrained columns)."""
        size = SAMPLE_PASS if model.device.type == "cpu" else SAMPLE_BLOCK
        passes = [self._pass(model, noise[start : start + size]) for start in range(0, len(noise), size)]
        drawn, inside, *logs = (torch.cat(column) for column in zip(*passes, strict=True))
        return Drafts(drawn, inside, *(log.cpu().double().numpy() for log in logs))

    def _pass(self, model: FittedModel, noise: Floats) -> tuple[Tensor, ...]:
        known, device = self.condition.known, model.device
        wide = torch.zeros(len(noise), known.hidden.shape[1], dtype=noise_dtype(device), device=device)
        wide[:, self.columns] = torch.from_numpy(noise).to(wide)
        codes, inside, log_mass, log_share = draw_constrained(
            model.generator,
            torch.from_numpy(known.codes).to(device).expand(len(noise), -1),
            torch.from_numpy(known.fractions).to(device).expand(len(noise), -1),
            known.pattern() or [],
            self.parts,
            wide,
            temperature=self.temperature,
            alike=True,
        )
        return codes[:, list(self.symbols)], inside[:, list(self.numbers)], log_mass, log_share


def plan_pool(model: FittedModel, condition: Condition, temperature: float) -> Pool:
    """The pool of a condition; it depends on the model and the request, not on a seed."""
    like = torch.zeros(1, dtype=noise_dtype(model.device), device=model.device)
    layout, columns = model.encoder.layout, [constraint.column for constraint in condition.constraints]
    parts = tuple(
        tuple(Part(window, constraint.column, layout, like) for window in constraint.windows)
        for constraint in condition.constraints
    )
    symbols = tuple(s for s, column in enumerate(layout.symbol_column) if column in columns)
    numbers = tuple(r for r, column in enumerate(layout.number_column) if column in columns)
    pool = Pool(condition, parts, symbols, numbers, temperature)
    if not parts:
        return pool
    weights, shares = pilot(model, pool)
    mass, efficiency = float(weights.mean()), effective(weights) / len(weights)
    reach = float((weights / shares)[weights > 0].sum()) / len(weights)
    factor = 1
    if pool.is_weighted and efficiency > 0:
        factor = int(np.clip(np.ceil(SPARE / efficiency), 1, pool.max_factor))
    return replace(pool, mass=mass, reach=reach, efficiency=efficiency, factor=factor)


def pilot(model: FittedModel, pool: Pool) -> tuple[Floats, Floats]:
    """Allowed masses of some drafts, enough of them to tell their spread, and allowed shares of their cells."""
    source = np.random.default_rng(0)
    rows = SAMPLE_BLOCK if pool.is_weighted else PILOT_ROWS
    weights, shares = np.zeros(0), np.zeros(0)
    for _ in range(PILOT_PASSES if pool.is_weighted else 1):
        drafts = pool.draw(model, source.random((rows, len(pool.columns))))
        weights = np.concatenate([weights, np.exp(drafts.log_mass)])
        shares = np.concatenate([shares, np.exp(drafts.log_share)])
        if effective(weights) >= PILOT_EFFECTIVE:
            break
    return weights, shares


def effective(weights: Floats) -> float:
    """Effective sample size of weighted drafts (Kong 1992): how many of equal weight tell as much."""
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0 else 0.0


def resampled(log_weights: Floats, n: int, source: np.random.Generator) -> NDArray[np.int64]:
    """Draw n positions in a pool, each as often as its weight says up to rounding, in random order."""
    weights = np.exp(log_weights - log_weights.max())
    cumulative = np.cumsum(weights / weights.sum())
    grid = (np.arange(n) + source.random()) / n
    chosen = np.searchsorted(cumulative, grid, side="right").clip(max=np.flatnonzero(weights)[-1])
    return source.permutation(chosen)
