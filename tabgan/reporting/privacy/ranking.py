"""How well scores rank members above others: AUC, true positives at a low false positive rate."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tabgan.reporting.columns import Floats
from tabgan.reporting.intervals import Estimate, around

Mask = NDArray[np.bool_]
LOW_RATE = 0.01  # of false positives
SHARED_LUCK = 0.36  # see `strongest`
LEAST_OTHERS = 99  # below, 1 % of them is less than one row


class Measured(NamedTuple):
    """A figure and its standard error."""

    value: float
    error: float


def auc(scores: Floats, member: Mask) -> Measured:
    """Share of pairs of a member and another that are in the right order, ties counting half.

    Source of the error: DeLong et al. 1988, from the placement of each row among those of the other side.
    """
    n_members = int(member.sum())
    n_others = len(member) - n_members
    ranks = rankdata(scores)
    above = (ranks[member] - rankdata(scores[member])) / n_others  # others below each member
    below = 1 - (ranks[~member] - rankdata(scores[~member])) / n_members
    variance = sum(_variance(part) / len(part) for part in (above, below))
    # Where nothing overlaps the placements do not vary; one row more could.
    least = 1 / (4 * (min(n_members, n_others) + 1) ** 2)
    return Measured(float(above.mean()), math.sqrt(max(variance, least)))


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.25


def tpr_at_low_fpr(scores: Floats, member: Mask, rng: np.random.Generator) -> Measured:
    """Share of members above the threshold that 1 % of the others pass.

    Ties are broken at random. The threshold lies between the order statistics of the others such that a
    score without information gets 1 % on average. The error is that of the share and of the threshold.

    Raises
    ------
    ValueError
        When there are fewer than 99 others.
    """
    others, members = _ranks(scores, member, rng)
    n, m = len(others), len(members)
    if n < LEAST_OTHERS:
        raise ValueError(f"1 % of the others must be a row at least: 99 of them are needed, found {n}")
    descending = np.sort(others)[::-1]

    def found(rate: float) -> float:
        place = rate * (n + 1)
        whole = int(place)
        passed = [_share_above(members, descending, j) for j in (whole, whole + 1)]
        return passed[0] + (place - whole) * (passed[1] - passed[0])

    value = found(LOW_RATE)
    slope = (found(2 * LOW_RATE) - found(LOW_RATE / 2)) / (1.5 * LOW_RATE)
    share = (value * m + 2) / (m + 4)
    variance = share * (1 - share) / m + slope**2 * LOW_RATE * (1 - LOW_RATE) / n
    return Measured(value, math.sqrt(variance))


def _share_above(members: Floats, descending: Floats, j: int) -> float:
    """Share of the members above the j-th largest of the others; none is above the 0-th."""
    if j == 0:
        return 0.0
    return float((members > descending[min(j, len(descending)) - 1]).mean())


def _ranks(scores: Floats, member: Mask, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Ranks of the others and of the members, ties in random order."""
    order = np.lexsort((rng.permutation(len(scores)), scores))
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(len(scores))
    return ranks[~member], ranks[member]


def roc(scores: Floats, member: Mask, points: int = 60) -> dict[str, list[float]]:
    """The ROC curve at rates of false positives that are even on a logarithmic axis."""
    n_others = int((~member).sum())
    rates = np.unique(np.concatenate([[0.0], np.geomspace(1 / n_others, 1, points)]))
    thresholds = np.quantile(scores[~member], 1 - rates, method="higher")
    passed = [float((scores[member] > threshold).mean()) for threshold in thresholds[:-1]]
    alarms = [float((scores[~member] > threshold).mean()) for threshold in thresholds[:-1]]
    return {"fpr": [*alarms, 1.0], "tpr": [*passed, 1.0]}


def strongest(
    attacks: Mapping[str, Floats],
    folds: Sequence[NDArray[np.intp]],
    figure: Callable[[Floats, NDArray[np.intp]], Measured],
) -> Estimate:
    """The figure of the strongest of several attacks, without the bias of picking the maximum.

    In each fold the attack is judged that is strongest in the other one; the mean of both is returned. When
    luck picks one attack in both, it is high in both: the folds' figures are correlated. For k equal attacks
    without correlation among them this correlation is m²/(k - 1), with m the mean of the largest of k standard
    normals: 0.32 for two, 0.36 for three, less for more. The error allows for 0.36.

    Parameters
    ----------
    attacks
        Scores of the judged rows by the attack's name, each of shape (n,).
    folds
        Two sets of row numbers.
    figure
        Of scores and the row numbers to judge.
    """
    found = []
    for here, there in (folds, folds[::-1]):
        best = max(attacks, key=lambda name: figure(attacks[name], there).value)
        found.append(figure(attacks[best], here))
    luck = SHARED_LUCK if len(attacks) > 1 else 0.0
    error = math.hypot(*(part.error for part in found)) / 2
    return around(float(np.mean([part.value for part in found])), error * math.sqrt(1 + luck))
