"""The records as Markdown tables: mean over seeds, ± half the range between the seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import COLUMNS, cell
from benchmarks.goals import shown_goal
from benchmarks.methods import ARMS, METHODS
from benchmarks.published import published
from benchmarks.results import Record, newest
from benchmarks.tasks import GOALS, TASKS, Task

START, END = "<!-- figures: written by `python -m benchmarks table` -->", "<!-- end of figures -->"
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
)
TRUTH = ("holdout_log_prob", "truth_log_prob", "gap", "l_syn", "l_test", "l_test_real", "l_test_gap")
TRUTH += ("modes", "near")
ABLATION = ("fit_seconds", "shape", "trend", "c2st", "unseen_c2st", "beta", "dcr", "mia_auc", "mia_model_auc")
ABLATION += ("holdout_log_prob",)
ORDER = [method.name for method in METHODS]
Runs = tuple[str, float | None, list[Record]]  # method, budget, records


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
    parts = [f"### {s.title}\n\n{table}" for s in sections() if (table := _table(s, kept))]
    errors = [f"- {r['task']}, {r['method']}, seed {r['seed']}: {_line(r)}" for r in kept if "error" in r]
    if errors:
        parts.append("### Failed\n\n" + "\n".join(errors))
    if mended := sorted({f"- {r['method']}: {note}" for r in kept for note in _mended(r)}):
        parts.append("### What had to be mended in the rows of others\n\n" + "\n".join(mended))
    return "\n\n".join([*parts, _footnote(kept)])


def write_readme(path: Path, records: Sequence[Record], plots: Sequence[tuple[str, str]] = ()) -> None:
    """Put tables, and plots as pairs of a text and a path, between the two marks of a README.

    Raises
    ------
    ValueError
        When the file lacks a mark.
    """
    text = path.read_text(encoding="utf-8")
    if text.count(START) != 1 or text.count(END) != 1:
        raise ValueError(f"{path} must hold each of the two marks once: {START} and {END}")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    shown = "\n\n".join([*(f"![{what}]({where})" for what, where in plots), render(records)])
    path.write_text(f"{before}{START}\n\n{shown}\n\n{END}{after}", encoding="utf-8")


def runs_of(task: Task, records: Sequence[Record], *, arms: bool = False) -> list[Runs]:
    """The trainings of a task by method and budget, in the order of the methods.

    With `arms` those of the arms and of tabgan itself; none where no arm was run.
    """
    groups: dict[tuple[str, float | None], list[Record]] = {}
    for record in records:
        if record["task"] == task.name and (record["method"] in ARMS) <= arms:
            groups.setdefault((record["method"], record["seconds"]), []).append(record)
    if arms:
        if not any(method in ARMS for method, _ in groups):
            return []
        groups = {key: runs for key, runs in groups.items() if key[0] in (*ARMS, "tabgan")}
    place = {name: k for k, name in enumerate(ORDER)}
    keys = sorted(groups, key=lambda key: (place.get(key[0], len(place)), key[1] or 0.0))
    return [(method, seconds, groups[method, seconds]) for method, seconds in keys]


def _table(section: Section, records: Sequence[Record]) -> str:
    found = [(task, runs_of(task, records, arms=section.arms)) for task in section.tasks]
    good = [run for _, groups in found for _, _, runs in groups for run in runs if "error" not in run]
    fields = [field for field in section.fields if any(run.get(field) is not None for run in good)]
    if not fields:
        return ""
    heads = ["table", "method", "budget s", "seeds", *(COLUMNS[field].heading for field in fields)]
    lines = [heads, ["---"] * len(heads)]
    for task, groups in found:
        lines += [_row(task, *group, fields) for group in groups]
        if groups and not section.arms:
            lines += _published(task, fields)
            lines += _goals(task, groups, fields)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(
    task: Task, method: str, seconds: float | None, runs: Sequence[Record], fields: Sequence[str]
) -> list[str]:
    good = [run for run in runs if "error" not in run]
    failed = f", {len(runs) - len(good)} failed" if len(good) < len(runs) else ""
    budget = "" if method in ("real", "independent") else "default" if seconds is None else f"{seconds:g}"
    return [task.name, method, budget, f"{len(good)}{failed}", *(cell(field, good) for field in fields)]


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
    real = [run for method, _, runs in groups if method == "real" for run in runs if "error" not in run]
    goals = [shown_goal(task, field, real) for field in fields]
    return [[task.name, "goal", "", "", *goals]] if task.name in GOALS and any(goals) else []


def _mended(record: Record) -> list[str]:
    peers = {method.name for method in METHODS if method.kind == "peer"}
    return record.get("notes", []) if record["method"] in peers else []


def _line(record: Record) -> str:
    """An error in one line that breaks no table."""
    return " ".join(str(record["error"]).split())[-300:]


def _footnote(records: Sequence[Record]) -> str:
    ran = [r for r in records if "versions" in r]

    def told(what: list[str]) -> str:
        return "; ".join(sorted(set(what)))

    judges = sorted({r["judge"] for r in ran if "judge" in r})
    lines = [
        f"Machine: {told([_machine(r) for r in ran])}.",
        f"Versions: {told([', '.join(f'{k} {v}' for k, v in r['versions'].items() if v) for r in ran])}.",
        f"Commits: {told([str(r['commit']) for r in ran if r.get('commit')])}.",
    ]
    if judges not in ([], ["xgb"]):
        lines.append(f"Judge of C2ST: {', '.join(judges)} (published scores use xgb: `pip install xgboost`).")
    return "\n".join(lines)


def _machine(record: Record) -> str:
    threads = f", {record['threads']} used" if record.get("threads") not in (None, record["cores"]) else ""
    return f"{record['cores']} cores{threads}, {record['processor']}"
