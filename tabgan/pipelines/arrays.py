"""Between what a pipeline passes on, frames or arrays, and the frames that a model reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from tabgan.errors import DataError


def as_frame(X: Any, owner: str) -> pd.DataFrame:
    """A frame as it is, an array (n, m) as a frame with the columns x0, x1, … that scikit-learn names.

    Raises
    ------
    DataError
        X is no table of rows and columns, or has none of them; ``owner`` is who asks, for the message.
    """
    if sparse.issparse(X):
        raise DataError(f"{owner} must be given dense rows, found sparse ones; convert them with X.toarray()")
    if isinstance(X, pd.DataFrame):
        frame = X
    else:
        array = np.asarray(X)
        if np.iscomplexobj(array):
            raise DataError(
                f"Complex data not supported by {owner}; give real and imaginary part a column each"
            )
        if array.ndim != 2:
            raise DataError(
                f"{owner} must be given a table of rows and columns, found {array.ndim} axes. Reshape your data: "
                "array.reshape(-1, 1) has a single feature, array.reshape(1, -1) a single sample"
            )
        frame = pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])]).infer_objects()
    for axis, what in enumerate(("sample", "feature")):
        if not frame.shape[axis]:
            raise DataError(
                f"found 0 {what}(s) (shape={frame.shape}) while a minimum of 1 is required by {owner}"
            )
    return frame


def like(frame: pd.DataFrame, X: Any) -> Any:
    """The rows of a frame as X was given: a frame, or an array of the same dtype where that can hold them."""
    if isinstance(X, pd.DataFrame):
        return frame
    dtype = np.asarray(X).dtype
    return frame.to_numpy(dtype=dtype if dtype.kind in "fO" else None)


def remember_columns(estimator: Any, X: Any, n_features: int) -> None:
    """Set ``n_features_in_``, and ``feature_names_in_`` where all names are text, as scikit-learn does."""
    estimator.n_features_in_ = n_features
    names = column_names(X)
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def check_columns(estimator: Any, X: Any, n_features: int) -> None:
    """Hold rows to the columns of the fit.

    Raises
    ------
    DataError
        There are more or fewer, or they have other names or another order.
    """
    kind, names = type(estimator).__name__, column_names(X)
    known = getattr(estimator, "feature_names_in_", None)
    if names is not None and known is not None and list(names) != list(known):
        raise DataError(_told(list(names), list(known)))
    if n_features != estimator.n_features_in_:
        raise DataError(
            f"X has {n_features} features, but {kind} is expecting {estimator.n_features_in_} features as input"
        )


def column_names(X: Any) -> Any:
    """Names of a frame's columns as an array, None where there is none or one is no text."""
    if not isinstance(X, pd.DataFrame) or not all(isinstance(name, str) for name in X.columns):
        return None
    return np.array(X.columns, dtype=object)


def _told(found: list[str], known: list[str]) -> str:
    lines = ["The feature names should match those that were passed during fit."]
    extra, lacking = sorted({*found} - {*known}), sorted({*known} - {*found})
    lines += ["Feature names unseen at fit time:", *(f"- {name}" for name in extra)] if extra else []
    lines += (
        ["Feature names seen at fit time, yet now missing:", *(f"- {n}" for n in lacking)] if lacking else []
    )
    if not extra and not lacking:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"
