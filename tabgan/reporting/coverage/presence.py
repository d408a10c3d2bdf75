"""What a fresh sample of real rows would hold, told from the real rows themselves."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln


def chance_of_presence(counts: NDArray[np.integer], n_rows: int, n_fresh: int) -> NDArray[np.float64]:
    """The chance that a fresh sample holds what a row has, for values that so many of the rows have.

    A row stands for what the sample must hold, `n_fresh` of the other rows for the sample: the chance that
    none of them has the same value is hypergeometric. Averaged over the rows this is an unbiased estimate
    for samples of up to n_rows - 1 rows (and the sample is taken to be no larger).

    Parameters
    ----------
    counts
        Rows that have the value, the row itself included, any shape.
    """
    drawn = min(n_fresh, n_rows - 1)
    others = n_rows - np.asarray(counts, dtype=np.float64)  # that do not have the value
    possible = others >= drawn
    free = np.where(possible, others, drawn)
    absent = gammaln(free + 1) - gammaln(free - drawn + 1) - gammaln(n_rows) + gammaln(n_rows - drawn)
    return np.where(possible, 1 - np.exp(np.minimum(absent, 0.0)), 1.0)
