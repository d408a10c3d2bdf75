"""Tables that several tests encode."""

import numpy as np
import pandas as pd


def stays(n_rows=4_000, seed=0):
    """Days on which people came and went, at least one night; a ward and a price beside them."""
    rng = np.random.default_rng(seed)
    came = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_100, n_rows), unit="D")
    nights = np.ceil(rng.gamma(1.5, 4, n_rows)).astype(int)
    return pd.DataFrame(
        {
            "came": came,
            "ward": rng.choice(["a", "b", "c"], n_rows),
            "left": came + pd.to_timedelta(nights, unit="D"),
            "price": (nights * 100 + rng.gamma(2, 50, n_rows)).round(2),
        }
    )
