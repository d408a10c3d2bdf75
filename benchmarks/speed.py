"""How much sooner tabgan is as good as another method, in XGB-C2ST, Trend and utility together.

Seconds are of fitting and of sampling as many rows as there are for training.
"""

from collections.abc import Sequence
from statistics import mean

from benchmarks.figures import COLUMNS, mean_of, seconds_to_rows
from benchmarks.grouping import good, runs_of
from benchmarks.methods import PEERS
from benchmarks.provenance import Letters, provenance
from benchmarks.results import Record
from benchmarks.tasks import TASKS, Task

FIELDS = ("c2st", "trend", "mle")
HEADS = ["table", "method", "s", "C2ST, Trend, MLE", "tabgan, s", "C2ST, Trend, MLE", "times sooner"]
HEADS += ["others' state", "tabgan's state"]


def sooner(records: Sequence[Record], letters: Letters) -> list[list[str]]:
    """A line for each table and method: its longest fit, and the shortest of tabgan's that is better in all three.

    Lines whose two states name different machines compare seconds of different machines.
    """
    lines = []
    for task in TASKS:
        if task.half or not task.mle:
            continue
        for peer in PEERS:
            theirs = _longest(task, records, peer)
            passed = [ours for ours in _fits(task, records, "tabgan") if _is_better(ours, theirs)]
            if not theirs:
                continue
            ours = min(passed, key=_seconds, default=None)
            lines.append(
                [task.name, peer, f"{_seconds(theirs):.4g}", _three(theirs)]
                + ([f"{_seconds(ours):.4g}", _three(ours)] if ours else ["", "not passed"])
                + [f"{_seconds(theirs) / _seconds(ours):.4g}" if ours else ""]
                + [provenance(theirs, letters), provenance(ours, letters) if ours else ""]
            )
    return lines


def _fits(task: Task, records: Sequence[Record], method: str) -> list[list[Record]]:
    found = [good(runs) for name, _, runs in runs_of(task, records) if name == method]
    return [runs for runs in found if all(mean_of(field, runs) is not None for field in FIELDS)]


def _longest(task: Task, records: Sequence[Record], method: str) -> list[Record]:
    return max(_fits(task, records, method), key=_seconds, default=[])


def _seconds(runs: Sequence[Record]) -> float:
    return mean(seconds_to_rows(run) or 0.0 for run in runs) if runs else 0.0


def _is_better(ours: Sequence[Record], theirs: Sequence[Record]) -> bool:
    """No worse in each of the three; of errors less is better."""
    if not theirs:
        return False
    lower = {"trend"} | ({"mle"} if theirs[0]["mle_metric"] != "auc" else set())
    pairs = {field: (mean_of(field, ours) or 0.0, mean_of(field, theirs) or 0.0) for field in FIELDS}
    return all(one <= two if field in lower else one >= two for field, (one, two) in pairs.items())


def _three(runs: Sequence[Record]) -> str:
    return ", ".join(COLUMNS[field].form.format(mean_of(field, runs)) for field in FIELDS)
