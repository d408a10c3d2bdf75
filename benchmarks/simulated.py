"""Simulators with a known truth: rows to learn, and how likely held-out truth is under what was learnt."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tabgan_datasets import Table, clinic_network, grid, ring

N_ROWS = 10_000  # to train on, and as many held out: the sizes of the CTGAN paper
TRAIN_SEED, TEST_SEED, SECOND_SEED = 1, 2, 3
GAUSSIANS = {"grid": grid(), "ring": ring()}
CLINIC = clinic_network()


def simulate(name: str, seed: int, n_rows: int = N_ROWS) -> pd.DataFrame:
    """Fresh rows of a simulator."""
    if name in GAUSSIANS:
        return GAUSSIANS[name].simulate(n_rows, seed)
    return CLINIC.sample(n_rows, np.random.default_rng(seed))


def truth(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    """The exact log-likelihood of rows, in nats."""
    return GAUSSIANS[name].log_likelihood if name in GAUSSIANS else CLINIC.log_likelihood


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
