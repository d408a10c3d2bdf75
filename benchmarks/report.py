"""The records as Markdown tables: mean over seeds, ± half the range between the seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import COLUMNS, cell
from benchmarks.goals import missed, shown_goal
from benchmarks.grouping import Runs, good, runs_of
from benchmarks.markdown import lines_of
from benchmarks.methods import METHODS
from benchmarks.provenance import Letters, legend, letters_of, provenance
from benchmarks.published import published
from benchmarks.results import Record, newest
from benchmarks.speed import HEADS, sooner
from benchmarks.tasks import GOALS, TASKS, Task

FIDELITY = ("shape", "trend", "trend_published", "c2st", "auc", "unseen_c2st", "lr_c2st", "wnmis")
FIDELITY += ("alpha", "beta", "mle")
COST = ("fit_seconds", "first_step_seconds", "rows_per_second", "peak_gb")
COPIES = ("quantile_dcr_2", "quantile_dcr_5", "copied", "copied_holdout", "copied_excess_max")
COPIES += ("copied_rows", "copied_rows_holdout")
PRIVACY = (
    "dcr",
    "mia_auc",
    "mia_tpr",
    "mia_model_auc",
    *COPIES[:2],
    "c2st",
    "unseen_c2st",
    "holdout_log_prob",
    "impossible_rows",
)
TRUTH = (
    "holdout_log_prob",
    "truth_log_prob",
    "gap_nats",
    "gap",
    "l_syn",
    "l_test",
    "l_test_real",
    "l_test_gap",
)
TRUTH += ("modes", "near")
ABLATION = ("fit_seconds", "shape", "trend", "c2st", "unseen_c2st", "beta", "dcr", "mia_auc", "mia_model_auc")
ABLATION += ("holdout_log_prob",)


@dataclass(frozen=True)
class Section:
    """One table: which tasks, which figures."""

    title: str
    tasks: tuple[Task, ...]
    fields: tuple[str, ...]
    arms: bool = False


def sections() -> list[Section]:
    """The tables in the order in which they are shown."""

    def some(group: str, half: bool = False) -> tuple[Task, ...]:
        return tuple(task for task in TASKS if task.group == group and task.half == half)

    return [
        Section("Published tables: fidelity and utility", some("published"), FIDELITY),
        Section("Published tables: cost and copies", some("published"), (*COST, *COPIES)),
        Section("Published tables: half for training, half held out", some("half", True), PRIVACY),
        Section("Tables on which nothing was tuned: fidelity and utility", some("untouched"), FIDELITY),
        Section("Tables on which nothing was tuned: cost and copies", some("untouched"), (*COST, *COPIES)),
        Section("Tables on which nothing was tuned: halves", some("untouched", True), PRIVACY),
        Section("Large", some("large"), (*COST, *FIDELITY)),
        Section("Simulated, with a known truth", some("simulated"), (*TRUTH, "c2st", *COST)),
        Section("Bundled", (*some("bundled"), *some("bundled", True)), (*COST, *FIDELITY, *PRIVACY[:4])),
        Section("Ablations", TASKS, ABLATION, arms=True),
    ]


def render(records: Sequence[Record]) -> str:
    """All tables, failures, and what they ran on."""
    kept = newest(records)
    if not kept:
        return "No figures yet: `python -m benchmarks run`."
    letters = letters_of(kept)
    parts = [_goals_missed(kept)]
    if faster := sooner(kept, letters):
        parts.append(f"### How much sooner the same is reached\n\n{lines_of(HEADS, faster)}")
    parts += [f"### {s.title}\n\n{table}" for s in sections() if (table := _table(s, kept, letters))]
    errors = [f"- {r['task']}, {r['method']}, seed {r['seed']}: {_line(r)}" for r in kept if "error" in r]
    if errors:
        parts.append("### Failed\n\n" + "\n".join(errors))
    if mended := sorted({f"- {r['method']}: {note}" for r in kept for note in _mended(r)}):
        parts.append("### What had to be mended in the rows of others\n\n" + "\n".join(mended))
    return "\n\n".join([part for part in parts if part] + [legend(kept, letters)])


def _goals_missed(records: Sequence[Record]) -> str:
    """Which goals tabgan misses, at the budget that most seeds have."""
    n_goals, lines = missed(records)
    if not n_goals:
        return ""
    heads = ["table", "figure", "tabgan", "goal", "real rows"]
    told = f"{n_goals - len(lines)} of {n_goals} are reached" + ("; these are not:" if lines else ".")
    return f"### Goals\n\n{told}\n\n{lines_of(heads, lines) if lines else ''}".strip()


def _table(section: Section, records: Sequence[Record], letters: Letters) -> str:
    found = [(task, runs_of(task, records, arms=section.arms)) for task in section.tasks]
    ran = [run for _, groups in found for _, _, runs in groups for run in good(runs)]
    fields = [field for field in section.fields if any(run.get(field) is not None for run in ran)]
    if not any(run.get("impossible_rows") for run in ran) and "impossible_rows" in fields:
        fields.remove("impossible_rows")
    if not fields:
        return ""
    heads = ["table", "method", "budget s", "seeds", *(COLUMNS[field].heading for field in fields), "state"]
    lines: list[list[str]] = []
    for task, groups in found:
        lines += [[*_row(task, *group, fields), provenance(group[2], letters)] for group in groups]
        if groups and not section.arms:
            lines += [[*line, ""] for line in _published(task, fields) + _goals(task, groups, fields)]
    return lines_of(heads, lines)


def _row(
    task: Task, method: str, seconds: float | None, runs: Sequence[Record], fields: Sequence[str]
) -> list[str]:
    ran = good(runs)
    failed = f", {len(runs) - len(ran)} failed" if len(ran) < len(runs) else ""
    budget = "" if method in ("real", "independent") else "default" if seconds is None else f"{seconds:g}"
    return [task.name, method, budget, f"{len(ran)}{failed}", *(cell(field, ran) for field in fields)]


def _published(task: Task, fields: Sequence[str]) -> list[list[str]]:
    if task.group != "published":
        return []
    return [
        [
            task.name,
            f"*{method}, published*",
            "",
            "",
            *(f"*{COLUMNS[f].form.format(row[f])}*" if f in row else "" for f in fields),
        ]
        for method, row in published(task.table).items()
        if any(f in row for f in fields)
    ]


def _goals(task: Task, groups: Sequence[Runs], fields: Sequence[str]) -> list[list[str]]:
    real = [run for method, _, runs in groups if method == "real" for run in good(runs)]
    goals = [shown_goal(task, field, real) for field in fields]
    return [[task.name, "goal", "", "", *goals]] if task.name in GOALS and any(goals) else []


def _mended(record: Record) -> list[str]:
    peers = {method.name for method in METHODS if method.kind == "peer"}
    return record.get("notes", []) if record["method"] in peers else []


def _line(record: Record) -> str:
    """An error in one line that breaks no table."""
    return " ".join(str(record["error"]).split())[-300:]
