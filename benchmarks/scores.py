"""The figures of one training: what the child measured, and what the metrics say of its rows."""

from importlib.util import find_spec
from typing import Any

import pandas as pd

from benchmarks.splits import Split, judged
from benchmarks.tasks import Task
from tabgan.reporting.detection.c2st import Classifier, c2st
from tabgan.reporting.fidelity.metrics import column_errors, trend_error, wnmis
from tabgan.reporting.privacy.copies import copied_cells
from tabgan.reporting.privacy.metrics import dcr_share
from tabgan.reporting.utility.tstr import tstr
from tabgan_datasets import find_table

ENOUGH_ROWS = 2_000  # of unseen rows, for a two-sample test against them


def judge() -> Classifier:
    """XGBoost, the published judge, where it is installed."""
    return "xgb" if find_spec("xgboost") else "hist"


def score(task: Task, split: Split, synthetic: pd.DataFrame) -> dict[str, Any]:
    """All metrics that the task asks for.

    Parameters
    ----------
    synthetic
        As many rows as `split.train` or more; further ones are for the DCR share only.
    """
    table = find_table(task.table)
    categories = [name for name in table.categorical if name not in table.identifiers]
    train, more = judged(split.train, table), judged(synthetic, table)
    rows = more.iloc[: len(train)]
    errors = column_errors(train, rows, categories)
    result: dict[str, Any] = {
        "shape": float(errors.mean()),
        "worst_column": f"{errors.idxmax()} {errors.max():.1f}",
        "trend": trend_error(train, rows, categories),
        "trend_published": trend_error(train, rows, categories, bins="separate"),
        "wnmis": wnmis(train, rows, categories),
    }
    result |= _detection(task, train, rows, categories)
    if split.holdout is not None:
        held = judged(split.holdout, table)
        share = dcr_share(more, train, held, categories)
        result |= {"dcr": share.share, "dcr_low": share.low, "dcr_high": share.high, "dcr_rows": share.n_rows}
    unseen = split.holdout if split.holdout is not None else split.test
    if unseen is not None:
        unseen = judged(unseen, table)
        result |= _copies(rows, train, unseen, categories)
        if len(unseen) >= ENOUGH_ROWS:
            result |= _detection(task, unseen, rows, categories, prefix="unseen_")
    if task.mle and split.test is not None:
        utility = tstr(rows, judged(split.test, table), table.target, categories)
        result |= {"mle": utility.score, "mle_metric": utility.metric, "mle_learner": utility.learner}
    return result


def real_reference(task: Task, split: Split) -> dict[str, Any]:
    """The floor of Shape and Trend at the training size, and the utility of the real training rows.

    Two samples of n rows differ by 1/√2 of what two halves of n rows differ by.
    """
    table = find_table(task.table)
    categories = list(table.categorical)
    train = judged(split.train, table).sample(frac=1, random_state=0)
    half = len(train) // 2
    pair = train.iloc[:half], train.iloc[half : 2 * half]
    result: dict[str, Any] = {
        "shape": float(column_errors(*pair, categories).mean()) / 2**0.5,
        "trend": trend_error(*pair, categories) / 2**0.5,
    }
    if task.mle and split.test is not None:
        utility = tstr(train, judged(split.test, table), table.target, categories)
        result |= {"mle": utility.score, "mle_metric": utility.metric, "mle_learner": utility.learner}
    return result


def _detection(
    task: Task, real: pd.DataFrame, rows: pd.DataFrame, categories: list[str], prefix: str = ""
) -> dict[str, Any]:
    n_rows = min(len(real), len(rows), task.judged_rows or len(real))
    real, rows = (frame.sample(n_rows, random_state=0) for frame in (real, rows))
    found = c2st(real, rows, categories, classifier=judge())
    return {f"{prefix}c2st": found.score, f"{prefix}auc": found.auc, "judge": judge()}


def _copies(
    rows: pd.DataFrame, train: pd.DataFrame, unseen: pd.DataFrame, categories: list[str]
) -> dict[str, Any]:
    copies = copied_cells(rows, train, unseen, categories)
    if copies.empty:
        return {}
    worst = copies["excess"].idxmax()
    return {
        "copied": float(copies["synthetic"].mean()),
        "copied_holdout": float(copies["holdout"].mean()),
        "copied_excess_max": float(copies["excess"].max()),
        "copied_worst_column": str(worst),
    }
