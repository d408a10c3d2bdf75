"""TabularARGN of the package mostlyai-engine (arXiv 2501.12012), with its defaults, on the CPU."""

import time
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from job import Job, read_job
from measure import measure
from mostlyai import engine
from prepared import Prepared

RARE = "_RARE_"  # what the engine writes for a level that few rows have


class Workspace:
    """The engine's folder: it holds the parts of the table, the model and the rows."""

    def __init__(self, table: Prepared, job: Job) -> None:
        self.table, self.job, self.notes = table, job, list[str]()
        self.folder = {"workspace_dir": job.folder / "workspace"}
        start = time.perf_counter()
        engine.set_random_state(job.seed)
        engine.split(table.rows, model_type="TABULAR", tgt_encoding_types=self.encodings(), **self.folder)
        engine.analyze(**self.folder)
        engine.encode(**self.folder)
        limits: dict[str, Any] = {} if job.epochs is None else {"max_epochs": job.epochs}
        if job.seconds is not None:
            left = max(job.seconds - (time.perf_counter() - start), 1.0)
            limits["max_training_time"] = left / 60  # minutes
        engine.train(device="cpu", **limits, **self.folder)

    def encodings(self) -> dict[str, str]:
        """The engine's kind of each column: a category, or a number that it looks at closer."""
        return {
            name: "TABULAR_CATEGORICAL" if name in self.table.discrete else "TABULAR_NUMERIC_AUTO"
            for name in self.table.rows.columns
        }

    def sample(self, n_rows: int) -> pd.DataFrame:
        """Rows with levels of the table only."""
        engine.generate(sample_size=n_rows, device="cpu", **self.folder)
        drawn = pd.read_parquet(self.job.folder / "workspace" / "SyntheticData")
        rng = np.random.default_rng(self.job.seed)
        for name in self.table.discrete:
            drawn[name] = self._without_rare(drawn[name].astype(object), self.table.rows[name], rng)
        return drawn

    def _without_rare(self, drawn: pd.Series, train: pd.Series, rng: np.random.Generator) -> pd.Series:
        """The mark for rare levels replaced by draws from those levels of the training rows that it stands for."""
        rare = (drawn == RARE).to_numpy()
        if not rare.any():
            return drawn
        hidden = train[~train.isin(drawn.unique())]
        drawn[rare] = rng.choice((hidden if len(hidden) else train).to_numpy(), rare.sum())
        self.notes.append(
            f"{drawn.name}: {rare.mean():.2%} of cells were {RARE}, now draws from the rare levels"
        )
        return drawn


if __name__ == "__main__":
    job = read_job()
    notes: list[str] = []

    def sample(model: Workspace, n_rows: int) -> pd.DataFrame:
        """Rows, and what was mended in them."""
        rows = model.sample(n_rows)
        notes.extend(model.notes)
        return rows

    measure(
        job,
        lambda table: Workspace(table, job),
        sample,
        version("mostlyai-engine"),
        fill=False,
        notes=lambda: notes,
    )
