"""What a user asks for, checked against what was learnt: known cells (K) and constrained columns (S)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.conditioning.known import Known, known_rows, known_values
from tabgan.conditioning.reading import read_request
from tabgan.conditioning.requests import show
from tabgan.data.cells import Cells
from tabgan.encoding.allowed import Allowed, windows_of
from tabgan.encoding.table import TableEncoder
from tabgan.encoding.value import show_bounds
from tabgan.encoding.window import Window
from tabgan.errors import ConditionError
from tabgan.schema.schema import unknown_column

Where = Mapping[Hashable, Any] | pd.DataFrame | None


@dataclass(frozen=True)
class Constraint:
    """A column that must lie in a set or range.

    Attributes
    ----------
    column : its position.
    asked : for errors: ``'age' in [30, 40]``.
    windows : what its symbols may be.
    """

    column: int
    asked: str
    allowed: Allowed
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Condition:
    """Known cells, and constrained columns in canonical order; only one of both varies from row to row.

    ``values`` tells the known values for errors: ``'sex' = 'Female'``.
    """

    known: Known
    constraints: tuple[Constraint, ...] = ()
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            ", ".join([*self.values, *(constraint.asked for constraint in self.constraints)])
            or "no condition"
        )


def read_condition(where: Where, encoder: TableEncoder) -> Condition:
    """Turn ``{column: request}``, or a frame of known cells, into codes and windows.

    A request is a value, a list or set of them, an interval of pandas, `tabgan.between`, None, NaN or NaT for a
    missing value, or `tabgan.PRESENT` for any other.

    Raises
    ------
    ConditionError
        A column is unknown, or what is asked of it was not seen, is of the wrong type, has no mass, or cannot be
        asked for; it names the column, the request and what could be asked for instead.
    """
    if isinstance(where, pd.DataFrame):
        return Condition(known_rows(where, encoder))
    if where is not None and not isinstance(where, Mapping):
        raise ConditionError(
            f"where must map columns to what is asked of them, or be a frame, found {type(where).__name__}: {where!r}"
        )
    positions = {name: i for i, name in enumerate(encoder.layout.columns)}
    cells: dict[int, Cells] = {}
    constraints: dict[int, Constraint] = {}
    values: dict[int, str] = {}
    for name, value in (where or {}).items():
        if name not in positions:
            raise ConditionError(str(unknown_column(name, encoder.layout.columns)))
        index = positions[name]
        asked = f"{encoder.layout.columns[index]!r} {show(value)}"
        request = read_request(value, index, encoder)
        if isinstance(request, Allowed):
            constraint = Constraint(index, asked, request, windows_of(encoder.encoders[index], request))
            check_mass(constraint, encoder)
            single = one_value(request, index, encoder)
            if single is None:
                if not all(window.allows_all for window in constraint.windows):
                    constraints[index] = constraint
                continue
            request = single
        cells[index], values[index] = request, asked
    ordered = tuple(constraints[index] for index in sorted(constraints))
    return Condition(known_values(cells, encoder), ordered, tuple(values.values()))


def check_mass(constraint: Constraint, encoder: TableEncoder) -> None:
    """Refuse what no code of the column can meet.

    Raises
    ------
    ConditionError
        Names the request, and the values that were learnt.
    """
    index = constraint.column
    column, own = encoder.schema.columns[index], encoder.encoders[index]
    nothing = any(window.allows_nothing for window in constraint.windows)
    if not constraint.windows:  # nothing is learnt of the column: it is all missing, or never
        always_missing = own.has_missing
        nothing = not (constraint.allowed.missing if always_missing else constraint.allowed.present)
    if nothing:
        learnt = show_bounds(column, own)
        raise ConditionError(
            f"column {column.name!r}: nothing that was learnt meets {constraint.asked}"
            + (f"; {learnt}" if learnt else "")
        )


def one_value(allowed: Allowed, index: int, encoder: TableEncoder) -> Cells | None:
    """The one value that is allowed, as cells (1,), where there is only one."""
    column = encoder.schema.columns[index]
    if allowed.missing or allowed.present:
        only_missing = allowed.missing and not (
            allowed.present
            or (allowed.ranges is not None and len(allowed.ranges.low))
            or (allowed.levels is not None and len(allowed.levels))
        )
        return encoder.value_cells(column.name, None) if only_missing else None
    if (
        allowed.ranges is not None
        and len(allowed.ranges.low) == 1
        and allowed.ranges.low[0] == allowed.ranges.high[0]
    ):
        return Cells(allowed.ranges.low.copy(), np.zeros(1, bool))
    if allowed.levels is not None and len(allowed.levels) == 1:
        level = encoder.encoders[index].levels[int(allowed.levels[0])]  # type: ignore[attr-defined]
        return encoder.value_cells(column.name, level)
    return None
