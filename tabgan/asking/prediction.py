"""Predict a column from the others: what is known comes first, the column right after it.

Columns that the rows lack, and cells that are missing where no value was missing in fit, are hidden: they add nothing
to what the column is told, as in training, where any subset of columns was known.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.asking.answers import cell_labels
from tabgan.asking.scores import position
from tabgan.conditioning.known import known_cells
from tabgan.config import SAMPLE_PASS
from tabgan.data import from_cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.layout import NOT_APPLICABLE
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import FRACTION_STEPS, NumericEncoder
from tabgan.encoding.segments import Segments, within_value
from tabgan.errors import ConditionError
from tabgan.model import FittedModel
from tabgan.networks.distribution import cell_masses
from tabgan.networks.filling import number_context
from tabgan.schema import Kind

Array = NDArray[Any]
MOST_MASSES = 2**24  # of rows and cells at once: a column of 100,000 levels has as many cells


def predict_proba(model: FittedModel, frame: pd.DataFrame, name: Hashable) -> pd.DataFrame:
    """Probability of what a column may be in each row, given the row's other cells; rows sum to 1.

    One column a level, or a single value of a number; of a continuous number (of the day of a datetime) one a
    mode, under the `pandas.Interval` of its values, single values that lie in it not counted; NaN is missing.

    Raises
    ------
    ConditionError
        There is no such column, or nothing of it is learnt; a row holds what was not seen.
    """
    index = predictable(model, name)
    encoder = model.encoder.encoders[index]
    labels = cell_labels(model.encoder.schema.columns[index], encoder)
    parts = []
    for context in contexts(model, frame, index):
        mass = column_mass(model, index, context).cpu().numpy()
        if isinstance(encoder, CategoryEncoder):
            parts.append(_of_levels(encoder, mass))
        else:
            parts.append(mass.sum(2))
    found = np.concatenate(parts) if parts else np.zeros((0, len(labels)))
    if encoder.has_missing and encoder.symbols:  # missing is told last
        found = np.hstack([found[:, 1:], found[:, :1]])
    return pd.DataFrame(found, index=frame.index, columns=labels)


def predict(model: FittedModel, frame: pd.DataFrame, name: Hashable, quantile: float = 0.5) -> pd.Series[Any]:
    """The likeliest level of a category, the median (or another quantile) of a number or time; never missing.

    Raises
    ------
    ConditionError
        As `predict_proba` does.
    """
    index = predictable(model, name)
    column, encoder = model.encoder.schema.columns[index], model.encoder.encoders[index]
    values = [_predicted(model, index, context, quantile) for context in contexts(model, frame, index)]
    width = len(encoder.symbols), len(encoder.numbers)
    codes = np.concatenate([codes for codes, _ in values]) if values else np.zeros((0, width[0]), np.int64)
    fractions = np.concatenate([inside for _, inside in values]) if values else np.zeros((0, width[1]))
    series = from_cells(encoder.decode(codes, fractions), column)
    series.index = frame.index
    return series


def predictable(model: FittedModel, name: Hashable) -> int:
    """Position of a column that can be predicted."""
    index = position(model, name)
    column = model.encoder.schema.columns[index]
    if column.kind in (Kind.IDENTIFIER, Kind.TEXT):
        raise ConditionError(
            f"column {name!r}: every {column.kind} is made anew, nothing of it is learnt; predict another column"
        )
    return index


def contexts(model: FittedModel, frame: pd.DataFrame, column: int) -> Iterator[Tensor]:
    """What a column is told of rows, (B, H) at a time: all of their known cells but its own."""
    known, own = known_cells(frame, model.encoder, hide=[column]), model.encoder.layout.symbols_of(column)
    hide = known.hidden[:, list(model.encoder.layout.symbol_column)]
    codes = np.where(hide, NOT_APPLICABLE, known.codes)
    cells = math.prod(symbol.n_levels for symbol in model.encoder.layout.symbols[own][:2])
    size = min(max(MOST_MASSES // cells, 1), SAMPLE_PASS)
    for start in range(0, len(codes), size):
        part = slice(start, start + size)
        on_device = (torch.from_numpy(held[part]).to(model.device) for held in (codes, known.fractions))
        with torch.no_grad():
            context = model.generator.known(*on_device)
        yield context


def column_mass(model: FittedModel, column: int, context: Tensor) -> Tensor:
    """Probability of the cells of a column's first pair of symbols, (B, F, P); (B, 1, 1) where it has none."""
    own = model.encoder.layout.symbols_of(column)
    first, symbols = own.start, model.encoder.layout.symbols[own]
    if not symbols:
        return torch.ones(len(context), 1, 1, dtype=torch.float64)
    second = first + 1 if len(symbols) > 1 and symbols[1].role in ("place", "member") else None
    return cell_masses(model.generator, first, second, context)


def _of_levels(encoder: CategoryEncoder, mass: Array) -> Array:
    """Mass of (missing and) each level, in the order of the levels, from (n, F, P)."""
    first = int(encoder.has_missing) + encoder.n_single
    grouped = mass[:, first:].reshape(len(mass), -1)
    return np.hstack([mass[:, :first].sum(2), grouped])


def _predicted(model: FittedModel, index: int, context: Tensor, quantile: float) -> tuple[Array, Array]:
    """Codes (B, s) and fractions (B, r) of the answer."""
    encoder = model.encoder.encoders[index]
    mass = column_mass(model, index, context).cpu().numpy()
    if encoder.has_missing:
        mass[:, 0] = 0.0
    rank = np.full(len(mass), quantile)
    if isinstance(encoder, NumberColumnEncoder):
        codes, inside, _ = _quantile(encoder.number, mass, rank)
        return codes, inside
    if isinstance(encoder, DatetimeEncoder):
        return _moment(model, index, context, mass, rank)
    best = mass.reshape(len(mass), -1).argmax(1)
    pair = np.stack(np.divmod(best, mass.shape[2]), axis=1)
    return pair[:, : len(encoder.symbols)], np.zeros((len(mass), 0))


def _quantile(number: NumericEncoder, mass: Array, rank: Array) -> tuple[Array, Array, Array]:
    """Codes (B, 1 or 2), fractions (B, 1), and the rank left within the value (B,)."""
    codes, inside, left = Segments.of(number).invert(mass, rank)
    codes[codes[:, 0] < number.first_continuous, 1] = NOT_APPLICABLE
    return codes[:, : len(number.symbols)], inside[:, None], left


def _moment(model: FittedModel, index: int, context: Tensor, mass: Array, rank: Array) -> tuple[Array, Array]:
    """The day at a rank, and where the rank lies within that day the time."""
    encoder = model.encoder.encoders[index]
    assert isinstance(encoder, DatetimeEncoder)
    if encoder.day is None or encoder.time is None:
        part = encoder.time if encoder.day is None else encoder.day
        assert part is not None
        codes, inside, _ = _quantile(part, mass, rank)
        return codes, inside
    day, where, left = _quantile(encoder.day, mass, rank)
    where, left = within_value(encoder.day, day, where, left)
    context = _with_day(model, index, context, day, where)
    first = model.encoder.layout.symbols_of(index).start + day.shape[1]
    second = first + 1 if encoder.time.n_places > 1 else None
    clock = cell_masses(model.generator, first, second, context).cpu().numpy()
    time, inside, _ = _quantile(encoder.time, clock, left)
    return np.hstack([day, time]), np.hstack([where, inside])


def _with_day(model: FittedModel, index: int, context: Tensor, day: Array, where: Array) -> Tensor:
    """The context (B, H) once the day is known: codes (B, 1 or 2) and fractions (B, 1)."""
    generator, layout = model.generator, model.encoder.layout
    start = layout.symbols_of(index).start
    codes = torch.full((len(day), layout.n_symbols), NOT_APPLICABLE, device=context.device)
    codes[:, start : start + day.shape[1]] = torch.from_numpy(day).to(context.device)
    step = torch.from_numpy(np.floor(where[:, 0] * FRACTION_STEPS)).to(context.device)
    own = codes[:, start : start + day.shape[1]]
    first = generator.tables.first_level[start : start + day.shape[1]]
    levels = generator.level(torch.where(own < 0, 0, own + first)).sum(1)
    return context + levels + number_context(generator, layout.numbers_of(index).start, codes, step)
