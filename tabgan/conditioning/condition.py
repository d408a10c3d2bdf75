"""What a user asks for, checked against what was learnt."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.table import TableEncoder
from tabgan.errors import ConditionError
from tabgan.schema.schema import unknown_column


@dataclass(frozen=True)
class Condition:
    """Known values of some columns, as codes.

    Attributes
    ----------
    cells : by position of the column, one cell with exactly the value asked for.
    hidden : (C,) False for the columns that are known.
    codes : (S,) and fractions (R,) bytes; zeros in hidden columns.
    """

    cells: dict[int, Cells]
    hidden: list[bool]
    codes: NDArray[np.int64]
    fractions: NDArray[np.uint8]


def read_condition(where: Mapping[Hashable, Any] | None, encoder: TableEncoder) -> Condition:
    """Turn ``{column: value}`` into codes; None, NaN and NaT ask for a missing value.

    Raises
    ------
    ConditionError
        A column is unknown or a value was not seen, is of the wrong type, or cannot be asked for; it names the
        column, the value and what could be asked for instead.
    """
    layout = encoder.layout
    if where is not None and not isinstance(where, Mapping):
        raise ConditionError(f"where must map columns to values, found {type(where).__name__}: {where!r}")
    cells: dict[int, Cells] = {}
    hidden = [True] * len(layout.columns)
    codes = np.zeros(layout.n_symbols, np.int64)
    fractions = np.zeros(layout.n_numbers, np.uint8)
    positions = {name: i for i, name in enumerate(layout.columns)}
    for name, value in (where or {}).items():
        if name not in positions:
            raise ConditionError(str(unknown_column(name, layout.columns)))
        column = positions[name]
        name = layout.columns[column]  # as fit had it: numpy's str is str here
        cells[column] = encoder.value_cells(name, value)
        column_codes, column_fractions = encoder.encode_value(name, value)
        codes[layout.symbols_of(column)] = column_codes
        fractions[layout.numbers_of(column)] = column_fractions
        hidden[column] = False
    return Condition(cells, hidden, codes, fractions)
