"""A request for one column, read: exact cells, or what its cells may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from tabgan.conditioning.requests import PRESENT, Between, as_between, options
from tabgan.data.cells import Cells
from tabgan.encoding.allowed import Allowed
from tabgan.encoding.bounds import cell_bounds, reversed_bounds
from tabgan.encoding.categorical import RARE, CategoryEncoder
from tabgan.encoding.choices import unseen
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.ranges import Ranges
from tabgan.encoding.table import TableEncoder
from tabgan.encoding.value import is_missing, refused, show_bounds
from tabgan.errors import ColumnError, ConditionError
from tabgan.schema import Column, Kind
from tabgan.schema.reading import plain_level

Option = Any  # a value, None for missing, a Between, or PRESENT


def read_request(value: Any, index: int, encoder: TableEncoder) -> Cells | Allowed:
    """What is asked of the column at a position: one value as cells (1,), or more as `Allowed`.

    Raises
    ------
    ConditionError
        The column cannot have what is asked for.
    """
    column, own = encoder.schema.columns[index], encoder.encoders[index]
    if _is_level(value, own):
        return encoder.value_cells(column.name, value)
    found = [option if _is_level(option, own) else as_between(option) for option in options(value)]
    if not found:
        raise ConditionError(
            f"column {column.name!r}: a list of values must not be empty; give at least one value"
        )
    if len(found) == 1 and found[0] is not PRESENT and not isinstance(found[0], Between):
        return encoder.value_cells(column.name, found[0])
    try:
        return _allowed(found, column, encoder)
    except ColumnError as error:
        raise ConditionError(str(error)) from error


def _is_level(value: Any, own: ColumnEncoder) -> bool:
    """Whether a value is exactly a level, although it could be read otherwise: a tuple, an interval."""
    if not isinstance(own, CategoryEncoder):
        return False
    try:
        return not is_missing(value) and (value in own.index or plain_level(value) in own.index)
    except (TypeError, ValueError):  # cannot be hashed: a list, an array
        return False


def _allowed(found: list[Option], column: Column, encoder: TableEncoder) -> Allowed:
    own = encoder.encoders[encoder.schema.columns.index(column)]
    missing = False
    present = any(option is PRESENT for option in found)
    values, ranges = [], []
    for option in found:
        if isinstance(option, Between):
            ranges.append(option)
        elif option is not PRESENT:
            cells = encoder.value_cells(column.name, option)  # refuses what the column cannot have
            missing |= bool(cells.missing[0])
            values += [] if cells.missing[0] else [(option, cells)]
    if present or column.kind is Kind.CONSTANT:
        return Allowed(missing=missing, present=present or bool(values))
    if isinstance(own, CategoryEncoder):
        levels = {_position(value, own) for value, _ in values}
        for option in ranges:
            levels |= set(_levels_between(option, column, own))
        return Allowed(missing=missing, levels=np.array(sorted(levels), np.int64))
    if column.kind in (Kind.IDENTIFIER, Kind.TEXT) and not ranges:
        return Allowed(missing=missing)
    pairs = [cell_bounds(option.low, option.high, option.closed, column) for option in ranges]
    singles = [(cells.values[0].item(), cells.values[0].item()) for _, cells in values]
    _check_mixture(singles, bool(pairs) or missing, column, own)
    for option, cells in values:
        # a value alone may lie beyond what was learnt, in a list it would never be drawn
        if not _is_learnt(own, cells.values[0]):
            raise refused(column, option, f"one that was learnt; {show_bounds(column, own)}")
    return Allowed(missing=missing, ranges=Ranges.union(pairs + singles, floating=column.kind is Kind.FLOAT))


def _is_learnt(own: ColumnEncoder, value: Any) -> bool:
    """Whether a value lies within what a column can have, or is an infinity that it had."""
    low, high = own.bounds  # type: ignore[attr-defined]
    had = own.number.points if isinstance(own, NumberColumnEncoder) else np.zeros(0)
    return bool(low <= value <= high or (np.isinf(had) & (had == value)).any())


def _position(value: Any, own: CategoryEncoder) -> int:
    level = value if value in own.index else plain_level(value)
    if level not in own.index:
        raise ColumnError(unseen(own.name, value, own.levels))
    return own.index[level]


def _levels_between(option: Between, column: Column, own: CategoryEncoder) -> list[int]:
    """Positions of the levels in a range: by declared order, or by value where all levels are numbers."""
    if column.ordered and column.levels:
        rank = {plain_level(level): float(i) for i, level in enumerate(column.levels)}
    else:
        rank = {level: level for level in own.levels if not isinstance(level, str | bool)}
        if len(rank) < len([level for level in own.levels if level != RARE]):
            raise ColumnError(
                f"column {column.name!r}: a range needs numbers, times or ordered levels; its levels have no order; "
                "ask for a list of values"
            )
    low, high = (_rank(end, rank, column) for end in (option.low, option.high))
    if low is not None and high is not None and low > high:
        raise reversed_bounds(option.low, option.high, column)
    return [
        own.index[level]
        for level, at in rank.items()
        if level in own.index
        and (low is None or (at > low if option.open_low else at >= low))
        and (high is None or (at < high if option.open_high else at <= high))
    ]


def _rank(end: Any, rank: dict[Any, Any], column: Column) -> Any:
    if end is None:
        return None
    if column.ordered and column.levels:
        if plain_level(end) not in rank:
            raise ColumnError(unseen(column.name, end, tuple(rank)))
        return rank[plain_level(end)]
    if isinstance(end, str | bool) or end != end:
        raise refused(column, end, "a number", what="a bound")
    return end


def _check_mixture(singles: list[tuple[Any, Any]], others: bool, column: Column, own: Any) -> None:
    """Refuse single values of a continuous number beside what has mass: they would never be drawn."""
    if not isinstance(own, NumberColumnEncoder) or own.number.on_grid:
        return
    without_mass = [value for value, _ in singles if value not in own.number.points]
    if without_mass and (others or len(without_mass) < len(singles)):
        raise ColumnError(
            f"column {column.name!r}: {without_mass[0]!r} is one value of a continuous number, which has no mass "
            "beside the others asked for; ask for a narrow range around it"
        )
