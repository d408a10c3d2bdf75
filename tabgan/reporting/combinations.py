"""Pairs of levels (or of bins of numbers) of the real rows that a sample never has."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabgan.reporting.coding import CodedFrames
from tabgan.reporting.joint_counts import JointCounts, joint_counts
from tabgan.reporting.presence import chance_of_presence

MIN_EXPECTED = 20  # synthetic rows that a combination should have to be judged: a fresh sample has some
MAX_EXAMPLES = 8


class Absent(NamedTuple):
    """A combination that never appears: columns, levels, and how many real rows have it."""

    n_real: int
    first: int
    second: int
    first_level: int
    second_level: int


class Combinations(NamedTuple):
    """What became of the combinations that are judged; shares are of the real rows that they hold, in [0, 1].

    `judged`: how many; `covered`: share of those that appear; `expected`: that share for fresh real rows;
    `without`: `covered` without each group of real, and of synthetic rows, each of shape (groups,); `absent`:
    the most frequent of those that never appear, one of a pair of columns.
    """

    judged: int
    covered: float
    expected: float
    without: list[NDArray[np.float64]]
    absent: list[Absent]


def find_combinations(coded: CodedFrames, pairs: NDArray[np.int64]) -> Combinations | None:
    """Look for the combinations of the first frame in the second; None when none is frequent enough.

    Parameters
    ----------
    coded
        Real and synthetic rows.
    pairs
        Of columns, shape (pairs, 2).
    """
    n_real, n_synthetic = (int(size) for size in coded.frame_sums(coded.group_sizes))
    chance = chance_of_presence(np.arange(n_real + 1), n_real, n_synthetic)
    least = MIN_EXPECTED * n_real / n_synthetic
    judged, mass, covered, expected = 0, 0, 0, 0.0
    of_real = coded.frame_of_group == 0
    held_by_group, by_group = np.zeros(int(of_real.sum())), np.zeros(int(of_real.sum()))
    without = np.zeros(int((~of_real).sum()))
    absent: list[Absent] = []
    for joint in joint_counts(coded, pairs):
        places = np.flatnonzero(joint.by_frame[0] >= least)
        real, synthetic = joint.by_frame[0, places], joint.by_frame[1, places]
        table = joint.by_group(places)
        judged, mass = judged + len(places), mass + int(real.sum())
        covered += int(real[synthetic > 0].sum())
        without += (synthetic > table[~of_real]) @ real
        held_by_group += table[of_real] @ (synthetic > 0)
        by_group += table[of_real].sum(axis=1)
        expected += float(real @ chance[real])
        absent += _most_frequent(joint, places[synthetic == 0], int(coded.n_levels[joint.second]))
    if not mass:
        return None
    absent.sort(reverse=True)
    without_real = (covered - held_by_group) / np.maximum(mass - by_group, 1)
    groups = [without_real, without / mass]
    return Combinations(judged, covered / mass, expected / mass, groups, absent[:MAX_EXAMPLES])


def _most_frequent(joint: JointCounts, places: NDArray[np.int64], width: int) -> list[Absent]:
    if not len(places):
        return []
    place = places[np.argmax(joint.by_frame[0, places])]
    first_level, second_level = divmod(int(joint.cells[place]), width)
    return [Absent(int(joint.by_frame[0, place]), joint.first, joint.second, first_level, second_level)]
