"""Held-out rows with half of their columns hidden: are they filled in like real rows, near the truth, honestly?"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # it is behind this import
from sklearn.impute import IterativeImputer

from benchmarks.scores import judge
from tabgan import TabGAN
from tabgan.reporting.detection.c2st import c2st
from tabgan_datasets import Table

N_DRAWS = 19
END = 0  # draws beyond each end of an interval: what is like 19 draws lies in their range in 18 of 20 cases
MIN_SHARE = 0.01  # of a level, to have a column of its own in the baseline
BASELINE_ROWS = 5_000

Floats = NDArray[np.float64]


def hide_half(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Each row without a random half of its cells."""
    rank = np.random.default_rng(seed).random(frame.shape).argsort(axis=1)
    return frame.mask(rank < frame.shape[1] // 2)


def judge_completion(
    model: TabGAN, train: pd.DataFrame, rows: pd.DataFrame, table: Table, seed: int
) -> dict[str, dict[str, float]]:
    """Figures of the model, of `IterativeImputer` and of majority vote on the same hidden cells."""
    gaps = hide_half(rows, seed)
    categories = list(table.categorical)
    numbers = [name for name in rows.columns if name not in categories]
    ours = model.complete(gaps, n_draws=N_DRAWS, random_state=seed)
    predicted = gaps.copy()
    for name in rows.columns:
        where = gaps[name].isna()
        predicted[name] = predicted[name].where(~where, model.predict(gaps[where], name).astype(object))
    draws = [ours.loc[draw] for draw in range(N_DRAWS)]
    figures = figures_of(train, rows, gaps, draws, (predicted, mean_of(draws, numbers)), categories)
    baseline = Baseline(train.sample(min(len(train), BASELINE_ROWS), random_state=seed), categories, seed)
    draws = [baseline.complete(gaps, draw=True) for _ in range(N_DRAWS)]
    likely = baseline.complete(gaps, draw=False)
    theirs = figures_of(train, rows, gaps, draws, (likely, likely[numbers]), categories)
    majority = gaps.fillna({name: train[name].mode()[0] for name in categories})
    return {
        "tabgan": figures,
        "IterativeImputer": theirs,
        "majority vote": {"accuracy": _accuracy(rows, gaps, majority, categories)},
    }


class Baseline:
    """scikit-learn's `IterativeImputer` on numbers and indicators of levels, fitted on rows with gaps."""

    def __init__(self, train: pd.DataFrame, categories: list[str], seed: int) -> None:
        self.numbers = [name for name in train.columns if name not in categories]
        shares = {name: train[name].value_counts(normalize=True) for name in categories}
        self.levels = {name: list(share.index[share >= MIN_SHARE]) for name, share in shares.items()}
        gaps = self._features(hide_half(train, seed + 1))
        settings: dict[str, Any] = {"max_iter": 5, "tol": 0.1, "random_state": seed}
        low, high = np.nanmin(gaps, axis=0), np.nanmax(gaps, axis=0)
        high = np.maximum(high, np.nextafter(low, np.inf))  # it refuses ends that are equal, as of one level
        settings |= {"min_value": low, "max_value": high}
        self.imputers = {
            draw: IterativeImputer(sample_posterior=draw, **settings).fit(gaps) for draw in (False, True)
        }

    def complete(self, gaps: pd.DataFrame, *, draw: bool) -> pd.DataFrame:
        """Rows with their gaps filled; a category is the level of the largest filled-in indicator."""
        filled = self.imputers[draw].transform(self._features(gaps))
        out, start = gaps.copy(), len(self.numbers)
        for place, name in enumerate(self.numbers):
            out[name] = filled[:, place]
        for name, levels in self.levels.items():
            best = filled[:, start : start + len(levels)].argmax(axis=1)
            start += len(levels)
            out[name] = gaps[name].where(gaps[name].notna(), np.array(levels, dtype=object)[best])
        return out

    def _features(self, frame: pd.DataFrame) -> Floats:
        parts = [frame[self.numbers].to_numpy(np.float64)]
        for name, levels in self.levels.items():
            hot = np.stack([(frame[name] == level).to_numpy(np.float64) for level in levels], axis=1)
            hot[frame[name].isna().to_numpy()] = np.nan
            parts.append(hot)
        return np.hstack(parts)


def mean_of(draws: list[pd.DataFrame], numbers: list[str]) -> pd.DataFrame:
    """Mean of the numbers of all draws."""
    return sum((draw[numbers].astype(float) for draw in draws[1:]), draws[0][numbers].astype(float)) / len(
        draws
    )


def figures_of(
    train: pd.DataFrame,
    rows: pd.DataFrame,
    gaps: pd.DataFrame,
    draws: list[pd.DataFrame],
    answers: tuple[pd.DataFrame, pd.DataFrame],
    categories: list[str],
) -> dict[str, float]:
    """All figures of one way; ``answers`` are the likeliest cells, and the means of the numbers."""
    likely, means = answers
    numbers = list(means.columns)
    spread = train[numbers].std()
    stacked = np.stack([draw[numbers].to_numpy(np.float64) for draw in draws])
    truth = rows[numbers].to_numpy(np.float64)
    hidden = gaps[numbers].isna().to_numpy() & ~np.isnan(truth)  # a way fills what always was missing, too
    mean, middle = means.to_numpy(np.float64), likely[numbers].to_numpy(np.float64)
    covered, covered_apart = coverage(truth, stacked)
    filled = draws[0][list(rows.columns)].mask(rows.isna().to_numpy())
    told = c2st(rows, filled, categories, classifier=judge(), paired=True)
    return {
        "c2st": told.score,
        "AUC": told.auc,
        "MAE": _per_column(np.abs(middle - truth), hidden, spread),
        "RMSE": _per_column((mean - truth) ** 2, hidden, spread**2, root=True),
        "accuracy": _accuracy(rows, gaps, likely, categories),
        "coverage": float(covered[hidden].mean()),
        "coverage, ties apart": float(covered_apart[hidden].mean()),
        "worst column": float(
            max(
                (covered_apart[hidden[:, i], i].mean() for i in range(len(numbers))),
                key=lambda c: abs(c - 0.9),
            )
        ),
    }


def coverage(truth: Floats, draws: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Whether the truth (n, c) lies within the 90 % interval of its draws (d, n, c).

    Bounds belong to the interval, so that a value drawn again and again is covered more often than 90 %; the second
    answer breaks ties at random, as a share: it is 90 % where the draws are right.
    """
    ordered = np.sort(draws, axis=0)
    inside = (truth >= ordered[END]) & (truth <= ordered[-1 - END])
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    first, last = np.maximum(below, END + 1), np.minimum(below + equal, len(draws) - END - 1)
    return inside, np.clip(last - first + 1, 0, None) / (equal + 1)


def _per_column(errors: Floats, hidden: NDArray[np.bool_], scale: pd.Series, *, root: bool = False) -> float:
    """Mean over columns of the mean error of hidden cells, in units of the column's spread."""
    means = np.array([errors[hidden[:, i], i].mean() for i in range(errors.shape[1])]) / scale.to_numpy()
    return float((np.sqrt(means) if root else means).mean())


def _accuracy(rows: pd.DataFrame, gaps: pd.DataFrame, filled: pd.DataFrame, categories: list[str]) -> float:
    right = [
        (filled[name] == rows[name])[gaps[name].isna() & rows[name].notna()].mean() for name in categories
    ]
    return float(np.mean(right)) if right else np.nan
