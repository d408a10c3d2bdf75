"""The records as a Markdown table: mean over seeds, ± half the range between the seeds."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.results import Record, newest
from benchmarks.tasks import GROUPS, TASKS

START, END = "<!-- figures: written by `python -m benchmarks table --readme` -->", "<!-- end of figures -->"
COLUMNS = {  # record field: (heading, format)
    "fit_seconds": ("fit s", "{:.0f}"),
    "first_step_seconds": ("first step s", "{:.1f}"),
    "rows_per_second": ("rows/s", "{:.0f}"),
    "peak_gb": ("peak GB", "{:.2f}"),
    "shape": ("Shape", "{:.2f}"),
    "trend": ("Trend", "{:.2f}"),
    "trend_published": ("as published", "{:.2f}"),
    "c2st": ("C2ST", "{:.3f}"),
    "auc": ("AUC", "{:.3f}"),
    "unseen_c2st": ("C2ST unseen", "{:.3f}"),
    "dcr": ("DCR", "{:.1f}"),
    "mle": ("MLE", "{:.3f}"),
    "copied": ("copied", "{:.1f}"),
    "copied_holdout": ("(unseen)", "{:.1f}"),
    "copied_excess_max": ("worst excess", "{:+.1f}"),
    "holdout_log_prob": ("log p unseen", "{:.3f}"),
}


def render(records: Sequence[Record]) -> str:
    """One table per group, and what they ran on; of records of one training the newest counts."""
    kept = newest(records)
    if not kept:
        return "No figures yet: `python -m benchmarks run`."
    parts = []
    for group in GROUPS:
        names = [t.name for t in TASKS if t.group == group and any(r["task"] == t.name for r in kept)]
        if names:
            parts.append(f"**{group}**\n\n" + _table(names, kept))
    errors = [f"- {r['task']}, {r['method']}, seed {r['seed']}: {r['error']}" for r in kept if "error" in r]
    if errors:
        parts.append("Failed:\n\n" + "\n".join(errors))
    return "\n\n".join([*parts, _footnote(kept)])


def write_readme(path: Path, records: Sequence[Record]) -> None:
    """Put the tables between the two marks of a README."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    path.write_text(f"{before}{START}\n\n{render(records)}\n\n{END}{after}", encoding="utf-8")


def _table(names: Sequence[str], records: Sequence[Record]) -> str:
    some = [r for r in records if r["task"] in names and "error" not in r]
    fields = [f for f in COLUMNS if any(f in r for r in some)]
    lines = [
        "| task | method | seeds | " + " | ".join(COLUMNS[f][0] for f in fields) + " |",
        "|---" * (len(fields) + 3) + "|",
    ]
    for name in names:
        groups: dict[tuple[str, float | None], list[Record]] = {}
        for r in some:
            if r["task"] == name:
                groups.setdefault((r["method"], r["seconds"]), []).append(r)
        for (method, _), runs in groups.items():
            lines.append(_line(f"{name} | {method}", str(len(runs)), [_cell(f, runs) for f in fields]))
    return "\n".join(lines)


def _line(name: str, seeds: str, cells: Sequence[str]) -> str:
    return "| " + " | ".join([name, seeds, *cells]) + " |"


def _cell(field: str, runs: Sequence[Record]) -> str:
    values = [r[field] for r in runs if r.get(field) is not None]
    if not values:
        return ""
    form = COLUMNS[field][1]
    text = form.format(mean(values))
    if len(values) > 1:
        text += " ± " + form.format((max(values) - min(values)) / 2)
    if field == "dcr":
        width = mean(r["dcr_high"] - r["dcr"] for r in runs) / len(values) ** 0.5
        text += f" [±{width:.1f}]"
    return text


def _footnote(records: Sequence[Record]) -> str:
    ran = [r for r in records if "versions" in r]
    machines = sorted({f"{r['cores']} cores, {r['processor']}" for r in ran})
    versions = sorted({", ".join(f"{k} {v}" for k, v in r["versions"].items() if v) for r in ran})
    judges = sorted({r["judge"] for r in ran if "judge" in r})
    lines = [f"Machine: {'; '.join(machines)}.", f"Versions: {'; '.join(versions)}."]
    if judges != ["xgb"]:
        lines.append(f"Judge of C2ST: {', '.join(judges)} (published scores use xgb: `pip install xgboost`).")
    return "\n".join(lines)
