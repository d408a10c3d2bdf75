"""What models look at: importance of the columns by shuffling, and whether two models agree on it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tabgan.reporting.columns import Floats
from tabgan.reporting.features import shuffled
from tabgan.reporting.influence import gap
from tabgan.reporting.utility.prediction import Learnt, Prediction

LEAST_DROP = 0.005  # a smaller loss of AUC or R² is noise and counts as none


class Importance(NamedTuple):
    """What shuffling each column costs a model (Breiman 2001).

    drops : loss of the score, shape (columns,).
    terms : of its error by test row, shape (columns, rows); see `influence`.
    """

    drops: Floats
    terms: Floats


def importance(asked: Prediction, learnt: Learnt, order: NDArray[np.int64]) -> Importance:
    """Importance on the test rows of `asked`; models given the same `order` see the same shuffled rows."""
    features = asked.features["test"]
    whole = asked.score(learnt)
    spans = [slice(j, j + 1) for j in range(features.shape[1])]
    found = [gap(whole, asked.grade(learnt.guess(changed))) for changed in shuffled(features, spans, order)]
    return Importance(np.array([part.value for part in found]), np.array([part.terms for part in found]))


def agreement(first: Floats, second: Floats) -> float | None:
    """Spearman's rank correlation of drops, those below 0.005 tied at 0.

    None when no column matters to either model; 0 when none matters to one of them.
    """
    ranks = [rankdata(np.where(drops < LEAST_DROP, 0.0, drops)) for drops in (first, second)]
    varied = [np.ptp(part) > 0 for part in ranks]
    if not any(varied):
        return None
    return float(np.corrcoef(*ranks)[0, 1]) if all(varied) else 0.0


def agreement_draws(
    first: Importance, second: Importance, weights: Floats, spread: Floats, rng: np.random.Generator
) -> Floats:
    """The agreement on other test rows and after other trainings, shape (draws,); NaN where nothing matters.

    Parameters
    ----------
    weights
        Standard normal, shape (draws, rows): how often the terms of each row are counted (the multiplier
        bootstrap). The same weights keep models and targets on the same rows.
    spread
        What another training moves the drops by, shape (columns,).
    """
    moved = [
        part.drops + weights @ part.terms.T + spread * rng.normal(size=(len(weights), len(spread)))
        for part in (first, second)
    ]
    found = [agreement(*pair) for pair in zip(*moved, strict=True)]
    return np.array([np.nan if value is None else value for value in found])
