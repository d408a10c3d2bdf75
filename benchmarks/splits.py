"""The splits that published figures use, and the frames that the metrics see."""

from dataclasses import dataclass

import pandas as pd
from sklearn.model_selection import train_test_split

from benchmarks import simulated
from benchmarks.tasks import Task
from tabgan_datasets import Table, find_table, load_table

SHUFFLE_SEED = 1234
STRATIFIED_SEED = 42


@dataclass(frozen=True, kw_only=True)
class Split:
    """`train` is fitted; `test` (utility) and `holdout` (equal in size to `train`: DCR) may be None."""

    train: pd.DataFrame
    test: pd.DataFrame | None = None
    holdout: pd.DataFrame | None = None


def table_of(task: Task) -> Table:
    """What is known of the task's table."""
    return simulated.TABLES[task.table] if task.split == "simulated" else find_table(task.table)


def split_table(task: Task, seed: int = 0) -> Split:
    """Load the task's table and split it as its `split` says; keys of rows are left out.

    With `half`, the training rows are shuffled and cut in two equal halves, and one is the hold-out. Which rows fall
    into which half moves the DCR share by more than its interval (that of independent columns, which are near to
    nobody, is 51.6 on one half of Magic): so seeds 2k and 2k + 1 exchange the halves of shuffle 1234 + k,
    and the mean over both is free of it.

    Raises
    ------
    tabgan_datasets.TableNotFoundError
        When the table is not on this machine.
    """
    train, test = _train_and_test(task)
    if not task.half:
        return Split(train=train, test=test)
    half = len(train) // 2
    train, holdout = parts(train, 2, SHUFFLE_SEED + seed // 2)
    if seed % 2:
        train, holdout = holdout, train
    assert len(train) == len(holdout) == half
    return Split(train=train, test=test, holdout=holdout)


def parts(frame: pd.DataFrame, n_parts: int, seed: int = SHUFFLE_SEED) -> list[pd.DataFrame]:
    """Equal parts of shuffled rows; what does not go up is left out."""
    frame, size = _shuffled(frame, seed), len(frame) // n_parts
    return [frame.iloc[k * size : (k + 1) * size].reset_index(drop=True) for k in range(n_parts)]


def _train_and_test(task: Task) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    if task.split == "simulated":
        seeds = simulated.TRAIN_SEED, simulated.TEST_SEED
        return simulated.simulate(task.table, seeds[0]), simulated.simulate(task.table, seeds[1])
    table = find_table(task.table)
    frame = _without_keys(load_table(task.table, download=False), table)
    if task.split == "official":
        return frame, _without_keys(load_table(f"{task.table}_test", download=False), table)
    if task.split == "90/10":
        frame, cut = _shuffled(frame), int(0.9 * len(frame))
        return frame.iloc[:cut].reset_index(drop=True), frame.iloc[cut:].reset_index(drop=True)
    if task.split == "60/20/20":
        settings = {"random_state": STRATIFIED_SEED}
        train, rest = train_test_split(frame, train_size=0.6, stratify=frame[table.target], **settings)
        _, test = train_test_split(rest, test_size=0.5, stratify=rest[table.target], **settings)
        return train.reset_index(drop=True), test.reset_index(drop=True)
    return frame, None


def _without_keys(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame.drop(columns=list(table.identifiers), errors="ignore")


def judged(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame that metrics see: without keys, dates held as text read as dates."""
    frame = _without_keys(frame, table)
    texts = [n for n in table.datetimes if not pd.api.types.is_datetime64_any_dtype(frame[n].dtype)]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in texts})


def known_levels(frame: pd.DataFrame, train: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The rows of `frame` whose categories all occur in `train`: only these have a log-probability."""
    return frame[has_known_levels(frame, train, table)].reset_index(drop=True)


def has_known_levels(frame: pd.DataFrame, train: pd.DataFrame, table: Table) -> pd.Series:
    """Whether all categories of a row occur in `train`."""
    keep = pd.Series(True, index=frame.index)
    for name in table.categorical:
        if pd.api.types.is_numeric_dtype(train[name].dtype) and train[name].dtype != bool:
            continue  # fitted as a number, where a value between two seen ones is fine
        keep &= frame[name].isin(train[name].unique()) | (frame[name].isna() & train[name].isna().any())
    return keep


def _shuffled(frame: pd.DataFrame, seed: int = SHUFFLE_SEED) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)
