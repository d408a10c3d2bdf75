"""`tabgan inspect`: the schema of a table, before anything is fitted."""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tabgan.cli.output import check_places
from tabgan.cli.reading import as_arguments, read_table, reading_options

if TYPE_CHECKING:
    from tabgan.data import Source
    from tabgan.schema import Schema


@click.command()
@click.argument("data")
@click.option(
    "-o", "--output", "out", metavar="FILE", help="Write the schema as JSON, for `tabgan fit --schema`."
)
@reading_options
def inspect(data: str, out: str | None, **options: Any) -> None:
    """Print how the columns of DATA are understood, and warn of personal data.

    \b
    Example:
      tabgan inspect data.csv
      tabgan inspect data.csv -o schema.json     edit it, then: tabgan fit data.csv --schema schema.json
    """
    check_places([data], [out])
    source, schema = read_table(data, **options)
    click.echo(str(schema))
    for name, hint in _personal(source, schema):
        click.echo(f"warning: column {name!r} looks personal: {hint}")
    if out is not None:
        from tabgan.data.replacing import replacing

        with replacing(out) as file:
            file.write(f"{schema.to_json()}\n".encode())
        click.echo(f"\nThe schema is in {out}. Next:\n\n  {_next_command(data, out, options)}")


def _next_command(data: str, out: str, options: dict[str, Any]) -> str:
    return f"tabgan fit {shlex.quote(data)} --schema {shlex.quote(out)} {as_arguments(options)}".rstrip()


def _personal(source: "Source", schema: "Schema") -> Iterator[tuple[object, str]]:
    """Yield the columns whose first values look like a person's, and why."""
    from tabgan.schema import looks_personal

    first = next(iter(source.chunks()))
    places = {name: place for place, name in enumerate(source.names)}
    for column in schema.columns:
        if hint := looks_personal(column, first.iloc[:, places[column.name]]):
            yield column.name, hint
