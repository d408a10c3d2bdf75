"""Goals as they are shown: those beside a floor or beside published figures become numbers."""

import re
from collections.abc import Sequence

from benchmarks.figures import COLUMNS, mean_of
from benchmarks.published import best_published
from benchmarks.results import Record
from benchmarks.tasks import GOALS, Task


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
