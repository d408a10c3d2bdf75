"""How much of the real rows' support the synthetic rows have, and stay in: α-precision and β-recall.

Source: Alaa, van Breugel, Saveliev, van der Schaar 2022, "How faithful is your synthetic data?", arXiv
2102.08921, sections 3 and 4, as the package synthcity computes its "naive" variant (no learnt embedding),
which papers on tabular data report.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.errors import DataError
from tabgan.reporting.columns import Floats, Names, split_columns
from tabgan.reporting.fidelity.compared import part_of
from tabgan.reporting.fidelity.jackknife import interval, row_groups
from tabgan.reporting.score import Score, Section
from tabgan.reporting.support.points import Nearest, as_points, dimensions, nearest
from tabgan.reporting.tables import Tables

LEVELS = np.linspace(0, 1, 30)
MIN_ROWS = 10
MAX_ROWS = 20_000  # of each side that are judged ...
MAX_WORK = 3e10  # ... fewer where rows squared times dimensions would pass this


@dataclass(frozen=True, kw_only=True)
class Support:
    """Precision and recall of synthetic rows by level.

    Attributes
    ----------
    alpha_precision, beta_recall : one less the mean distance of the curve from the diagonal, in %. Of a fresh
        real sample the first is near 100, the second near 50: above that the rows are too close to real ones.
    precision : share of the synthetic rows within the ball around the real rows' mean that holds a share of
        the real rows, for each of the levels, shape (30,).
    recall : share of the real rows that have a synthetic row closer than any other real row, among those whose
        closest synthetic row lies within a ball around the synthetic mean that holds a share of these.
    n_rows : rows of each side.
    """

    alpha_precision: float
    beta_recall: float
    precision: Floats
    recall: Floats
    n_rows: int


class _Points(NamedTuple):
    """Points of both sides, distances to the centres, and the nearest points, which groups of rows share."""

    real_to_centre: Floats
    synthetic_to_real_centre: Floats
    synthetic_to_centre: Floats
    to_real: Nearest
    to_synthetic: Nearest


def support(
    real: pd.DataFrame, synthetic: pd.DataFrame, categorical: Names = None, *, random_state: int = 0
) -> Support:
    """α-precision and β-recall of all rows of the smaller side and as many of the other, drawn at random.

    Raises
    ------
    DataError
        When a side has fewer than 10 rows.
    """
    numeric, _ = split_columns(real, synthetic, categorical)
    names = list(synthetic.columns)
    synthetic = synthetic.iloc[:, [names.index(name) for name in real.columns]]
    n_rows = min(len(real), len(synthetic))
    if n_rows < MIN_ROWS:
        raise DataError(f"precision and recall need {MIN_ROWS} rows of each side; found {n_rows}")
    rng = np.random.default_rng(random_state)
    a, b = as_points([real, synthetic], set(numeric))
    one = np.zeros(n_rows, dtype=np.int64)
    return _support(_measure(_drawn(a, n_rows, rng), _drawn(b, n_rows, rng), one, one))


def _measure(
    real: Floats, synthetic: Floats, real_group: NDArray[np.int64], group: NDArray[np.int64]
) -> _Points:
    centre, synthetic_centre = real.mean(axis=0), synthetic.mean(axis=0)
    return _Points(
        real_to_centre=_norms(real - centre),
        synthetic_to_real_centre=_norms(synthetic - centre),
        synthetic_to_centre=_norms(synthetic - synthetic_centre),
        to_real=nearest(real, real, real_group, same=True),
        to_synthetic=nearest(real, synthetic, group),
    )


def _support(points: _Points) -> Support:
    precision = precision_curve(points.real_to_centre, points.synthetic_to_real_centre)
    recall = _recall(points, points.to_real, points.to_synthetic)
    return Support(
        alpha_precision=100 * closeness(precision),
        beta_recall=100 * closeness(recall),
        precision=precision,
        recall=recall,
        n_rows=len(points.real_to_centre),
    )


def precision_curve(real: Floats, synthetic: Floats) -> Floats:
    """Share of synthetic rows within the real rows' quantiles of the distance to the real centre, shape (30,)."""
    radii = np.quantile(real, LEVELS)
    return np.searchsorted(np.sort(synthetic), radii, side="right") / len(synthetic)


def recall_curve(to_real: Floats, to_synthetic: Floats, closest_to_centre: Floats) -> Floats:
    """Share of real rows with a synthetic row at least as close as the closest other real row, by level.

    Parameters
    ----------
    to_real, to_synthetic
        Distance of each real row to the closest other real row, and to the closest synthetic row.
    closest_to_centre
        Distance of that synthetic row to the synthetic centre, all of shape (n,).
    """
    radii = np.quantile(closest_to_centre, LEVELS)
    near = np.sort(closest_to_centre[to_synthetic <= to_real])
    return np.searchsorted(near, radii, side="right") / len(to_real)


def closeness(curve: Floats) -> float:
    """One less the distance of a curve from the diagonal: 1 on it, 0 where the curve is 0 throughout."""
    return float(1 - np.abs(LEVELS - curve).sum() / LEVELS.sum())


def _recall(
    points: _Points, to_real: Nearest, to_synthetic: Nearest, rows: NDArray[np.bool_] | None = None
) -> Floats:
    """The recall curve from the nearest point of each group that is left, over some of the real rows."""
    rows = np.ones(len(points.real_to_centre), dtype=np.bool_) if rows is None else rows
    group = np.argmin(to_synthetic.distance, axis=1)[:, None]
    distance = np.take_along_axis(to_synthetic.distance, group, axis=1)[:, 0]
    closest = points.synthetic_to_centre[np.take_along_axis(to_synthetic.place, group, axis=1)[:, 0]]
    return recall_curve(to_real.distance.min(axis=1)[rows], distance[rows], closest[rows])


def judge_support(tables: Tables) -> Section:
    """Judge whole rows: scores `alpha_precision` and `beta_recall`.

    Floors: fresh real rows against as many real rows (`Tables.floor_pair`); what α-precision lacks shrinks as
    1/√n. Intervals: the delete-a-group jackknife over real and synthetic rows.
    """
    rng, numeric = tables.rng("support"), set(tables.numeric)
    most = min(MAX_ROWS, max(MIN_ROWS, int(math.sqrt(MAX_WORK / dimensions(tables.real, numeric)))))
    n_rows = min(len(tables.real), len(tables.synthetic), most)
    if n_rows < MIN_ROWS:
        return _unknown(n_rows)
    frames = [part_of(frame, n_rows, rng) for frame in (tables.real, tables.synthetic, *tables.floor_pair())]
    real, synthetic, reference, fresh = as_points(frames, numeric)
    groups = [row_groups(n_rows, rng) for _ in range(2)]
    points = _measure(real, synthetic, *groups)
    n_floor = min(len(reference), len(fresh))
    floor = None
    if n_floor >= MIN_ROWS:
        one = np.zeros(n_floor, dtype=np.int64)
        floor = _support(_measure(_drawn(reference, n_floor, rng), _drawn(fresh, n_floor, rng), one, one))
    found = _support(points)
    alphas, betas = _without_groups(points, groups)
    details = {
        "levels": LEVELS.round(4).tolist(),
        "precision": found.precision.round(5).tolist(),
        "recall": found.recall.round(5).tolist(),
        "recall_floor": floor.recall.round(5).tolist() if floor else None,
    }
    cut = n_rows < min(len(tables.real), len(tables.synthetic))
    note = f"Precision and recall were judged on {n_rows:,} rows of each side, drawn at random."
    return Section(
        scores={
            "alpha_precision": _precision(found, floor, alphas),
            "beta_recall": _beta(found, floor, betas),
        },
        details={"support": details},
        notes=(note,) if cut else (),
    )


def _without_groups(
    points: _Points, groups: Sequence[NDArray[np.int64]]
) -> tuple[list[Floats], list[Floats]]:
    """Both scores, in %, without each group of the real, and of the synthetic rows."""
    alphas, betas = [], []
    for side, group in enumerate(groups):
        for g in range(int(group.max()) + 1):
            left = group != g
            real, synthetic = points.real_to_centre, points.synthetic_to_real_centre
            parts = (real[left], synthetic) if side == 0 else (real, synthetic[left])
            alphas.append(100 * closeness(precision_curve(*parts)))
            to_real, to_synthetic = points.to_real, points.to_synthetic
            if side == 0:
                curve = _recall(points, _drop(to_real, g), to_synthetic, left)
            else:
                curve = _recall(points, to_real, _drop(to_synthetic, g))
            betas.append(100 * closeness(curve))
    n_real = int(groups[0].max()) + 1
    return [np.split(np.array(values), [n_real]) for values in (alphas, betas)]  # type: ignore[return-value]


def _drop(found: Nearest, group: int) -> Nearest:
    return Nearest(np.delete(found.distance, group, axis=1), np.delete(found.place, group, axis=1))


def _precision(found: Support, floor: Support | None, replicates: Sequence[Floats]) -> Score:
    low, high = interval(found.alpha_precision, replicates)
    lack = None if floor is None else (100 - floor.alpha_precision) * math.sqrt(floor.n_rows / found.n_rows)
    return Score(
        label="α-precision",
        value=found.alpha_precision,
        better="high",
        best=100.0,
        unit="%",
        floor=None if lack is None else 100 - lack,
        low=low,
        high=high,
        n_rows=found.n_rows,
        note="synthetic rows lie where real rows do, in the middle and at the edge alike",
    )


def _beta(found: Support, floor: Support | None, replicates: Sequence[Floats]) -> Score:
    low, high = interval(found.beta_recall, replicates)
    return Score(
        label="β-recall",
        value=found.beta_recall,
        better="near",
        best=50.0 if floor is None else floor.beta_recall,
        unit="%",
        floor=None if floor is None else floor.beta_recall,
        low=low,
        high=high,
        n_rows=found.n_rows,
        note="real rows have a synthetic row as close as another real row; more than fresh real rows get is copying",
    )


def _unknown(n_rows: int) -> Section:
    why = f"needs {MIN_ROWS} rows of each side; there are {n_rows}"
    precision = Score(label="α-precision", value=None, better="high", best=100.0, unit="%", note=why)
    recall = Score(label="β-recall", value=None, better="near", best=50.0, unit="%", note=why)
    nothing: dict[str, object] = {"levels": [], "precision": [], "recall": [], "recall_floor": None}
    return Section(scores={"alpha_precision": precision, "beta_recall": recall}, details={"support": nothing})


def _drawn(points: Floats, n_rows: int, rng: np.random.Generator) -> Floats:
    return points if len(points) == n_rows else points[rng.choice(len(points), n_rows, replace=False)]


def _norms(points: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("nd,nd->n", points, points)))
