"""What bounds every method: independent columns below, a second real sample above."""

import time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.splits import Split, parts
from benchmarks.tasks import Task


def independent_rows(train: pd.DataFrame, n_rows: int, seed: int) -> tuple[dict[str, Any], pd.DataFrame]:
    """Every column drawn by itself from the training rows, and what that took."""
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    columns = {name: train[name].iloc[rng.integers(0, len(train), n_rows)].array for name in train.columns}
    rows = pd.DataFrame(columns, columns=train.columns)
    seconds = time.perf_counter() - start
    return {"fit_seconds": 0.0, "sample_seconds": seconds, "rows_per_second": n_rows / seconds}, rows


def real_split(task: Task, split: Split, seed: int) -> tuple[Split, pd.DataFrame]:
    """Real rows in the place of synthetic ones.

    A whole task: two random halves of the training rows, one to compare with the other. A half task: three thirds
    of the rows of both halves, since distances need a training part and a hold-out of which none is the sample.

    Returns
    -------
    split, rows
        What takes the place of the split, and the sample.
    """
    if split.holdout is None:
        train, rows = parts(split.train, 2, seed)
        return Split(train=train, test=split.test), rows
    train, holdout, rows = parts(pd.concat([split.train, split.holdout]), 3, seed)
    return Split(train=train, test=split.test, holdout=holdout), rows
