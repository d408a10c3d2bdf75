"""One column predicted from the others: learnt from any rows, graded on real ones."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from tabgan.reporting.columns import Floats, as_numbers, shared_codes
from tabgan.reporting.features import without_empty
from tabgan.reporting.influence import Measured, measure_mean_auc, measure_r2
from tabgan.reporting.tables import Tables
from tabgan.reporting.utility.sources import Sources

MIN_TRAIN, MIN_TEST = 10, 5  # rows with a value in the target
MAX_CLASSES = 30
MAX_NUMBER_CLASSES = 10  # a column of numbers with as few values is predicted as classes
LARGEST = np.finfo(np.float64).max
MIN_CLASS_ROWS, MIN_CLASS_SHARE = 5, 0.005  # of the real rows; the AUC of a rarer class is noise
N_TREES, MIN_ROUNDS, MAX_ROUNDS = 150, 10, 50  # a round of K > 2 classes grows K trees


ONE_VALUE = "the real rows have one value only"
Part = tuple[str, slice]  # a source, and which of its rows
Answers = tuple[dict[str, NDArray[Any]], int, int]  # by source; number of classes, and of those to be graded


class CannotPredictError(Exception):
    """Why a column is no target."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One target, ready to be learnt.

    Attributes
    ----------
    task : "classification" (graded by the AUC, mean of one class against the rest) or "regression" (by R²).
    features, answers : by source, of the rows that have a value in the target: shape (n, columns - 1), and (n,)
        with classes from 0, or with ranks from 0 to 1 among the real training rows: on ranks a heavy tail
        weighs no more than its share of rows.
    tested : whether each test row has a value in the target, shape (all test rows,).
    n_train : rows that every source has.
    n_classes : 0 for a regression; the last class stands for all rare ones.
    n_graded : the classes that are frequent enough for an AUC of their own, the first ones.
    """

    task: Literal["classification", "regression"]
    features: dict[str, Floats]
    answers: dict[str, Any]
    tested: NDArray[np.bool_]
    n_train: int
    n_classes: int
    n_graded: int

    def learn(self, *parts: Part) -> "Learnt":
        """Train on the rows of the parts together."""
        x = without_empty(np.vstack([self.features[source][rows] for source, rows in parts]))
        y = np.concatenate([self.answers[source][rows] for source, rows in parts])
        if self.task == "classification" and len(np.unique(y)) < 2:
            return Learnt(model=None, n_classes=self.n_classes)
        return Learnt(model=_learner(self.task, y).fit(x, y), n_classes=self.n_classes)

    def score(self, learnt: "Learnt") -> Measured:
        """What a model gets on the test rows."""
        return self.grade(learnt.guess(self.features["test"]))

    def grade(self, guess: Floats) -> Measured:
        """The score of guesses for the test rows; rows without a value in the target add no error."""
        truth = self.answers["test"]
        if self.task == "classification":
            found = measure_mean_auc(truth, guess[:, : self.n_graded])
        else:
            found = measure_r2(truth, guess)
        terms = np.zeros(len(self.tested))
        terms[self.tested] = found.terms
        return Measured(found.value, terms)

    @property
    def can_grade(self) -> bool:
        """Whether the test rows differ in the target."""
        found = np.unique(self.answers["test"])
        return len(found) > 1 and (self.task == "regression" or bool((found < self.n_graded).any()))

    def with_fewer_tests(self, n_rows: int) -> "Prediction":
        """The same with the first test rows only."""
        tested = self.tested[:n_rows]
        n_tested = int(tested.sum())
        return replace(
            self,
            features=self.features | {"test": self.features["test"][:n_tested]},
            answers=self.answers | {"test": self.answers["test"][:n_tested]},
            tested=tested,
        )


@dataclass(frozen=True)
class Learnt:
    """A trained model; None has seen one class only and guesses the same for every row."""

    model: Any
    n_classes: int

    def guess(self, features: Floats) -> Floats:
        """Shares of the classes, shape (n, classes), or ranks, shape (n,)."""
        if self.model is None:
            return np.zeros((len(features), self.n_classes))
        if not self.n_classes:
            return np.asarray(np.clip(self.model.predict(features), 0.0, 1.0))
        shares = np.zeros((len(features), self.n_classes))
        shares[:, self.model.classes_] = self.model.predict_proba(features)
        return shares


def pose(tables: Tables, sources: Sources, target: Hashable) -> Prediction:
    """Make one column the target.

    Raises
    ------
    CannotPredictError
        It has too few values, or only one.
    """
    if len(tables.real.columns) < 2:
        raise CannotPredictError("there is no other column")
    columns = sources.column(target)
    held = {source: cells.notna().to_numpy() for source, cells in columns.items()}
    n_train = min(int(rows.sum()) for source, rows in held.items() if source != "test")
    if n_train < MIN_TRAIN or held["test"].sum() < MIN_TEST:
        raise CannotPredictError("too few rows have a value")
    cells = {source: cells[held[source]] for source, cells in columns.items()}
    if cells["real"].nunique() < 2:
        raise CannotPredictError(ONE_VALUE)
    answers, n_classes, n_graded = _answers(cells, n_train, target in tables.categorical)
    names: list[Hashable] = list(sources.frames["real"].columns)
    asked = Prediction(
        task="classification" if n_classes else "regression",
        features={
            source: np.delete(values[held[source]], names.index(target), axis=1)
            for source, values in sources.features.items()
        },
        answers=answers,
        tested=held["test"],
        n_train=n_train,
        n_classes=n_classes,
        n_graded=n_graded,
    )
    if not asked.can_grade:
        raise CannotPredictError(ONE_VALUE)
    return asked


def _answers(cells: dict[str, Any], n_train: int, is_level: bool) -> Answers:
    if is_level:
        return _classes(cells, n_train)
    if cells["real"].nunique() <= MAX_NUMBER_CLASSES:
        return _classes(_nearest(cells), n_train)
    return _ranks(cells, n_train)


def _classes(cells: dict[str, Any], n_train: int) -> Answers:
    """The frequent classes of the real rows from 0, the most frequent first; all others as one."""
    codes, n_levels = shared_codes(*cells.values())
    parts = dict(zip(cells, codes, strict=True))
    counts = np.bincount(parts["real"][:n_train], minlength=n_levels)
    order = np.argsort(-counts, kind="stable")
    least = max(MIN_CLASS_ROWS, MIN_CLASS_SHARE * n_train)
    n_kept = min(max(int((counts >= least).sum()), 2), MAX_CLASSES)
    place = np.full(n_levels, n_kept)
    place[order[:n_kept]] = np.arange(n_kept)
    rest_counts = counts[order[n_kept:]].sum() >= least
    return {source: place[part] for source, part in parts.items()}, n_kept + 1, n_kept + int(rest_counts)


def _nearest(cells: dict[str, Any]) -> dict[str, pd.Series]:
    """Numbers of few values as the nearest value that the real rows hold: 2.97 children are 3."""
    numbers = {source: as_numbers(column) for source, column in cells.items()}
    values = np.unique(np.clip(numbers["real"], -LARGEST, LARGEST))
    middles = values[:-1] / 2 + values[1:] / 2
    return {source: pd.Series(np.searchsorted(middles, part)) for source, part in numbers.items()}


def _ranks(cells: dict[str, Any], n_train: int) -> Answers:
    """Share of the real training rows below each value, those equal counted half."""
    numbers = {source: as_numbers(column) for source, column in cells.items()}
    known = np.sort(numbers["real"][:n_train])
    ranks = {
        source: (np.searchsorted(known, part, "left") + np.searchsorted(known, part, "right")) / (2 * n_train)
        for source, part in numbers.items()
    }
    return ranks, 0, 0


def _learner(task: str, answers: NDArray[Any]) -> Any:
    """Boosted trees with fixed, modest settings."""
    n_rows = len(answers)
    settings = {
        "learning_rate": 0.2,
        "max_leaf_nodes": 8,
        "min_samples_leaf": int(np.clip(n_rows // 20, 2, 20)),
        "l2_regularization": 1.0,  # without it rare classes get leaves without bound, and the AUC falls to 0.5
        "early_stopping": False,
        "random_state": 0,
    }
    if task == "regression":
        return HistGradientBoostingRegressor(max_iter=MAX_ROUNDS, **settings)
    n_classes = len(np.unique(answers))
    trees = n_classes if n_classes > 2 else 1
    rounds = int(np.clip(N_TREES // trees, MIN_ROUNDS, MAX_ROUNDS))
    return HistGradientBoostingClassifier(max_iter=rounds, **settings)
