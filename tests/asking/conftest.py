"""A table with a column of every kind, and a quick model of it that all tests of questions share."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN

N = 3_000
QUICK = {"epochs": 3, "max_time": None, "width": 32, "hidden": 16, "random_state": 0}


def mixed_frame(n: int = N, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(17, 80, n)
    seen = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500 * 86_400, n), "s")
    size = np.array(["S", "M", "L", "XL"])[np.clip((age - 17) // 16 + rng.integers(-1, 2, n), 0, 3)]
    return pd.DataFrame(
        {
            "person": [f"P-{i:06d}" for i in rng.permutation(900_000)[:n]],
            "age": age,
            "score": np.where(rng.random(n) < 0.2, 0.0, rng.normal(age / 10, 1, n)),
            "money": np.round(rng.exponential(20 * age), 2),
            "city": rng.choice(["Bern", "Paris|Rome", "Rome", "30..40"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "street": np.char.add("street ", rng.integers(0, 400, n).astype(str)).astype(object),
            "size": pd.Categorical(size, ["S", "M", "L", "XL"], ordered=True),
            "seen": seen,
            "day": seen.normalize().tz_localize("Europe/Paris"),
            "took": pd.to_timedelta(rng.integers(0, 9_000, n), "s"),
            "debt": np.where(rng.random(n) < 0.3, np.nan, rng.integers(0, 5_000, n) * 5.0),
            "member": rng.random(n) < age / 100,
            "one": "always",
        }
    )


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return mixed_frame()


@pytest.fixture(scope="session")
def model(frame) -> TabGAN:
    return TabGAN(**QUICK).fit(frame)
