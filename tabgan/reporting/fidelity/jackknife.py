"""Intervals of the report's scores: what another draw of the same rows would change.

The delete-a-group jackknife (Kott 2001, "The delete-a-group jackknife", Journal of Official Statistics 17):
each sample is cut at random into G groups, the score is computed G times without one of them, and
(G - 1) / G times the sum of the squared deviations from their mean estimates its variance. Samples are
independent, so their variances add. Where a score is a sum of absolute values, signs are held fixed, which
makes it linear in the rows; near a score of zero the interval is then too wide rather than too narrow.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
N_GROUPS = 10
LEVEL = 0.95


def row_groups(n_rows: int, rng: np.random.Generator, n_groups: int = N_GROUPS) -> NDArray[np.int64]:
    """The group of each row, shape (n_rows,): groups of equal size (± 1), none empty."""
    return rng.permutation(np.arange(n_rows, dtype=np.int64) % max(1, min(n_groups, n_rows)))


def means_without(sums: Floats, sizes: NDArray[np.int64]) -> Floats:
    """The mean over all rows but those of one group, for each group.

    Parameters
    ----------
    sums
        Sums over the rows of each group, shape (..., groups).
    sizes
        Rows of each group, shape (groups,).
    """
    left = np.maximum(sizes.sum() - sizes, 1)
    return np.asarray((sums.sum(axis=-1, keepdims=True) - sums) / left, dtype=np.float64)


def interval(
    value: float, replicates: Sequence[Floats], low: float = 0.0, high: float = 100.0, variance: float = 0.0
) -> tuple[float, float] | tuple[None, None]:
    """A 95 % interval of a score by Student's t, within the score's range.

    Parameters
    ----------
    replicates
        For each sample, the score without one of its groups in turn, shape (groups,).
    low, high
        The least and the greatest value that the score can have.
    variance
        What comes to the samples' own.

    Returns
    -------
    Both bounds, or None twice when no sample has two groups.
    """
    parts = [np.asarray(part, dtype=np.float64) for part in replicates if len(part) > 1]
    if not parts:
        return None, None
    variance += sum((len(p) - 1) / len(p) * float(((p - p.mean()) ** 2).sum()) for p in parts)
    freedom = sum(len(p) - 1 for p in parts)
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * variance**0.5
    return max(low, value - reach), min(high, value + reach)
