"""What `fit` and `inspect` share: the options that say how a table is read, and the table read by them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tabgan.errors import SchemaError

if TYPE_CHECKING:
    from tabgan.data import Source
    from tabgan.schema import Schema

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--schema", "schema_file", metavar="FILE", help="Schema to use, as written by `tabgan inspect -o`."
    ),
    click.option(
        "--category", metavar="COL", multiple=True, help="This column holds categories. Repeatable."
    ),
    click.option(
        "--identifier", metavar="COL", multiple=True, help="This column holds unique keys. Repeatable."
    ),
    click.option("--drop", metavar="COL", multiple=True, help="Leave this column out. Repeatable."),
    click.option("--sep", metavar="S", help="CSV: what separates cells; found by itself when not given."),
    click.option("--encoding", metavar="E", help="CSV: its encoding, such as latin-1."),
    click.option("--na", metavar="TEXT", multiple=True, help="CSV: a cell that means missing. Repeatable."),
)


def reading_options(command: Command) -> Command:
    """Give a command the options of reading a table; `read_table` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_table(
    data: str,
    *,
    schema_file: str | None,
    category: tuple[str, ...],
    identifier: tuple[str, ...],
    drop: tuple[str, ...],
    sep: str | None,
    encoding: str | None,
    na: tuple[str, ...],
) -> tuple["Source", "Schema"]:
    """Open a table as the options say, and infer its schema or take the one given."""
    from tabgan.data import open_source
    from tabgan.schema import infer_schema

    source = open_source(data, sep=sep, encoding=encoding, na_values=na)
    if schema_file is None:
        return source, infer_schema(source, category=category, identifier=identifier, drop=drop)
    schema = _read_schema(schema_file)
    return source, schema.with_overrides(category=category, identifier=identifier, drop=drop)


def _read_schema(path: str) -> "Schema":
    from tabgan.schema import Schema

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SchemaError(
            f"{path}: could not be read as a schema ({reason}); write one with `tabgan inspect -o`"
        ) from error
    return Schema.from_json(text)
