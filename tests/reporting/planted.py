"""Tables with links between numbers, levels and times, and what bad generators make of them."""

import numpy as np
import pandas as pd


def linked_rows(n_rows, seed):
    """Two linked numbers, one of few values, levels and a flag linked to them, a date; some cells missing."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=n_rows)
    frame = pd.DataFrame(
        {
            "x": base,
            "y": np.round(np.exp(base + 0.3 * rng.normal(size=n_rows)), 2),
            "few": np.clip(np.round(3 + base + 0.5 * rng.normal(size=n_rows)), 0, 6).astype(int),
            "level": np.array(["a", "b", "c", "d"], dtype=object)[np.digitize(base, [-1, 0, 1])],
            "flag": np.where(rng.random(n_rows) < 1 / (1 + np.exp(-2 * base)), "yes", "no"),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D"),
        }
    )
    frame["flag"] = frame["flag"].astype(object)
    frame.loc[rng.random(n_rows) < 0.1, "y"] = np.nan
    frame.loc[rng.random(n_rows) < 0.1, "level"] = None
    return frame


def independent(frame, seed=0):
    """The same columns, each shuffled on its own: right shapes, no links."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.permutation(frame[name].to_numpy()) for name in frame})


def repeated(frame, n_kept, seed=0):
    """As many rows, but only a few different ones."""
    rng = np.random.default_rng(seed)
    return frame.iloc[rng.integers(0, n_kept, len(frame))].reset_index(drop=True)
