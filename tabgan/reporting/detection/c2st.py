"""Classifier two-sample test: can a model tell synthetic rows from real ones?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import KFold, StratifiedKFold

from tabgan.errors import DataError
from tabgan.reporting.columns import Floats, Names
from tabgan.reporting.features import compact_features, row_features, shuffled, without_empty
from tabgan.reporting.influence import Measured, measure_auc, standard_error
from tabgan.reporting.intervals import around

Classifier = Literal["xgb", "hist"]
N_FOLDS = 3
MAX_HIST_LEVELS = 255
N_ROUNDS = 50  # of scikit-learn's judge, where they are fixed
EXPLAINED_ROWS = 3_000  # of each fold, for what a column's shuffling costs
EXPLAINED_COLUMNS = 60  # that all folds look at; the first fold looks at all
N_SUSPECTS = 10


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Result of a two-sample test.

    Attributes
    ----------
    score : 1 when nothing can be told, 0 when everything can.
    auc : raw mean over the folds; well below 0.5 hints at copies.
    n_rows : rows taken from each side.
    low, high, auc_low, auc_high : 95 % intervals of both, for other test rows.
    costs : (place of a column, AUC lost when it is shuffled), the greatest first; only if explained.
    suspects : (place of a synthetic row, how synthetic it looks from 0 to 1) of those that look it most, each
        judged by the fold that had not seen it; only if explained.
    """

    score: float
    auc: float
    n_rows: int
    low: float
    high: float
    auc_low: float
    auc_high: float
    costs: tuple[tuple[int, float], ...] = ()
    suspects: tuple[tuple[int, float], ...] = ()


def c2st(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    categorical: Names = None,
    *,
    classifier: Classifier = "xgb",
    bounded: bool = False,
    explain: bool = False,
    paired: bool = False,
    max_rows: int | None = None,
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
    bounded
        Keep to what takes seconds and repeats itself, as a report needs it: 256 features, columns of many
        levels as one feature each (`compact_features`), and 50 rounds of scikit-learn's judge, since stopping
        by a validation part moves its AUC from seed to seed by more than the interval.
    explain
        Find `costs` and `suspects` too; needs `bounded`.
    paired
        Row i of one side has cells of row i of the other, as a completed row has those that were known. Both come
        into the same fold: a classifier that has learnt one of them takes the other for its like, and is wrong.
    max_rows
        The most rows of each side to look at.

    Raises
    ------
    DataError
        When a side has fewer than 3 rows, or paired ones differ in number.
    ModuleNotFoundError
        When "xgb" is asked for and xgboost is not installed.
    """
    if explain and not bounded:
        raise ValueError("explain=True needs bounded=True")
    n_rows = min(len(real), len(synthetic), max_rows or len(real))
    if n_rows < N_FOLDS:
        raise DataError(f"a two-sample test needs {N_FOLDS} rows of each side; found {n_rows}")
    if paired and len(real) != len(synthetic):
        raise DataError(f"paired rows must be as many; found {len(real)} real and {len(synthetic)} synthetic")
    rng = np.random.default_rng(random_state)
    drawn = [_draw(len(real), n_rows, rng)]
    drawn.append(drawn[0] if paired else _draw(len(synthetic), n_rows, rng))
    real, synthetic = real.iloc[drawn[0]], synthetic.iloc[drawn[1]]
    if bounded:
        features, spans = compact_features(real, synthetic, categorical)
    else:
        levels = MAX_HIST_LEVELS if classifier == "hist" else None
        features, spans = row_features(real, synthetic, categorical, max_levels=levels), []
    truth = np.repeat([1, 0], n_rows)
    aucs, looks, shuffles = [], np.empty(len(truth)), _Shuffles(spans, rng)
    for train, test in _folds(n_rows, paired, random_state):
        seen = features[train] if issparse(features) else without_empty(features[train])
        model = make_classifier(classifier, n_jobs=n_jobs, fixed_rounds=bounded).fit(seen, truth[train])
        looks[test] = model.predict_proba(features[test])[:, 1]
        aucs.append(measure_auc(truth[test] == 1, looks[test]))
        if explain:
            shuffles.add(model, features[test], truth[test] == 1)
    costs, suspects = shuffles.costs(), _suspects(1 - looks[n_rows:], drawn[1]) if explain else ()
    return _detection(aucs, n_rows, costs, suspects)


def _folds(
    n_rows: int, paired: bool, random_state: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Places of training and of test rows among the rows of both sides; every fold has as many of each."""
    if paired:
        for parts in KFold(N_FOLDS, shuffle=True, random_state=random_state).split(np.zeros(n_rows)):
            train, test = (np.concatenate([part, part + n_rows]) for part in parts)
            yield train, test
    else:
        folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=random_state)
        yield from folds.split(np.zeros(2 * n_rows), np.repeat([1, 0], n_rows))


def _detection(aucs: list[Measured], n_rows: int, costs: Any, suspects: Any) -> Detection:
    auc = float(np.mean([fold.value for fold in aucs]))
    score = 1 - float(np.mean([2 * max(0.5, fold.value) - 1 for fold in aucs]))
    within = float(np.mean([standard_error(fold.terms) ** 2 for fold in aucs]))
    between = float(np.var([fold.value for fold in aucs], ddof=1))  # has the spread of the training in it
    _, auc_low, auc_high = around(auc, float(np.sqrt(max(within, between) / len(aucs))))
    return Detection(
        score=score,
        auc=auc,
        n_rows=n_rows,
        low=min(score, 2 - 2 * max(0.5, auc_high)),  # a fold above 0.5 counts, one below does not
        high=max(score, 2 - 2 * max(0.5, auc_low)),
        auc_low=auc_low,
        auc_high=auc_high,
        costs=costs,
        suspects=suspects,
    )


class _Shuffles:
    """What shuffling each column costs the judge, mean over the folds (Breiman 2001, permutation importance)."""

    def __init__(self, spans: list[slice], rng: np.random.Generator) -> None:
        self.spans = spans
        self.rng = rng
        self.places = np.arange(len(spans))
        self.drops: list[Floats] = []

    def add(self, model: Any, features: NDArray[np.float32], hit: NDArray[np.bool_]) -> None:
        """Look at one fold's test rows; after the first fold, at the columns that cost most in it."""
        rows = _draw(len(features), min(len(features), EXPLAINED_ROWS), self.rng)
        features, hit = features[rows], hit[rows]
        if not 0 < hit.sum() < len(hit):
            return
        whole = measure_auc(hit, model.predict_proba(features)[:, 1]).value
        spans = [self.spans[place] for place in self.places]
        drops = np.array(
            [
                whole - measure_auc(hit, model.predict_proba(changed)[:, 1]).value
                for changed in shuffled(features, spans, self.rng.permutation(len(features)))
            ]
        )
        if not self.drops and len(drops) > EXPLAINED_COLUMNS:
            kept = np.argsort(-drops, kind="stable")[:EXPLAINED_COLUMNS]
            self.places, drops = self.places[kept], drops[kept]
        self.drops.append(drops)

    def costs(self) -> tuple[tuple[int, float], ...]:
        """(place, AUC lost), the greatest first."""
        if not self.drops:
            return ()
        mean = np.mean(self.drops, axis=0)
        return tuple((int(self.places[k]), float(mean[k])) for k in np.argsort(-mean, kind="stable"))


def _suspects(looks: Floats, drawn: NDArray[np.int64]) -> tuple[tuple[int, float], ...]:
    order = np.argsort(-looks, kind="stable")[:N_SUSPECTS]
    return tuple((int(drawn[k]), float(looks[k])) for k in order)


def make_classifier(classifier: Classifier, *, n_jobs: int | None = None, fixed_rounds: bool = False) -> Any:
    """The unfitted judge of a two-sample test; XGBoost's rounds are always fixed."""
    if classifier == "hist":
        fixed = {"max_iter": N_ROUNDS, "learning_rate": 0.3, "early_stopping": False}
        return HistGradientBoostingClassifier(random_state=0, **(fixed if fixed_rounds else {}))
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


def _draw(n_rows: int, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.arange(n_rows) if n_rows == wanted else rng.choice(n_rows, wanted, replace=False)
