"""Pairs of levels (or of bins of numbers) of the real rows that a sample never has."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabgan.reporting.coverage.presence import chance_of_presence
from tabgan.reporting.fidelity.coding import CodedFrames
from tabgan.reporting.fidelity.joint_counts import JointCounts, joint_counts

MIN_EXPECTED = 20  # synthetic rows that a combination should have to be judged: a fresh sample has some
MAX_EXAMPLES = 8
NONE_SEEN = 1.5  # standard errors of the least mass when none is absent: twice them is the rule of three


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
    `without`: `covered` without each group of real, and of synthetic rows, each of shape (groups,);
    `variance`: of `covered`, by single rare combinations that appear or not by chance; `absent`: the most frequent
    of those that never appear, one of a pair of columns.
    """

    judged: int
    covered: float
    expected: float
    without: list[NDArray[np.float64]]
    variance: float
    absent: list[Absent]


@dataclass
class _Tally:
    """Sums over the joint tables; `*_without` are without each group of the real, or of the synthetic rows."""

    mass_without: NDArray[np.float64]
    held_without: NDArray[np.float64]
    without: NDArray[np.float64]
    judged: int = 0
    mass: float = 0.0
    held: float = 0.0
    expected: float = 0.0
    squares: float = 0.0


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
    of_real = coded.frame_of_group == 0
    n_groups = int(of_real.sum())
    tally = _Tally(np.zeros(n_groups), np.zeros(n_groups), np.zeros(coded.n_groups - n_groups))
    left = (1 - coded.group_sizes[of_real] / n_real)[:, None]
    absent: list[Absent] = []
    for joint in joint_counts(coded, pairs):
        places = np.flatnonzero(joint.by_frame[0] >= least / 2)
        _count(tally, joint, places, of_real, (least, least * left), chance)
        missing = places[(joint.by_frame[0, places] >= least) & (joint.by_frame[1, places] == 0)]
        absent += _most_frequent(joint, missing, int(coded.n_levels[joint.second]))
    if not tally.mass:
        return None
    absent.sort(reverse=True)
    return Combinations(
        judged=tally.judged,
        covered=tally.held / tally.mass,
        expected=tally.expected / tally.mass,
        without=[tally.held_without / np.maximum(tally.mass_without, 1), tally.without / tally.mass],
        variance=max(tally.squares, (NONE_SEEN * least) ** 2) / tally.mass**2,
        absent=absent[:MAX_EXAMPLES],
    )


def _count(
    tally: _Tally,
    joint: JointCounts,
    places: NDArray[np.int64],
    of_real: NDArray[np.bool_],
    least: tuple[float, NDArray[np.float64]],
    chance: NDArray[np.float64],
) -> None:
    """Add one joint table; `least` are the rows that a combination needs, of all and without each group."""
    table = joint.by_group(places)
    real, synthetic = joint.by_frame[0, places], joint.by_frame[1, places]
    judged, appears = real >= least[0], synthetic > 0
    tally.judged += int(judged.sum())
    tally.mass += float(real[judged].sum())
    tally.held += float(real[judged & appears].sum())
    tally.expected += float(real[judged] @ chance[real[judged]])
    rare = judged & ~appears & (real < 2 * least[0])
    tally.squares += float((real[rare].astype(np.float64) ** 2).sum())
    tally.without += (synthetic > table[~of_real]) @ np.where(judged, real, 0)
    others = real - table[of_real]
    others = np.where(others >= least[1], others, 0)
    tally.mass_without += others.sum(axis=1)
    tally.held_without += others @ appears


def _most_frequent(joint: JointCounts, places: NDArray[np.int64], width: int) -> list[Absent]:
    if not len(places):
        return []
    place = places[np.argmax(joint.by_frame[0, places])]
    first_level, second_level = divmod(int(joint.cells[place]), width)
    return [Absent(int(joint.by_frame[0, place]), joint.first, joint.second, first_level, second_level)]
