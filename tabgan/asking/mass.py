"""How much of the model's rows meets a condition, and the refusal where that is too little."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.asking.pool import Pool, plan_pool
from tabgan.asking.scores import log_mass_known
from tabgan.conditioning.condition import Constraint
from tabgan.conditioning.known import Known
from tabgan.config import SAMPLE_BLOCK
from tabgan.data import from_cells
from tabgan.encoding.allowed import Allowed, windows_of
from tabgan.errors import ConditionError
from tabgan.model import FittedModel

MIN_EXPECTED = 0.01  # rows of the fitted table that should meet a condition, by the model's own count
MIN_TOGETHER = (
    2e-3  # of the rows that independent columns would give: fewer, and the values exclude each other
)
MIN_EFFECTIVE = 256.0  # drafts in the largest pool that must count
N_TOLD = 400  # rows drawn to tell what a column would have
SHOWN_LEVELS = 3


@dataclass(frozen=True)
class DryRun:
    """What drawing under a condition would give.

    Attributes
    ----------
    n_rows : rows asked for.
    mass : share of the model's rows, at the temperature asked for, that meet the condition. A value of a continuous
        number counts as its cell (a range of the size of those that `predict_proba` has). For a frame of known
        cells, (n,) one mass a row.
    effective_rows : how many independent rows tell as much; n_rows unless several columns are constrained.
    """

    n_rows: int
    mass: float | NDArray[np.float64]
    effective_rows: float

    def __str__(self) -> str:
        mass = self.mass if isinstance(self.mass, float) else float(np.mean(self.mass))
        of_a_row = "" if isinstance(self.mass, float) else " of a row, on average"
        return (
            f"mass{of_a_row}: {mass:.3g}\nrows: {self.n_rows:,}\neffective rows: {self.effective_rows:,.0f}"
        )


def dry_run(model: FittedModel, pool: Pool, n_rows: int, *, per_row: bool = False) -> DryRun:
    """The figures of a condition, which need not have mass enough to be drawn; ``per_row``: of a frame of cells."""
    if pool.picked is not None:
        return DryRun(n_rows, pool.picked, float(n_rows))
    known = np.exp(log_mass_known(model, pool.condition.known, pool.temperature))
    drafts = pool.effective_drafts
    effective_rows = n_rows / (1 + min(n_rows, SAMPLE_BLOCK) / drafts) if drafts > 0 else 0.0
    return DryRun(n_rows, known if per_row else float(known[0]) * pool.mass, effective_rows)


def check_pool(model: FittedModel, pool: Pool) -> None:
    """Refuse known values that do not go together, and constraints that have too little mass or drafts that count.

    Raises
    ------
    ConditionError
        Names the condition, its mass, and what would have mass.
    """
    if pool.picked is not None:  # there are plain rows that meet it
        return
    check_known(model, pool)
    floor = MIN_EXPECTED / model.n_rows
    most = pool.max_factor * SAMPLE_BLOCK
    drafts = pool.efficiency * most
    if not pool.parts or (pool.reach >= floor and (not pool.is_weighted or drafts >= MIN_EFFECTIVE)):
        return
    why = f"about {pool.mass:.1g} of the rows, fewer than the {floor:.1g} that the fitted rows can tell of"
    if pool.reach >= floor:
        why = f"about {pool.mass:.1g} of the rows, and only {drafts:,.0f} of {most:,} drafts count"
    raise ConditionError(f"where {pool.condition}: the model gives this {why}; {_instead(model, pool)}")


def check_known(model: FittedModel, pool: Pool) -> None:
    """Refuse values that the model never gives together, although each alone has mass.

    A rare combination of columns that have nothing to do with each other is none of these: its mass is about the
    product of theirs.

    Raises
    ------
    ConditionError
        Names the values, their mass, and what would have mass.
    """
    condition = pool.condition
    if len(condition.values) < 2:  # rows of a frame have none to name
        return
    columns = np.flatnonzero(~condition.known.hidden[0])
    joint = float(log_mass_known(model, condition.known)[0])
    one = np.eye(len(columns), dtype=bool)
    apart = float(log_mass_known(model, _hiding(condition.known, ~one)).sum())
    if joint >= -np.log(model.n_rows) or joint - apart >= np.log(
        MIN_TOGETHER
    ):  # a row at least, or as if by chance
        return
    without = np.exp(log_mass_known(model, _hiding(condition.known, one)))
    names = [model.encoder.layout.columns[column] for column in columns]
    told = [f"without {name!r} it has {part:.2g}" for name, part in zip(names, without, strict=True)]
    best = int(without.argmax())
    rest = replace(condition, known=_hiding(condition.known, one[[best]]), constraints=())
    usual = _usual(model, plan_pool(model, rest, pool.temperature), int(columns[best]))
    raise ConditionError(
        f"where {', '.join(condition.values)}: the model gives this about {np.exp(joint):.1g} of the rows, as the "
        f"values do not go together; {'; '.join(told)}; given the rest, {names[best]!r} is mostly {usual}"
    )


def _hiding(known: Known, hide: NDArray[np.bool_]) -> Known:
    """One row of known cells with some hidden too: hide (m, known columns) to m rows."""
    hidden = known.hidden.repeat(len(hide), axis=0)
    columns = np.flatnonzero(~known.hidden[0])
    hidden[:, columns] = hide
    codes, fractions = known.codes.repeat(len(hide), axis=0), known.fractions.repeat(len(hide), axis=0)
    cells = {column: held for column, held in known.cells.items() if not hidden[:, column].all()}
    return Known(codes, fractions, hidden, cells)


def _instead(model: FittedModel, pool: Pool) -> str:
    """What would have mass: the condition without one of its constraints, or other values of that column."""
    condition = pool.condition
    without = {}
    for constraint in condition.constraints:
        others = tuple(other for other in condition.constraints if other is not constraint)
        without[constraint.column] = plan_pool(
            model, replace(condition, constraints=others), pool.temperature
        )
    names = model.encoder.layout.columns
    told = [
        f"without {names[column]!r} it has {part.mass:.2g}" for column, part in without.items() if part.parts
    ]
    best = max(without, key=lambda column: without[column].mass)
    usual = _usual(model, without[best], best)
    return "; ".join(
        [*told, f"given the rest, {names[best]!r} is mostly {usual}" if usual else "ask for less at once"]
    )


def _usual(model: FittedModel, pool: Pool, column: int) -> str:
    """What a column has under the rest of a condition: its likeliest levels, or the range of most values."""
    encoder = model.encoder.encoders[column]
    anything = Allowed(missing=encoder.has_missing, present=True)
    free = Constraint(column, "", anything, windows_of(encoder, anything))
    condition = replace(pool.condition, constraints=(*pool.condition.constraints, free))
    free_pool = plan_pool(model, condition, pool.temperature)
    drafts = free_pool.draw(model, np.random.default_rng(1).random((N_TOLD, len(free_pool.columns))))
    weights = np.exp(drafts.log_mass - drafts.log_mass.max())
    layout = model.encoder.layout
    own = [i for i, s in enumerate(free_pool.symbols) if layout.symbol_column[s] == column]
    own_numbers = [i for i, r in enumerate(free_pool.numbers) if layout.number_column[r] == column]
    codes, inside = drafts.codes[:, own].cpu().numpy(), drafts.inside[:, own_numbers].cpu().double().numpy()
    return _summary(from_cells(encoder.decode(codes, inside), model.encoder.schema.columns[column]), weights)


def _summary(series: pd.Series[Any], weights: NDArray[np.float64]) -> str:
    kept = series.notna().to_numpy()
    if not kept.any():
        return "missing"
    series, weights = series[kept], weights[kept]
    if isinstance(series.iloc[0], str | bool | np.bool_):
        shares = pd.Series(weights).groupby(series.astype(str).to_numpy()).sum().sort_values(ascending=False)
        return ", ".join(repr(level) for level in shares.index[:SHOWN_LEVELS])
    order = np.argsort(series.to_numpy(), kind="stable")
    ranks = np.cumsum(weights[order]) / weights.sum()
    low, high = (
        series.iloc[order[min(int(np.searchsorted(ranks, q)), len(order) - 1)]] for q in (0.05, 0.95)
    )
    return f"{low} to {high}"
