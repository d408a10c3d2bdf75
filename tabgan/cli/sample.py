"""`tabgan sample`: rows from a model file."""

import click

from tabgan.cli.balance import parse_balance
from tabgan.cli.models import mass_of, rows_of
from tabgan.cli.number import FiniteRange
from tabgan.cli.output import STDOUT, check_places, format_of, rows_option, write_rows
from tabgan.cli.where import parse_where


@click.command()
@click.argument("model")
@click.option(
    "-n", "n_rows", metavar="N", type=click.IntRange(min=0), help="Rows  [default: as many as were fitted]"
)
@rows_option
@click.option(
    "--where",
    metavar="CONDITION",
    multiple=True,
    help="What rows must have: COL=VALUE, COL=A|B, COL=30..40, COL>=5, COL= (missing), COL!= (not missing); see "
    "below. Repeatable.",
)
@click.option(
    "--balance",
    metavar="COL[=LEVEL:SHARE]",
    multiple=True,
    help="COL: its levels in equal shares. COL=LEVEL:SHARE: this level in this share, the others as often as "
    "usual; repeatable for levels of one column.",
)
@click.option(
    "--temperature",
    metavar="T",
    type=FiniteRange(min=0, min_open=True),
    default=1.0,
    help="Below 1 more typical rows, above 1 odder ones  [default: 1]",
)
@click.option(
    "--dry-run", is_flag=True, help="Write no rows: tell how many of the model's rows meet the conditions."
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), help="The same seed gives the same rows.")
def sample(
    model: str,
    n_rows: int | None,
    out: str,
    where: tuple[str, ...],
    balance: tuple[str, ...],
    temperature: float,
    dry_run: bool,
    seed: int | None,
) -> None:
    """Sample rows from MODEL, a file that `tabgan fit` wrote.

    Rows are written as they come, so that any number fits into memory; with
    --balance they are all held at once.

    \b
    Conditions, each on one column; all of them hold in every row:
      sex=Female            this value
      sex=Female|Male       one of these, as often as the model says
      age=30..40            from 30 to 40, both included; 30.. and ..40 have one end
      income>=50000         at least this; also >, <= and <, two of them for a range
      date=2024-01..2024-06 all of January to all of June
      income=  income!=     missing, not missing
    A text that is exactly a level of the column is that level, whatever it
    looks like. In a list, double quotes keep a value whole: name="a|b"|c.
    A classic model (fit --model ctgan) takes one COL=VALUE of a category.

    \b
    Example:
      tabgan sample data.tabgan -n 1000000 -o synthetic.parquet
      tabgan sample data.tabgan -n 500 --where 'income=>50K' --where 'sex=Female' > rich.csv
      tabgan sample data.tabgan --where 'age=30..40' --where 'sex=Female|Male' --dry-run
      tabgan sample data.tabgan -n 1000 --balance income
      tabgan sample data.tabgan -n 1000 --balance 'income=>50K:0.3' --where sex=Female
    """
    if dry_run and balance:
        raise click.UsageError("--dry-run tells the mass of --where; give it without --balance.")
    format_of(out)
    check_places([model], [] if out == STDOUT else [out])
    from tabgan import load

    estimator = load(model)
    conditions = parse_where(where, estimator.schema_, estimator.levels())
    shares = parse_balance(balance, estimator.schema_, estimator.levels())
    if dry_run:
        click.echo(mass_of(estimator, n_rows, conditions, temperature))
        return
    n_rows = estimator.n_rows_ if n_rows is None else n_rows
    batches = rows_of(
        estimator, n_rows, conditions, balance=shares, random_state=seed, temperature=temperature
    )
    write_rows(batches, out, n_rows, estimator.schema_)
