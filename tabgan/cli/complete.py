"""`tabgan complete`: fill the gaps of a table."""

import click

from tabgan.cli.output import STDOUT, check_places, format_of, rows_option
from tabgan.cli.reading import csv_options


@click.command()
@click.argument("model")
@click.argument("data")
@rows_option
@click.option(
    "--column",
    "columns",
    metavar="COL",
    multiple=True,
    help="Draw this column anew in every row, and leave other gaps. Repeatable  [default: fill all gaps]",
)
@click.option("--drop", metavar="COL", multiple=True, help="Leave this column of DATA out. Repeatable.")
@csv_options
@click.option("--seed", metavar="N", type=click.IntRange(min=0), help="The same seed gives the same cells.")
def complete(
    model: str,
    data: str,
    out: str,
    columns: tuple[str, ...],
    drop: tuple[str, ...],
    sep: str | None,
    encoding: str | None,
    na: tuple[str, ...],
    seed: int | None,
) -> None:
    """Fill the missing cells of DATA with MODEL, a file that `tabgan fit` wrote.

    Each gap is drawn given all that is known of its row; cells that are
    given stay. Columns of the model that DATA lacks are filled, too.

    \b
    Example:
      tabgan complete data.tabgan gaps.csv -o full.csv
      tabgan complete data.tabgan rows.parquet --column income --seed 1 -o other.parquet
    """
    form = format_of(out)
    check_places([model, data], [] if out == STDOUT else [out])
    from tabgan.data import open_source, open_writer
    from tabgan.errors import SchemaError
    from tabgan.estimator import TabGAN

    estimator = TabGAN.load(model)
    source = open_source(data, sep=sep, encoding=encoding, na_values=na, drop=drop)
    if unknown := [name for name in source.names if name not in estimator.schema_.names]:
        raise SchemaError(
            f"column {unknown[0]!r} is not in the model; leave it out with --drop {unknown[0]!r}"
        )
    rows = estimator.complete(source, columns=list(columns) or None, random_state=seed)
    with open_writer(out, form, estimator.schema_) as writer:
        writer.write(rows[list(estimator.schema_.names)])
