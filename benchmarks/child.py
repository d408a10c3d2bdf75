"""One training in a process of its own (`python -m benchmarks.child FOLDER`): its peak memory is its own.

The folder holds `job.json` and `train.parquet` (and `holdout.parquet`); the child leaves
`synthetic.parquet` and `measured.json` there.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.peers.job import peak_gb


def main(folder: Path) -> None:
    """Fit, sample, score the hold-out, measure."""
    job = json.loads((folder / "job.json").read_text())
    train = pd.read_parquet(folder / "train.parquet")
    from tabgan import TabGAN  # after the data, so that `start_gb` is what the libraries cost

    start_gb, start = peak_gb(), time.perf_counter()
    budget = {} if job["max_time"] is None else {"max_time": job["max_time"]}
    model = TabGAN(random_state=job["seed"], **budget, **job["options"]).fit(train)
    fitted = time.perf_counter()
    measured: dict[str, Any] = {"fit_seconds": fitted - start, "start_gb": start_gb, "fit_gb": peak_gb()}
    synthetic = model.sample(job["n_rows"], random_state=job["seed"])
    seconds = time.perf_counter() - fitted
    measured |= {"sample_seconds": seconds, "rows_per_second": len(synthetic) / seconds, "peak_gb": peak_gb()}
    synthetic.to_parquet(folder / "synthetic.parquet")
    measured["first_step_seconds"] = float(model.first_step_seconds_)
    measured["steps"] = {k: int(v) for k, v in model.history_.groupby("stage")["step"].max().items()}
    measured["notes"] = [str(note) for note in model.notes_]
    if (folder / "holdout.parquet").is_file():
        holdout = pd.read_parquet(folder / "holdout.parquet")
        measured["train_log_prob"] = float(model.log_prob(train.iloc[: len(holdout)]).mean())
        measured["holdout_log_prob"] = float(model.log_prob(holdout).mean())
    measured["threads"] = _threads()
    (folder / "measured.json").write_text(json.dumps(measured))


def _threads() -> int:
    import torch

    return torch.get_num_threads()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
