"""From the counts of a number's values to its Gaussian modes.

scikit-learn's variational mixture with a Dirichlet process prior (Xu et al. 2019, section 4.2), fitted on a
bounded sample: evenly spaced quantiles, which tell of a million rows what a random sample of them would not.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.mixture import MixtureEncoder, offset
from tabgan.encoding.numeric_summary import MIN_SEEN, NumericSummary, extremes
from tabgan.schema import Column, Kind

Array = NDArray[Any]
MAX_MODES = 10
MIN_WEIGHT = 0.005  # of all rows: lighter Gaussians are dropped
CONCENTRATION = 1e-3  # prior of the Dirichlet process
PRIOR = 0.01  # in rows, of a mode at the centre as wide as all values: scikit-learn's 1 widens small modes
MAX_STEPS = 100
FITTED_VALUES = 2_048
POINT_SHARE = 0.05  # a value that so many of the rows have is a mode of its own
NARROWEST = 1e-3  # of the standard deviation of all values, added in squares: no Gaussian is narrower


def freeze_mixture(summary: NumericSummary, column: Column, *, seed: int) -> MixtureEncoder:
    """The encoder of a column; ``seed`` is that of the draw of modes when it encodes."""
    grid, units = summary.grid(column.decimals)
    counts = summary.counts
    total = max(int(counts.sum()), 1)
    is_point = ~np.isfinite(units) | ((counts >= POINT_SHARE * total) & (counts >= min(MIN_SEEN, total)))
    if len(units) == 1:
        is_point[:] = True
    rest, rest_counts = units[~is_point], counts[~is_point]
    low: float = 0
    high: float = 0
    origin = 0
    means, stds, weights = np.zeros(0), np.zeros(0), np.zeros(0)
    if len(rest):
        ends = extremes(rest, rest_counts, int(rest_counts.sum()))
        origin = (int(ends[0]) + int(ends[1])) // 2 if grid["on_grid"] else 0
        values = offset(rest, origin) if grid["on_grid"] else rest
        low, high = ((int(end) - origin) if grid["on_grid"] else float(end) for end in ends)
        means, stds, weights = fit_gaussians(values, rest_counts, MIN_WEIGHT * total / rest_counts.sum())
    ranks = ((np.cumsum(counts) - counts / 2) / total)[is_point]
    return MixtureEncoder(
        **grid,
        floating=column.kind is Kind.FLOAT,
        has_missing=summary.n_missing > 0,
        seed=seed,
        origin=origin,
        low=low,
        high=high,
        points=units[is_point],
        means=means,
        stds=stds,
        weights=weights * (rest_counts.sum() / total),
        point_ranks=ranks.astype(np.float32),
    )


def fit_gaussians(values: Array, counts: Array, min_weight: float) -> tuple[Array, Array, Array]:
    """Means, standard deviations and weights, (K,) each, of sorted values (n,) seen ``counts`` (n,) times.

    Gaussians lighter than ``min_weight`` are dropped; the heaviest stays in any case.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import BayesianGaussianMixture  # here, as no other model needs it: 16 MB and 0.1 s

    sample = quantiles(values, counts, FITTED_VALUES)
    size = max(float(np.abs(sample).max()), np.finfo(float).tiny)  # the square of a large float is infinite
    centre = float((sample / size).mean())
    spread = float((sample / size - centre).std())
    if spread <= np.finfo(float).eps * abs(centre):  # all of it is one value, to the last digits
        return sample[:1], np.array([max(size * np.finfo(float).eps, np.finfo(float).tiny)]), np.ones(1)
    scaled = ((sample / size - centre) / spread)[:, None]
    model = BayesianGaussianMixture(
        n_components=min(MAX_MODES, len(np.unique(scaled))),
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=CONCENTRATION,
        mean_precision_prior=PRIOR,
        covariance_prior=[[PRIOR]],
        reg_covar=NARROWEST**2,
        max_iter=MAX_STEPS,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # modes need to be good, not perfect
        model.fit(scaled)
    kept = model.weights_ >= min(min_weight, float(model.weights_.max()))
    means = (model.means_[kept, 0] * spread + centre) * size
    stds = np.sqrt(model.covariances_[kept, 0, 0]) * spread * size
    stds = np.maximum(stds, np.finfo(float).tiny)
    return means, stds, model.weights_[kept] / model.weights_[kept].sum()


def quantiles(values: Array, counts: Array, n: int) -> Array:
    """At most n evenly spaced quantiles of sorted values seen ``counts`` times."""
    ends = np.cumsum(counts)
    n = min(n, int(ends[-1]))
    at = np.searchsorted(ends, (np.arange(n) + 0.5) / n * ends[-1])
    return np.asarray(values[at], np.float64)
