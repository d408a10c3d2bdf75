"""`tabgan info`: what a model learnt, and every kind of thing that its file stores."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tabgan.classic.estimator import CTGAN
    from tabgan.estimator import TabGAN


@click.command()
@click.argument("model")
def info(model: str) -> None:
    """Tell what MODEL learnt and what its file stores.

    \b
    Example:
      tabgan info data.tabgan
    """
    from tabgan import load

    estimator = load(model)
    click.echo("\n\n".join(_sections(model, estimator)))


def _sections(model: str, estimator: "TabGAN | CTGAN") -> Iterable[str]:
    from tabgan.schema.text_table import text_table

    columns = len(estimator.schema_.columns)
    yield f"{model}: {columns:,} columns, learnt from {estimator.n_rows_:,} rows"
    yield text_table(("column", "kind", "learnt"), estimator.describe())
    history = estimator.history_
    if len(history):
        last = history.iloc[-1].dropna()
        yield text_table(("training", "at the end"), [(name, _figure(value)) for name, value in last.items()])
    if estimator.notes_:
        yield "\n".join(["told during the training", *(f"- {note}" for note in estimator.notes_)])
    stored = {
        **estimator.stored_kinds(),
        "schema": f"kind, dtype and grid of {columns:,} columns",
        "settings": f"{len(estimator.get_params())}",
        "training history": f"{len(history):,} lines",
    }
    yield text_table(("the file stores", "how much"), stored.items())
    if estimator.model_.critic is None:
        yield "It stores no row of the table."
    else:
        yield (
            "It stores no row of the table, but its critic knows the rows it was trained on: who has this file can "
            "ask which they were."
        )


def _figure(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
