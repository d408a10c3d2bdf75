"""How near synthetic rows are to the rows trained on, always beside what unseen real rows would show."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import DataError
from tabgan.reporting.columns import Floats, Names
from tabgan.reporting.intervals import Estimate, Z, around, median_estimate
from tabgan.reporting.privacy.neighbours import MAX_ROWS, Floats32, Nearest, comparable_rows, nearest_distance

TIE = 1e-6  # float32 sums of the same parts in another order differ by less


@dataclass(frozen=True, kw_only=True)
class DcrShare:
    """Share of synthetic rows nearer to the training half, in %; 50 is best.

    `low` and `high` bound it with 95 % confidence; `n_rows` synthetic rows were judged.
    """

    share: float
    low: float
    high: float
    n_rows: int


def dcr_share(
    synthetic: pd.DataFrame,
    train_half: pd.DataFrame,
    holdout: pd.DataFrame,
    categorical: Names = None,
    *,
    random_state: int = 0,
) -> DcrShare:
    """Share of synthetic rows whose nearest real row is one of the training half, ties counting half.

    Distance: L1 on numbers scaled by their range over both real halves, plus 1 for each category that
    differs, see `neighbours.comparable_rows`. The interval, ±1.96·50/√n, is that of the synthetic rows
    for these two halves; `share_nearer` gives the one that holds for any cut into halves too. At most
    20,000 synthetic rows, drawn at random, are judged. Memory is bounded whatever the number of rows.

    Raises
    ------
    DataError
        When the halves differ in size: the nearest of more rows is nearer by that alone.
    """
    if len(train_half) != len(holdout):
        raise DataError(
            "train_half and holdout must have the same number of rows; "
            f"found {len(train_half)} and {len(holdout)}: cut the longer one"
        )
    if len(synthetic) > MAX_ROWS:
        rng = np.random.default_rng(random_state)
        synthetic = synthetic.iloc[rng.choice(len(synthetic), MAX_ROWS, replace=False)]
    parts = comparable_rows(synthetic, train_half, holdout, categorical)
    to_train, to_holdout = (nearest_distance(parts[0], other) for other in parts[1:])
    share, half_width = 100 * float(_nearer(to_train, to_holdout).mean()), Z * 50 / math.sqrt(len(synthetic))
    return DcrShare(share=share, low=share - half_width, high=share + half_width, n_rows=len(synthetic))


def _nearer(to_train: Floats32, to_holdout: Floats32) -> Floats:
    """1 where the training half is nearer, 0 where the hold-out is, 0.5 for ties."""
    tied = np.abs(to_train - to_holdout) <= TIE
    return np.where(tied, 0.5, (to_train < to_holdout).astype(np.float64))


def share_nearer(train: Nearest, holdout: Nearest, n_half: int) -> Estimate:
    """The DCR share of rows from the nearest rows in two halves of `n_half` real rows each.

    A real row that is nearest to many synthetic ones decides for all of these at once, so the error is that
    of cutting the same real rows into halves at random: of N = 2 n_half rows the one that is nearest to the
    share w_i of the synthetic rows brings it to one side or the other. The variance is that of a sum of
    weights drawn without replacement, N/(4(N - 1)) (Σ w_i² - (Σ w_i)²/N).
    """
    nearer = _nearer(train.distance[:, 0], holdout.distance[:, 0])
    owners = np.where(nearer == 1, train.row[:, 0], n_half + holdout.row[:, 0])[nearer != 0.5]
    weights = np.bincount(owners, minlength=2 * n_half) / len(nearer)
    spread = float((weights**2).sum()) - float(weights.sum()) ** 2 / (2 * n_half)
    variance = max(spread, 0.0) * 2 * n_half / (2 * n_half - 1) / 4
    return around(float(nearer.mean()), math.sqrt(variance))


def nearest_ratio(distance: Floats32) -> Estimate:
    """NNDR: the median ratio of the nearest to the second nearest distance; two at 0 have ratio 1.

    Parameters
    ----------
    distance
        Shape (n, 2), nearest first.
    """
    first, second = distance[:, 0].astype(np.float64), distance[:, 1].astype(np.float64)
    ratios = np.where(second > TIE, first / np.maximum(second, TIE), 1.0)
    return median_estimate(ratios)


def quantile_share(distance: Floats32, unseen: Floats32, quantile: float) -> Estimate:
    """Quantile-DCR: share of rows nearer to training rows than a quantile of unseen rows is; best: `quantile`.

    Of rows that tie with the quantile that part counts which makes the share of the unseen rows exact. The
    error is that of both samples: the unseen rows' is that of their quantile, times how steeply the share
    rises there, at least as between equals where there is room.
    """
    share = _share_below(distance, unseen, quantile)
    n, m = len(distance), len(unseen)
    error = math.sqrt(quantile * (1 - quantile) / m)
    places = max(quantile - error, 0.0), min(quantile + error, 1.0)
    rise = _share_below(distance, unseen, places[1]) - _share_below(distance, unseen, places[0])
    slope = max(rise / (places[1] - places[0]), 1 - share)
    larger = (max(share, quantile) * n + 2) / (n + 4)
    return around(share, math.hypot(math.sqrt(larger * (1 - larger) / n), slope * error))


def _share_below(distance: Floats32, unseen: Floats32, quantile: float) -> float:
    edge = np.quantile(unseen, quantile, method="higher")
    below, tied = (unseen < edge - TIE).mean(), (np.abs(unseen - edge) <= TIE).mean()
    part = (quantile - below) / tied
    return float((distance < edge - TIE).mean() + part * (np.abs(distance - edge) <= TIE).mean())


def tied_at_zero(distance: Floats32) -> float:
    """Share of rows that have an equal row: above a half, distances say nothing (full-factorial tables)."""
    return float((distance <= TIE).mean())


def histogram(distance: Floats32, edges: NDArray[np.float64]) -> list[float]:
    """Shares of the rows in each bin; what lies beyond the last edge counts in the last bin."""
    counts, _ = np.histogram(np.minimum(distance, edges[-1]), bins=edges)
    return [float(share) for share in counts / max(len(distance), 1)]
