"""The splits that published figures use, and the frames that the metrics see."""

from dataclasses import dataclass

import pandas as pd

from benchmarks.tasks import Task
from tabgan_datasets import Table, load_table

SHUFFLE_SEED = 1234


@dataclass(frozen=True, kw_only=True)
class Split:
    """`train` is fitted; `test` (utility) and `holdout` (equal in size to `train`: DCR) may be None."""

    train: pd.DataFrame
    test: pd.DataFrame | None = None
    holdout: pd.DataFrame | None = None


def split_table(task: Task) -> Split:
    """Load the task's table and split it.

    "official": the published training and test files. "90/10": shuffled with seed 1234, the first 90 %
    for training. "all": every row for training. With `half`, the training rows are shuffled with the
    same seed and cut in two equal halves; the second is the hold-out.

    Raises
    ------
    tabgan_datasets.TableNotFoundError
        When the table is not on this machine.
    """
    frame = load_table(task.table, download=False)
    train, test = frame, None
    if task.split == "official":
        test = load_table(f"{task.table}_test", download=False)
    elif task.split == "90/10":
        frame = _shuffled(frame)
        cut = int(0.9 * len(frame))
        train, test = frame.iloc[:cut].reset_index(drop=True), frame.iloc[cut:].reset_index(drop=True)
    if not task.half:
        return Split(train=train, test=test)
    train, half = _shuffled(train), len(train) // 2
    holdout = train.iloc[half : 2 * half].reset_index(drop=True)
    return Split(train=train.iloc[:half].reset_index(drop=True), test=test, holdout=holdout)


def judged(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame that metrics see: without identifiers, dates held as text read as dates."""
    frame = frame.drop(columns=list(table.identifiers))
    texts = [n for n in table.datetimes if not pd.api.types.is_datetime64_any_dtype(frame[n].dtype)]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in texts})


def known_levels(frame: pd.DataFrame, train: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The rows of `frame` whose categories all occur in `train`: only these have a log-probability."""
    keep = pd.Series(True, index=frame.index)
    for name in table.categorical:
        if pd.api.types.is_numeric_dtype(train[name].dtype) and train[name].dtype != bool:
            continue  # fitted as a number, where a value between two seen ones is fine
        keep &= frame[name].isin(train[name].unique()) | (frame[name].isna() & train[name].isna().any())
    return frame[keep].reset_index(drop=True)


def _shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=SHUFFLE_SEED).reset_index(drop=True)
