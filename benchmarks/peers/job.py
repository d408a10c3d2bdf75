"""What a peer is asked and what it answers; standard library and pandas only, as every environment imports it."""

import json
import platform
import resource
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(kw_only=True)
class Job:
    """A folder with `job.json`: how many rows, which seed, which columns are categories, what else.

    Attributes
    ----------
    n_rows : rows to sample.
    seconds : budget of the fit; None for the peer's own defaults.
    epochs : passes over the rows; 0 prepares only; None for the peer's own default.
    discrete : the columns that are categories, whatever they hold.
    target : the column to predict, if there is one.
    task : "binclass", "multiclass" or "regression", of the target.
    conditions : pairs (column, value) of which 1,000 rows each are asked.
    """

    folder: Path
    n_rows: int = 0
    seed: int = 0
    seconds: float | None = None
    epochs: int | None = None
    discrete: list[str] = field(default_factory=list)
    target: str | None = None
    task: str | None = None
    conditions: list[tuple[str, Any]] = field(default_factory=list)

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
    told["conditions"] = [tuple(pair) for pair in told.get("conditions", [])]
    return Job(folder=folder, **told)


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
