"""What completion, augmentation and prediction reach: `python -m benchmarks.ask` prints a table each.

`$TABGAN_DATA` is the folder of tables, as for `python -m benchmarks`. SMOTE joins where imbalanced-learn is
installed.
"""

import argparse
import sys
from collections.abc import Sequence

import pandas as pd

from benchmarks.completion import judge_completion
from benchmarks.conditions import CONDITIONS, judge_conditions
from benchmarks.markdown import means
from benchmarks.prediction import judge_prediction
from benchmarks.rare import judge_rare
from benchmarks.splits import known_levels, split_table, table_of
from benchmarks.tasks import PUBLISHED, Task, find_task
from tabgan import TabGAN, load

TABLES = (*(task.name for task in PUBLISHED), "loans")  # the last comes with the repository
Figures = dict[str, dict[str, float]]
QUESTIONS = ("completion", "rare", "prediction", "conditions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, print."""
    options = _parser().parse_args(arguments)
    found: dict[str, list[tuple[str, Figures]]] = {question: [] for question in QUESTIONS}
    for name in options.tables:
        for seed in options.seeds:
            model, train, test = fitted(find_task(name), seed, options.max_time, options.model)
            table = table_of(find_task(name))
            if "completion" in options.what and not table.datetimes:  # the baseline knows no dates
                rows = test.sample(min(len(test), options.rows), random_state=seed)
                found["completion"].append((name, judge_completion(model, train, rows, table, seed)))
            classes = table.task != "regression"
            if "rare" in options.what and classes:
                found["rare"].append((name, judge_rare(model, train, test, table, seed)))
            if "prediction" in options.what and classes:
                judged = judge_prediction(model, train, test, table, seed, options.max_time)
                found["prediction"].append((name, judged))
            if "conditions" in options.what and name in CONDITIONS:
                found["conditions"].append((name, judge_conditions(model, name, seed)))
            print(f"{name}, seed {seed}: done", file=sys.stderr, flush=True)
    for title, runs in found.items():
        if runs:
            print(f"\n**{title}**, seeds {', '.join(map(str, options.seeds))}\n\n{as_table(runs)}")
    return 0


def fitted(
    task: Task, seed: int, max_time: float | None, path: str | None
) -> tuple[TabGAN, pd.DataFrame, pd.DataFrame]:
    """A model, the rows that it was fitted on, and unseen rows whose levels all were seen; keys are left out."""
    table, split = table_of(task), split_table(task)
    train = split.train
    assert split.test is not None
    test = known_levels(split.test, train, table)
    if path is not None:
        return load(path), train, test
    model = TabGAN(random_state=seed, **({} if max_time is None else {"max_time": max_time}))
    return model.fit(train), train, test


def as_table(runs: list[tuple[str, Figures]]) -> str:
    """Means over the seeds, and half the range between them, as Markdown."""
    rows = [{"table": name, "way": way, **figures} for name, run in runs for way, figures in run.items()]
    return means(pd.DataFrame(rows), ["table", "way"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask", description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="*", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=["adult", "shoppers", "default"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--max-time", type=float, help="seconds a training, instead of the library's own")
    parser.add_argument(
        "--model", metavar="FILE", help="a model fitted on the training rows of the one table"
    )
    parser.add_argument("--rows", type=int, default=5_000, help="held-out rows to complete, at most")
    return parser


if __name__ == "__main__":
    sys.exit(main())
