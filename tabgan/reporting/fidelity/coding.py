"""Columns of several frames as small integer codes: the same level or bin, the same code in all of them."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats, as_numbers, shared_codes

Codes = NDArray[Any]  # unsigned integers, as narrow as the number of levels allows
# The numbers to bin and those that bins are made of, by frame -> codes by frame, n_levels.
Binning = Callable[[Sequence[Floats], Sequence[Floats]], tuple[list[NDArray[np.int64]], int]]
N_BINS = 10


@dataclass(frozen=True, kw_only=True)
class CodedFrames:
    """Several frames below each other, as codes; code 0 of a column is its missing cells.

    Attributes
    ----------
    columns : codes of each column, shape (rows of all frames,).
    n_levels : codes of a column lie in [0, n_levels), shape (columns,).
    is_number : whether the codes of a column are bins, shape (columns,).
    group : group of each row, shape (rows of all frames,); a group lies within a frame.
    frame_of_group : shape (groups,), ascending.
    """

    columns: tuple[Codes, ...]
    n_levels: NDArray[np.int64]
    is_number: NDArray[np.bool_]
    group: NDArray[np.int64]
    frame_of_group: NDArray[np.int64]

    @cached_property
    def group_sizes(self) -> NDArray[np.int64]:
        """Rows of each group, shape (groups,)."""
        return np.bincount(self.group, minlength=self.n_groups)

    @cached_property
    def frame_starts(self) -> NDArray[np.int64]:
        """The first group of each frame, shape (frames,)."""
        return np.flatnonzero(np.diff(self.frame_of_group, prepend=-1))

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return int(self.frame_of_group[-1]) + 1

    @property
    def n_groups(self) -> int:
        """How many groups there are, of all frames together."""
        return len(self.frame_of_group)

    def frame_sums(self, by_group: NDArray[Any]) -> NDArray[Any]:
        """Sums over the groups of each frame: shape (groups, ...) to (frames, ...)."""
        return np.asarray(np.add.reduceat(by_group, self.frame_starts, axis=0))

    def whole_frames(self) -> "CodedFrames":
        """The same rows with each frame as one group."""
        return replace(self, group=self.frame_of_group[self.group], frame_of_group=np.arange(self.n_frames))

    def of_frame(self, column: int, frame: int) -> Codes:
        """The codes of one column in one frame, shape (rows of the frame,)."""
        sizes = self.frame_sums(self.group_sizes)
        start = int(sizes[:frame].sum())
        return self.columns[column][start : start + int(sizes[frame])]


def code_frames(
    frames: Sequence[pd.DataFrame],
    numeric: Collection[Hashable],
    binning: Binning,
    groups: Sequence[NDArray[np.int64]] | None = None,
    ranges: Sequence[pd.DataFrame] | None = None,
) -> CodedFrames:
    """Code the columns of frames that have them in one order.

    Parameters
    ----------
    numeric
        Names of the columns to bin; the others are levels.
    groups
        For each frame the group of each row, from 0; None makes each frame one group.
    ranges
        For each frame the rows that its bins are made of; None takes its own.
    """
    ranges = frames if ranges is None else ranges
    if groups is None:
        groups = [np.zeros(len(frame), dtype=np.int64) for frame in frames]
    n_groups = [int(group.max()) + 1 for group in groups]
    starts = np.concatenate([[0], np.cumsum(n_groups)[:-1]])
    is_number = np.array([name in numeric for name in frames[0].columns], dtype=np.bool_)
    coded = [
        _bin(frames, ranges, k, binning) if is_number[k] else _code(frames, k) for k in range(len(is_number))
    ]
    return CodedFrames(
        columns=tuple(codes for codes, _ in coded),
        n_levels=np.array([n_levels for _, n_levels in coded], dtype=np.int64),
        is_number=is_number,
        group=np.concatenate([group + start for group, start in zip(groups, starts, strict=True)]),
        frame_of_group=np.repeat(np.arange(len(frames)), n_groups),
    )


def with_bins(
    coded: CodedFrames, frames: Sequence[pd.DataFrame], ranges: Sequence[pd.DataFrame], binning: Binning
) -> CodedFrames:
    """The same frames with their numbers in other bins."""
    found = [
        _bin(frames, ranges, k, binning) if is_number else (coded.columns[k], int(coded.n_levels[k]))
        for k, is_number in enumerate(coded.is_number)
    ]
    columns, n_levels = zip(*found, strict=True)
    return replace(coded, columns=tuple(columns), n_levels=np.array(n_levels, dtype=np.int64))


def _code(frames: Sequence[pd.DataFrame], k: int) -> tuple[Codes, int]:
    codes, n_levels = shared_codes(*(frame.iloc[:, k] for frame in frames))
    return np.concatenate(codes).astype(np.min_scalar_type(n_levels)), n_levels


def _bin(
    frames: Sequence[pd.DataFrame], ranges: Sequence[pd.DataFrame], k: int, binning: Binning
) -> tuple[Codes, int]:
    values = [as_numbers(frame.iloc[:, k]) for frame in frames]
    pairs = zip(values, frames, ranges, strict=True)
    whole = [own if source is frame else as_numbers(source.iloc[:, k]) for own, frame, source in pairs]
    codes, n_levels = binning(values, whole)
    return np.concatenate(codes).astype(np.min_scalar_type(n_levels)), n_levels


def shared_bins(values: Sequence[Floats], ranges: Sequence[Floats]) -> tuple[list[NDArray[np.int64]], int]:
    """Ten equal-width bins of the first frame's range; what lies outside falls into the end bins."""
    edges = bin_edges(ranges[0])
    return [_digitise(x, edges, N_BINS) for x in values], N_BINS + 1


def separate_bins(values: Sequence[Floats], ranges: Sequence[Floats]) -> tuple[list[NDArray[np.int64]], int]:
    """Ten equal-width bins of each frame's own range, and its maximum in a bin of its own."""
    top = N_BINS + 1  # the maximum itself lies beyond the last edge's left side: a bin of its own
    own = zip(values, ranges, strict=True)
    return [_digitise(x, bin_edges(source), top) for x, source in own], top + 1


def quantile_bins(values: Sequence[Floats], ranges: Sequence[Floats]) -> tuple[list[NDArray[np.int64]], int]:
    """Up to ten bins of equal mass in the first frame; a value that holds several of them has one."""
    edges = quantile_edges(ranges[0])
    codes = [np.where(np.isnan(x), 0, np.searchsorted(edges, x, side="left") + 1) for x in values]
    return codes, len(edges) + 2


def quantile_edges(values: Floats) -> Floats:
    """The inner deciles of the finite values, each once, shape (up to 9,); a bin holds its upper edge."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.empty(0)
    deciles = np.arange(1, N_BINS) / N_BINS
    return np.unique(np.quantile(finite, deciles, method="lower"))


def bin_edges(values: Floats) -> Floats:
    """The edges of ten equal-width bins over the finite values, shape (11,); a constant has one unit."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return 2 * np.linspace(low / 2, high / 2, N_BINS + 1)  # halved, so that no range overflows


def _digitise(values: Floats, edges: Floats, highest: int) -> NDArray[np.int64]:
    """Bins 1 to `highest`, shape (n,); 0 is missing."""
    places = np.clip(np.digitize(values, edges), 1, highest)
    return np.where(np.isnan(values), 0, places).astype(np.int64)
