"""What a peer is asked and what it answers; standard library and pandas only, as every environment imports it."""

import json
import platform
import resource
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass
class Job:
    """A folder with `job.json`: how many rows, which seed, which columns are categories, what else.

    Attributes
    ----------
    epochs : passes over the rows; 0 prepares only.
    conditions : pairs (column, value) of which 1,000 rows each are asked.
    """

    folder: Path
    n_rows: int
    seed: int
    epochs: int
    discrete: list[str]
    conditions: list[tuple[str, Any]]

    def train(self) -> pd.DataFrame:
        """The rows to learn."""
        return pd.read_parquet(self.folder / "train.parquet")

    def answer(self, synthetic: pd.DataFrame | None, **figures: Any) -> None:
        """Leave rows and figures in the folder."""
        if synthetic is not None:
            synthetic.to_parquet(self.folder / "synthetic.parquet")
        told = {"pandas": version("pandas"), "peak_gb": peak_gb(), **figures}
        (self.folder / "measured.json").write_text(json.dumps(told))


def read_job() -> Job:
    """The job in the folder that the command line names."""
    folder = Path(sys.argv[1])
    told = json.loads((folder / "job.json").read_text())
    return Job(
        folder=folder,
        n_rows=told.get("n_rows", 0),
        seed=told.get("seed", 0),
        epochs=told.get("epochs", 300),
        discrete=told.get("discrete", []),
        conditions=[tuple(pair) for pair in told.get("conditions", [])],
    )


def peak_gb() -> float:
    """Greatest resident memory of this process so far, in GB.

    Where there is ``/proc`` it is read there: what `getrusage` says begins with the size of the process that started
    this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024 / 1e9
    unit = 1 if platform.system() == "Darwin" else 1024  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def play(job: Job, model: Any, package_version: str) -> None:
    """Fit, sample and condition a model that has the methods of `ctgan.CTGAN`."""
    train = job.train()
    start_gb, start = peak_gb(), time.perf_counter()
    model.fit(train, job.discrete)
    fit_seconds = time.perf_counter() - start
    figures: dict[str, Any] = {"fit_seconds": fit_seconds, "start_gb": start_gb, "fit_gb": peak_gb()}
    synthetic = None
    if job.n_rows:
        start = time.perf_counter()
        synthetic = model.sample(job.n_rows)
        figures["rows_per_second"] = job.n_rows / (time.perf_counter() - start)
    shares = []
    for column, value in job.conditions:
        rows = model.sample(1_000, condition_column=column, condition_value=value).head(1_000)
        shares.append([column, value, float((rows[column] == value).mean())])
    job.answer(synthetic, version=package_version, conditions=shares, **figures)
