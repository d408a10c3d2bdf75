"""Rows as the features that a classifier is given: numbers as they are, categories as one-hots or codes."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from tabgan.reporting.columns import Codes, Floats, Names, as_numbers, shared_codes, split_columns

MAX_DENSE_LEVELS = 1_000
MAX_COMPACT_FEATURES = 256  # what keeps a table of 200 columns within seconds
_BOUND = float(np.finfo(np.float32).max)


class CompactFeatures(NamedTuple):
    """Features of bounded width, and where each column of the table stands among them.

    values : float32, shape (real + synthetic rows, features), real rows first.
    spans : the features of each column, in the order of the real table.
    """

    values: NDArray[np.float32]
    spans: list[slice]


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
    dense32 = np.clip(dense, -_BOUND, _BOUND).astype(np.float32)
    columns = np.column_stack([codes for codes, _ in levels]) if levels else np.empty((n_rows, 0), np.int64)
    columns = columns + np.concatenate([[0], np.cumsum(widths)])[: columns.shape[1]].astype(np.int64)
    if sum(widths) <= MAX_DENSE_LEVELS or max_levels is not None:
        hots = np.zeros((n_rows, sum(widths)), dtype=np.float32)
        np.put_along_axis(hots, columns, 1.0, axis=1)
        return np.hstack([dense32, hots])
    return _sparse_features(dense32, columns, sum(widths))


def compact_features(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    categorical: Names,
    *,
    max_features: int = MAX_COMPACT_FEATURES,
) -> CompactFeatures:
    """The same in a bounded width: one-hots for the columns of fewest levels, a code for the others.

    A column of two levels needs no more than its code either. Codes count the levels from the most
    frequent down, so that a tree can split the common levels from the rare ones.
    """
    _, categories = split_columns(real, synthetic, categorical)
    table = level_codes([real, synthetic], categories)
    values, n_levels = np.vstack(table.values), table.n_levels
    widths = np.ones(values.shape[1], dtype=np.int64)
    for j in np.argsort(n_levels, kind="stable"):
        if n_levels[j] > 2 and widths.sum() + n_levels[j] - 1 <= max_features:
            widths[j] = n_levels[j]
    ends = np.cumsum(widths)
    spans = [slice(int(end - width), int(end)) for end, width in zip(ends, widths, strict=True)]
    features = np.zeros((len(values), int(widths.sum())), dtype=np.float32)
    for j, span in enumerate(spans):
        if widths[j] == 1:
            features[:, span.start] = values[:, j]
        else:
            features[np.arange(len(values)), span.start + values[:, j].astype(np.int64)] = 1
    return CompactFeatures(features, spans)


class LevelCodes(NamedTuple):
    """Tables as numbers: numeric columns as they are, categories as codes.

    values : one float64 array of shape (rows, columns) per frame.
    n_levels : shape (columns,), the levels that a category has in all frames, 0 for a numeric column.
    """

    values: list[Floats]
    n_levels: NDArray[np.int64]


def level_codes(frames: Sequence[pd.DataFrame], categorical: Sequence[Hashable]) -> LevelCodes:
    """One feature per column: numbers as they are, levels counted from the most frequent down.

    A missing category is a level, a missing number is NaN; numbers beyond float32 are brought to its
    bounds, since no tree takes an infinity.
    """
    first, chosen = frames[0], set(categorical)
    values = [np.empty((len(frame), first.shape[1])) for frame in frames]
    n_levels = np.zeros(first.shape[1], dtype=np.int64)
    for j, name in enumerate(first.columns):
        if name in chosen:
            parts, n_levels[j] = _frequency_codes([frame[name] for frame in frames])
        else:
            parts = [np.clip(as_numbers(frame[name]), -_BOUND, _BOUND) for frame in frames]
        for held, part in zip(values, parts, strict=True):
            held[:, j] = part
    return LevelCodes(values, n_levels)


def shuffled(
    features: NDArray[Any], spans: Sequence[slice], order: NDArray[np.int64]
) -> Iterator[NDArray[Any]]:
    """The features with those of one column in another order of rows, column after column.

    What is given is one array, changed in place from step to step.
    """
    changed = features.copy()
    for span in spans:
        changed[:, span] = features[order, span]
        yield changed
        changed[:, span] = features[:, span]


def without_empty(features: NDArray[Any]) -> NDArray[Any]:
    """The features with zeros for a column of nothing but NaN, which scikit-learn's trees refuse (1.9)."""
    empty = np.isnan(features).all(axis=0)
    return np.where(empty, 0, features).astype(features.dtype) if empty.any() else features


def _frequency_codes(columns: list["pd.Series[Any]"]) -> tuple[list[Floats], int]:
    codes, n_levels = shared_codes(*columns)
    counts = np.bincount(np.concatenate(codes), minlength=n_levels)
    rank = _ranks(counts).astype(np.float64)
    return [rank[part] for part in codes], int((counts > 0).sum())


def _ranks(counts: NDArray[np.int64]) -> Codes:
    """Place of each level, the most frequent first; shape (levels,)."""
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return ranks


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
    ranks = _ranks(np.bincount(codes, minlength=n_levels))
    return np.minimum(ranks[codes], most), most + 1
