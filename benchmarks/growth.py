"""The figures of `benchmarks.scaling` as tables, and how each grows: the exponent of a power law."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

STUDIES = ("rows", "columns", "levels", "sampling")
KEY = ("study", "player", "n_rows", "n_columns", "n_levels", "steps", "seconds", "to")
GROWS = {"rows": "n_rows", "columns": "n_columns", "levels": "n_levels", "sampling": "n_rows"}
MEASURES = ("first_step_seconds", "step_seconds", "epoch_seconds", "peak_gb")
WIDE = 300  # columns up to which no worse than linear growth is claimed
SHOWN = {
    "player": "model",
    "n_rows": "rows",
    "n_columns": "columns",
    "n_levels": "levels",
    "to": "to",
    "seconds": "budget s",
    "steps_taken": "steps",
    "fit_seconds": "fit s",
    "first_step_seconds": "first step s",
    "step_seconds": "a step s",
    "epoch_seconds": "an epoch s",
    "sample_seconds": "sampling s",
    "start_gb": "start GB",
    "fit_gb": "fit GB",
    "peak_gb": "peak GB",
    "shape": "Shape",
    "trend": "Trend",
    "rows_per_second": "rows/s",
    "error": "error",
}
Record = dict[str, Any]


def render(records: Sequence[Record], studies: Sequence[str] = STUDIES) -> str:
    """A table of each study, and below it how each measure grows; the latest record of a key counts."""
    latest = {tuple(record.get(name) for name in KEY): record for record in records}
    parts = []
    for study in studies:
        found = [record for record in latest.values() if record["study"] == study]
        if found:
            parts += [f"**{study}**", table(found)]
            parts += ["\n".join(f"- {line}" for line in exponents(study, found))]
    return "\n\n".join(part for part in parts if part) or "No figures yet."


def table(records: Sequence[Record]) -> str:
    """A line a measurement; columns without a figure are left out."""
    frame = pd.DataFrame(records)
    order = [name for name in ("player", "to", "n_columns", "n_levels", "seconds", "n_rows") if name in frame]
    frame = frame.sort_values(order, kind="stable", na_position="first")
    frame = frame[[name for name in SHOWN if name in frame and frame[name].notna().any()]].rename(
        columns=SHOWN
    )
    whole = frame.columns.intersection(["rows", "columns", "levels", "steps", "rows/s"])
    shown = pd.DataFrame({name: [_cell(cell, name in whole) for cell in frame[name]] for name in frame})
    return str(shown.to_markdown(index=False, disable_numparse=True))


def _cell(value: Any, whole: bool) -> str:
    if pd.isna(value):
        return ""
    if whole:
        return f"{value:,.0f}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def exponents(study: str, records: Sequence[Record]) -> list[str]:
    """A line of each measure of each model; trainings of a fixed time are no part of it."""
    good = pd.DataFrame([record for record in records if "error" not in record])
    if good.empty:
        return []
    grows, lines = GROWS[study], []
    fixed = good[good["seconds"].isna()]
    for (player, to), group in fixed.groupby(["player", "to"], dropna=False, sort=False):
        limits = (WIDE, None) if study == "columns" and group[grows].max() > WIDE else (None,)
        for measure in ("sample_seconds",) if study == "sampling" else MEASURES:
            for limit in limits:
                told = group[group[grows] <= limit] if limit else group
                if measure not in told:
                    continue
                told = told[told[measure] > 0].sort_values(grows)  # else it cannot be told from nothing
                if told[grows].nunique() > 1:
                    name = f"{player}{f' to {to}' if isinstance(to, str) else ''}: {SHOWN[measure]}"
                    lines.append(f"{name} {_grown(told[grows], told[measure], SHOWN[grows])}")
    return lines


def _grown(sizes: "pd.Series[Any]", values: "pd.Series[Any]", of: str) -> str:
    slope = exponent(sizes.to_numpy(float), values.to_numpy(float))
    ends = [f"{values.iloc[at]:.3g} at {sizes.iloc[at]:,.0f}" for at in (0, -1)]
    return f"grows like {of}^{slope:.2f} ({', '.join(ends)})"


def exponent(sizes: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> float:
    """Slope of log(values) against log(sizes), least squares: 1 is linear."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
