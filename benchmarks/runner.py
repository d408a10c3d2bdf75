"""Run trainings one after the other: a process of its own fits and samples, this one judges and writes down."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from benchmarks import ROOT
from benchmarks.methods import Method
from benchmarks.peers import run_peer
from benchmarks.references import independent_rows, real_split
from benchmarks.results import Record, append_record, is_done, key_of, read_records, surroundings
from benchmarks.scores import as_full_size, score
from benchmarks.splits import Split, has_known_levels, split_table, table_of
from benchmarks.tasks import Task
from tabgan.config import Config
from tabgan_datasets import TableNotFoundError

DCR_ROWS = 20_000
GRACE_SECONDS = 3_600  # beyond the budget: encoding, sampling, a slow machine; then something is wrong
SHOWN = ("fit_seconds", "rows_per_second", "peak_gb", "shape", "trend", "c2st", "dcr", "mia_auc", "mle")


class ChildFailedError(RuntimeError):
    """A training ended with an error; the message is the end of what it printed."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training: a task, a method, a seed, and seconds for the fit (None: the method's default)."""

    task: Task
    method: Method
    seed: int
    seconds: float | None

    @property
    def key(self) -> Record:
        """What makes it the same training."""
        return key_of(self.task, self.method, self.seed, self.seconds)

    def __str__(self) -> str:
        budget = "default budget" if self.seconds is None else f"{self.seconds:g} s"
        return f"{self.task.name}, {self.method.name}, seed {self.seed}, {budget}"


def plan(
    tasks: Sequence[Task], methods: Sequence[Method], seeds: Iterable[int], seconds: float | None = None
) -> list[Training]:
    """Every task with every method and seed; where no seconds are asked for, those of the task, or of the method.

    References are not trained: they have no seconds.
    """
    seeds = list(seeds)
    return [
        Training(task=task, method=method, seed=seed, seconds=budget(task, method, seconds))
        for task in tasks
        for seed in seeds
        for method in methods
    ]


def budget(task: Task, method: Method, seconds: float | None) -> float | None:
    """Seconds of a fit; None: as long as the method takes."""
    if method.kind in ("real", "independent"):
        return None
    if seconds is None:
        seconds = task.seconds
    if seconds is None and method.kind == "tabgan":
        return Config.max_time
    return seconds


def run(
    trainings: Sequence[Training],
    path: Path,
    *,
    again: bool = False,
    say: Callable[[str], None] = tqdm.write,
    bar: bool = True,
) -> int:
    """Run what `path` does not hold yet; what another run has written meanwhile is left out too.

    Returns
    -------
    The number of trainings that failed; tables that are not there are told and do not count.
    """
    done = [] if again else read_records(path)
    todo = [training for training in trainings if not is_done(done, training.key)]
    if len(todo) < len(trainings):
        say(f"{len(trainings) - len(todo)} of {len(trainings)} done before, skipped")
    failed = 0
    with tqdm(total=len(todo), unit="training", disable=not bar) as progress:
        for (task, seed), group in groupby(todo, key=lambda training: (training.task, training.seed)):
            try:
                split = split_table(task, seed)
            except TableNotFoundError as error:
                say(f"{task.name}: left out: {error}")
                progress.update(len(list(group)))
                continue
            for training in group:
                progress.set_postfix_str(str(training))
                if again or not is_done(read_records(path), training.key):
                    failed += not run_one(training, split, path, say)
                progress.update()
    return failed


def run_one(training: Training, split: Split, path: Path, say: Callable[[str], None]) -> bool:
    """Train, judge, write a record; whatever goes wrong is in the record, and the next one runs."""
    whole, task, real = split, training.task, training.method.kind == "real"
    if real:
        split, rows = real_split(task, whole, training.seed)
        task = replace(task, mle=False)  # that of a part would say little: `as_full_size` has it of the whole
    record = training.key | {"when": time.strftime("%Y-%m-%d %H:%M"), **surroundings()}
    record |= {"n_train": len(split.train)}
    measured: Record = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            log_prob = None
            if not real:
                measured, rows, log_prob = fit(training, split, Path(folder))
            start = time.perf_counter()
            figures = score(task, split, rows, log_prob)
        if real:
            figures = as_full_size(training.task, whole, figures)
    except Exception as error:  # a method that fails is a row that says so, and does not end the run
        said = str(error) or repr(error)
        append_record(path, record | measured | {"error": f"{type(error).__name__}: {said}"})
        say(f"{training}: FAILED: {said}")
        return False
    record |= {**measured, **figures, "judge_seconds": time.perf_counter() - start}
    append_record(path, record)
    told = ", ".join(f"{name} {record[name]:.4g}" for name in SHOWN if record.get(name) is not None)
    say(f"{training}: {told}")
    return True


def fit(training: Training, split: Split, folder: Path) -> tuple[Record, pd.DataFrame, pd.DataFrame | None]:
    """Fit and sample.

    Returns
    -------
    measured, synthetic, log_prob
        Seconds and memory; at least as many rows as `split.train`; log-probabilities where the method has them
        (see `child.log_probs`).

    Raises
    ------
    ChildFailedError, PeerFailedError
        When the process ends with an error or does not end.
    """
    n_rows = len(split.train) if split.holdout is None else max(len(split.train), DCR_ROWS)
    if training.method.kind == "independent":
        return *independent_rows(split.train, n_rows, training.seed), None
    if training.method.kind == "peer":
        measured = run_peer(training.method.name, split.train, peer_job(training, n_rows), folder)
        return measured, pd.read_parquet(folder / "synthetic.parquet"), None
    return fit_in_child(training, split, n_rows, folder)


def peer_job(training: Training, n_rows: int) -> dict[str, Any]:
    """What a peer is told, see `peers/job.py`."""
    table = table_of(training.task)
    return {
        "n_rows": n_rows,
        "seed": training.seed,
        "seconds": training.seconds,
        "epochs": None,
        "discrete": list(table.categorical),
        "target": table.target or None,
        "task": table.task,
        "conditions": [],
    }


def fit_in_child(
    training: Training, split: Split, n_rows: int, folder: Path
) -> tuple[Record, pd.DataFrame, pd.DataFrame | None]:
    """Fit and sample tabgan in a process of its own."""
    job = {"seed": training.seed, "seconds": training.seconds, "n_rows": n_rows}
    job |= {"options": dict(training.method.options), "attacked": split.holdout is not None}
    (folder / "job.json").write_text(json.dumps(job))
    split.train.to_parquet(folder / "train.parquet")
    unseen = split.holdout if split.holdout is not None else split.test
    if unseen is not None:
        known = unseen[has_known_levels(unseen, split.train, table_of(training.task))]
        known.to_parquet(folder / "unseen.parquet")  # with its index: the place of each row
    _run_child(folder, timeout=(training.seconds or 600) + GRACE_SECONDS)
    measured = json.loads((folder / "measured.json").read_text())
    synthetic = pd.read_parquet(folder / "synthetic.parquet")
    told = folder / "log_prob.parquet"
    return measured, synthetic, pd.read_parquet(told) if told.is_file() else None


def _run_child(folder: Path, timeout: float) -> None:
    command = [sys.executable, "-m", "benchmarks.child", str(folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailedError(f"no end after {timeout:.0f} s") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise ChildFailedError(f"exit {done.returncode}: {last}")
