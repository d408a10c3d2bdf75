"""Between a column of a frame and the cells that encoders see."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tabgan.data.cells import Cells
from tabgan.data.converting import CONVERTERS, nothing
from tabgan.data.restoring import RESTORERS
from tabgan.schema.kinds import Column
from tabgan.schema.reading_pandas import read_column


def to_cells(series: pd.Series[Any], column: Column) -> Cells:
    """The values of `series` as encoders take them, whatever dtype the frame holds them in.

    Raises
    ------
    ColumnError
        The values are not of the column's kind.
    """
    reading = read_column(series, column.name)
    if reading.missing.all():
        return nothing(len(series), column)
    return CONVERTERS[column.kind](reading, series, column)


def from_cells(cells: Cells, column: Column) -> pd.Series[Any]:
    """The column that the cells stand for: its dtype, levels, zone, grid and missing values as in fit.

    Raises
    ------
    ColumnError
        A value that the dtype cannot hold.
    """
    series = RESTORERS[column.kind](cells, column)
    series.name = column.name
    return series
