"""Run tasks one after the other: a child fits and samples, this process judges and writes down."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import ROOT
from benchmarks.results import Record, append_record, is_done, key_of, read_records, surroundings
from benchmarks.scores import real_reference, score
from benchmarks.splits import Split, known_levels, split_table
from benchmarks.tasks import Task
from tabgan_datasets import TableNotFoundError, find_table

DCR_ROWS = 20_000
GRACE_SECONDS = 1_800  # beyond the budget: encoding, sampling, a slow machine; then something is wrong


class ChildFailedError(RuntimeError):
    """A training ended with an error; the message is the end of what it printed."""


def run_tasks(
    tasks: Sequence[Task],
    path: Path,
    *,
    seeds: Sequence[int] | None = None,
    max_time: float | None = None,
    again: bool = False,
    say: Callable[[str], None] = print,
) -> int:
    """Run each task with each seed, skipping what `path` holds already.

    Returns
    -------
    The number of trainings that failed; tables that are not there are told and do not count.
    """
    failed = 0
    for task in tasks:
        if max_time is not None:
            task = replace(task, max_time=max_time)
        todo = [
            seed
            for seed in (task.seeds if seeds is None else seeds)
            if again or not is_done(read_records(path), key_of(task, seed, task.max_time))
        ]
        if not todo:
            say(f"{task.name}: done before, skipped")
            continue
        try:
            split = split_table(task)
        except TableNotFoundError as error:
            say(f"{task.name}: left out: {error}")
            continue
        failed += sum(not _run_seed(task, seed, split, path, say) for seed in todo)
        if not task.options and (again or not is_done(read_records(path), _reference_key(task))):
            append_record(path, _reference_key(task) | real_reference(task, split))
    return failed


def _reference_key(task: Task) -> Record:
    return {"task": task.name, "seed": "real"}


def _run_seed(task: Task, seed: int, split: Split, path: Path, say: Callable[[str], None]) -> bool:
    record = key_of(task, seed, task.max_time) | {"group": task.group, "n_train": len(split.train)}
    record |= {"half": task.half, "when": time.strftime("%Y-%m-%d %H:%M"), **surroundings()}
    say(f"{task.name}, seed {seed}: {len(split.train):,} rows, budget {task.max_time or 'default'}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            measured, synthetic = fit_in_child(task, seed, split, Path(folder))
    except ChildFailedError as error:
        say(f"{task.name}, seed {seed}: FAILED: {error}")
        append_record(path, record | {"error": str(error)})
        return False
    start = time.perf_counter()
    record |= measured | score(task, split, synthetic)
    append_record(path, record | {"judge_seconds": time.perf_counter() - start})
    shown = ("fit_seconds", "rows_per_second", "peak_gb", "shape", "trend", "c2st", "dcr", "mle")
    say("  " + ", ".join(f"{name} {record[name]:.4g}" for name in shown if name in record))
    return True


def fit_in_child(task: Task, seed: int, split: Split, folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Fit and sample in a process of its own.

    Returns
    -------
    measured, synthetic
        Seconds, memory and log-probabilities; at least as many rows as `split.train`.

    Raises
    ------
    ChildFailedError
        When the process ends with an error or does not end.
    """
    n_rows = len(split.train) if split.holdout is None else max(len(split.train), DCR_ROWS)
    job = {"seed": seed, "max_time": task.max_time, "options": dict(task.options), "n_rows": n_rows}
    (folder / "job.json").write_text(json.dumps(job))
    split.train.to_parquet(folder / "train.parquet")
    if split.holdout is not None:
        known = known_levels(split.holdout, split.train, find_table(task.table))
        known.to_parquet(folder / "holdout.parquet")
    _run_child(folder, timeout=(task.max_time or 600) + GRACE_SECONDS)
    return json.loads((folder / "measured.json").read_text()), pd.read_parquet(folder / "synthetic.parquet")


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
