"""`tabgan report`: synthetic rows judged against real ones, with gates for CI."""

from typing import Any

import click

from tabgan.cli.gates import broken_gates, parse_gates
from tabgan.cli.judging import keep_report, log_prob_of, progress_bar
from tabgan.cli.output import check_places
from tabgan.cli.reading import read_table, reading_options

FAILED = 3  # exit code: the report was made, and a gate is broken


@click.command()
@click.argument("real")
@click.argument("synthetic")
@click.option(
    "--holdout", metavar="FILE", help="Real rows that SYNTHETIC was not made from; needed to judge attacks."
)
@click.option("--target", metavar="COL", help="The column to predict  [default: each in turn]")
@click.option("-o", "--output", "out", metavar="FILE", help="Write the report as one HTML page.")
@click.option("--json", "json_out", metavar="FILE", help="Write its figures as JSON.")
@click.option("--no-rows", is_flag=True, help="Show no single real rows in the page.")
@click.option(
    "--model", metavar="MODEL", help="The model of SYNTHETIC: adds the attack of somebody who holds it."
)
@click.option(
    "--fail-under", metavar="SCORE=X", multiple=True, help="Exit with 3 when a score is below X. Repeatable."
)
@click.option(
    "--fail-over", metavar="SCORE=X", multiple=True, help="Exit with 3 when a score is above X. Repeatable."
)
@click.option(
    "--seed",
    "random_state",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Of every draw  [default: 0]",
)
@reading_options
def report(
    real: str,
    synthetic: str,
    holdout: str | None,
    target: str | None,
    out: str | None,
    json_out: str | None,
    no_rows: bool,
    model: str | None,
    fail_under: tuple[str, ...],
    fail_over: tuple[str, ...],
    random_state: int,
    **reading: Any,
) -> int | None:
    """Judge SYNTHETIC rows against the REAL ones they were made from: faithful, useful, private?

    Files are .csv, .csv.gz, .tsv or .parquet; the options of reading (--sep, --na, …) hold for each of them.

    \b
    Example:
      tabgan report train.csv synthetic.csv --holdout test.csv --target income -o report.html
      tabgan report train.csv synthetic.csv --holdout test.csv --fail-under c2st=0.8 --fail-over mia_auc=0.55
    """
    gates = parse_gates(fail_under, fail_over)
    check_places([real, synthetic, holdout, model, reading["schema_file"]], [out, json_out])
    from tabgan.data import open_source
    from tabgan.reporting.report import report as judge

    source, schema = read_table(real, **reading)
    others = {"sep": reading["sep"], "encoding": reading["encoding"], "na_values": reading["na"]}
    with progress_bar() as tell:
        made = judge(
            source,
            open_source(synthetic, **others),
            None if holdout is None else open_source(holdout, **others),
            target,
            schema,
            random_state,
            log_prob=None if model is None else log_prob_of(model),
            progress=tell,
        )
    keep_report(made, out, json_out, show_rows=not no_rows)
    broken = broken_gates(gates, made.scores)
    for line in broken:
        click.echo(f"tabgan: {line}", err=True)
    return FAILED if broken else None
