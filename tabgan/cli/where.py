"""A condition from the command line: `column=value`, the value turned into what the column holds."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from tabgan.errors import ConditionError

if TYPE_CHECKING:
    from tabgan.schema import Column, Schema


def parse_where(texts: tuple[str, ...], schema: "Schema") -> dict[Hashable, Any]:
    """Return the value asked for of each column.

    The value starts after the first `=` that ends a column's name; nothing after it asks for a missing value.

    Raises
    ------
    ConditionError
        A text is no `column=value`, names a column twice, or its value is not what the column holds.
    SchemaError
        There is no such column.
    """
    where: dict[Hashable, Any] = {}
    for text in texts:
        column = _column_of(text, schema)
        if column.name in where:
            raise ConditionError(f"column {column.name!r}: --where must give it one value; it was given two")
        where[column.name] = parse_value(text[len(f"{column.name}=") :], column)
    return where


def _column_of(text: str, schema: "Schema") -> "Column":
    from tabgan.schema.schema import unknown_column

    found = [column for column in schema.columns if text.startswith(f"{column.name}=")]
    if found:
        return min(found, key=lambda column: len(str(column.name)))
    name, equals, _ = text.partition("=")
    if not equals:
        raise ConditionError(f"--where must read 'column=value', found {text!r}")
    raise unknown_column(name, schema.names)


def parse_value(text: str, column: "Column") -> Any:
    """Return what a text means in a column; an empty one means missing.

    Raises
    ------
    ConditionError
        The text is no such value.
    """
    if text == "":
        return None
    what, convert = _reader(column)
    try:
        return convert(text)
    except (ValueError, TypeError, OverflowError) as error:
        raise ConditionError(
            f"column {column.name!r}: --where must give {what}, found {text!r}; give such a value, "
            f"or '{column.name}=' for missing"
        ) from error


def _reader(column: "Column") -> tuple[str, Callable[[str], Any]]:
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
