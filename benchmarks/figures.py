"""The figures of a record as cells of a table: heading, digits, mean over the seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, variance

from benchmarks.results import Record

Z = 1.96  # half the width of a 95 % interval, in standard errors


@dataclass(frozen=True)
class Figure:
    """A column of the tables: heading, format, and the field that holds the upper end of its 95 % interval."""

    heading: str
    form: str
    high: str | None = None


COLUMNS: dict[str, Figure] = {
    "fit_seconds": Figure("fit s", "{:.0f}"),
    "first_step_seconds": Figure("first step s", "{:.1f}"),
    "rows_per_second": Figure("rows/s", "{:.0f}"),
    "peak_gb": Figure("peak GB", "{:.2f}"),
    "shape": Figure("Shape", "{:.2f}"),
    "trend": Figure("Trend", "{:.2f}"),
    "trend_published": Figure("as published", "{:.2f}"),
    "c2st": Figure("C2ST", "{:.3f}"),
    "auc": Figure("AUC", "{:.3f}"),
    "unseen_c2st": Figure("C2ST unseen", "{:.3f}"),
    "lr_c2st": Figure("LR-C2ST", "{:.3f}"),
    "wnmis": Figure("wNMIS", "{:.3f}"),
    "alpha": Figure("α", "{:.1f}"),
    "beta": Figure("β", "{:.1f}"),
    "mle": Figure("MLE", "{:.3f}"),
    "dcr": Figure("DCR", "{:.1f}", "dcr_high"),
    "quantile_dcr_2": Figure("DCR 2 %", "{:.1f}", "quantile_dcr_2_high"),
    "quantile_dcr_5": Figure("DCR 5 %", "{:.1f}", "quantile_dcr_5_high"),
    "mia_auc": Figure("membership AUC", "{:.3f}", "mia_auc_high"),
    "mia_tpr": Figure("found at 1 %", "{:.1f}", "mia_tpr_high"),
    "mia_model_auc": Figure("membership AUC, model", "{:.3f}", "mia_model_auc_high"),
    "copied": Figure("copied", "{:.1f}"),
    "copied_holdout": Figure("(unseen)", "{:.1f}"),
    "copied_excess_max": Figure("worst excess", "{:+.1f}"),
    "copied_rows": Figure("copied rows", "{:.2f}"),
    "copied_rows_holdout": Figure("(unseen rows)", "{:.2f}"),
    "holdout_log_prob": Figure("log p unseen", "{:.3f}"),
    "impossible_rows": Figure("impossible rows", "{:.0f}"),
    "truth_log_prob": Figure("log p of the truth", "{:.3f}"),
    "gap_nats": Figure("gap, nats", "{:.3f}"),
    "gap": Figure("gap %", "{:.2f}"),
    "l_syn": Figure("L_syn", "{:.3f}"),
    "l_test": Figure("L_test", "{:.3f}"),
    "l_test_real": Figure("L_test, real sample", "{:.3f}"),
    "l_test_gap": Figure("gap of L_test %", "{:.2f}"),
    "modes": Figure("modes", "{:.0f}"),
    "near": Figure("near a mode %", "{:.1f}"),
}


def values_of(field: str, runs: Sequence[Record]) -> list[float]:
    """The figures of the runs that have it."""
    return [run[field] for run in runs if run.get(field) is not None]


def mean_of(field: str, runs: Sequence[Record]) -> float | None:
    """The mean over the runs; None where no run has it."""
    values = values_of(field, runs)
    return mean(values) if values else None


def seconds_to_rows(record: Record) -> float | None:
    """Of fitting, and of sampling as many rows as there are for training; None where nothing was fitted."""
    seconds, pace = record.get("fit_seconds"), record.get("rows_per_second")
    return seconds + record["n_train"] / pace if seconds is not None and pace else seconds


def half_width(field: str, runs: Sequence[Record]) -> float | None:
    """Half the 95 % interval of the mean; None where the runs have no intervals.

    Its variance is the runs' own, of the rows drawn, or, where it is greater, that between the runs, which has that
    of the training and of the cut into halves in it; divided by the number of runs, as if they were independent.
    """
    high = COLUMNS[field].high
    measured = [run for run in runs if high and run.get(high) is not None]
    if not measured:
        return None
    within = mean((run[high] - run[field]) ** 2 for run in measured)
    between = Z**2 * variance(values_of(field, measured)) if len(measured) > 1 else 0.0
    return float((max(within, between) / len(measured)) ** 0.5)


def cell(field: str, runs: Sequence[Record]) -> str:
    """The mean, ± half the range between the seeds, [± half the interval]."""
    values = values_of(field, runs)
    if not values:
        return ""
    write: Callable[[float], str] = COLUMNS[field].form.format
    text = write(mean(values))
    if len(values) > 1:
        text += " ± " + write((max(values) - min(values)) / 2).lstrip("+")
    if width := half_width(field, runs):
        text += f" [±{write(width)}]"
    return text
