"""One fit or one sampling in a process of its own, with its seconds and its peak of memory.

`fit_apart` and `sample_apart` start `python -m benchmarks.measure FOLDER`. The folder holds `job.json`; the child
leaves `measured.json` there, and `synthetic.parquet` where rows were asked for.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from benchmarks import ROOT
from benchmarks.peers.job import peak_gb
from tabgan import TabGAN
from tabgan.data import open_writer
from tabgan.training.budget import Budget
from tabgan.training.trainer import Trainer

MAX_SECONDS = 3 * 3600


class MeasuringFailedError(RuntimeError):
    """The child ended with an error or did not end; the message is the end of what it printed."""


def fit_apart(
    train: Path,
    folder: Path,
    *,
    options: Mapping[str, Any] | None = None,
    steps: int | None = None,
    n_rows: int = 0,
    source: str = "frame",
    model: Path | None = None,
) -> dict[str, Any]:
    """Fit `tabgan.TabGAN` to a Parquet file in a process of its own.

    Parameters
    ----------
    options : of the constructor; its defaults otherwise.
    steps : exactly so many steps of the likelihood, whatever the number of rows; the options must not limit time.
    n_rows : rows to sample afterwards, into ``folder / "synthetic.parquet"``.
    source : "frame": the file is read before the clock starts; "file": fit reads it.
    model : where to save the model.

    Returns
    -------
    ``fit_seconds``, ``first_step_seconds`` (from the call of fit), ``step_seconds`` (median), ``steps_taken``,
    ``epoch_seconds`` (of so many median steps as one pass over the rows has), ``start_gb`` (libraries, and the
    frame), ``fit_gb``, ``peak_gb`` and, with rows, ``rows_per_second``.

    Raises
    ------
    MeasuringFailedError
        See there.
    """
    job = {"do": "fit", "train": str(train), "options": dict(options or {}), "steps": steps, "n_rows": n_rows}
    return _run(folder, job | {"source": source, "model": str(model) if model else None})


def sample_apart(model: Path, folder: Path, *, n_rows: int, to: str) -> dict[str, Any]:
    """Sample a saved model in a process of its own, to a "frame", or to a "csv" or "parquet" file.

    Returns
    -------
    ``sample_seconds``, ``rows_per_second``, ``start_gb`` (libraries and model), ``peak_gb``; of a file ``file_gb``.
    """
    return _run(folder, {"do": "sample", "model": str(model), "n_rows": n_rows, "to": to})


def _run(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(json.dumps(job))
    paths = [str(ROOT), str(ROOT / "datasets"), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "benchmarks.measure", str(folder.resolve())]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MeasuringFailedError(f"no end after {MAX_SECONDS:,} s") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise MeasuringFailedError(f"exit {done.returncode}: {last}")
    return dict(json.loads((folder / "measured.json").read_text()))


@dataclass
class StepClock(Budget):
    """A budget that remembers when each step ended; on an accelerator that is when it was handed over."""

    ends: list[float] = field(default_factory=list)

    def done(self) -> float:
        """As in `Budget`; training asks between any two steps."""
        if self.taken > len(self.ends):
            self.ends.append(time.perf_counter())
        return super().done()


@contextmanager
def watched_steps(
    steps: int | None, clock: Callable[[float | None, int | None], StepClock] = StepClock
) -> Iterator[list[StepClock]]:
    """Within the block every stage of training has a clock, added to the list that is given.

    Parameters
    ----------
    steps : take the place of what time and epochs allow; None leaves that as it is.
    clock : makes one of seconds and steps, each of which may be None.
    """
    clocks: list[StepClock] = []
    usual = Trainer.stage_budget

    def watched(trainer: Trainer, share: float) -> Budget:
        given = usual(trainer, share)
        clocks.append(clock(given.seconds, given.steps) if steps is None else clock(None, steps))
        return clocks[-1]

    Trainer.stage_budget = watched  # type: ignore[method-assign]  # no setting counts steps
    try:
        yield clocks
    finally:
        Trainer.stage_budget = usual  # type: ignore[method-assign]


def _fit(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    train = pd.read_parquet(job["train"]) if job["source"] == "frame" else job["train"]
    unlimited = {"max_time": None} if job["steps"] is not None else {}
    estimator = TabGAN(**(unlimited | job["options"]))
    start_gb, start = peak_gb(), time.perf_counter()
    with watched_steps(job["steps"]) as clocks:
        estimator.fit(train)
    told: dict[str, Any] = {"fit_seconds": time.perf_counter() - start, "start_gb": start_gb}
    told |= {"fit_gb": peak_gb(), "first_step_seconds": float(estimator.first_step_seconds_)}
    told |= paces(clocks[0].ends, estimator.n_rows_, estimator.batch_size)
    told |= {"symbols": estimator.model_.encoder.layout.n_symbols, "threads": torch.get_num_threads()}
    if job["n_rows"]:
        start = time.perf_counter()
        rows = estimator.sample(job["n_rows"], random_state=0)
        told["rows_per_second"] = len(rows) / (time.perf_counter() - start)
        rows.to_parquet(folder / "synthetic.parquet")
    if job["model"]:
        estimator.save(job["model"])
    return told | {"peak_gb": peak_gb()}


def paces(ends: list[float], n_rows: int, batch_size: int) -> dict[str, Any]:
    """Seconds of a step and of an epoch, from when steps ended: the median is not moved by looks at held-out rows."""
    if len(ends) < 2:
        return {"steps_taken": len(ends)}
    step = statistics.median(after - before for before, after in itertools.pairwise(ends))
    epoch = step * n_rows / min(batch_size, n_rows)
    return {"steps_taken": len(ends), "step_seconds": step, "epoch_seconds": epoch}


def _sample(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    estimator = TabGAN.load(job["model"])
    start_gb, start = peak_gb(), time.perf_counter()
    if job["to"] == "frame":
        estimator.sample(job["n_rows"], random_state=0)
    else:
        path = folder / f"rows.{job['to']}"
        with open_writer(path, job["to"], estimator.schema_) as writer:
            for batch in estimator.sample_iter(job["n_rows"], random_state=0):
                writer.write(batch)
    seconds = time.perf_counter() - start
    told = {
        "sample_seconds": seconds,
        "rows_per_second": job["n_rows"] / seconds,
        "threads": torch.get_num_threads(),
    }
    if job["to"] != "frame":
        told["file_gb"] = path.stat().st_size / 1e9
        path.unlink()
    return told | {"start_gb": start_gb, "peak_gb": peak_gb()}


def main(folder: Path) -> None:
    """What the child does."""
    job = json.loads((folder / "job.json").read_text())
    told = {"fit": _fit, "sample": _sample}[job["do"]](job, folder)
    (folder / "measured.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
