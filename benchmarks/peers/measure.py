"""Fit, sample, time: what the scripts of the peers have in common; standard library and pandas only."""

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from job import Job, peak_gb
from prepared import Prepared, prepare


def measure(
    job: Job,
    fit: Callable[[Prepared], Any],
    sample: Callable[[Any, int], pd.DataFrame],
    package_version: str,
    *,
    fill: bool = True,
    notes: Callable[[], list[str]] = list,
    more: Callable[[Any, Prepared], dict[str, Any]] = lambda model, table: {},
) -> None:
    """Fit and sample, and leave rows and figures.

    Parameters
    ----------
    fit : takes the table as `prepare` makes it, gives a model.
    sample : takes the model and a number of rows, gives them with the columns of the table that was fitted.
    fill : missing numbers are filled before the fit; False for a model that knows them.
    notes : what else had to be mended, asked when all is done.
    more : further figures from the model.
    """
    table = prepare(job.train(), job.discrete, fill=fill)
    start_gb, start = peak_gb(), time.perf_counter()
    model = fit(table)
    figures: dict[str, Any] = {"fit_seconds": time.perf_counter() - start}
    figures |= {"start_gb": start_gb, "fit_gb": peak_gb()}
    synthetic = None
    if job.n_rows:
        start = time.perf_counter()
        synthetic = table.back(sample(model, job.n_rows))
        figures["rows_per_second"] = job.n_rows / (time.perf_counter() - start)
    figures |= more(model, table)
    job.answer(synthetic, version=package_version, notes=[*table.notes, *notes()], **figures)


def play(job: Job, model: Any, package_version: str, notes: Callable[[], list[str]] = list) -> None:
    """Fit, sample and condition a model that has the methods of `ctgan.CTGAN`."""

    def fit(table: Prepared) -> Any:
        model.fit(table.rows, table.discrete)
        return model

    def conditions(model: Any, table: Prepared) -> dict[str, Any]:
        shares = []
        for column, value in job.conditions:
            level = table.text(column, value)
            rows = model.sample(1_000, condition_column=column, condition_value=level).head(1_000)
            shares.append([column, value, float((rows[column] == level).mean())])
        return {"conditions": shares}

    measure(job, fit, lambda model, n: model.sample(n), package_version, notes=notes, more=conditions)


def no_budget(job: Job, what: str) -> Callable[[], list[str]]:
    """The note of a peer that has no way to be held to a budget."""
    return lambda: [f"{what}; its fit cannot be given {job.seconds:g} s"] if job.seconds is not None else []
