"""SMOTE as a synthesiser: new rows between near rows of the same class, as many of each class as it has by its share.

The baseline of Kotelnikov et al. 2023 (TabDDPM, arXiv 2209.15421). Needs imbalanced-learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

NEIGHBOURS = 5  # the default of imbalanced-learn, and the paper's
ROUNDING = 1e-12  # of the range of a column
BINS = 2  # of a numeric target, as in the paper: below and above the median


@dataclass
class Interpolation:
    """Rows to interpolate between.

    Attributes
    ----------
    rows : categories as text, the rest as numbers, no missing cells.
    discrete : names of the categories.
    target : a category, which is the class; or a number, which is interpolated too and whose bins are the classes.
    notes : classes that are too small to be interpolated.
    """

    rows: pd.DataFrame
    discrete: Sequence[str]
    target: str
    notes: list[str] = field(default_factory=list)

    def sample(self, n_rows: int, seed: int) -> pd.DataFrame:
        """Synthetic rows only, in random order, (n_rows, C).

        Raises
        ------
        ValueError
            The target has one class only.
        """
        rng = np.random.default_rng(seed)
        classes = self.classes()
        counts = np.bincount(classes)
        if len(counts) < 2:
            raise ValueError(f"the target '{self.target}' must have two classes or more; found one")
        wanted = shares(counts, n_rows)
        large = (counts > NEIGHBOURS) & (wanted > 0)
        parts = [self._between(classes, counts, np.where(large, wanted, 0), seed)] if large.any() else []
        for small in np.flatnonzero(~large & (wanted > 0)):
            parts.append(self.rows.iloc[rng.choice(np.flatnonzero(classes == small), wanted[small])])
        if (~large & (wanted > 0)).any():
            few = int(wanted[~large].sum())
            self.notes = [f"{few} rows are copies: their class has {NEIGHBOURS} rows or fewer"]
        drawn = pd.concat(parts, ignore_index=True)
        return drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)

    def classes(self) -> np.ndarray:
        """Number of the class of each row, (n,)."""
        target = self.rows[self.target]
        if self.target in self.discrete:
            return np.asarray(pd.factorize(target, sort=True)[0])
        bins = pd.qcut(target, BINS, labels=False, duplicates="drop")
        if bins.nunique() < 2:  # more than half of the rows at the least value
            bins = target > target.min()
        return np.asarray(bins, dtype=int)

    def _between(
        self, classes: np.ndarray, counts: np.ndarray, wanted: np.ndarray, seed: int
    ) -> pd.DataFrame:
        """Interpolated rows, `wanted` of each class."""
        class_is_column = self.target in self.discrete
        features = self.rows.drop(columns=self.target) if class_is_column else self.rows
        categories = [name for name in features.columns if name in self.discrete]
        numbers = [name for name in features.columns if name not in self.discrete]
        levels = {name: np.unique(features[name].astype(str)) for name in categories}
        codes = [np.searchsorted(levels[name], features[name].astype(str)) for name in categories]
        low, width = _range(features[numbers])
        matrix = np.column_stack([(features[numbers].to_numpy(float) - low) / width, *codes])

        asked = {int(k): int(counts[k] + wanted[k]) for k in np.flatnonzero(wanted)}
        sampler = _sampler(len(numbers), len(categories), sampling_strategy=asked, random_state=seed)
        found, found_classes = (part[len(matrix) :] for part in sampler.fit_resample(matrix, classes))

        values = found[:, : len(numbers)].astype(float) * width + low
        drawn = {name: on_values(values[:, k], features[name]) for k, name in enumerate(numbers)}
        for name, column in zip(categories, found[:, len(numbers) :].astype(int).T, strict=True):
            drawn[name] = levels[name][column]
        if class_is_column:
            drawn[self.target] = np.unique(self.rows[self.target].astype(str))[found_classes]
        return pd.DataFrame(drawn)[list(self.rows.columns)]


def shares(counts: np.ndarray, n_rows: int) -> np.ndarray:
    """`n_rows` in the proportions of `counts`, (K,): rounded down, and the rest to the greatest remainders."""
    exact = counts * n_rows / counts.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: n_rows - whole.sum()]] += 1
    return whole


def on_values(numbers: np.ndarray, train: pd.Series) -> np.ndarray:
    """Numbers that are a training value but for the rounding of scaling and back are that value again."""
    known = np.unique(train.to_numpy(float))
    place = np.searchsorted(known, numbers).clip(1, max(len(known) - 1, 1))
    pair = known[np.minimum([place - 1, place], len(known) - 1)]
    nearest = np.where(abs(pair[0] - numbers) <= abs(pair[1] - numbers), *pair)
    return np.where(abs(nearest - numbers) <= ROUNDING * (known[-1] - known[0]), nearest, numbers)


def _range(numbers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Least value and width of each column, (C,); the width of a constant is 1."""
    low = numbers.min().to_numpy(float)
    width = numbers.max().to_numpy(float) - low
    return low, np.where(width > 0, width, 1.0)


def _sampler(n_numbers: int, n_categories: int, **options: object) -> SMOTE | SMOTEN | SMOTENC:
    """The variant for the kinds of columns: numbers come first, then categories."""
    if not n_categories:
        return SMOTE(k_neighbors=NEIGHBOURS, **options)
    if not n_numbers:
        return SMOTEN(k_neighbors=NEIGHBOURS, **options)
    categories = list(range(n_numbers, n_numbers + n_categories))
    return SMOTENC(categorical_features=categories, k_neighbors=NEIGHBOURS, **options)
