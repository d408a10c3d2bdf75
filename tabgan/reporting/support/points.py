"""Rows as points: numbers scaled to the real range, categories one-hot, and the nearest of other points."""

from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from tabgan.reporting.columns import Floats, as_numbers, shared_codes

MAX_LEVELS = 100  # of a column: levels beyond the most frequent count as one
FAR = 100.0  # times the real range: further out, or infinite, counts as so far


def as_points(frames: Sequence[pd.DataFrame], numeric: Collection[Hashable]) -> list[Floats]:
    """Frames with the same columns as points of one space, each of shape (n, dimensions).

    Numbers are scaled to [0, 1] over the range of the first frame, levels one-hot, so that two levels are √2
    apart. A missing number lies at the first frame's median and has 1 in a dimension of its own.

    DIFF: a column of two levels has one dimension with 0 and √2 (the same distances), and a column of more
    than 100 levels counts the rarer ones as one; both keep the space small.
    """
    parts: list[list[Floats]] = [[] for _ in frames]
    for k, name in enumerate(frames[0].columns):
        columns = [frame.iloc[:, k] for frame in frames]
        for part, block in zip(
            parts, _numbers(columns) if name in numeric else _levels(columns), strict=True
        ):
            part.append(block)
    return [np.concatenate(part, axis=1) for part in parts]


def dimensions(frame: pd.DataFrame, numeric: Collection[Hashable]) -> int:
    """About how many dimensions the rows of a frame need as points."""
    levels = [frame.iloc[:, k].nunique() for k, name in enumerate(frame.columns) if name not in numeric]
    return frame.shape[1] + sum(min(n, MAX_LEVELS) for n in levels if n > 2)


def _numbers(columns: Sequence[pd.Series]) -> list[Floats]:
    values = [as_numbers(column) for column in columns]
    halves = values[0][np.isfinite(values[0])] / 2  # so that no range and no median overflows
    low, high, middle = (halves.min(), halves.max(), np.median(halves)) if halves.size else (0.0, 0.0, 0.0)
    width = high - low if high > low else 0.5
    scaled = [np.clip((np.where(np.isnan(x), middle, x / 2) - low) / width, -FAR, FAR) for x in values]
    if not any(np.isnan(x).any() for x in values):
        return [x[:, None] for x in scaled]
    return [np.column_stack([x, np.isnan(y)]) for x, y in zip(scaled, values, strict=True)]


def _levels(columns: Sequence[pd.Series]) -> list[Floats]:
    codes, n_levels = shared_codes(*columns)
    counts = np.bincount(np.concatenate(codes), minlength=n_levels)
    rank = np.empty(n_levels, dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(n_levels)
    width = min(int((counts > 0).sum()), MAX_LEVELS + 1)
    places = [np.minimum(rank[code], width - 1) for code in codes]
    if width <= 2:
        return [np.sqrt(2) * place[:, None] for place in places]
    return [np.eye(width)[place] for place in places]


class Nearest(NamedTuple):
    """The nearest point of each group: its distance and its place, each of shape (queries, groups)."""

    distance: Floats
    place: NDArray[np.int64]


def nearest(
    queries: Floats, points: Floats, group: NDArray[np.int64] | None = None, *, same: bool = False
) -> Nearest:
    """The nearest of each group of points, by Euclidean distance.

    Parameters
    ----------
    queries, points
        Shapes (n, dimensions) and (m, dimensions).
    group
        Of each point, from 0, shape (m,); None is one group.
    same
        Whether the queries are the points themselves, in that order: then none is its own neighbour.

    Returns
    -------
    A group that holds nothing but the query itself is infinitely far.
    """
    group = np.zeros(len(points), dtype=np.int64) if group is None else group
    n_groups = int(group.max()) + 1
    found = Nearest(
        np.full((len(queries), n_groups), np.inf), np.zeros((len(queries), n_groups), dtype=np.int64)
    )
    for g in range(n_groups):
        members = np.flatnonzero(group == g)
        k = min(2 if same else 1, len(members))
        search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points[members])
        places = members[search.kneighbors(queries, return_distance=False)]
        own = places[:, 0] == np.arange(len(queries)) if same else np.zeros(len(queries), dtype=np.bool_)
        place = np.where(own, places[:, -1], places[:, 0])
        known = place != np.arange(len(queries)) if same else ~own
        found.place[:, g] = place
        found.distance[known, g] = _distances(queries[known], points[place[known]])
    return found


def _distances(first: Floats, second: Floats) -> Floats:
    """Row by row, without the rounding of the search's matrix product; equal ones are equal to the last digit."""
    return np.asarray(np.round(np.sqrt(np.einsum("nd,nd->n", first - second, first - second)), 10))
