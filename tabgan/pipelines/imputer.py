"""`TabGANImputer`: fill missing cells as a step of a scikit-learn pipeline."""

from __future__ import annotations

from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from tabgan.asking.patching import patched, put
from tabgan.estimator import TabGAN
from tabgan.pipelines.arrays import as_frame, check_columns, like, remember_columns
from tabgan.schema import Kind, infer_schema

STRATEGIES = ("draw", "likely")


class TabGANImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Fill missing cells, each given all that is known of its row.

    Fitted on rows with missing cells, which count as hidden: their rows teach what is there, and no cell is ever
    filled with "missing". Only a column that is missing in every row of the fit stays so.

    Parameters
    ----------
    estimator : an unfitted `tabgan.TabGAN`, of which a clone is fitted; None: the default one.
    strategy : "draw" keeps the spread and the ties between columns: right for tables that are analysed or trained
        on. "likely" gives the likeliest level of a category and the median of a number, each on its own: nearest
        to the truth cell by cell, but rows look more alike than real ones.
    random_state : None, or a whole number that makes fit and transform repeatable.

    Attributes
    ----------
    estimator_ : the fitted `tabgan.TabGAN`.
    n_features_in_, feature_names_in_ : as in scikit-learn.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan import TabGAN, TabGANImputer
    >>> frame = pd.DataFrame({"size": [1, 2, 3, None] * 50, "kind": ["a", "b"] * 100})
    >>> imputer = TabGANImputer(TabGAN(epochs=2), random_state=0)
    >>> int(imputer.fit_transform(frame).isna().sum().sum())
    0
    """

    def __init__(
        self, estimator: TabGAN | None = None, *, strategy: str = "draw", random_state: int | None = None
    ) -> None:
        self.estimator = estimator
        self.strategy = strategy
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn rows X, a frame or an array (n, m); ``y`` is ignored.

        Raises
        ------
        DataError
            X is no table.
        SchemaError, ColumnError
            A column cannot be learnt; the message names it and the way out.
        """
        if self.strategy not in STRATEGIES:
            raise ValueError(f"strategy must be one of {', '.join(STRATEGIES)}, got {self.strategy!r}")
        frame = as_frame(X, type(self).__name__)
        schema = infer_schema(frame)
        known = [c.name for c in schema.columns if c.kind is not Kind.CONSTANT or c.value is not None]
        made = TabGAN() if self.estimator is None else clone(self.estimator)
        if self.random_state is not None:
            made.set_params(random_state=self.random_state)
        self.estimator_ = made.fit(frame, schema=schema, unlabelled=known)
        remember_columns(self, X, frame.shape[1])
        return self

    def transform(self, X: Any) -> Any:
        """Rows with their missing cells filled; a frame gives a frame with its index, an array an array (n, m).

        Raises
        ------
        DataError
            X has other columns than in fit.
        ConditionError
            A given cell is not what its column can hold.
        """
        check_is_fitted(self, "estimator_")
        frame = as_frame(X, type(self).__name__)
        check_columns(self, X, frame.shape[1])
        filled, names = frame, self.estimator_.schema_.names
        if not isinstance(X, pd.DataFrame) or {*X.columns} != {*names}:  # columns are told by their place
            filled = frame.set_axis(pd.Index(names, tupleize_cols=False), axis=1)
        if self.strategy == "likely":
            filled = self._likely(filled)
        if filled.isna().to_numpy().any():
            filled = self.estimator_.complete(filled, random_state=self.random_state)
        return like(filled.set_axis(frame.columns, axis=1), X)

    def _likely(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with what can be predicted filled in."""
        out = frame.copy()
        for column in self.estimator_.schema_.columns:
            where = frame[column.name].isna().to_numpy()
            if where.any() and column.kind not in (Kind.IDENTIFIER, Kind.TEXT, Kind.CONSTANT):
                values = self.estimator_.predict(frame[where], column.name)
                put(out, column.name, patched(frame[column.name], where, values))
        return out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
