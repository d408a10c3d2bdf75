"""The figures of a record as cells of a table: heading, digits, mean over the seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.results import Record


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
    "truth_log_prob": Figure("log p of the truth", "{:.3f}"),
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


def half_width(field: str, runs: Sequence[Record]) -> float | None:
    """Half the 95 % interval of the mean, from the intervals of the runs; None where they have none."""
    high = COLUMNS[field].high
    widths = [run[high] - run[field] for run in runs if high and run.get(high) is not None]
    return mean(widths) / len(widths) ** 0.5 if widths else None


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
