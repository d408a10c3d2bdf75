"""`tabgan sample`: rows from a model file."""

import click

from tabgan.cli.output import STDOUT, check_place, format_of, write_sample
from tabgan.cli.where import parse_where


@click.command()
@click.argument("model")
@click.option(
    "-n", "n_rows", metavar="N", type=click.IntRange(min=0), help="Rows  [default: as many as were fitted]"
)
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    default=STDOUT,
    help="A .csv, .parquet or .jsonl file; - is standard output, as CSV  [default: -]",
)
@click.option(
    "--where",
    metavar="COL=VALUE",
    multiple=True,
    help="Rows with this value; 'COL=' asks for missing. Repeatable.",
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), help="The same seed gives the same rows.")
def sample(model: str, n_rows: int | None, out: str, where: tuple[str, ...], seed: int | None) -> None:
    """Sample rows from MODEL, a file that `tabgan fit` wrote.

    Rows are written as they come, so that any number fits into memory.

    \b
    Example:
      tabgan sample data.tabgan -n 1000000 -o synthetic.parquet
      tabgan sample data.tabgan -n 500 --where 'income=>50K' --where 'sex=Female' > rich.csv
    """
    format_of(out)
    if out != STDOUT:
        check_place(out)
    from tabgan.estimator import TabGAN

    estimator = TabGAN.load(model)
    conditions = parse_where(where, estimator.schema_)
    write_sample(estimator, out, n_rows, where=conditions, random_state=seed)
