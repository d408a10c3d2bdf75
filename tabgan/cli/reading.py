"""What commands that read a table share: the options that say how, and the table read by them."""

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tabgan.data import Source
    from tabgan.schema import Schema

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--schema",
        "schema_file",
        metavar="FILE",
        help="Schema as JSON, as written by `tabgan inspect -o`; it may name some columns only.",
    ),
    click.option(
        "--category", metavar="COL", multiple=True, help="This column holds categories. Repeatable."
    ),
    click.option(
        "--identifier", metavar="COL", multiple=True, help="This column holds unique keys. Repeatable."
    ),
    click.option("--drop", metavar="COL", multiple=True, help="Leave this column out. Repeatable."),
)
_CSV_OPTIONS = (
    click.option("--sep", metavar="S", help="CSV: what separates cells; found by itself when not given."),
    click.option("--encoding", metavar="E", help="CSV: its encoding, such as latin-1."),
    click.option("--na", metavar="TEXT", multiple=True, help="CSV: a cell that means missing. Repeatable."),
)


def reading_options(command: Command) -> Command:
    """Give a command the options of reading a table; `read_table` takes them."""
    return with_options(command, *_OPTIONS, *_CSV_OPTIONS)


def csv_options(command: Command) -> Command:
    """Give a command the options of reading a CSV, for a table whose columns a model knows."""
    return with_options(command, *_CSV_OPTIONS)


def with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Return the command with some options, in the order in which its help shows them."""
    for option in reversed(options):
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
    """Open a table as the options say, and find out its schema; a schema file stands above what is inferred."""
    from tabgan.data import open_source
    from tabgan.schema import infer_schema

    source = open_source(data, sep=sep, encoding=encoding, na_values=na)
    schema = infer_schema(source, category=category, identifier=identifier, drop=drop, schema=schema_file)
    return source, schema


def as_arguments(options: dict[str, Any]) -> str:
    """Return the options of reading, without the schema's, as one types them: what repeats a reading."""
    names = [("drop", "--drop"), ("sep", "--sep"), ("encoding", "--encoding"), ("na", "--na")]
    given = [(flag, options[name]) for name, flag in names if options[name]]
    words = [
        (flag, value) for flag, values in given for value in ([values] if isinstance(values, str) else values)
    ]
    return shlex.join(word for pair in words for word in pair)
