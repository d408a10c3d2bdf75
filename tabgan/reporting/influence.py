"""How a score of test rows would vary with other test rows: what each row adds to its error.

A score of n rows is, to first order, its expectation plus a sum of one small independent term per row
(the influence function; Hampel 1974, the infinitesimal jackknife of Efron 1982). The squares of the
terms sum to the variance of the score; those of a difference or a mean of scores of the same rows are
the difference or the mean of the terms. It is what a bootstrap over the rows tends to, at no cost.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tabgan.reporting.columns import Floats


class Measured(NamedTuple):
    """A score of n test rows, and the terms of its error, shape (n,)."""

    value: float
    terms: Floats


def standard_error(terms: Floats) -> float:
    """Standard error of the score that the terms belong to."""
    return float(np.sqrt(np.sum(terms**2)))


def measure_auc(hit: NDArray[np.bool_], scores: Floats) -> Measured:
    """Area under the ROC curve, with the variance of DeLong et al. (Biometrics 1988, eq. 3-5).

    Parameters
    ----------
    hit
        Shape (n,): rows that should score high. There must be some, and some others.
    scores
        Shape (n,).
    """
    n_hits, n_others = int(hit.sum()), int((~hit).sum())
    own = np.sort(scores[hit])
    beaten = (np.searchsorted(own, scores, "left") + np.searchsorted(own, scores, "right")) / 2
    wins = 1 - beaten / n_hits  # of each row, the share of the other kind that it stands on the right side of
    wins[hit] = (rankdata(scores)[hit] - beaten[hit] - 0.5) / n_others
    value = float(wins[hit].mean())
    divisors = [math.sqrt(n * max(n - 1, 1)) for n in (n_hits, n_others)]
    return Measured(value, (wins - value) / np.where(hit, *divisors))


def measure_mean_auc(truth: NDArray[np.int64], scores: Floats) -> Measured:
    """Mean over classes of one against the rest.

    Parameters
    ----------
    truth
        Class of each row, shape (n,); at least two classes occur.
    scores
        Shape (n, classes); a class that does not occur in `truth` is left out.
    """
    hits = [(truth == k, scores[:, k]) for k in range(scores.shape[1])]
    parts = [measure_auc(hit, score) for hit, score in hits if 0 < hit.sum() < len(truth)]
    return mean_of(parts)


def measure_r2(truth: Floats, guess: Floats) -> Measured:
    """Share of the variance of `truth` that `guess` explains; both of shape (n,), `truth` not constant."""
    errors, spread = (truth - guess) ** 2, (truth - truth.mean()) ** 2
    lost = errors.mean() / spread.mean()
    terms = -(errors - errors.mean() - lost * (spread - spread.mean())) / spread.mean()
    return Measured(float(1 - lost), terms / len(truth))


def mean_of(parts: list[Measured]) -> Measured:
    """The mean of scores of the same test rows."""
    return Measured(
        float(np.mean([part.value for part in parts])), np.mean([part.terms for part in parts], axis=0)
    )


def gap(first: Measured, second: Measured) -> Measured:
    """The first score less the second, of the same test rows."""
    return Measured(first.value - second.value, first.terms - second.terms)
