"""Scores on pairs of columns, with floors and intervals: trend, trend as published, mutual information."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabgan.reporting.fidelity.coding import separate_bins, with_bins
from tabgan.reporting.fidelity.compared import FLOOR, JUDGED, Compared
from tabgan.reporting.fidelity.correlations import Moments
from tabgan.reporting.fidelity.jackknife import interval
from tabgan.reporting.fidelity.joint_counts import pairs_of
from tabgan.reporting.fidelity.pairs import (
    PairScan,
    frame_information,
    information_without,
    scan_pairs,
    trend_matrix,
    weighted_similarity,
)
from tabgan.reporting.score import Score

Floats = NDArray[np.float64]
ONE_COLUMN = "there is one column only, so there are no pairs"


class PairErrors(NamedTuple):
    """Errors of all pairs, of the judged rows and of the floor's, in %, upper triangles (columns, columns)."""

    judged: Floats
    floor: Floats


class Pairs:
    """All pairs of columns, counted once."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self.is_number = compared.coded.is_number
        self.sums = compared.moments()
        self.shared = scan_pairs(compared.coded, pairs_of(self.is_number), [JUDGED, FLOOR], information=True)

    def errors(self, scan: PairScan) -> PairErrors:
        """The errors of all pairs by the distances of a scan, without the factor of the floor."""
        judged, floor = (
            100 * trend_matrix(tvd, self.sums[a].total(), self.sums[b].total(), self.is_number)
            for tvd, (a, b) in zip(scan.tvd, (JUDGED, FLOOR), strict=True)
        )
        return PairErrors(judged, floor)

    def separate(self) -> PairScan:
        """The distances with pairs of a number and a category on separate bins, the others as they are."""
        coded, mixed = self.compared.coded, self.is_number[:, None] != self.is_number[None, :]
        other = with_bins(coded, self.compared.frames, self.compared.whole, separate_bins)
        scan = scan_pairs(other, pairs_of(self.is_number, (1,)), [JUDGED, FLOOR])
        return self.shared._replace(
            tvd=np.where(mixed, scan.tvd, self.shared.tvd),
            pull=np.where(mixed, scan.pull, self.shared.pull),
        )

    def trend(self) -> Score:
        """The mean error on shared bins."""
        judged, floor = (float(part.sum()) / self.compared.n_pairs for part in self.errors(self.shared))
        low, high = interval(judged, self._without_groups(judged, self.shared))
        return Score(
            label="Pairs of columns",
            value=judged,
            better="low",
            best=0.0,
            unit="%",
            floor=floor * self.compared.factor,
            low=low,
            high=high,
            n_rows=self.compared.n_rows,
            note="mean error of all pairs: half the distance of correlations, or of joint tables on shared bins",
        )

    def trend_published(self) -> Score:
        """The mean error on separate bins.

        What separate bins add to the floor comes from extreme values, and does not shrink as rows get more.
        The interval holds the bins fixed.
        """
        separate = self.separate()
        judged, floor = (float(part.sum()) / self.compared.n_pairs for part in self.errors(separate))
        plain = float(self.errors(self.shared).floor.sum()) / self.compared.n_pairs
        low, high = interval(judged, self._without_groups(judged, separate))
        return Score(
            label="Pairs, as published",
            value=judged,
            better="low",
            best=0.0,
            unit="%",
            floor=plain * self.compared.factor + max(0.0, floor - plain),
            low=low,
            high=high,
            n_rows=self.compared.n_rows,
            note="the same with bins of each table's own range, as papers report it: one extreme value moves it",
        )

    def wnmis(self) -> Score:
        """The similarity of normalised mutual information."""
        coded = self.compared.coded
        information = frame_information(coded, self.shared)
        value, floor = (
            float(weighted_similarity(information[a], information[b])) for a, b in (JUDGED, FLOOR)
        )
        replicates = [
            weighted_similarity(information_without(coded, self.shared, side), information[1 - side])
            for side in JUDGED
        ]
        low, high = interval(value, replicates, 0.0, 1.0)
        return Score(
            label="Mutual information (wNMIS)",
            value=value,
            better="high",
            best=1.0,
            floor=1 - (1 - floor) * self.compared.factor,
            low=low,
            high=high,
            n_rows=self.compared.n_rows,
            note="how alike the mutual information of all pairs is, strong pairs weighing more",
        )

    def _without_groups(self, value: float, scan: PairScan) -> list[Floats]:
        """The mean error without each group of the real, and of the synthetic rows."""
        both = self.is_number[:, None] & self.is_number[None, :]
        moves = self.compared.moves(scan.pull[:, ~both].sum(axis=1))
        totals = [self.sums[side].total() for side in JUDGED]
        linked = self._linked(totals[0], totals[1])
        for side, parts in zip(JUDGED, moves, strict=True):
            if len(parts) > 1:
                without = (self.sums[side].without(g) for g in range(len(parts)))
                parts += [self._linked(part, totals[1 - side]) - linked for part in without]
        return [value + 100 * parts / self.compared.n_pairs for parts in moves]

    def _linked(self, first: Moments, second: Moments) -> float:
        """The sum of the errors of all pairs of numbers, in [0, 1] each."""
        nothing = np.zeros((len(self.is_number), len(self.is_number)))
        return float(trend_matrix(nothing, first, second, self.is_number).sum())


def no_pairs() -> dict[str, Score]:
    """The scores of a table of one column."""
    labels = {
        "trend": "Pairs of columns",
        "trend_published": "Pairs, as published",
        "wnmis": "Mutual information (wNMIS)",
    }
    low = {
        name: Score(label=label, value=None, better="low", best=0.0, unit="%", note=ONE_COLUMN)
        for name, label in labels.items()
        if name != "wnmis"
    }
    return low | {"wnmis": Score(label=labels["wnmis"], value=None, better="high", best=1.0, note=ONE_COLUMN)}
