"""The kinds of column, and what is known of one column."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tabgan.errors import ColumnError

UNITS = ("ns", "us", "ms", "s", "D")


class Kind(StrEnum):
    """How a column is modelled."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATETIME = "datetime"
    TIMEDELTA = "timedelta"
    IDENTIFIER = "identifier"
    TEXT = "text"
    CONSTANT = "constant"


@dataclass(frozen=True, kw_only=True)
class Column:
    r"""One column: how it is modelled, and what is needed to give it back as it was.

    Attributes
    ----------
    name : as the frame has it: a string, a number, a tuple, None.
    kind : how it is modelled.
    dtype : what to give back, as pandas writes it ("int64", "Int64", "int64[pyarrow]").
        Python objects name their type in brackets: "object[date]", "object[decimal]"; "object" is text.
    missing : whether there were missing values.
    decimals : float: digits after the point that every value keeps to (12.50: 2); None is continuous.
    origin : integer: subtracted before 64-bit arithmetic (for uint64 beyond 2**63).
    ordered : category: whether the levels have an order.
    levels : category with declared levels (pandas categorical, Arrow dictionary): all of them, in order;
        boolean: the stored pair, false first.
    unit : datetime and timedelta: what the integers count, one of ns, us, ms, s, D.
    zone : datetime: the time zone to give back; the integers are UTC.
    format : datetime held as text or as integers: its strftime format.
    pattern : identifier: what new ones look like, a small subset of regular expressions: literal characters,
        ``[0-9a-f]`` classes, ``{6}`` or ``{4,6}`` after a class, a backslash before a literal one of
        ``\[]{}#``; ``#5001`` stands for a running number from 5001 on. Text: ``words{3,12}``, its words.
    value : constant: the value; None when every cell is missing.
    note : what the user is told.
    """

    name: Hashable
    kind: Kind
    dtype: str
    missing: bool = False
    decimals: int | None = None
    origin: int = 0
    ordered: bool = False
    levels: tuple[Any, ...] | None = None
    unit: str | None = None
    zone: str | None = None
    format: str | None = None
    pattern: str | None = None
    value: Any = None
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _kind(self.name, self.kind))
        timed = self.kind in (Kind.DATETIME, Kind.TIMEDELTA)
        if timed and self.unit not in UNITS:
            raise ColumnError(
                f"column {self.name!r}: unit must be one of {', '.join(UNITS)}; found {self.unit!r}"
            )
        if not isinstance(self.decimals, int | None) or isinstance(self.decimals, bool):
            raise ColumnError(
                f"column {self.name!r}: decimals must be a whole number or None; found {self.decimals!r}"
            )
        if self.kind is Kind.BOOLEAN and len(self.levels or ()) != 2:
            raise ColumnError(f"column {self.name!r}: a boolean needs two levels; found {self.levels!r}")


def _kind(name: Hashable, kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        message = f"column {name!r}: kind must be one of {', '.join(Kind)}; found {kind!r}"
        raise ColumnError(message) from None
