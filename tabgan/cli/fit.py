"""`tabgan fit`: learn a table and keep what was learnt in one file."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tabgan.cli.duration import Duration, as_text
from tabgan.cli.judging import judge_fit, keep_report, split_holdout
from tabgan.cli.models import CONFIGS, check_device, make_estimator, rows_of
from tabgan.cli.number import FiniteRange
from tabgan.cli.output import STDOUT, check_places, format_of, write_rows
from tabgan.cli.reading import read_table, reading_options
from tabgan.config import Config

if TYPE_CHECKING:
    from tabgan.classic.estimator import CTGAN
    from tabgan.estimator import TabGAN


HOLDOUT_SHARE = 0.2
SETTINGS = ("max_time", "epochs", "device", "random_state", "protect_rare")  # of the estimator


@click.command()
@click.argument("data")
@click.option(
    "-o",
    "--output",
    "out_model",
    metavar="MODEL",
    help="Where to keep the model  [default: data.tabgan here]",
)
@click.option(
    "--model",
    "kind",
    type=click.Choice(sorted(CONFIGS)),
    default="tabgan",
    help="ctgan: the classic conditional GAN  [default: tabgan]",
)
@reading_options
@click.option(
    "--max-time",
    metavar="TIME",
    type=Duration(),
    help=f"Longest time of the whole fit: 90s, 5m, 1h, none  [default: {as_text(Config.max_time)}]",
)
@click.option("--epochs", metavar="N", type=click.IntRange(min=1), help="Passes over the rows.")
@click.option("--device", metavar="D", help="auto, cpu, cuda or mps.")
@click.option(
    "--seed", "random_state", metavar="N", type=click.IntRange(min=0), help="Makes the run repeatable."
)
@click.option(
    "--protect-rare", metavar="K", type=click.IntRange(min=0), help="Fold levels seen in fewer than K rows."
)
@click.option(
    "--unlabelled",
    metavar="COL",
    multiple=True,
    help="A column whose missing cells are unknown labels, not values of their own. Repeatable.",
)
@click.option(
    "--set",
    "texts",
    metavar="NAME=VALUE",
    multiple=True,
    help="Any other setting of the model, by its name in Python. Repeatable.",
)
@click.option(
    "--sample",
    "n_rows",
    metavar="N",
    type=click.IntRange(min=0),
    help="Sample N rows right after; needs --out.",
)
@click.option("--out", metavar="FILE", help="Where these rows go: .csv, .parquet or .jsonl.")
@click.option(
    "--report",
    "page",
    metavar="FILE",
    help="Hold rows out before the training, sample, and judge the sample on one HTML page.",
)
@click.option(
    "--holdout-share",
    "share",
    metavar="S",
    type=FiniteRange(0.01, 0.5),
    default=HOLDOUT_SHARE,
    help=f"Share of the rows that --report holds out  [default: {HOLDOUT_SHARE}]",
)
@click.option("--target", metavar="COL", help="The column that --report predicts  [default: each in turn]")
def fit(
    data: str,
    out_model: str | None,
    kind: str,
    texts: tuple[str, ...],
    n_rows: int | None,
    out: str | None,
    page: str | None,
    share: float,
    target: str | None,
    unlabelled: tuple[str, ...],
    **options: Any,
) -> None:
    """Learn the table DATA (.csv, .csv.gz, .tsv or .parquet) and write a model file.

    Ctrl-C stops the training and keeps the best model so far.

    \b
    Example:
      tabgan fit data.csv
      tabgan fit sales.csv --identifier order_id --drop notes --max-time 10m -o sales.tabgan
      tabgan fit data.parquet --sample 100000 --out synthetic.parquet
      tabgan fit data.csv --report report.html --target income
      tabgan fit data.csv --model ctgan --epochs 300 --set generator_dim=256,256
    """
    model = out_model or f"{_stem(data)}.tabgan"
    if target is not None and page is None:
        raise click.UsageError("--target needs --report FILE.")
    _check_places([data, options["schema_file"]], model, out, page, n_rows)
    settings = {name: options.pop(name) for name in SETTINGS}
    # What was not given is left to the library's default.
    given = {name: value for name, value in settings.items() if not _is_default(name)}
    from tabgan.reporting.tables import check_target
    from tabgan.schema.schema import find_name

    if unlabelled and kind != "tabgan":
        raise click.UsageError(f"--unlabelled is not for --model {kind}.")
    check_device("--device", settings["device"] or "auto")
    estimator = make_estimator(kind, given, texts)
    source, schema = read_table(data, **options)
    check_target(target, schema)
    table, held = (
        (source, None) if page is None else split_holdout(source, share, settings["random_state"] or 0)
    )
    extra: dict[str, Any] = {}
    if unlabelled:
        extra["unlabelled"] = [find_name(name, schema.names) for name in unlabelled]
    estimator.fit(table, schema=schema, **extra)
    estimator.save(model)
    click.echo(_learnt(estimator))
    if estimator.interrupted_:
        click.echo(f"\nStopped by Ctrl-C. The best model so far is in {model}.")
        raise KeyboardInterrupt
    click.echo(f"\nThe model is in {model}. Next:\n\n{_next_commands(model)}")
    if out is not None:
        n_rows = estimator.n_rows_ if n_rows is None else n_rows
        write_rows(rows_of(estimator, n_rows, {}), out, n_rows, estimator.schema_)
    if page is not None:
        click.echo()
        keep_report(judge_fit(estimator, table, held, target), page, None)


def _check_places(
    read: list[str | None], model: str, out: str | None, page: str | None, n_rows: int | None
) -> None:
    """Refuse, before the work, what could not be written after it."""
    if n_rows is not None and out is None:
        raise click.UsageError("--sample needs --out FILE.")
    if out == STDOUT:
        raise click.UsageError("--out must name a file: standard output tells what was learnt.")
    if out is not None:
        format_of(out)
    check_places(read, [model, out, page])


def _is_default(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.DEFAULT


def _stem(data: str) -> str:
    """Return a file's name without its suffixes of format and packing: x/my.data.csv.gz -> my.data."""
    path = Path(data)
    return path.with_suffix("").stem if path.suffix == ".gz" else path.stem


def _learnt(estimator: "TabGAN | CTGAN") -> str:
    from tabgan.schema.text_table import text_table

    table = text_table(("column", "kind", "learnt"), estimator.describe())
    return f"Learnt from {estimator.n_rows_:,} rows:\n\n{table}"


def _next_commands(model: str) -> str:
    model = shlex.quote(model)
    return f"  tabgan sample {model} -n 1000 -o synthetic.csv\n  tabgan info {model}"
