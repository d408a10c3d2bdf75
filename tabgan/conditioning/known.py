"""Cells that are known before anything is drawn, as codes: the same in every row, or row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data import to_cells
from tabgan.data.cells import Cells
from tabgan.encoding.layout import NOT_APPLICABLE
from tabgan.encoding.table import TableEncoder
from tabgan.encoding.value import check_range
from tabgan.errors import ColumnError, ConditionError
from tabgan.schema.schema import unknown_column

Array = NDArray[Any]


@dataclass(frozen=True)
class Known:
    """Known cells of m rows; with m = 1 they are the same in as many rows as wanted.

    Attributes
    ----------
    codes : (m, S) and fractions (m, R) bytes; in hidden cells they are not read.
    hidden : (m, C) True where a cell is not known.
    cells : by position of the column, (m,) cells with exactly the values given; columns that are hidden in all
        rows are left out.
    """

    codes: NDArray[np.int64]
    fractions: NDArray[np.uint8]
    hidden: NDArray[np.bool_]
    cells: Mapping[int, Cells]

    @property
    def n_rows(self) -> int | None:
        """How many rows there are; None where all are the same."""
        return None if len(self.codes) == 1 else len(self.codes)

    def rows(self, start: int, n: int) -> Known:
        """Give n rows from ``start`` on; beyond the end the last one is repeated."""
        return self.take(np.minimum(np.arange(start, start + n), len(self.codes) - 1))

    def take(self, index: NDArray[np.int64]) -> Known:
        """Some of the rows, by position."""
        cells = {column: held.take(index) for column, held in self.cells.items()}
        return Known(self.codes[index], self.fractions[index], self.hidden[index], cells)

    def pattern(self) -> list[bool] | None:
        """Which columns are hidden, where that is the same in all rows."""
        first = self.hidden[0]
        return [bool(flag) for flag in first] if (self.hidden == first).all() else None

    def restore(self, drawn: list[Cells]) -> list[Cells]:
        """Drawn cells (n,) of each column with those that are known put back, exactly as they were given."""
        out = list(drawn)
        for column, given in self.cells.items():
            out[column] = (
                given
                if not self.hidden[:, column].any()
                else _mixed(given, drawn[column], self.hidden[:, column])
            )
        return out


def nothing_known(encoder: TableEncoder) -> Known:
    """Every cell is hidden."""
    layout = encoder.layout
    zeros = np.zeros((1, layout.n_symbols), np.int64), np.zeros((1, layout.n_numbers), np.uint8)
    return Known(*zeros, np.ones((1, len(layout.columns)), bool), {})


def known_values(cells: Mapping[int, Cells], encoder: TableEncoder) -> Known:
    """Rows in which some columns, by position, are known; each has m cells."""
    known = nothing_known(encoder)
    n_rows = max((len(held) for held in cells.values()), default=1)
    codes, fractions = known.codes.repeat(n_rows, axis=0), known.fractions.repeat(n_rows, axis=0)
    hidden = known.hidden.repeat(n_rows, axis=0)
    for index, _, own in encoder.columns():
        if index in cells:
            codes[:, encoder.layout.symbols_of(index)], fractions[:, encoder.layout.numbers_of(index)] = (
                own.encode(cells[index])
            )
            hidden[:, index] = False
    return Known(codes, fractions, hidden, dict(cells))


def known_rows(frame: pd.DataFrame, encoder: TableEncoder) -> Known:
    """Every cell of a frame is asked for, those that are missing as missing; its columns are some of the table's.

    Raises
    ------
    ConditionError
        A column is unknown, or holds what it cannot have: a value not seen, or far outside of those seen, or a
        missing one where none was missing.
    """
    names = encoder.schema.names
    for name in frame.columns:
        if name not in names:
            raise ConditionError(str(unknown_column(name, names)))
    known = known_cells(frame, encoder)
    for index, column, own in encoder.columns():
        held = known.cells.get(index)
        if held is None:
            continue
        if held.missing.any() and not own.has_missing:
            raise ConditionError(
                f"column {column.name!r}: no value was missing in fit, {int(held.missing.sum())} are asked for; "
                "give values, or leave the column out to have it drawn"
            )
        try:
            check_range(held, column, own)
        except ColumnError as error:
            raise ConditionError(str(error)) from error
    return known


def known_cells(frame: pd.DataFrame, encoder: TableEncoder, hide: Iterable[int] = ()) -> Known:
    """The cells of a frame, as far as they are known: columns that it lacks are hidden.

    So are cells that are missing where no value was missing in fit, and the columns in ``hide`` (by position).

    Raises
    ------
    ConditionError
        A value is not of the column's kind, or a category that was not seen.
    """
    layout, gone = encoder.layout, set(hide)
    codes = np.zeros((len(frame), layout.n_symbols), np.int64)
    fractions = np.zeros((len(frame), layout.n_numbers), np.uint8)
    hidden = np.ones((len(frame), len(layout.columns)), bool)
    cells: dict[int, Cells] = {}
    places = {name: place for place, name in enumerate(frame.columns)}
    for index, column, own in encoder.columns():
        if index in gone or column.name not in places:
            continue
        try:
            cells[index] = held = to_cells(frame.iloc[:, places[column.name]], column)
            symbols, inside = own.encode(held)
        except ColumnError as error:
            raise ConditionError(str(error)) from error
        codes[:, layout.symbols_of(index)], fractions[:, layout.numbers_of(index)] = symbols, inside
        hidden[:, index] = held.missing & (not own.has_missing)
    for index in cells:
        codes[hidden[:, index], layout.symbols_of(index)] = NOT_APPLICABLE
    return Known(codes, fractions, hidden, cells)


def _mixed(given: Cells, drawn: Cells, hidden: Array) -> Cells:
    """Drawn cells where hidden, else those given."""
    values = given.values
    if given.levels or drawn.levels:  # codes into levels of their own: those of the model first
        place = {level: i for i, level in enumerate(drawn.levels)}
        for level in given.levels:
            place.setdefault(level, len(place))
        values = np.array([*(place[level] for level in given.levels), -1], np.int32)[given.values]
        drawn = replace(drawn, levels=tuple(place))
    missing = np.where(hidden, drawn.missing, given.missing)
    return replace(drawn, values=np.where(hidden, drawn.values, values), missing=missing)
