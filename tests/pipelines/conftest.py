"""A table with gaps, and an estimator that learns it in a moment."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN

N = 400


@pytest.fixture(scope="session")
def quick() -> TabGAN:
    return TabGAN(epochs=2, max_time=None, width=16, hidden=8)


@pytest.fixture(scope="session")
def whole() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    age = rng.integers(18, 80, N)
    return pd.DataFrame(
        {
            "age": age,
            "pay": np.round(rng.exponential(30.0 * age), 2),
            "city": rng.choice(["Bern", "Rome", "Oslo"], N),
            "kind": np.where(rng.random(N) < age / 400, "rare", "usual"),
            "member": rng.random(N) < age / 100,
        }
    )


@pytest.fixture(scope="session")
def gaps(whole) -> pd.DataFrame:
    return whole.mask(np.random.default_rng(1).random(whole.shape) < 0.2).set_axis(range(7, N + 7))
