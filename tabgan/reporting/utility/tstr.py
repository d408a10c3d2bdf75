"""Train on synthetic, test on real (TSTR): what a model learnt from synthetic rows is worth on real ones."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from tabgan.errors import DataError, SchemaError
from tabgan.reporting.columns import Names, as_numbers, shared_codes, split_columns
from tabgan.reporting.detection.c2st import MAX_HIST_LEVELS, import_xgboost
from tabgan.reporting.features import row_features

Learner = Literal["auto", "xgb", "hist"]
Role = Literal["classifier", "regressor"]
VALIDATION_SHARE = 1 / 9  # of the synthetic rows, as TabSyn's evaluation takes it
MIN_ROWS = 18  # two rows to validate on
DEPTHS = (4, 6, 9)
N_TREES = (100, 300)


@dataclass(frozen=True, kw_only=True)
class Utility:
    """Score of a model trained on synthetic rows, on real test rows.

    `metric` is "auc" (1 best; one against the rest for more than two classes) or "rmse_log" (0 best).
    """

    metric: Literal["auc", "rmse_log"]
    score: float
    learner: str
    settings: dict[str, Any] = field(default_factory=dict)


def tstr(
    synthetic: pd.DataFrame,
    test: pd.DataFrame,
    target: Hashable,
    categorical: Names = None,
    *,
    learner: Learner = "auto",
    random_state: int = 0,
    n_jobs: int | None = None,
) -> Utility:
    """Train boosted trees on `synthetic`, score them on the real `test` rows.

    A grid of depths and numbers of trees is scored on a ninth of the synthetic rows; the best is
    trained again on all of them. Given real training rows as `synthetic`, it is the real ceiling.
    Rows without a target are left out. A categorical target gives the AUC, a numeric one the RMSE of
    log(max(target, 1)).

    Parameters
    ----------
    learner
        "xgb", "hist" (scikit-learn) or "auto": XGBoost where it is installed.

    Raises
    ------
    SchemaError
        When `target` is not a column.
    DataError
        When fewer than 18 synthetic rows, or no test row, have a target.
    """
    numeric, categories = split_columns(test, synthetic, categorical)
    if target not in test.columns:
        raise SchemaError(f"target must be a column; found {target!r}, the columns are {list(test.columns)}")
    synthetic, test = (frame[frame[target].notna()] for frame in (synthetic, test))
    if len(synthetic) < MIN_ROWS or not len(test):
        raise DataError(f"target {target!r}: needs {MIN_ROWS} synthetic rows and a test row with a value")
    name = _choose(learner)
    kept = [n for n in categories if n != target]
    features = row_features(
        synthetic.drop(columns=target),
        test.drop(columns=target),
        kept,
        max_levels=MAX_HIST_LEVELS if name == "hist" else None,
    )
    x, x_test = features[: len(synthetic)], features[len(synthetic) :]
    if target in numeric:
        y, y_test = (np.log(np.maximum(as_numbers(f[target]), 1.0)) for f in (synthetic, test))
        settings = _choose_settings(name, "regressor", x, y, random_state, n_jobs)
        model = _model(name, "regressor", settings, n_jobs).fit(x, y)
        error = rmse(y_test, model.predict(x_test))
        return Utility(metric="rmse_log", score=error, learner=name, settings=settings)
    (codes, test_codes), _ = shared_codes(synthetic[target], test[target])
    classes, places = np.unique(codes, return_inverse=True)
    if len(classes) < 2:  # nothing to learn: every row gets the same score
        return Utility(metric="auc", score=0.5, learner=name)
    settings = _choose_settings(name, "classifier", x, places, random_state, n_jobs)
    model = _model(name, "classifier", settings, n_jobs).fit(x, places)
    score = auc(test_codes, model.predict_proba(x_test), classes)
    return Utility(metric="auc", score=score, learner=name, settings=settings)


def _choose_settings(
    name: str, role: Role, x: Any, y: NDArray[Any], seed: int, jobs: int | None
) -> dict[str, Any]:
    """The settings of least error on a ninth of the rows; the first of the grid when its rest lacks a class."""
    n_classes = len(np.unique(y)) if role == "classifier" else 0
    common = n_classes and np.bincount(y).min() > 1 and n_classes <= len(y) // MIN_ROWS
    fit, held = train_test_split(
        np.arange(len(y)), test_size=VALIDATION_SHARE, random_state=seed, stratify=y if common else None
    )
    if n_classes and len(np.unique(y[fit])) < n_classes:
        return next(grid(name))

    def error(settings: dict[str, Any]) -> float:
        model = _model(name, role, settings, jobs).fit(x[fit], y[fit])
        if role == "regressor":
            return rmse(y[held], model.predict(x[held]))
        return -auc(y[held], model.predict_proba(x[held]), np.arange(n_classes))

    return min(grid(name), key=error)


def auc(truth: NDArray[np.int64], scores: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Area under the ROC curve, mean over classes of one against the rest.

    Parameters
    ----------
    truth
        Class of each row, shape (n,); classes that `classes` does not hold count as the rest.
    scores
        Shape (n, classes), columns in the order of `classes`.

    Returns
    -------
    The mean over the classes that occur in `truth`; 0.5 when `truth` holds one class only.
    """
    hits = [(truth == c, scores[:, k]) for k, c in enumerate(classes)]
    judged = [roc_auc_score(hit, score) for hit, score in hits if 0 < hit.sum() < len(truth)]
    return float(np.mean(judged)) if judged else 0.5


def rmse(truth: NDArray[np.float64], guess: NDArray[np.float64]) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean((truth - guess) ** 2)))


def grid(learner: str) -> Iterator[dict[str, Any]]:
    """Depths and numbers of trees that are tried, in the learner's own words."""
    for depth, trees in product(DEPTHS, N_TREES):
        yield {"max_depth": depth, "n_estimators" if learner == "xgb" else "max_iter": trees}


def _choose(learner: Learner) -> str:
    if learner not in ("auto", "xgb", "hist"):
        raise ValueError(f"learner must be 'auto', 'xgb' or 'hist'; found {learner!r}")
    if learner == "auto":
        return "xgb" if find_spec("xgboost") else "hist"
    return learner


def _model(name: str, role: Role, settings: dict[str, Any], n_jobs: int | None) -> Any:
    if name == "xgb":
        xgboost = import_xgboost()
        kind = xgboost.XGBClassifier if role == "classifier" else xgboost.XGBRegressor
        return kind(random_state=0, learning_rate=0.1, n_jobs=n_jobs, **settings)
    kind = HistGradientBoostingClassifier if role == "classifier" else HistGradientBoostingRegressor
    return kind(random_state=0, **settings)
