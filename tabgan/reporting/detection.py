"""Classifier two-sample test: can a model tell synthetic rows from real ones?"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from tabgan.errors import DataError
from tabgan.reporting.columns import Names, as_numbers, shared_codes, split_columns

Classifier = Literal["xgb", "hist"]
N_FOLDS = 3
MAX_DENSE_LEVELS = 1_000
MAX_HIST_LEVELS = 255


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Result of a two-sample test.

    `score` is 1 when nothing can be told, 0 when everything can; `auc` is the raw mean over the
    folds (well below 0.5 hints at copies); `n_rows` is the number of rows taken from each side.
    """

    score: float
    auc: float
    n_rows: int


def c2st(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    categorical: Names = None,
    *,
    classifier: Classifier = "xgb",
    random_state: int = 0,
    n_jobs: int | None = None,
) -> Detection:
    """1 - mean over 3 stratified folds of (2 max(0.5, AUC) - 1), and the raw AUC.

    As many rows of each side as the smaller has (the others drawn at random). Categories one-hot,
    missing numbers left missing (both classifiers know them).

    Parameters
    ----------
    classifier
        "xgb": XGBoost's defaults, the published metric; needs the package xgboost.
        "hist": scikit-learn's HistGradientBoostingClassifier, levels beyond the 255 most frequent of
        a column as one; near the other, not equal to it.

    Raises
    ------
    DataError
        When a side has fewer than 3 rows.
    ModuleNotFoundError
        When "xgb" is asked for and xgboost is not installed.
    """
    n_rows = min(len(real), len(synthetic))
    if n_rows < N_FOLDS:
        raise DataError(f"a two-sample test needs {N_FOLDS} rows of each side; found {n_rows}")
    rng = np.random.default_rng(random_state)
    real, synthetic = (_draw(frame, n_rows, rng) for frame in (real, synthetic))
    features = row_features(real, synthetic, categorical, max_levels=_max_levels(classifier))
    truth = np.repeat([1, 0], n_rows)
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=random_state)
    aucs = []
    for train, test in folds.split(np.zeros(len(truth)), truth):
        model = make_classifier(classifier, n_jobs=n_jobs).fit(features[train], truth[train])
        aucs.append(roc_auc_score(truth[test], model.predict_proba(features[test])[:, 1]))
    told = np.mean([2 * max(0.5, auc) - 1 for auc in aucs])
    return Detection(score=float(1 - told), auc=float(np.mean(aucs)), n_rows=n_rows)


def make_classifier(classifier: Classifier, *, n_jobs: int | None = None) -> Any:
    """The unfitted judge of a two-sample test."""
    if classifier == "hist":
        return HistGradientBoostingClassifier(random_state=0)
    if classifier != "xgb":
        raise ValueError(f"classifier must be 'xgb' or 'hist'; found {classifier!r}")
    return import_xgboost().XGBClassifier(random_state=0, eval_metric="logloss", n_jobs=n_jobs)


def import_xgboost() -> Any:
    """The module xgboost, or an error that says what to install."""
    try:
        import xgboost
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the XGBoost judge needs a package that is not installed: `pip install xgboost`, "
            "or ask for classifier='hist' (scikit-learn)"
        ) from error
    return xgboost


def row_features(
    real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names, *, max_levels: int | None = None
) -> Any:
    """Numbers as they are and one-hot categories, real rows first.

    Returns
    -------
    float32, shape (real + synthetic rows, features): an array up to 1,000 levels in all, beyond that
    a CSR matrix whose absent entries stand for the zeros of the one-hots only.
    """
    numeric, categories = split_columns(real, synthetic, categorical)
    numbers = [np.concatenate([as_numbers(real[n]), as_numbers(synthetic[n])]) for n in numeric]
    levels = [_fold(*_joined(real[n], synthetic[n]), max_levels) for n in categories]
    n_rows, widths = len(real) + len(synthetic), [width for _, width in levels]
    dense = np.column_stack(numbers) if numbers else np.empty((n_rows, 0))
    bound = float(np.finfo(np.float32).max)
    dense32 = np.clip(dense, -bound, bound).astype(np.float32)
    columns = np.column_stack([codes for codes, _ in levels]) if levels else np.empty((n_rows, 0), np.int64)
    columns = columns + np.concatenate([[0], np.cumsum(widths)])[: columns.shape[1]].astype(np.int64)
    if sum(widths) <= MAX_DENSE_LEVELS or max_levels is not None:
        hots = np.zeros((n_rows, sum(widths)), dtype=np.float32)
        np.put_along_axis(hots, columns, 1.0, axis=1)
        return np.hstack([dense32, hots])
    return _sparse_features(dense32, columns, sum(widths))


def _sparse_features(dense: NDArray[np.float32], columns: NDArray[np.int64], n_levels: int) -> Any:
    """CSR with every number explicit, zeros too: XGBoost reads an absent entry as missing."""
    n_rows, n_numbers = dense.shape
    data = np.hstack([dense, np.ones(columns.shape, dtype=np.float32)])
    places = np.hstack([np.tile(np.arange(n_numbers), (n_rows, 1)), columns + n_numbers])
    starts = np.arange(n_rows + 1) * data.shape[1]
    shape = (n_rows, n_numbers + n_levels)
    return sparse.csr_matrix((data.ravel(), places.ravel(), starts), shape=shape)


def _joined(real: pd.Series, synthetic: pd.Series) -> tuple[NDArray[np.int64], int]:
    codes, n_levels = shared_codes(real, synthetic)
    return np.concatenate(codes), n_levels


def _fold(codes: NDArray[np.int64], n_levels: int, most: int | None) -> tuple[NDArray[np.int64], int]:
    """Keep the `most` frequent levels, number the rest as one."""
    if most is None or n_levels <= most:
        return codes, n_levels
    rank = np.empty(n_levels, dtype=np.int64)
    rank[np.argsort(-np.bincount(codes, minlength=n_levels), kind="stable")] = np.arange(n_levels)
    return np.minimum(rank[codes], most), most + 1


def _max_levels(classifier: Classifier) -> int | None:
    return MAX_HIST_LEVELS if classifier == "hist" else None


def _draw(frame: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    if len(frame) == n_rows:
        return frame
    return frame.iloc[rng.choice(len(frame), n_rows, replace=False)]
