"""Singling out: descriptions learnt from synthetic rows that fit exactly one person of the training table.

Source: Giomi et al. 2023 (arXiv 2211.10459), section 4.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats, as_numbers, shared_codes
from tabgan.reporting.tables import Tables

N_ATTACKS = 2_000  # of each kind
TRIES = 5  # drawn descriptions for each one wanted: most fit no synthetic row alone
MOST_TERMS = 10  # columns of one description
REACH = 0.01  # of the rows, to each side of a number that is described by a range
Operator = Literal["==", "<=", ">="]
OPERATORS: tuple[Operator, ...] = ("==", "<=", ">=")


class Term(NamedTuple):
    """One condition of a description; a missing cell equals NaN."""

    column: int
    operator: Operator
    value: float


Description = tuple[Term, ...]


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """How many of `n_attacks` descriptions fit exactly one row: of the training rows, of as many others.

    `naive` is the number of descriptions drawn without synthetic data that fit one training row.
    """

    name: str
    n_attacks: int
    success: int
    control: int
    naive: int


@dataclass(frozen=True, kw_only=True)
class Population:
    """The columns of the rows that are searched: numbers, or codes of levels (a missing one is code 0).

    Attributes
    ----------
    columns : shape (n,) each.
    is_number : whether a column holds numbers.
    order : for each column the rows in the order of its values, missing ones last.
    ordered : the present values of each column in their order.
    """

    columns: tuple[Floats, ...]
    is_number: tuple[bool, ...]
    order: tuple[NDArray[np.intp], ...]
    ordered: tuple[Floats, ...]

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def count(self, description: Description) -> int:
        """Rows that a description fits: those of its rarest column that all other terms hold for."""
        spans: dict[int, tuple[int, int]] = {}
        for term in description:
            low, high = self._span(term)
            known = spans.get(term.column, (0, self.n_rows))
            spans[term.column] = max(low, known[0]), min(high, known[1])
        size = {k: high - low for k, (low, high) in spans.items()}
        rarest = min(size, key=lambda k: size[k])
        fitting = self.order[rarest][slice(*spans[rarest])]
        for term in sorted(description, key=lambda term: size[term.column]):
            if term.column != rarest and len(fitting):
                fitting = fitting[_holds(self.columns[term.column][fitting], term)]
        return len(fitting)

    def _span(self, term: Term) -> tuple[int, int]:
        """Where the rows that a term holds for begin and end in its column's order."""
        values = self.ordered[term.column]
        if np.isnan(term.value):
            return len(values), self.n_rows
        first = 0 if term.operator == "<=" else int(values.searchsorted(term.value, side="left"))
        last = len(values) if term.operator == ">=" else int(values.searchsorted(term.value, side="right"))
        return first, last


def _holds(values: Floats, term: Term) -> NDArray[np.bool_]:
    if np.isnan(term.value):
        return np.isnan(values)
    if term.operator == "==":
        return np.asarray(values == term.value)
    return np.asarray(values <= term.value if term.operator == "<=" else values >= term.value)


def single_out(tables: Tables) -> list[Guesses]:
    """Attack the training rows, and as many held-out rows, by each kind of description.

    The larger of both groups is cut at random to the size of the smaller: how often a description fits
    exactly one row depends on how many rows there are.
    """
    assert tables.holdout is not None
    rng = tables.rng("singling out")
    n_rows = min(len(tables.real), len(tables.holdout))
    groups = [frame.iloc[rng.permutation(len(frame))[:n_rows]] for frame in (tables.real, tables.holdout)]
    synthetic, train, control = populations([tables.synthetic, *groups], tables)
    found = []
    for name, draw in ATTACKS.items():
        descriptions = draw(synthetic, rng)
        guesses = [at_random(description, synthetic, rng) for description in descriptions]
        found.append(
            Guesses(
                name=name,
                n_attacks=len(descriptions),
                success=_singled(train, descriptions),
                control=_singled(control, descriptions),
                naive=_singled(train, guesses),
            )
        )
    return found


def _singled(population: Population, descriptions: Sequence[Description]) -> int:
    return sum(population.count(description) == 1 for description in descriptions)


def populations(frames: Sequence[pd.DataFrame], tables: Tables) -> list[Population]:
    """The frames with one set of codes."""
    is_number = tuple(name in set(tables.numeric) for name in tables.real.columns)
    columns: list[list[Floats]] = [[] for _ in frames]
    for k, number in enumerate(is_number):
        series = [frame.iloc[:, k] for frame in frames]
        values = [as_numbers(x) for x in series] if number else shared_codes(*series)[0]
        for target, part in zip(columns, values, strict=True):
            target.append(part.astype(np.float64))
    return [_population(tuple(part), is_number) for part in columns]


def _population(columns: tuple[Floats, ...], is_number: tuple[bool, ...]) -> Population:
    order = tuple(np.argsort(values, kind="stable") for values in columns)
    ordered = tuple(
        values[rows[: len(rows) - int(np.isnan(values).sum())]]
        for values, rows in zip(columns, order, strict=True)
    )
    return Population(columns=columns, is_number=is_number, order=order, ordered=ordered)


def one_column(synthetic: Population, rng: np.random.Generator) -> list[Description]:
    """Values that one synthetic row has alone, and the ends of a column where they are one row's."""
    found: list[Description] = []
    for k, values in enumerate(synthetic.columns):
        present = values[~np.isnan(values)]
        alone, counts = np.unique(present, return_counts=True)
        found += [(Term(k, "==", float(value)),) for value in alone[counts == 1]]
        if len(present) == len(values) - 1:
            found.append((Term(k, "==", float("nan")),))
        if synthetic.is_number[k] and len(alone):
            ends: tuple[tuple[Operator, int], ...] = (("<=", 0), (">=", -1))
            found += [(Term(k, op, float(alone[end])),) for op, end in ends if counts[end] == 1]
    return [found[i] for i in rng.permutation(len(found))[:N_ATTACKS]]


def several_columns(synthetic: Population, rng: np.random.Generator) -> list[Description]:
    """Descriptions of a drawn synthetic row that bound each number on one side, as the paper's.

    A number above the column's median is described as at least, another as at most this number.
    """
    medians = [_at_rank(values, 0.5) for values in synthetic.ordered]

    def describe(k: int, value: float) -> Description:
        return (Term(k, ">=" if value >= medians[k] else "<=", value),)

    return _alone(synthetic, describe, rng)


def several_ranges(synthetic: Population, rng: np.random.Generator) -> list[Description]:
    """Descriptions of a drawn synthetic row that hold each number between two near values.

    DIFF: not in the paper. The ranges reach 1 % of the rows to each side, so that a training row copied with a
    little noise still fits.
    """

    def describe(k: int, value: float) -> Description:
        ordered = synthetic.ordered[k]
        place = ordered.searchsorted(value) / len(ordered)
        low, high = (_at_rank(ordered, place + reach) for reach in (-REACH, REACH))
        return Term(k, ">=", min(low, value)), Term(k, "<=", max(high, value))

    return _alone(synthetic, describe, rng)


ATTACKS = {
    "one column": one_column,
    "several columns": several_columns,
    "ranges of several columns": several_ranges,
}


def _alone(
    synthetic: Population, describe: Callable[[int, float], Description], rng: np.random.Generator
) -> list[Description]:
    """Descriptions of drawn synthetic rows by two to ten columns that fit no other synthetic row."""
    n_columns = len(synthetic.columns)
    if n_columns < 2:
        return []
    found: dict[Description, None] = {}
    wanted = min(
        N_ATTACKS, synthetic.n_rows
    )  # about one of a row, so that they do not all hit the same people
    for _ in range(TRIES * wanted):
        row = int(rng.integers(synthetic.n_rows))
        n_terms = int(rng.integers(2, min(n_columns, MOST_TERMS) + 1))
        description: Description = ()
        for k in np.sort(rng.choice(n_columns, n_terms, replace=False)).tolist():
            value = float(synthetic.columns[k][row])
            exact = np.isnan(value) or not synthetic.is_number[k]
            description += (Term(k, "==", value),) if exact else describe(k, value)
        if synthetic.count(description) == 1:
            found[description] = None
        if len(found) == wanted:
            break
    return list(found)


def _at_rank(ordered: Floats, place: float) -> float:
    """The value at a share of the way through ordered values; NaN when there are none."""
    last = len(ordered) - 1
    return float(ordered[min(max(round(place * len(ordered)), 0), last)]) if last >= 0 else float("nan")


def at_random(description: Description, known: Population, rng: np.random.Generator) -> Description:
    """A guess about the same columns without synthetic data: any level, any number of the range.

    Of the table only what its description tells is used: the levels, and the range of the numbers.
    """
    return tuple(_guess(term, known, rng) for term in description)


def _guess(term: Term, known: Population, rng: np.random.Generator) -> Term:
    values = known.columns[term.column]
    if not known.is_number[term.column]:
        return Term(term.column, "==", float(rng.integers(values.max() + 1)))
    finite = values[np.isfinite(values)]
    if not finite.size:
        return term
    place = rng.random()
    value = float((1 - place) * finite.min() + place * finite.max())
    if (finite == np.round(finite)).all():
        value = float(np.round(value))
    return Term(term.column, OPERATORS[int(rng.integers(3))], value)
