"""Identifiers for rows that stand beside others: what was given, or drawn apart, may hold the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.asking.patching import put
from tabgan.data import from_cells, to_cells
from tabgan.data.cells import Cells
from tabgan.encoding.identifier import IdentifierEncoder, make_identifiers
from tabgan.model import FittedModel


class NewIdentifiers:
    """Makes identifiers that no given row has, and none twice, over as many frames as are to stand together.

    Parameters
    ----------
    model : whose columns of identifiers are meant.
    given : frames of rows that keep theirs.
    seed : draws the letters that are more than a counter tells.
    """

    def __init__(self, model: FittedModel, given: Sequence[pd.DataFrame], seed: int) -> None:
        self.seed = seed
        self.encoders = {
            index: (column, encoder)
            for index, column, encoder in model.encoder.columns()
            if isinstance(encoder, IdentifierEncoder)
        }
        self.used = dict.fromkeys(self.encoders, 0)
        self.taken: dict[int, set[str]] = {index: set() for index in self.encoders}
        for index, (column, _) in self.encoders.items():
            for frame in given:
                if column.name in frame.columns:
                    cells = to_cells(frame[column.name], column)
                    self.taken[index].update(cells.values[~cells.missing])

    def renew(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the model's columns with other identifiers; missing ones stay so."""
        if not self.encoders or not len(rows):
            return rows
        out = rows.copy()
        for index, (column, _) in self.encoders.items():
            missing = out.iloc[:, index].isna().to_numpy()
            values = np.full(len(out), "", object)
            values[~missing] = self._next(index, int((~missing).sum()))
            put(out, column.name, from_cells(Cells(values, missing), column).set_axis(out.index))
        return out

    def _next(self, index: int, n: int) -> NDArray[Any]:
        """The next n strings of a column's pattern that are free, (n,) objects."""
        _, encoder = self.encoders[index]
        taken, found, size = self.taken[index], np.zeros(0, object), n
        while len(found) < n:
            start = self.used[index]
            made = make_identifiers(encoder.parts, size, start, self.seed + index, encoder.key)
            free = np.ones(size, bool) if not taken else ~pd.Series(made).isin(taken).to_numpy()
            chosen = np.flatnonzero(free)[: n - len(found)]
            found = np.concatenate([found, made[chosen]])
            self.used[index] = start + (int(chosen[-1]) + 1 if len(found) == n else size)
            size *= 2  # a running number may have to pass all that were given
        return found
