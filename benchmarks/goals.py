"""Goals as numbers, where they stand beside a floor or published figures, and which of them are missed."""

import re
from collections.abc import Sequence

from benchmarks.figures import COLUMNS, cell, half_width, mean_of
from benchmarks.grouping import main_runs
from benchmarks.published import best_published
from benchmarks.results import Record
from benchmarks.tasks import GOALS, Task, find_task


def shown_goal(task: Task, field: str, real: Sequence[Record]) -> str:
    """The goal of a figure; "" where there is none, as it stands where its reference is not there.

    Parameters
    ----------
    real
        The runs of the method "real" on this task.
    """
    goal = GOALS.get(task.name, {}).get(field, "")
    if "real" in goal:
        reference = mean_of(field, real)
    elif "published" in goal:
        reference = best_published(task.table, field, highest=goal.startswith("≥"))
    else:
        return goal
    if reference is None:
        return goal
    sign, rest = goal.split(" ", 1)
    factor, offset = (re.search(pattern, rest) for pattern in (r"([\d.]+) ×", r"([+-]) ([\d.]+)$"))
    value = reference * (float(factor[1]) if factor else 1.0)
    value += float(offset[1] + offset[2]) if offset else 0.0
    return f"{sign} {COLUMNS[field].form.format(value)}"


def missed(records: Sequence[Record]) -> tuple[int, list[list[str]]]:
    """How many of tabgan's goals can be judged, and table, figure, value, goal, real rows' value of those missed."""
    judged, lines = 0, []
    for name, goals in GOALS.items():
        task = find_task(name)
        runs, real = (main_runs(task, records, method) for method in ("tabgan", "real"))
        for field in goals:
            goal, value = shown_goal(task, field, real), mean_of(field, runs)
            if value is None or re.search(r"[\d.]+$", goal) is None:
                continue
            judged += 1
            if not is_reached(goal, value, half_width(field, runs)):
                lines.append([name, COLUMNS[field].heading, cell(field, runs), goal, cell(field, real)])
    return judged, lines


def is_reached(goal: str, value: float, half: float | None) -> bool:
    """Whether a mean, or the low end of its interval where the goal says so, keeps to "≤ x" or "≥ x"."""
    if goal.startswith("low end"):
        value -= half or 0.0
    bound = float(goal.rsplit(" ", 1)[1])
    return value <= bound if "≤" in goal else value >= bound
