"""Columns that sum up: a total and its parts, shares that make one, the same amount in two units.

Found as linear relations between columns that (nearly) all rows keep. Each column of such a sum is told what the
known others leave for it, in its own cells: the last one is determined, those before it have a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.layout import Layout, Member, Total
from tabgan.encoding.numeric import FRACTION_STEPS
from tabgan.encoding.pointers import STEPS, bands_around, cells_by_part, cells_of
from tabgan.encoding.reconcile import PRINTED, Room, finest_grid
from tabgan.encoding.relation import Relation
from tabgan.encoding.single import Single, celled, known_single

Array = NDArray[Any]
LOOKED_AT = 2_000  # rows
LEAST_ROWS = 200
MOST_MEMBERS = 12
MOST_SUMS = 16
NEIGHBOURS = 30  # columns before the last one of a sum, among which its others are looked for
TOLERANCE = 0.01  # of the spread of the column that the others determine: cells tell values roughly
KEPT_BY = 0.95  # of the rows
ALWAYS = 0.99  # as good as all of them: values beyond the last knots seem to break it
MATTERS = 0.02  # of that spread: what adds less is no member
LARGEST = 1e15  # sums of larger numbers are too rough in single precision
HOPELESS = 10  # times the tolerance: where half of the rows are so far off there is no relation
ROUNDED = 6  # digits after the point of coefficients
SURE = 4.0  # standard errors
REFITS = 3  # without the rows that keep the relation least


def find_sums(
    encoders: Sequence[ColumnEncoder], layout: Layout, codes: Array, fractions: Array
) -> tuple[Relation, ...]:
    """Linear relations among numeric columns, and exact ones with dates; codes (n, S), fractions (n, R)."""
    rows = np.random.default_rng(0).permutation(len(codes))[:LOOKED_AT]
    found: list[Relation] = []
    if len(rows) < LEAST_ROWS:
        return ()
    singles = celled(encoders)
    cells = {
        column: cells_of(encoders[column], layout, column, codes[rows], fractions[rows]) for column in singles
    }
    values = {column: single.values(cells[column]) for column, single in singles.items()}
    free: list[int] = []  # columns that no earlier ones determine
    for column, own in values.items():
        if not np.nanmax(np.abs(own), initial=0.0) < LARGEST:
            continue
        relation = _relation(column, own, {other: values[other] for other in free[-NEIGHBOURS:]})
        if relation is not None:
            room = Room.of(encoders, layout, relation, codes[rows], cells)
            relation = _exact(relation, room, [singles[member] for member in relation.columns])
            if not relation.exact and any(singles[member].is_date for member in relation.columns):
                relation = None  # one date is about another one: pointers tell that
        if relation is None:
            free.append(column)
        elif len(found) < MOST_SUMS:
            found.append(relation)
    return tuple(found)


def _exact(relation: Relation, room: Room, members: Sequence[Single]) -> Relation:
    """The relation with the shortest coefficients that rows keep as exactly as codes tell, if there are any."""
    known = np.isfinite(room.values).all(axis=1)
    for digits in range(ROUNDED + 1):
        simple = relation.rounded(digits)
        grid = finest_grid(simple, members) or 0.0
        simple = replace(simple, amount=_amount(simple, room.values[known], grid / 4), exact=True)
        share = room.kept(simple, 1 / FRACTION_STEPS, PRINTED)[known].mean()
        if all(simple.coefficients) and share >= KEPT_BY:
            return replace(simple, always=bool(share >= ALWAYS))
    return relation


def _amount(relation: Relation, values: Array, bias: float) -> float:
    """The roundest amount that values (n, M) tell: each is off by its part of a cell, their mean by much less.

    ``bias`` is what may be off in all rows alike.
    """
    sums = values @ np.array(relation.coefficients)
    low, high = np.quantile(sums, [1 - KEPT_BY, KEPT_BY])
    sums = sums[(sums >= low) & (sums <= high)]  # without the rows that do not keep it
    mean, error = float(sums.mean()), SURE * float(sums.std()) / len(sums) ** 0.5 + bias
    rounded = (round(mean, digits) + 0.0 for digits in range(-15, ROUNDED))
    return next((amount for amount in rounded if abs(amount - mean) <= error), round(mean, ROUNDED) + 0.0)


def build_sum(encoders: Sequence[ColumnEncoder], layout: Layout, relation: Relation) -> Total:
    """The relation in terms of codes."""
    members = [
        _member(encoders[column], layout, column, coefficient)
        for column, coefficient in zip(relation.columns, relation.coefficients, strict=True)
    ]
    return Total(relation.amount, tuple(members))


def _member(encoder: ColumnEncoder, layout: Layout, column: int, coefficient: float) -> Member:
    number = known_single(encoder).number
    worth = coefficient * Single(number).values(cells_by_part(number))
    cell = np.arange(number.first_continuous, number.n_modes)[:, None]
    starts = number.decode(cell, np.zeros(cell.shape))[0][1:].astype(np.float64)
    if number.on_grid:  # half way to the value before, so that rounding does not matter
        starts -= number.step / 10.0**number.decimals / 2
    return Member(
        symbol=layout.symbols_of(column).start,
        number=layout.numbers_of(column).start,
        coefficient=coefficient,
        worth=worth.reshape(-1, STEPS).astype(np.float32),
        first=number.first_continuous,
        starts=starts.astype(np.float32),
        bands=bands_around(encoder.numbers[0]),
    )


def _relation(column: int, own: Array, others: dict[int, Array]) -> Relation | None:
    """How the others determine a column; None where they do not."""
    names = list(others)
    while names:  # with all others, then with those that matter
        table = np.column_stack([own, *(others[name] for name in names)])
        table = table[np.isfinite(table).all(1)]
        spread = np.ptp(np.quantile(table, [0.05, 0.95], axis=0), axis=0) if len(table) else np.zeros(1)
        if len(table) < LEAST_ROWS or spread[0] <= 0 or not np.isfinite(spread).all():
            return None
        slopes, constant, kept = _fit(table, spread)
        if kept < KEPT_BY:
            return None
        matter = np.abs(slopes) * spread[1:] > MATTERS * spread[0]
        if matter.all():
            break
        names = [name for name, flag in zip(names, matter, strict=True) if flag]
    if not 1 <= len(names) < MOST_MEMBERS:
        return None
    coefficients = (*(-round(float(slope), ROUNDED) for slope in slopes), 1.0)
    return Relation(round(float(constant), ROUNDED), (*names, column), coefficients)


def _fit(table: Array, spread: Array) -> tuple[Array, float, float]:
    """Slopes (m,) and constant of the first column by the others, and the share of the rows that keep it.

    ``spread`` (m + 1,) is of the columns of ``table`` (n, m + 1).
    """
    middle, scale = table[:, 1:].mean(0), table[:, 1:].std(0)
    scale = np.where(scale > 0, scale, 1.0)
    design = np.column_stack([(table[:, 1:] - middle) / scale, np.ones(len(table))])
    rows = np.ones(len(table), bool)
    for _ in range(REFITS):
        found, *_ = np.linalg.lstsq(design[rows], table[rows, 0], rcond=1e-10)
        far = np.abs(design @ found - table[:, 0])
        if np.median(far) > HOPELESS * TOLERANCE * spread[0]:
            break
        rows = far <= np.quantile(far, KEPT_BY)
    slopes = found[:-1] / scale
    return slopes, float(found[-1] - middle @ slopes), float((far <= TOLERANCE * spread[0]).mean())
