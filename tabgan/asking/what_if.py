"""The same rows with something changed, and what depends on it drawn again with each row's own noise."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.asking.patching import as_dtype, named, patched, put
from tabgan.asking.scores import position
from tabgan.conditioning.known import known_cells, known_rows
from tabgan.config import SAMPLE_PASS
from tabgan.data import from_cells, to_cells
from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.spans import fractions_within
from tabgan.encoding.table import series_of
from tabgan.errors import ColumnError, ConditionError
from tabgan.model import FittedModel
from tabgan.networks.filling import noise_dtype
from tabgan.networks.replaying import replay
from tabgan.schema import Kind

Array = NDArray[Any]
MADE_ANEW = (Kind.IDENTIFIER, Kind.TEXT, Kind.CONSTANT)  # nothing of them is learnt: they stay as they are
SAME_PLACE = 1e-6  # of a cell: nearer than this a number has not moved


def what_if(
    model: FittedModel,
    frame: pd.DataFrame,
    changes: Mapping[Hashable, Any],
    keep: Sequence[Hashable],
    source: np.random.Generator,
) -> pd.DataFrame:
    """Rows (n,) with some columns set, some kept, and the others drawn again where the row has changed.

    Raises
    ------
    ConditionError
        A column is unknown, both set and kept, or set to what it cannot hold; or a row lacks a cell.
    """
    hidden = _hidden(model, changes, keep)
    try:
        codes, fractions = model.encoder.encode_frame(frame)
    except ColumnError as error:
        raise ConditionError(f"{error} (`complete` fills gaps)") from error
    codes = codes.astype(np.int64)
    before = _cells(model, frame)
    places = _places(model, before, source)
    noise = source.random((len(frame), len(hidden)))
    out = _changed(frame, changes)
    new_codes, new_fractions = _encoded(model, out, changes, codes, fractions)
    rows = np.flatnonzero(_moved(model, before, _cells(model, out), changes))
    if len(rows):
        parts = [part[rows] for part in (codes, places, new_codes, new_fractions, noise)]
        drawn = _replayed(model, parts, hidden)
        _put(model, out, rows, (codes[rows], places[rows]), drawn, hidden, [own.take(rows) for own in before])
    return out


def _hidden(model: FittedModel, changes: Mapping[Hashable, Any], keep: Sequence[Hashable]) -> list[bool]:
    """Which columns are drawn again, one flag a column."""
    fixed = {position(model, name): name for name in changes}
    for name in keep:
        if position(model, name) in fixed:
            raise ConditionError(
                f"column {name!r}: it is set, and must not be kept too; leave it out of keep"
            )
    kept = {position(model, name) for name in keep}
    return [
        index not in fixed and index not in kept and column.kind not in MADE_ANEW
        for index, column, _ in model.encoder.columns()
    ]


def _changed(frame: pd.DataFrame, changes: Mapping[Hashable, Any]) -> pd.DataFrame:
    """The frame with some columns set: to a value, to one for each row, or to what a function makes of the column."""
    out = frame.copy()
    for name, change in changes.items():
        old = frame[name]
        new = change(old) if callable(change) else change
        if pd.api.types.is_list_like(new) and len(new) != len(frame):
            raise ConditionError(
                f"column {name!r}: what it is set to must have one value, or one for each of {len(frame)} rows; "
                f"found {len(new)}"
            )
        series = (
            new.set_axis(frame.index) if isinstance(new, pd.Series) else pd.Series(new, index=frame.index)
        )
        put(out, name, named(as_dtype(series, old.dtype), name))
    return out


def _cells(model: FittedModel, frame: pd.DataFrame) -> list[Cells]:
    """Cells of each column."""
    series = zip(series_of(frame, model.encoder.schema), model.encoder.schema.columns, strict=True)
    return [to_cells(own, column) for own, column in series]


def _moved(
    model: FittedModel, before: Sequence[Cells], now: Sequence[Cells], changes: Mapping[Hashable, Any]
) -> NDArray[np.bool_]:
    """Rows (n,) in which a column that is set has another value."""
    moved = np.zeros(len(before[0]), bool)
    for index in (position(model, name) for name in changes):
        old, new = before[index], now[index]
        moved |= np.where(old.missing | new.missing, old.missing != new.missing, old.values != new.values)
    return moved


def _encoded(
    model: FittedModel, out: pd.DataFrame, changes: Mapping[Hashable, Any], codes: Array, fractions: Array
) -> tuple[Array, Array]:
    """Codes (n, S) and fractions (n, R) with those of the columns that are set."""
    layout, known = model.encoder.layout, known_rows(out[list(changes)], model.encoder)
    codes, fractions = codes.copy(), fractions.copy()
    for index in (position(model, name) for name in changes):
        own, inside = layout.symbols_of(index), layout.numbers_of(index)
        codes[:, own], fractions[:, inside] = known.codes[:, own], known.fractions[:, inside]
    return codes, fractions


def _places(model: FittedModel, cells: Sequence[Cells], source: np.random.Generator) -> Array:
    """Where in their cells the numbers lie, (n, R), at random where the value leaves it open."""
    columns = zip(model.encoder.encoders, cells, strict=True)
    return np.hstack([fractions_within(encoder, own, source) for encoder, own in columns])


def _replayed(model: FittedModel, parts: Sequence[Array], hidden: list[bool]) -> tuple[Array, Array]:
    """`replay` in passes; codes (n, S) and fractions (n, R)."""
    passes = []
    for start in range(0, len(parts[0]), SAMPLE_PASS):
        codes, places, new_codes, new_fractions, noise = (
            torch.from_numpy(part[start : start + SAMPLE_PASS]) for part in parts
        )
        real = noise_dtype(model.device)
        row = codes.to(model.device), places.to(real).to(model.device)
        changed = new_codes.to(model.device), new_fractions.to(model.device)
        uniforms = noise.to(real).to(model.device)
        passes.append(replay(model.generator, model.encoder.layout, row, changed, hidden, uniforms))
    drawn, inside = (torch.cat(column).cpu().numpy() for column in zip(*passes, strict=True))
    return drawn, inside.astype(np.float64)


def _put(
    model: FittedModel,
    out: pd.DataFrame,
    rows: NDArray[np.int64],
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    hidden: list[bool],
    given_before: list[Cells],
) -> None:
    """Write the cells of some rows that came out differently; the others keep exactly what was given.

    What held between the columns of a row before, and does not now, is put right.
    """
    encoder = model.encoder
    given = known_cells(out.iloc[rows], encoder)
    drawn, differ = [given.cells[index] for index, _, _ in encoder.columns()], np.zeros_like(given.hidden)
    for index, _, own in encoder.columns():
        if hidden[index]:
            symbols, numbers = encoder.layout.symbols_of(index), encoder.layout.numbers_of(index)
            old, new = ((codes[:, symbols], fractions[:, numbers]) for codes, fractions in (before, after))
            drawn[index] = own.decode(*new)
            differ[:, index] = _differ(own, old, new, drawn[index])
    now = replace(given, hidden=differ).restore(drawn)
    cells = encoder.rules.kept_up(given_before, after[0], now, differ, np.array(hidden))
    for index, column, _ in encoder.columns():
        changed = differ[:, index]
        if cells[index] is not now[index]:  # it was put right
            changed = changed | (~now[index].missing & (cells[index].values != now[index].values))
        if changed.any():
            where = np.zeros(len(out), bool)
            where[rows[changed]] = True
            filled = from_cells(cells[index].take(changed), column)
            put(out, column.name, patched(out[column.name], where, filled))


def _differ(
    encoder: ColumnEncoder, old: tuple[Array, Array], new: tuple[Array, Array], cells: Cells
) -> NDArray[np.bool_]:
    """Where a column has another value, (n,)."""
    was = encoder.decode(*old)
    equal = (was.missing & cells.missing) | (~was.missing & ~cells.missing & (was.values == cells.values))
    near = (old[0] == new[0]).all(axis=1) & (np.abs(old[1] - new[1]) < SAME_PLACE).all(axis=1)
    return np.asarray(~(equal | near))
