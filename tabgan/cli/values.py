"""How a text of the command line is read as a value of a column."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tabgan.schema import Column


def as_number(text: str) -> int | float:
    """Return the whole number that a text is, else the number."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def value_reader(column: "Column") -> tuple[str, Callable[[str], Any]]:
    """Return what a column's values are called, and how to read one."""
    from pandas import Timedelta, Timestamp

    from tabgan.schema import Kind

    if column.kind is Kind.INTEGER:
        return "an integer", int
    if column.kind is Kind.FLOAT:
        return "a number", float
    if column.kind is Kind.DATETIME and column.format is None:
        return "a date or time such as 2024-01-31", Timestamp
    if column.kind is Kind.TIMEDELTA:
        return "a length of time such as '1 days 02:00:00'", Timedelta
    if column.kind is Kind.CONSTANT:
        return f"its only value, {column.value}", lambda text: _choose(text, (column.value,))
    if column.levels is not None:
        shown = ", ".join(map(str, column.levels[:10])) + (", …" if len(column.levels) > 10 else "")
        return f"one of {shown}", lambda text: _choose(text, column.levels or ())
    return _by_dtype(column.dtype.lower())


def _by_dtype(dtype: str) -> tuple[str, Callable[[str], Any]]:
    """Return how to read a value of a column that keeps no list of levels: categories of numbers, or text."""
    if dtype.startswith(("int", "uint")):
        return "an integer", int
    if dtype.startswith(("float", "double")):
        return "a number", float
    return "text", str


def _choose(text: str, values: tuple[Any, ...]) -> Any:
    """Return the value that prints as the text; case tells only where it must (true for True)."""
    exact = [value for value in values if str(value) == text]
    alike = [value for value in values if str(value).lower() == text.lower()]
    if not exact and len(alike) != 1:
        raise ValueError(text)
    return (exact or alike)[0]
