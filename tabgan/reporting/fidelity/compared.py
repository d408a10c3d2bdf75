"""The rows that fidelity is judged on: real and synthetic ones, and for the floor real and fresh real ones."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.fidelity.coding import CodedFrames, code_frames, shared_bins
from tabgan.reporting.fidelity.correlations import Moments
from tabgan.reporting.fidelity.jackknife import N_GROUPS, means_without, row_groups
from tabgan.reporting.fidelity.pairs import correlation_moments
from tabgan.reporting.tables import Tables

Floats = NDArray[np.float64]
MAX_ROWS = 500_000  # of each table; above it a random part of so many is judged
JUDGED, FLOOR = (0, 1), (2, 3)  # places of the frames that are compared


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Frames below each other: real, synthetic, and for the floor real and fresh real rows.

    Attributes
    ----------
    frames : the four, with the same columns.
    whole : the tables that they are drawn from, whose ranges make the bins.
    coded : their codes, numbers on bins of the real range, judged rows in groups.
    factor : brings the floor's errors, which shrink as 1/√n, to the judged sizes.
    """

    frames: list[pd.DataFrame]
    whole: list[pd.DataFrame]
    coded: CodedFrames
    factor: float

    @property
    def n_rows(self) -> int:
        """Rows judged of the smaller side."""
        return min(len(self.frames[0]), len(self.frames[1]))

    @property
    def n_pairs(self) -> int:
        """How many pairs of columns there are."""
        n = len(self.coded.columns)
        return n * (n - 1) // 2

    def moves(self, sums: Floats) -> list[Floats]:
        """What leaving out a group moves a difference by: the mean of a weight of real rows less of synthetic ones.

        Parameters
        ----------
        sums
            Of the weights over the rows of each group, shape (groups,).

        Returns
        -------
        For the groups of the real and of the synthetic rows, shape (groups of the frame,).
        """
        sizes, frame = self.coded.group_sizes, self.coded.frame_of_group
        parts = [(sums[frame == k], sizes[frame == k]) for k in JUDGED]
        real, synthetic = (means_without(part, size) - part.sum() / size.sum() for part, size in parts)
        return [real, -synthetic]

    def moments(self) -> list[Moments]:
        """The sums for the correlations of each frame, by group."""
        ends = np.cumsum([len(frame) for frame in self.frames])[:-1]
        parts = zip(self.frames, np.split(self.coded.group, ends), strict=True)
        return [
            correlation_moments(frame, self.coded.is_number, group - group.min()) for frame, group in parts
        ]


def compare(tables: Tables) -> Compared:
    """The rows to judge.

    Both frames of the floor are cut to the proportion of the synthetic to the real rows: errors of rare
    cells and the bias of information depend on the rows of each side.
    """
    rng = tables.rng("fidelity")
    real, synthetic = (part_of(frame, MAX_ROWS, rng) for frame in (tables.real, tables.synthetic))
    reference, fresh = tables.floor_pair()
    share = min(1.0, len(reference) / len(real), len(fresh) / len(synthetic))
    n_reference, n_fresh = (max(1, int(share * len(frame))) for frame in (real, synthetic))
    frames = [real, synthetic, part_of(reference, n_reference, rng), part_of(fresh, n_fresh, rng)]
    n_groups = (N_GROUPS, N_GROUPS, 1, 1)
    groups = [row_groups(len(frame), rng, n) for frame, n in zip(frames, n_groups, strict=True)]
    judged, floor = (1 / len(frames[a]) + 1 / len(frames[b]) for a, b in (JUDGED, FLOOR))
    whole = [tables.real, tables.synthetic, reference, fresh]
    return Compared(
        frames=frames,
        whole=whole,
        coded=code_frames(frames, set(tables.numeric), shared_bins, groups, whole),
        factor=math.sqrt(judged / floor),
    )


def part_of(frame: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """At most so many rows of a frame, drawn at random, in their order."""
    if len(frame) <= n_rows:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), n_rows, replace=False))]
