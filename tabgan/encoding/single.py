"""Columns that are one number: numeric ones by their values, dates of whole days by their days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import NumericEncoder

Array = NDArray[Any]


@dataclass(frozen=True)
class Single:
    """The number of a column, and how its values stand in cells: ``number * unit + shift``; ``is_date``: of days."""

    number: NumericEncoder
    unit: int = 1
    shift: int = 0
    is_date: bool = False

    @property
    def scale(self) -> tuple[int, int, bool]:
        """What another column must have, too, for its values to be equal."""
        return self.unit, self.shift, self.is_date

    def values(self, cells: Cells) -> Array:
        """Numbers (n,) in double precision; NaN where missing."""
        return np.where(cells.missing, np.nan, (cells.values.astype(np.float64) - self.shift) / self.unit)

    def cells(self, values: Array, dtype: np.dtype[Any]) -> Array:
        """Numbers (n,) as they stand in cells."""
        if not self.is_date:
            return np.asarray(values.astype(dtype))
        return np.asarray(np.rint(values).astype(dtype) * self.unit + self.shift)


def single_of(encoder: ColumnEncoder) -> Single | None:
    """The number of a column; None where it has none, or two."""
    if isinstance(encoder, NumberColumnEncoder):
        return Single(encoder.number)
    if isinstance(encoder, DatetimeEncoder) and encoder.day is not None and encoder.time is None:
        return Single(encoder.day, encoder.per_day, encoder.fixed_time, is_date=True)
    return None


def known_single(encoder: ColumnEncoder) -> Single:
    """That of a column that is known to have one."""
    single = single_of(encoder)
    assert single is not None
    return single


def celled(encoders: Sequence[ColumnEncoder]) -> dict[int, Single]:
    """By position, the columns that are one number whose cells are modes of their own."""
    singles = {index: single_of(encoder) for index, encoder in enumerate(encoders)}
    return {
        index: single
        for index, single in singles.items()
        if single is not None and single.number.n_cells and single.number.n_places == 1
    }
