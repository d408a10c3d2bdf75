"""What `report` and `fit --report` share: the bar, the model's own attack, and where a report goes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tabgan.cli.models import rows_of

if TYPE_CHECKING:
    from tabgan.classic.estimator import CTGAN
    from tabgan.data import Source
    from tabgan.estimator import TabGAN
    from tabgan.reporting.privacy.section import LogProb
    from tabgan.reporting.report import Report


@contextmanager
def progress_bar() -> Iterator[Callable[[str], None]]:
    """Give what a report calls before each of its parts; a bar where standard error is a terminal."""
    from tqdm import tqdm

    from tabgan.reporting.report import N_PARTS

    with tqdm(total=N_PARTS, bar_format="{desc:<32} {bar} {elapsed}", disable=None) as bar:

        def tell(part: str) -> None:
            bar.set_description_str(f"judging {part}")
            bar.update(1)

        yield tell


def log_prob_of(model: str) -> "LogProb":
    """Return what tells the log-likelihood of rows under a model file."""
    from tabgan.estimator import TabGAN

    return TabGAN.load(model).log_prob


def judge_fit(estimator: "TabGAN | CTGAN", train: Any, held: Any, target: str | None) -> "Report":
    """Judge as many rows of a model as it was fitted on, against these and the rows held out."""
    import pandas as pd

    from tabgan.reporting.report import report

    seed = estimator.random_state or 0
    synthetic = pd.concat(rows_of(estimator, len(train), {}, random_state=seed), ignore_index=True)
    with progress_bar() as tell:
        return report(
            train,
            synthetic,
            held,
            target,
            estimator.schema_,
            seed,
            log_prob=getattr(estimator, "log_prob", None),  # a classic model has none
            progress=tell,
        )


def keep_report(made: "Report", out: str | None, json_out: str | None, *, show_rows: bool = True) -> None:
    """Print the summary, and write the page and the figures where they were asked for."""
    click.echo(repr(made))
    for path, write in ((out, lambda p: made.to_html(p, show_rows=show_rows)), (json_out, made.to_json)):
        if path is not None:
            write(path)
            click.echo(f"\nThe report is in {path} ({Path(path).stat().st_size / 1e6:.1f} MB).")
    if out is not None and show_rows:
        click.echo("It shows single rows of the real table; --no-rows leaves them out.")


def split_holdout(source: "Source", share: float, seed: int) -> tuple[Any, Any]:
    """Take a hold-out from a table before anything is learnt: frames of training and of held-out rows."""
    import numpy as np
    import pandas as pd

    frame = pd.concat(list(source.chunks()), ignore_index=True)
    n_held = round(share * len(frame))
    if min(n_held, len(frame) - n_held) < 2:
        raise click.UsageError(
            f"--report needs two rows to train on and two to hold out; found {len(frame)} rows in all."
        )
    order = np.random.default_rng(seed).permutation(len(frame))
    held, kept = np.sort(order[:n_held]), np.sort(order[n_held:])
    return frame.iloc[kept].reset_index(drop=True), frame.iloc[held].reset_index(drop=True)
