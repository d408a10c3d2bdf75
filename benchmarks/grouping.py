"""The trainings of a task, by method and budget."""

from collections.abc import Sequence

from benchmarks.methods import ARMS, METHODS
from benchmarks.results import Record
from benchmarks.tasks import Task

ORDER = [method.name for method in METHODS]
Runs = tuple[str, float | None, list[Record]]  # method, budget, records


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


def good(runs: Sequence[Record]) -> list[Record]:
    """Those that did not fail."""
    return [run for run in runs if "error" not in run]


def main_runs(task: Task, records: Sequence[Record], method: str) -> list[Record]:
    """Of a method's trainings those of the budget that most seeds have, of such the longest; none that failed."""
    found = [(good(runs), seconds or 0.0) for name, seconds, runs in runs_of(task, records) if name == method]
    return max(found, key=lambda run: (len(run[0]), run[1]), default=([], 0.0))[0]
