"""Which way rows that meet a condition are drawn: asked in order, picked from plain rows, or weighed."""

from __future__ import annotations

from dataclasses import replace

from tabgan.asking.mass import check_pool
from tabgan.asking.picking import MIN_PICKED, as_arrays, asked_columns, meets, picked_share
from tabgan.asking.pool import Pool, plan_pool
from tabgan.asking.weighing import plan_cap
from tabgan.conditioning.condition import Condition
from tabgan.model import FittedModel


def plan_rows(model: FittedModel, condition: Condition, temperature: float) -> Pool:
    """The pool of a condition, and whether its rows are picked; it depends on model and request, not on a seed."""
    pool = plan_pool(model, condition, temperature)
    if condition.known.n_rows is not None or not asked_columns(condition):
        return pool
    met = meets(model, condition, *as_arrays(model.pilot))
    if met.sum() < MIN_PICKED:
        return replace(pool, rare=True)
    usual = pool if temperature == 1 else plan_pool(model, condition, 1.0)  # as the rows of the pilot are
    return replace(pool, picked=picked_share(model, condition, met, usual.mass, temperature))


def ready(model: FittedModel, pool: Pool) -> Pool:
    """The pool to draw from, once it is known that there are rows.

    Where both orders tell the same, rows are asked in order. Else they are picked, if enough plain rows meet the
    condition; else, at temperature 1, weighed. A frame's rows are asked in order.

    Raises
    ------
    ConditionError
        The condition has too little mass; see `tabgan.asking.mass.check_pool`.
    """
    check_pool(model, pool)
    return replace(pool, cap=plan_cap(model, pool)) if pool.rare and pool.temperature == 1 else pool
