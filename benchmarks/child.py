"""One training of tabgan in a process of its own (`python -m benchmarks.child FOLDER`): its peak memory is its own.

The folder holds `job.json`, `train.parquet` and perhaps `unseen.parquet`; the child leaves `synthetic.parquet`,
`measured.json` and, with unseen rows, `log_prob.parquet` there.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.peers.job import peak_gb

LOG_PROB_ROWS = 20_000  # of each table: the first ones


def main(folder: Path) -> None:
    """Fit, sample, measure, then score rows."""
    job = json.loads((folder / "job.json").read_text())
    train = pd.read_parquet(folder / "train.parquet")
    from tabgan import TabGAN  # after the data, so that `start_gb` is what the libraries cost

    start_gb, start = peak_gb(), time.perf_counter()
    budget = {} if job["seconds"] is None else {"max_time": job["seconds"]}
    model = TabGAN(random_state=job["seed"], **budget, **job["options"]).fit(train)
    fitted = time.perf_counter()
    measured: dict[str, Any] = {"fit_seconds": fitted - start, "start_gb": start_gb, "fit_gb": peak_gb()}
    synthetic = model.sample(job["n_rows"], random_state=job["seed"])
    seconds = time.perf_counter() - fitted
    measured |= {"sample_seconds": seconds, "rows_per_second": len(synthetic) / seconds, "peak_gb": peak_gb()}
    synthetic.to_parquet(folder / "synthetic.parquet")
    measured["steps"] = _steps(model.history_)
    measured["first_step_seconds"] = float(model.first_step_seconds_) if measured["steps"] else None
    measured["notes"] = [str(note) for note in model.notes_]
    measured["threads"] = _threads()
    if (folder / "unseen.parquet").is_file():
        tables = {"train": train, "unseen": pd.read_parquet(folder / "unseen.parquet")}
        if job["attacked"]:  # by somebody who holds the model, and rows that it made
            tables["synthetic"] = synthetic
        log_probs(model, tables).to_parquet(folder / "log_prob.parquet")
    (folder / "measured.json").write_text(json.dumps(measured))


def log_probs(model: Any, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Log-probabilities of the first rows of each table, nats: columns table, row (its place), log_prob."""
    found = []
    for name, frame in tables.items():
        frame = frame.iloc[:LOG_PROB_ROWS]
        values = model.log_prob(frame)
        found.append(pd.DataFrame({"table": name, "row": frame.index, "log_prob": values}))
    return pd.concat(found, ignore_index=True)


def _steps(history: pd.DataFrame) -> dict[str, int]:
    """Steps of each stage; none where the budget ended before the first."""
    if history.empty:
        return {}
    return {str(stage): int(step) for stage, step in history.groupby("stage")["step"].max().items()}


def _threads() -> int:
    import torch

    return torch.get_num_threads()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
