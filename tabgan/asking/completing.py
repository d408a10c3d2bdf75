"""Fill the gaps of given rows, each given all that is known of its row.

What is filled in is never missing: where a column had missing values in fit, a gap is drawn from what the model
gives to values, given the cells before it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.patching import patched, put
from tabgan.asking.sampling import empty_frame
from tabgan.asking.scores import position
from tabgan.conditioning.known import Known, known_cells
from tabgan.encoding.table import TableEncoder
from tabgan.model import FittedModel

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
    noise = np.concatenate([np.random.default_rng(source).random(gaps.shape)[rows] for source in sources])
    given = (known.codes, known.fractions, known.hidden)
    codes, fractions, hidden = (
        torch.from_numpy(part[np.tile(rows, n_draws)]).to(model.device) for part in given
    )
    symbols = never_missing(model.encoder)
    drawn, inside = model.fill(codes, fractions, hidden, torch.from_numpy(noise), never_missing=symbols)
    made_up = np.random.default_rng(np.random.SeedSequence(seeds[0], spawn_key=(seeds[1],)))
    all_codes, all_fractions = drawn.cpu().numpy(), inside.cpu().double().numpy()
    own = known.take(np.tile(rows, n_draws))
    cells = own.restore(model.encoder.decode(all_codes, all_fractions, made_up))
    cells = model.encoder.reconciled(all_codes, all_fractions, cells, own.hidden)
    filled = names.renew(model.encoder.frame(cells))
    places = (np.arange(n_draws)[:, None] * len(frame) + rows).ravel()
    return _with(stacked, every_gap, filled.set_axis(places), model.encoder)


def never_missing(encoder: TableEncoder) -> frozenset[int]:
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
