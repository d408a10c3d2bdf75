"""A balance from the command line: `column`, or `column=level:share` once a level."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from tabgan.cli.where import Levels, parse_level
from tabgan.errors import ConditionError

if TYPE_CHECKING:
    from tabgan.schema import Column, Schema


def parse_balance(texts: tuple[str, ...], schema: "Schema", levels: Levels | None = None) -> Any:
    """Return what `TabGAN.sample` takes as ``balance``: a column, ``{column: {level: share}}``, or None.

    Raises
    ------
    ConditionError
        A text is no balance, or two of them do not go together.
    SchemaError
        There is no such column.
    """
    if not texts:
        return None
    parts = [_split(text, schema) for text in texts]
    columns = {column.name: column for column, _ in parts}
    if len(columns) > 1:
        first, second, *_ = columns
        raise ConditionError(
            f"--balance must be about one column, found {first!r} and {second!r}; give one of them"
        )
    column = parts[0][0]
    asked = [rest for _, rest in parts if rest is not None]
    if not asked:
        return column.name
    if len(asked) < len(parts):
        raise ConditionError(
            f"column {column.name!r}: --balance must give equal shares or shares of levels, found both; give "
            f"'{column.name}' alone, or '{column.name}=LEVEL:SHARE' once a level"
        )
    return {column.name: _shares(asked, column, (levels or {}).get(column.name, ()))}


def _split(text: str, schema: "Schema") -> tuple["Column", str | None]:
    """Return the column that a text is about, and what it says after the first sign that ends a name."""
    from tabgan.schema.schema import unknown_column

    for column in sorted(schema.columns, key=lambda column: len(str(column.name))):
        if text == str(column.name):
            return column, None
        if text.startswith(f"{column.name}="):
            return column, text[len(str(column.name)) + 1 :]
    raise unknown_column(text.partition("=")[0], schema.names)


def _shares(asked: list[str], column: "Column", levels: Any) -> dict[Hashable, float]:
    shares: dict[Hashable, float] = {}
    for text in asked:
        level_text, colon, share_text = text.rpartition(":")
        try:
            share = float(share_text)
        except ValueError:
            colon = ""
        if not colon or not level_text:
            raise ConditionError(
                f"column {column.name!r}: --balance must read '{column.name}=LEVEL:SHARE' with a share from 0 to 1, "
                f"found {text!r}"
            )
        level = parse_level(level_text, column, levels)
        if level in shares:
            raise ConditionError(
                f"column {column.name!r}: --balance gives two shares of {level!r}; give one of them"
            )
        shares[level] = share
    return shares
