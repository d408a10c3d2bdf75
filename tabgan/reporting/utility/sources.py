"""The rows that utility is judged with: as many real as synthetic ones to learn from, real ones to test on."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.reporting.columns import Floats
from tabgan.reporting.features import level_codes
from tabgan.reporting.tables import Tables

TEST_SHARE = 1 / 3  # of the real rows, when there is no hold-out
ENOUGH_REAL = 10_000  # from here on the real rows give two samples: one to learn from, a fresh one for floors


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Rows in random order, so that the first ones of a source are a random sample of it.

    Attributes
    ----------
    frames : "real", "synthetic" and "test" rows, and "fresh" ones where the real rows are enough: further real
        rows that stand in for synthetic ones.
    features : the same rows as numbers, shape (n, columns) each.
    n_train : rows of "real", of "synthetic" and of "fresh".
    n_real, n_test : rows that there were to learn from and to test on.
    """

    frames: dict[str, pd.DataFrame]
    features: dict[str, Floats]
    n_train: int
    n_real: int
    n_test: int

    def column(self, name: Hashable) -> dict[str, "pd.Series"]:
        """One column of each source."""
        return {source: frame[name] for source, frame in self.frames.items()}


def draw_sources(tables: Tables, max_train: int, max_test: int) -> Sources:
    """Draw the rows; without a hold-out a third of the real rows is kept to test on, and not learnt from."""
    rng = tables.rng("utility")
    real, synthetic = (_mixed(frame, rng) for frame in (tables.real, tables.synthetic))
    if tables.holdout is None:
        n_test = int(len(real) * TEST_SHARE)
        test, real = real.iloc[:n_test], real.iloc[n_test:]
    else:
        test = _mixed(tables.holdout, rng)
    enough = len(real) >= ENOUGH_REAL
    n_train = min(max_train, len(synthetic), len(real) // 2 if enough else len(real))
    frames = {
        "real": real.iloc[:n_train],
        "synthetic": synthetic.iloc[:n_train],
        "test": test.iloc[:max_test],
    }
    if len(real) >= 2 * n_train and enough:
        frames["fresh"] = real.iloc[n_train : 2 * n_train]
    values = level_codes(list(frames.values()), tables.categorical).values
    return Sources(
        frames=frames,
        features=dict(zip(frames, values, strict=True)),
        n_train=n_train,
        n_real=len(real),
        n_test=len(test),
    )


def _mixed(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return frame.iloc[rng.permutation(len(frame))]
