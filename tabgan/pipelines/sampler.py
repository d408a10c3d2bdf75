"""`TabGANSampler`: balance the classes of a training set, in the manner of imbalanced-learn."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from tabgan.asking.balancing import Balance, draw_levels
from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.patching import extended, named
from tabgan.asking.questions import seed_of
from tabgan.asking.scores import position
from tabgan.errors import DataError
from tabgan.estimator import TabGAN
from tabgan.pipelines.arrays import as_frame, like, remember_columns
from tabgan.schema import infer_schema


class TabGANSampler(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Add synthetic rows to the classes that have few.

    `fit_resample` is all that a pipeline of imbalanced-learn asks for; the package is not needed.

    Parameters
    ----------
    estimator : an unfitted `tabgan.TabGAN`, of which a clone is fitted; None: the default one.
    sampling_strategy : "auto" gives every class as many rows as the largest has; a number, with two classes, is
        the wanted ratio of the smaller to the larger; a mapping gives the wanted rows of some classes.
    random_state : None, or a whole number that makes the rows repeatable.

    Attributes
    ----------
    estimator_ : the fitted `tabgan.TabGAN`.
    sampling_strategy_ : dict, the rows added to each class.
    n_features_in_, feature_names_in_ : as in scikit-learn.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan import TabGAN, TabGANSampler
    >>> X, y = pd.DataFrame({"size": range(200)}), pd.Series(["rare"] * 40 + ["usual"] * 160, name="kind")
    >>> X_new, y_new = TabGANSampler(TabGAN(epochs=2), random_state=0).fit_resample(X, y)
    >>> y_new.value_counts().to_dict()
    {'rare': 160, 'usual': 160}
    """

    def __init__(
        self,
        estimator: TabGAN | None = None,
        *,
        sampling_strategy: str | float | Mapping[Any, int] = "auto",
        random_state: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Learn X and y together; give all their rows, and synthetic ones after them.

        Parameters
        ----------
        X : (n, m) frame or array; missing cells are learnt as such.
        y : (n,) classes, none missing.

        Returns
        -------
        X and y as they were given, with more rows; the index of frames is new.

        Raises
        ------
        DataError, ValueError
            X is no table, y does not fit it, or the strategy cannot be met by adding rows.
        """
        frame = as_frame(X, type(self).__name__)
        labels = _labels(frame, y)
        if len(labels) != len(frame) or labels.isna().any():
            raise DataError(
                f"y must have one class for each of {len(frame)} rows, found {len(labels)} of which "
                f"{int(labels.isna().sum())} are missing"
            )
        self.sampling_strategy_ = wanted_rows(labels, self.sampling_strategy)
        made = TabGAN() if self.estimator is None else clone(self.estimator)
        if self.random_state is not None:
            made.set_params(random_state=self.random_state)
        table = frame.assign(**{str(labels.name): labels.to_numpy()})
        self.estimator_ = made.fit(table, schema=infer_schema(table, category=[str(labels.name)]))
        remember_columns(self, X, frame.shape[1])
        new = self._drawn(str(labels.name), frame)
        rows = {name: extended(frame[name], new[name]) for name in frame.columns}
        classes = extended(labels, new[labels.name])
        return like(pd.DataFrame(rows), X), _as_given(classes, y)

    def _drawn(self, target: str, frame: pd.DataFrame) -> pd.DataFrame:
        """The synthetic rows, to stand beside those of a frame."""
        model = self.estimator_.model_
        labels, counts = (
            list(self.sampling_strategy_),
            np.array([*self.sampling_strategy_.values()], np.int64),
        )
        balance = Balance(position(model, target), labels, np.zeros(len(labels)), [])
        seed = seed_of(self.random_state)
        return NewIdentifiers(model, [frame], seed).renew(draw_levels(model, {}, balance, counts, 1.0, seed))


def wanted_rows(labels: pd.Series[Any], strategy: Any) -> dict[Any, int]:
    """How many rows each class of y (n,) is to gain.

    Raises
    ------
    ValueError
        The strategy is none, or asks for fewer rows than there are.
    """
    counts = labels.value_counts().sort_index()
    counts = counts[counts > 0]
    if len(counts) < 2:
        raise ValueError(f"y must have two classes or more, found {len(counts)}; there is nothing to balance")
    most = int(counts.max())
    if isinstance(strategy, Mapping):
        if unknown := [label for label in strategy if label not in counts.index]:
            raise ValueError(
                f"sampling_strategy names the class {unknown[0]!r}; choose among {list(counts.index)[:5]}"
            )
        wanted = {label: int(n) for label, n in strategy.items()}
    elif isinstance(strategy, Real) and not isinstance(strategy, bool) and len(counts) == 2:
        wanted = {counts.idxmin(): round(float(strategy) * most)}
    elif strategy == "auto":
        wanted = dict.fromkeys(counts.index[counts < most], most)
    else:
        raise ValueError(
            f"sampling_strategy must be 'auto', a mapping of classes to rows or, with two classes, a number; got "
            f"{strategy!r} for {len(counts)} classes"
        )
    for label, n in wanted.items():
        if n < counts[label]:
            raise ValueError(
                f"class {label!r} has {counts[label]} rows and is to have {n}; rows are only added"
            )
    return {label: n - int(counts[label]) for label, n in wanted.items()}


def _labels(frame: pd.DataFrame, y: Any) -> pd.Series[Any]:
    """The classes under a name that no column of the frame has."""
    labels = y.iloc[:, 0] if isinstance(y, pd.DataFrame) else pd.Series(y)
    name = str(labels.name) if labels.name is not None else "target"
    while name in {str(column) for column in frame.columns}:
        name += "_"
    return labels.rename(name)


def _as_given(classes: pd.Series[Any], y: Any) -> Any:
    if isinstance(y, pd.DataFrame):
        return classes.rename(y.columns[0]).to_frame()
    return named(classes, y.name) if isinstance(y, pd.Series) else np.asarray(classes, np.asarray(y).dtype)
