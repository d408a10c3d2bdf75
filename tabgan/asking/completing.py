"""Fill the gaps of given rows, each given all that is known of its row.

Each row is chosen among some that are filled in, see `candidates`. What is filled in is never missing, and yet a
column of which most rows have no value does not make the other gaps those of the few rows that have one: all gaps are
drawn as the rows of the table are, and what comes out missing is then drawn once more, as a value, given all the
others.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.asking.candidates import N_CANDIDATES, chosen, filled, how_many
from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.patching import patched, put
from tabgan.asking.sampling import empty_frame
from tabgan.asking.scores import position
from tabgan.conditioning.known import Known, known_cells
from tabgan.encoding.table import TableEncoder
from tabgan.model import FittedModel
from tabgan.networks.tables import FRACTION_STEPS

Array = NDArray[Any]


def complete(
    model: FittedModel,
    frame: pd.DataFrame,
    columns: Sequence[Hashable] | None,
    n_draws: int,
    seeds: tuple[int, int],
    names: NewIdentifiers,
) -> pd.DataFrame:
    """Rows (n,) with their gaps filled, n_draws times one below the other: (n_draws · n,).

    Gaps are missing cells, or all cells of ``columns``, and columns that the frame lacks. ``seeds`` are the one
    asked for and the number of this chunk of rows; ``names`` makes the identifiers of all chunks.

    Raises
    ------
    ConditionError
        There is no such column, or a given cell is not what the column can hold.
    """
    known, gaps = _gaps(model, frame, columns)
    rows = np.flatnonzero(gaps.any(axis=1))
    stacked = frame if n_draws == 1 else pd.concat([frame] * n_draws)
    every_gap = np.tile(gaps, (n_draws, 1))
    if not len(rows):
        return _with(stacked, every_gap, empty_frame(model), model.encoder)
    sources = [np.random.SeedSequence(seeds[0], spawn_key=(seeds[1], draw)) for draw in range(n_draws)]
    some, own = known.take(rows), known.take(np.tile(rows, n_draws))
    drawn, most = [], 0
    for source in sources:  # one after the other: the uniforms of all draws would take much memory
        noise, chances = _uniforms(source, gaps.shape, rows)
        most = most or 1 + how_many(model, some, noise[1:])
        drawn.append(_drawn(model, some, noise[:most], chances))
    codes, fractions = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    made_up = np.random.default_rng(np.random.SeedSequence(seeds[0], spawn_key=(seeds[1],)))
    cells = own.restore(model.encoder.decode(codes, fractions, made_up))
    cells = model.encoder.rules.reconciled(codes, fractions, cells, own.hidden)
    filled = names.renew(model.encoder.frame(cells))
    places = (np.arange(n_draws)[:, None] * len(frame) + rows).ravel()
    return _with(stacked, every_gap, filled.set_axis(places), model.encoder)


def _uniforms(source: np.random.SeedSequence, shape: tuple[int, ...], rows: Array) -> tuple[Array, Array]:
    """Uniforms (1 + K, m, C) and (K, m) of some of the rows of a table of that shape (n, C)."""
    rng = np.random.default_rng(source)
    noise, chances = rng.random((1 + N_CANDIDATES, *shape)), rng.random((N_CANDIDATES, shape[0]))
    return noise[:, rows], chances[:, rows]


def _drawn(model: FittedModel, known: Known, noise: Array, chances: Array) -> tuple[Array, Array]:
    """Codes (n, S) and fractions (n, R) of rows with no hidden cell missing.

    ``noise`` (1 + K, n, C) is of what comes out missing, and of candidates, ``chances`` (K, n) choose among these.
    """
    layout = model.encoder.layout
    codes, inside = chosen(model, known, noise[1:], chances)
    missing, symbols = np.zeros_like(known.hidden), _say_missing(model.encoder)
    for symbol in symbols:
        column = layout.symbol_column[symbol]
        missing[:, column] = known.hidden[:, column] & (codes[:, symbol] == 0)
    rows = np.flatnonzero(missing.any(axis=1))
    if len(rows):
        steps = (inside[rows] * FRACTION_STEPS).astype(np.uint8)
        codes[rows], again = filled(model, codes[rows], steps, missing[rows], noise[0][rows], symbols)
        inside[rows] = np.where(missing[rows][:, list(layout.number_column)], again, inside[rows])
    return codes, inside


def _say_missing(encoder: TableEncoder) -> frozenset[int]:
    """The symbols whose first code means missing."""
    own = ((encoder.layout.symbols_of(index), held) for index, _, held in encoder.columns())
    return frozenset(place.start for place, held in own if held.has_missing and held.symbols)


def _gaps(
    model: FittedModel, frame: pd.DataFrame, columns: Sequence[Hashable] | None
) -> tuple[Known, NDArray[np.bool_]]:
    """What is known, and which cells (n, C) are to be filled."""
    encoder = model.encoder
    chosen = [position(model, name) for name in columns or ()]
    known = known_cells(frame, encoder, hide=chosen)
    gaps = np.zeros((len(frame), len(encoder.schema)), bool)
    present = set(frame.columns)
    for index, column, _ in encoder.columns():
        if index in chosen or column.name not in present:
            gaps[:, index] = True
        elif columns is None:
            gaps[:, index] = known.cells[index].missing
    return replace(known, hidden=known.hidden | gaps), gaps


def _with(frame: pd.DataFrame, gaps: Array, filled: pd.DataFrame, encoder: TableEncoder) -> pd.DataFrame:
    """The frame with its gaps filled from a frame of those rows that have some, and its lacking columns added."""
    out = frame.copy()
    for index, column, _ in encoder.columns():
        where, drawn = gaps[:, index], filled.iloc[:, index]
        if column.name not in frame.columns:
            out[column.name] = drawn.set_axis(frame.index)
        elif where.any():
            given: Any = frame[column.name]
            put(out, column.name, patched(given, where, drawn[where[drawn.index]]))
    return out
