"""A condition from the command line: `column=value` and its kin, turned into what the column holds.

::

    sex=Female            a value          age=30..40   from 30 to 40, both included; 30.. and ..40 are open
    sex=Female|Male       one of several   age>=30      also >, <=, <; twice on one column: both hold
    income=               missing          income!=     not missing

What is exactly a level is that level, whatever it looks like; a part in double quotes is taken as it stands.
"""

import re
from collections.abc import Collection, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from tabgan.cli.values import as_number, value_reader
from tabgan.errors import ConditionError

if TYPE_CHECKING:
    from tabgan.conditioning.requests import Between
    from tabgan.schema import Column, Schema

SIGNS = (">=", "<=", "!=", "=", ">", "<")  # longer ones first
_PART = re.compile(r'(?:^|\|)(?:"(?P<quoted>[^"]*)"(?=\||$)|(?P<plain>[^|]*))', re.DOTALL)
Levels = Mapping[Hashable, Collection[Any]]


def parse_where(
    texts: tuple[str, ...], schema: "Schema", levels: Levels | None = None
) -> dict[Hashable, Any]:
    """Return what is asked of each column.

    The value starts after the first sign that ends a column's name. `levels` are those that a fit has seen, of
    the columns that have levels.

    Raises
    ------
    ConditionError
        A text is no condition, asks two things of a column, or its value is not what the column holds.
    SchemaError
        There is no such column.
    """
    where: dict[Hashable, Any] = {}
    for text in texts:
        column, sign = _column_of(text, schema)
        rest = text[len(str(column.name)) + len(sign) :]
        asked = _read(sign, rest, column, (levels or {}).get(column.name, ()))
        if column.name in where:
            asked = _both(where[column.name], asked, column)
        where[column.name] = asked
    return where


def _column_of(text: str, schema: "Schema") -> tuple["Column", str]:
    """Return the column that a text begins with, and the sign after it; the shortest name wins."""
    from tabgan.schema.schema import unknown_column

    found = [
        (column, sign)
        for column in schema.columns
        for sign in SIGNS
        if text.startswith(f"{column.name}{sign}")
    ]
    if found:
        return min(found, key=lambda pair: (len(str(pair[0].name)), SIGNS.index(pair[1])))
    sign = re.search("[=<>!]", text)
    if sign is None:
        raise ConditionError(f"--where must read 'column=value', found {text!r}")
    raise unknown_column(text[: sign.start()], schema.names)


def _read(sign: str, text: str, column: "Column", levels: Collection[Any]) -> Any:
    from tabgan.conditioning.requests import PRESENT, Between

    if sign == "=":
        return parse_value(text, column, levels)
    if sign == "!=":
        if text:
            raise ConditionError(
                f"column {column.name!r}: '!=' takes no value, found {text!r}; '{column.name}!=' asks for what is "
                "not missing, and 'a|b' lists what is wanted"
            )
        return PRESENT
    if text == "" or not has_order(column):
        raise ConditionError(
            f"column {column.name!r}: {sign!r} needs a number, a time or an ordered level, found {text!r}; "
            f"write '{column.name}=' and the value to ask for one value"
        )
    bound = _bound(text, column)
    closed = "both" if sign.endswith("=") else "neither"
    return Between(bound, None, closed) if sign[0] == ">" else Between(None, bound, closed)


def parse_value(text: str, column: "Column", levels: Collection[Any] = ()) -> Any:
    """Return what a text means in a column: a value, a list of values and ranges; an empty one means missing.

    Raises
    ------
    ConditionError
        The text is no such value.
    """
    if text == "":
        return None
    if text in levels:
        return text
    parts = [
        _option(part["plain"], column) if part["quoted"] is None else _single(part["quoted"], column)
        for part in _PART.finditer(text)
    ]
    return parts if len(parts) > 1 else parts[0]


def parse_level(text: str, column: "Column", levels: Collection[Any] = (), option: str = "--balance") -> Any:
    """Return the one value that a text means in a column; raises as `parse_value` does."""
    return text if text in levels else _single(text, column, option)


def _option(text: str, column: "Column") -> Any:
    """Return a value, missing where there is no text, or a range."""
    from tabgan.conditioning.requests import Between

    if text == "":
        return None
    low, dots, high = text.partition("..")
    if dots and has_order(column):
        return Between(_bound(low, column), _bound(high, column))
    return _single(text, column)


def _single(text: str, column: "Column", option: str = "--where") -> Any:
    what, convert = value_reader(column)
    try:
        return convert(text)
    except (ValueError, TypeError, OverflowError) as error:
        way_out = f", or '{column.name}=' for missing" if option == "--where" else ""
        raise ConditionError(
            f"column {column.name!r}: {option} must give {what}, found {text!r}; give such a value{way_out}"
        ) from error


def _bound(text: str, column: "Column") -> Any:
    """Return one end of a range, None where it is open; times stay text, as 2024-06 stands for a month."""
    from tabgan.schema import Kind

    if text == "":
        return None
    if column.ordered:
        return _single(text, column)
    if column.kind in (Kind.DATETIME, Kind.TIMEDELTA):
        return text
    try:
        return as_number(text)
    except ValueError as error:
        raise ConditionError(
            f"column {column.name!r}: a bound must be a number, found {text!r}; write 30..40, 30.. or ..40"
        ) from error


def has_order(column: "Column") -> bool:
    """Return whether a range of a column's values means something."""
    from tabgan.schema import Kind

    numbers = column.dtype.lower().startswith(("int", "uint", "float", "double"))
    timed = (Kind.INTEGER, Kind.FLOAT, Kind.DATETIME, Kind.TIMEDELTA)
    return column.kind in timed or column.ordered or (column.kind is Kind.CATEGORY and numbers)


def _both(first: Any, second: Any, column: "Column") -> "Between":
    """Return the range of a lower and an upper bound given apart."""
    from tabgan.conditioning.requests import Between

    if isinstance(first, Between) and isinstance(second, Between):
        lower, upper = (first, second) if first.high is None else (second, first)
        if lower.high is None and upper.low is None:
            ends = {
                (False, False): "both",
                (True, False): "right",
                (False, True): "left",
                (True, True): "neither",
            }
            return Between(lower.low, upper.high, ends[lower.open_low, upper.open_high])
    raise ConditionError(
        f"column {column.name!r}: --where must give it one value, 'a|b' for several, or a lower and an upper "
        "bound; it was given two"
    )
