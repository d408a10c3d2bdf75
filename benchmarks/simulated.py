"""Simulators with a known truth: rows to learn, and how likely held-out truth is under what was learnt.

Source: Xu et al. 2019 (arXiv 1907.00503), section 5.1: L_syn is the likelihood of the synthetic rows under the truth,
L_test that of held-out true rows under a model of the truth's own structure fitted to the synthetic rows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from tabgan_datasets import BayesNetwork, Gaussians, Table, clinic_network, grid, ring

N_ROWS = 10_000  # to train on, and as many held out: the sizes of the CTGAN paper
TRAIN_SEED, TEST_SEED, SECOND_SEED = 1, 2, 3
GAUSSIANS = {"grid": grid(), "ring": ring()}
CLINIC = clinic_network()
Likelihood = Callable[[pd.DataFrame], NDArray[np.float64]]  # log-likelihood of rows in nats, shape (n,)


def simulate(name: str, seed: int, n_rows: int = N_ROWS) -> pd.DataFrame:
    """Fresh rows of a simulator."""
    if name in GAUSSIANS:
        return GAUSSIANS[name].simulate(n_rows, seed)
    return CLINIC.sample(n_rows, np.random.default_rng(seed))


def truth(name: str) -> Likelihood:
    """The exact log-likelihood."""
    return GAUSSIANS[name].log_likelihood if name in GAUSSIANS else CLINIC.log_likelihood


def refitted(name: str, rows: pd.DataFrame) -> Likelihood:
    """The log-likelihood under a model of the truth's structure, fitted to rows."""
    return refitted_gaussians(GAUSSIANS[name], rows) if name in GAUSSIANS else refitted_network(CLINIC, rows)


def refitted_gaussians(known: Gaussians, rows: pd.DataFrame) -> Likelihood:
    """A mixture of as many round Gaussians, each with a width and weight of its own.

    DIFF: the search starts at the true mixture, so that it ends in no worse optimum than the rows ask for.
    """
    n_modes = len(known.centres)
    model = GaussianMixture(
        n_modes,
        covariance_type="spherical",
        max_iter=500,
        random_state=0,
        weights_init=np.full(n_modes, 1 / n_modes),
        means_init=known.modes(),
        precisions_init=np.full(n_modes, known.std**-2),
    )
    columns = ["x", "y"]
    model.fit(rows[columns].to_numpy(np.float64))
    return lambda frame: np.asarray(model.score_samples(frame[columns].to_numpy(np.float64)))


def refitted_network(known: BayesNetwork, rows: pd.DataFrame) -> Likelihood:
    """The same network with tables counted in the rows, one added to every count."""
    nodes = []
    for node in known.nodes:
        counts = len(rows) * known.frequencies(rows, [*node.parents, node.name]) + 1
        nodes.append(replace(node, table=counts / counts.sum(axis=-1, keepdims=True)))
    return BayesNetwork(tuple(nodes)).log_likelihood


def judge_simulated(
    name: str, rows: pd.DataFrame, test: pd.DataFrame, log_prob: pd.DataFrame | None = None
) -> dict[str, Any]:
    """How near the rows, and the model itself, come to the truth.

    Parameters
    ----------
    log_prob
        Log-probabilities of test rows under the model, see `child.log_probs`.

    Returns
    -------
    Nats a row: `l_syn`, `l_test`, `l_test_real` (of a real sample of as many rows), `truth_log_prob` (of the test
    rows under the truth), `gap_nats` by which the model's own log-probability falls short of it. In % of the truth's:
    `l_test_gap` of `l_test` from `l_test_real`, and `gap`, which for a density depends on the unit of its columns. Of
    Gaussians also `modes` that the rows cover, and % of the rows `near` one.
    """
    exact = truth(name)(test)
    second = simulate(name, SECOND_SEED, len(rows))
    l_syn = truth(name)(rows)
    result: dict[str, Any] = {
        "l_syn": float(l_syn[np.isfinite(l_syn)].mean()),
        "l_test": float(refitted(name, rows)(test).mean()),
        "l_test_real": float(refitted(name, second)(test).mean()),
        "truth_log_prob": float(exact.mean()),
    }
    scale = 100 / abs(result["truth_log_prob"])
    result["l_test_gap"] = scale * (result["l_test_real"] - result["l_test"])
    if log_prob is not None:
        told = log_prob[(log_prob["table"] == "unseen") & np.isfinite(log_prob["log_prob"])]
        own, same = told["log_prob"].to_numpy(), exact[told["row"].to_numpy()]
        result["gap_nats"] = float(same.mean() - own.mean())
        result["gap"] = scale * result["gap_nats"]
    if name in GAUSSIANS:
        coverage = GAUSSIANS[name].coverage(rows)
        result |= {"modes": coverage.n_covered, "near": 100 * coverage.near}
    return result


def _table(name: str, origin: str, categorical: tuple[str, ...] = ()) -> Table:
    return Table(
        name=name,
        origin=f"simulated: {origin}",
        licence="Apache-2.0 (this project)",
        target="",
        categorical=categorical,
        rows=N_ROWS,
    )


TABLES = {
    "grid": _table("grid", "tabgan_datasets/gaussians.py"),
    "ring": _table("ring", "tabgan_datasets/gaussians.py"),
    "clinic": _table("clinic", "tabgan_datasets/bayes_network.py", tuple(CLINIC.names)),
}
