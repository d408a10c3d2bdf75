"""Copies: synthetic rows equal to a training row, and cells of fine-grained numbers equal to a training value."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Names, as_numbers, exact_values, shared_codes, split_columns

Keys = NDArray[np.uint64]
MIN_DISTINCT = 1_000  # training values of a fine-grained column; below, every real value is shared


def row_keys(frames: Sequence[pd.DataFrame], categorical: Names = None) -> list[Keys]:
    """A key of 64 bits for each row of each frame; equal rows have equal keys, others different ones.

    The key is the exclusive or of a random word for each level or value of each column (Zobrist 1970): two
    rows that differ share a key with probability 2^-64. A missing cell equals another missing one.
    """
    numeric, _ = split_columns(frames[0], frames[1], categorical)
    rng = np.random.default_rng(0)
    keys = np.zeros(sum(len(frame) for frame in frames), dtype=np.uint64)
    for name in frames[0].columns:
        codes = _codes([frame[name] for frame in frames], name in set(numeric))
        words = rng.integers(0, 2**64, int(codes.max()) + 1, dtype=np.uint64)
        keys ^= words[codes]
    return list(np.split(keys, np.cumsum([len(frame) for frame in frames])[:-1]))


def _codes(series: Sequence["pd.Series"], is_number: bool) -> NDArray[np.int64]:
    if not is_number:
        return np.concatenate(shared_codes(*series)[0])
    if all(x.dtype == np.float64 for x in series):
        values = pd.Series(np.concatenate(_as_precise([x.to_numpy() for x in series])))
    elif len({x.dtype for x in series}) == 1:
        values = pd.concat(series, ignore_index=True)
    else:
        values = pd.Series(np.concatenate([as_numbers(x) for x in series]))
    return np.asarray(pd.factorize(values)[0], dtype=np.int64) + 1


def _as_precise(parts: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Numbers in float32 where those of one frame went through it: a copy that lost its last digits is a copy."""
    with np.errstate(over="ignore"):
        shorter = [part.astype(np.float32) for part in parts]
    pairs = zip(parts, shorter, strict=True)
    lost = any(np.array_equal(part, short.astype(part.dtype), equal_nan=True) for part, short in pairs)
    return shorter if lost else list(parts)


def copied_rows(keys: Keys, train: Keys) -> float:
    """Share of rows equal to some training row, in %."""
    return 100 * float(np.isin(keys, train).mean())


def repeated_rows(train: Keys) -> float:
    """Share of training rows equal to another one, in %: what a fresh row would be, leave-one-out."""
    _, inverse, counts = np.unique(train, return_inverse=True, return_counts=True)
    return 100 * float((counts[inverse] > 1).mean())


def chance_error(train: Keys, n_unseen: int, unseen: float) -> float:
    """Standard error of the share of fresh rows that would be copies, `unseen` in %, in points.

    Parameters
    ----------
    n_unseen
        Held-out rows that `unseen` is the share of; 0 when it comes from `repeated_rows`, whose error is larger
        by the training rows that come in twos (Esty, Annals of Statistics 1983).
    """
    n = n_unseen or len(train)
    share = (unseen * n / 100 + 2) / (n + 4)  # with none found there may be some
    twice = 0 if n_unseen else int((np.unique(train, return_counts=True)[1] == 2).sum())
    return 100 * math.sqrt(share * (1 - share) / n + 2 * twice / n**2)


def copied_cells(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None,
    categorical: Names = None,
    *,
    min_distinct: int = MIN_DISTINCT,
) -> pd.DataFrame:
    """Share of cells equal to some training value of their column, in %, beside the hold-out's share.

    Only numeric columns with more than `min_distinct` distinct training values: below that every real
    value is shared. Missing cells are left out. The comparison is exact (int64 for whole numbers and
    times, float64 otherwise, float32 where all numbers of a table went through it).

    Parameters
    ----------
    holdout
        Without it, `holdout` is the share of training cells equal to a training cell of another row.

    Returns
    -------
    One row per column judged, with `synthetic`, `holdout` and `excess`, their difference in points, and
    the number of present cells of both, `n_synthetic` and `n_holdout`.
    """
    numeric, _ = split_columns(train, synthetic, categorical)
    rows, names = [], []
    for name in numeric:
        parts = [exact_values(frame[name]) for frame in (train, synthetic, holdout) if frame is not None]
        parts = _as_precise(parts) if all(part.dtype == np.float64 for part in parts) else parts
        values, cells = parts[:2]
        known, counts = np.unique(values, return_counts=True)
        if len(known) <= min_distinct:
            continue
        if holdout is None:
            unseen, n_unseen = 1 - float((counts == 1).sum()) / len(values), len(values)
        else:
            fresh = parts[2]
            unseen, n_unseen = _share_known(fresh, known), len(fresh)
        copied = _share_known(cells, known)
        rows.append((100 * copied, 100 * unseen, 100 * copied - 100 * unseen, len(cells), n_unseen))
        names.append(name)
    columns = ["synthetic", "holdout", "excess", "n_synthetic", "n_holdout"]
    return pd.DataFrame(rows, index=pd.Index(names, dtype=object, tupleize_cols=False), columns=columns)


def _share_known(values: NDArray[Any], known: NDArray[np.generic]) -> float:
    return float(np.isin(values, known).mean()) if len(values) else 0.0
