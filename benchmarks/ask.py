"""What completion, augmentation, prediction and conditions reach: `python -m benchmarks.ask` prints a table each.

`$TABGAN_DATA` is the folder of tables, as for `python -m benchmarks`. SMOTE joins where imbalanced-learn is
installed. A line of JSON is kept of every answer; what is there is not asked again (`--again` does).
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks import ROOT
from benchmarks.choosing import some_of
from benchmarks.completion import judge_completion
from benchmarks.conditions import CONDITIONS, judge_conditions
from benchmarks.markdown import means
from benchmarks.prediction import judge_prediction
from benchmarks.rare import judge_rare
from benchmarks.results import Record, append_record, is_done, read_records, surroundings
from benchmarks.splits import known_levels, split_table, table_of
from benchmarks.tasks import PUBLISHED, Task, find_task
from tabgan import TabGAN, load
from tabgan_datasets import Table

RESULTS = ROOT / "benchmarks" / "results" / "questions.jsonl"
TABLES = (*(task.name for task in PUBLISHED), "loans")  # the last comes with the repository
KEY = ("question", "table", "seed", "seconds", "rows")


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A model, the rows it was fitted on, unseen rows whose levels all were seen, and what the answers depend on.

    Attributes
    ----------
    seconds : of the fit; None: the library's own.
    n_completed : held-out rows to complete, at most.
    """

    model: TabGAN
    train: pd.DataFrame
    test: pd.DataFrame
    table: Table
    seed: int
    seconds: float | None
    n_completed: int


Figures = Mapping[str, Mapping[str, float]]  # way: figure: value


def _complete(given: Fitted) -> Figures:
    rows = given.test.sample(min(len(given.test), given.n_completed), random_state=given.seed)
    return judge_completion(given.model, given.train, rows, given.table, given.seed)


def _rare(given: Fitted) -> Figures:
    return judge_rare(given.model, given.train, given.test, given.table, given.seed)


def _predict(given: Fitted) -> Figures:
    return judge_prediction(given.model, given.train, given.test, given.table, given.seed, given.seconds)


def _conditions(given: Fitted) -> Figures:
    return judge_conditions(given.model, given.table.name, given.seed)


QUESTIONS: dict[str, Callable[[Fitted], Figures]] = {
    "completion": _complete,
    "rare": _rare,
    "prediction": _predict,
    "conditions": _conditions,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, ask what has no answer yet, print."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.model is not None and len(options.tables) * len(options.seeds) > 1:
        parser.error("--model is one model of one table: give one of --tables and one of --seeds")
    for name in options.tables:
        for seed in options.seeds:
            ask(find_task(name), seed, options)
    print(render(read_records(options.results)))
    return 0


def ask(task: Task, seed: int, options: argparse.Namespace) -> None:
    """Every question that is asked of a table and has no answer yet, of one model."""
    key = {"table": task.name, "seed": seed, "seconds": options.max_time, "rows": options.rows}
    done = [] if options.again else read_records(options.results)
    todo = [
        question
        for question in asked_of(table_of(task), options.what)
        if not is_done(done, {"question": question, **key})
    ]
    if not todo:
        return
    given = fitted(task, seed, options)
    for question in todo:
        record = {"question": question, **key, "when": time.strftime("%Y-%m-%d %H:%M"), **surroundings()}
        append_record(options.results, record | {"figures": QUESTIONS[question](given)})
        print(f"{task.name}, seed {seed}, {question}: done", file=sys.stderr, flush=True)


def asked_of(table: Table, questions: Sequence[str]) -> Iterator[str]:
    """Of the questions those that a table can answer."""
    classes = table.task != "regression"
    can = {"completion": not table.datetimes}  # the baseline knows no dates
    can |= {"rare": classes, "prediction": classes, "conditions": table.name in CONDITIONS}
    return (question for question in questions if can[question])


def fitted(task: Task, seed: int, options: argparse.Namespace) -> Fitted:
    """A model of the training rows of a task; keys are left out."""
    table, split = table_of(task), split_table(task)
    assert split.test is not None
    if options.model is not None:
        model = load(options.model)
    else:
        limit = {} if options.max_time is None else {"max_time": options.max_time}
        model = TabGAN(random_state=seed, **limit).fit(split.train)
    return Fitted(
        model=model,
        train=split.train,
        test=known_levels(split.test, split.train, table),
        table=table,
        seed=seed,
        seconds=options.max_time,
        n_completed=options.rows,
    )


def render(records: Sequence[Record]) -> str:
    """A table a question: means over the seeds and half the range between them; the latest answer counts."""
    latest = {tuple(record[name] for name in KEY): record for record in records}
    parts = []
    for question in QUESTIONS:
        found = [record for record in latest.values() if record["question"] == question]
        if found:
            commits = ", ".join(sorted({str(record["commit"]) for record in found}))
            processors = ", ".join(sorted({record["processor"] for record in found}))
            parts.append(f"**{question}** ({processors}; commits {commits})\n\n{as_table(found)}")
    return "\n\n".join(parts) or "No answers yet."


def as_table(records: Sequence[Record]) -> str:
    """Means over the seeds, and half the range between them, as Markdown."""
    seeds: dict[str, set[int]] = {}
    for record in records:
        seeds.setdefault(record["table"], set()).add(record["seed"])
    rows = [
        {"table": record["table"], "seeds": len(seeds[record["table"]]), "way": way, **figures}
        for record in records
        for way, figures in record["figures"].items()
    ]
    return means(pd.DataFrame(rows), ["table", "seeds", "way"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask", description=__doc__.split("\n")[0])
    parser.add_argument("what", **some_of(QUESTIONS))
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=["adult", "shoppers", "default"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--max-time", type=float, help="seconds a training, instead of the library's own")
    parser.add_argument(
        "--model", metavar="FILE", help="a model fitted on the training rows of the one table"
    )
    parser.add_argument("--rows", type=int, default=3_000, help="held-out rows to complete, at most")
    parser.add_argument("--again", action="store_true", help="also what has an answer already")
    parser.add_argument("--results", type=Path, default=RESULTS, help="a file of JSON lines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
