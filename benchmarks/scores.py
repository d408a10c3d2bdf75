"""The figures of one training: what the metrics of `tabgan.reporting` say of its rows."""

import math
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.logistic import logistic_c2st
from benchmarks.membership import membership
from benchmarks.simulated import judge_simulated
from benchmarks.splits import Split, judged, table_of
from benchmarks.tasks import Task
from tabgan.errors import SchemaError
from tabgan.reporting.detection.c2st import Classifier, c2st
from tabgan.reporting.fidelity.metrics import column_errors, trend_error, wnmis
from tabgan.reporting.privacy.copies import copied_cells, copied_rows, row_keys
from tabgan.reporting.privacy.metrics import dcr_share, quantile_share, tied_at_zero
from tabgan.reporting.privacy.neighbours import Index, affordable, comparable_rows
from tabgan.reporting.support.points import dimensions
from tabgan.reporting.support.section import MAX_ROWS, MAX_WORK, support
from tabgan.reporting.utility.tstr import tstr
from tabgan_datasets import Table

ENOUGH_ROWS = 2_000  # of unseen rows, for a two-sample test against them
LOGISTIC_ROWS = 20_000  # of each side
Figures = dict[str, Any]


def judge() -> Classifier:
    """XGBoost, the published judge, where it is installed."""
    return "xgb" if find_spec("xgboost") else "hist"


def score(task: Task, split: Split, synthetic: pd.DataFrame, log_prob: pd.DataFrame | None = None) -> Figures:
    """All metrics that the task asks for.

    Parameters
    ----------
    synthetic
        As many rows as `split.train` or more; further ones are for the DCR share and membership only.
    log_prob
        Log-probabilities of rows under the model, see `child.log_probs`.
    """
    table = table_of(task)
    categories = judged_categories(table)
    train = judged(split.train, table)
    check_columns(train, synthetic, categories)
    more = judged(synthetic[list(split.train.columns)], table)
    rows = more.iloc[: len(train)]
    result = _fidelity(train, rows, categories) | _detection(task, train, rows, categories)
    result |= _support(train, rows, categories)
    result |= _logistic(train, rows, categories)
    if split.holdout is not None:
        held = judged(split.holdout, table)
        if task.distances:
            share = dcr_share(more, train, held, categories)
            result |= {"dcr": share.share, "dcr_low": share.low, "dcr_high": share.high}
            result["dcr_rows"] = share.n_rows
        result |= membership(train, more, held, categories, log_prob)
    unseen = split.holdout if split.holdout is not None else split.test
    if unseen is not None:
        unseen = judged(unseen, table)
        result |= _copies(rows, train, unseen, categories)
        if task.distances:
            result |= _quantile_dcr(rows, train, unseen, categories)
        if len(unseen) >= ENOUGH_ROWS:
            result |= _detection(task, unseen, rows, categories, prefix="unseen_")
    if log_prob is not None:
        result |= likelihoods(log_prob)
    if task.split == "simulated" and split.test is not None:
        result |= judge_simulated(task.table, rows, split.test, log_prob)
    return result | _utility(task, table, split, rows, categories)


def judged_categories(table: Table) -> list[str]:
    """Names of the columns that metrics take for categories."""
    return [name for name in table.categorical if name not in table.identifiers]


def check_columns(train: pd.DataFrame, synthetic: pd.DataFrame, categories: list[str]) -> None:
    """Refuse rows that would be judged by how they are written and not by what they say.

    Raises
    ------
    SchemaError
        A column is missing, holds text for numbers, or no level of the training rows.
    """
    if absent := sorted(set(train.columns) - set(synthetic.columns)):
        raise SchemaError(f"the synthetic rows lack columns: {absent}")
    for name in train.columns:
        if name in categories:
            if not synthetic[name].isin(train[name].unique()).any():
                found = synthetic[name].iloc[:3].tolist()
                raise SchemaError(
                    f"column {name!r}: no synthetic cell has a level of the training rows; {found}"
                )
        elif pd.api.types.is_numeric_dtype(train[name].dtype) != pd.api.types.is_numeric_dtype(
            synthetic[name].dtype
        ):
            raise SchemaError(f"column {name!r}: must be {train[name].dtype}, found {synthetic[name].dtype}")


def likelihoods(log_prob: pd.DataFrame) -> Figures:
    """Mean log-probability of training and of unseen rows, nats a row, over those that are possible at all."""
    result: Figures = {}
    for name, found in (("train", "train_log_prob"), ("unseen", "holdout_log_prob")):
        values = log_prob.loc[log_prob["table"] == name, "log_prob"].to_numpy()
        possible = np.isfinite(values)
        if possible.any():
            result[found] = float(values[possible].mean())
        if name == "unseen":
            result["impossible_rows"] = int((~possible).sum())
    return result


def as_full_size(task: Task, split: Split, figures: Figures) -> Figures:
    """The figures of a second real sample with Shape, Trend and utility at the training size.

    Errors of two samples of n rows each shrink as 1/√n: halves of a training table differ by √2 of what two such
    tables do, thirds of two halves by √1.5 of what two such halves do. Utility is that of the training rows of the
    whole ``split`` themselves.
    """
    factor = math.sqrt(2 / 3) if task.half else math.sqrt(1 / 2)
    table = table_of(task)
    train = judged(split.train, table)
    whole = {name: factor * figures[name] for name in ("shape", "trend")}
    return figures | whole | _utility(task, table, split, train, judged_categories(table))


def _fidelity(train: pd.DataFrame, rows: pd.DataFrame, categories: list[str]) -> Figures:
    errors = column_errors(train, rows, categories)
    return {
        "shape": float(errors.mean()),
        "worst_column": f"{errors.idxmax()} {errors.max():.1f}",
        "trend": trend_error(train, rows, categories),
        "trend_published": trend_error(train, rows, categories, bins="separate"),
        "wnmis": wnmis(train, rows, categories),
    }


def _detection(
    task: Task, real: pd.DataFrame, rows: pd.DataFrame, categories: list[str], prefix: str = ""
) -> Figures:
    n_rows = min(len(real), len(rows), task.judged_rows or len(real))
    real, rows = (frame.sample(n_rows, random_state=0) for frame in (real, rows))
    found = c2st(real, rows, categories, classifier=judge())
    return {f"{prefix}c2st": found.score, f"{prefix}auc": found.auc, "judge": judge()}


def _logistic(train: pd.DataFrame, rows: pd.DataFrame, categories: list[str]) -> Figures:
    n_rows = min(len(train), len(rows), LOGISTIC_ROWS)
    real, rows = (frame.sample(n_rows, random_state=0) for frame in (train, rows))
    return {"lr_c2st": logistic_c2st(real, rows, categories)}


def _support(train: pd.DataFrame, rows: pd.DataFrame, categories: list[str]) -> Figures:
    """α-precision and β-recall, on as many rows as the report takes: the search is quadratic."""
    numeric = set(train.columns) - set(categories)
    most = min(MAX_ROWS, int(math.sqrt(MAX_WORK / dimensions(train, numeric))), len(train), len(rows))
    real, rows = (frame.sample(most, random_state=0) for frame in (train, rows))
    found = support(real, rows, categories)
    return {"alpha": found.alpha_precision, "beta": found.beta_recall, "support_rows": found.n_rows}


def _quantile_dcr(
    rows: pd.DataFrame, train: pd.DataFrame, unseen: pd.DataFrame, categories: list[str]
) -> Figures:
    """% of synthetic rows nearer to training rows than 2 % and 5 % of the unseen rows are."""
    synthetic, real, held = comparable_rows(rows, train, unseen, categories)
    index = Index(real)
    rng = np.random.default_rng(0)
    to_synthetic, to_unseen = (
        index.nearest(part.take(rng.permutation(len(part))[: affordable(index)])).distance[:, 0]
        for part in (synthetic, held)
    )
    if tied_at_zero(to_unseen) > 0.5:
        return {}
    result: Figures = {}
    for percent in (2, 5):
        name, found = (
            f"quantile_dcr_{percent}",
            quantile_share(to_synthetic, to_unseen, percent / 100).times(100),
        )
        result |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return result


def _copies(rows: pd.DataFrame, train: pd.DataFrame, unseen: pd.DataFrame, categories: list[str]) -> Figures:
    keys = row_keys([rows, train, unseen], categories)
    result: Figures = {
        "copied_rows": copied_rows(keys[0], keys[1]),
        "copied_rows_holdout": copied_rows(keys[2], keys[1]),
    }
    copies = copied_cells(rows, train, unseen, categories)
    if copies.empty:
        return result
    return result | {
        "copied": float(copies["synthetic"].mean()),
        "copied_holdout": float(copies["holdout"].mean()),
        "copied_excess_max": float(copies["excess"].max()),
        "copied_worst_column": str(copies["excess"].idxmax()),
    }


def _utility(task: Task, table: Table, split: Split, rows: pd.DataFrame, categories: list[str]) -> Figures:
    if not task.mle or split.test is None:
        return {}
    found = tstr(rows, judged(split.test, table), table.target, categories)
    return {"mle": found.score, "mle_metric": found.metric, "mle_learner": found.learner}
