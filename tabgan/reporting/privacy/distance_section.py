"""The report on distances to training rows: of synthetic rows, beside those of rows that were never seen."""

from dataclasses import dataclass

import numpy as np

from tabgan.reporting.intervals import Estimate
from tabgan.reporting.privacy.metrics import (
    histogram,
    nearest_ratio,
    quantile_share,
    share_nearer,
    tied_at_zero,
)
from tabgan.reporting.privacy.neighbours import (
    ComparableRows,
    Floats32,
    Index,
    Nearest,
    Rows,
    affordable,
    join_nearest,
)
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables

N_BINS = 40
NO_HOLDOUT = "needs a hold-out: real rows that the synthetic ones were not made from"
TIED = (
    "most rows that were never seen equal a training row, as in a table of all combinations: "
    "distances tell nothing"
)
DISTANCES = {  # label, best, unit
    "dcr_share": ("Nearer to training rows (DCR share)", 50.0, "%"),
    "nndr": ("Nearest-neighbour ratio (NNDR)", 1.0, ""),
    "quantile_dcr_2": ("Nearer than 2 % of unseen rows (quantile-DCR)", 2.0, "%"),
    "quantile_dcr_5": ("Nearer than 5 % of unseen rows (quantile-DCR)", 5.0, "%"),
}


@dataclass(frozen=True, kw_only=True)
class Distances:
    """Distances of synthetic and of unseen real rows to the training rows, nearest first.

    Attributes
    ----------
    synthetic, unseen : shape (rows, 2); the unseen rows are held out, or training rows among the others.
    share : of synthetic rows nearer to training than to held-out rows; None without a hold-out.
    """

    synthetic: Floats32
    unseen: Floats32
    share: Estimate | None


def judge_distances(tables: Tables, rows: list[ComparableRows]) -> Section:
    """Scores `dcr_share`, `nndr`, `quantile_dcr_2`, `quantile_dcr_5`; details `distances`."""
    rng = tables.rng("distances")
    found = _leave_one_out(rows, rng) if len(rows) == 2 else _against_holdout(rows, rng)
    synthetic, unseen = found.synthetic[:, 0], found.unseen[:, 0]
    end = float(np.quantile(np.concatenate([synthetic, unseen]), 0.99))
    edges = np.linspace(0, end if end > 0 else 1.0, N_BINS + 1)
    details = {
        "edges": [float(edge) for edge in edges],
        "synthetic": histogram(synthetic, edges),
        "holdout": histogram(unseen, edges) if len(rows) > 2 else None,
    }
    notes = []
    if len(synthetic) < len(rows[0]):
        notes.append(
            f"Distances to training rows: {len(synthetic):,} of the {len(rows[0]):,} synthetic rows were judged, "
            f"and {len(unseen):,} real ones, against all training rows."
        )
    return Section(
        scores=_distance_scores(found, len(rows) > 2), details={"distances": details}, notes=tuple(notes)
    )


def _distance_scores(found: Distances, held_out: bool) -> dict[str, Score]:
    if tied_at_zero(found.unseen[:, 0]) > 0.5:
        return {name: _distance_score(name, None, note=TIED) for name in DISTANCES}
    n_rows = len(found.synthetic)
    whose = "held-out rows" if held_out else "training rows among the other training rows"
    share_note = (
        "Share of synthetic rows nearer to training rows than to as many held-out ones; more is memory."
        if found.share is not None
        else NO_HOLDOUT
    )
    scores = {
        "dcr_share": _distance_score(
            "dcr_share", None if found.share is None else found.share.times(100), n_rows, 50.0, share_note
        )
    }
    if min(found.synthetic.shape[1], found.unseen.shape[1]) < 2:
        scores["nndr"] = _distance_score("nndr", None, note="needs more training rows")
    else:
        floor = nearest_ratio(found.unseen).value
        note = (
            f"Median distance to the nearest training row over the second nearest; the floor is of {whose}."
        )
        scores["nndr"] = _distance_score(
            "nndr", nearest_ratio(found.synthetic), n_rows, floor, note, best=floor
        )
    for percent in (2, 5):
        name = f"quantile_dcr_{percent}"
        share = quantile_share(found.synthetic[:, 0], found.unseen[:, 0], percent / 100).times(100)
        note = f"Synthetic rows nearer to a training row than the nearest {percent} % of {whose} are; more is memory."
        scores[name] = _distance_score(name, share, n_rows, float(percent), note)
    return scores


def _distance_score(
    name: str,
    found: Estimate | None,
    n_rows: int = 0,
    floor: float | None = None,
    note: str = "",
    *,
    best: float | None = None,
) -> Score:
    label, ideal, unit = DISTANCES[name]
    return Score(
        label=label,
        value=None if found is None else found.value,
        better="near",
        best=ideal if best is None else best,
        unit="%" if unit == "%" else "",
        floor=None if found is None else floor,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        n_rows=n_rows,
        note=note,
    )


def _against_holdout(rows: list[ComparableRows], rng: np.random.Generator) -> Distances:
    synthetic, real, holdout = rows
    half = min(len(real), len(holdout))
    order = rng.permutation(len(real))
    starts = [0, half] if half < len(real) else [0]
    train = [Index(real.take(part)) for part in np.split(order, starts[1:])]
    others = Index(holdout.take(rng.permutation(len(holdout))[:half]))
    judged = _some(synthetic, affordable(*train, others), rng)
    near = [index.nearest(judged, 2) for index in train]
    other = others.nearest(judged)
    unseen = _some(holdout, affordable(*train), rng)
    return Distances(
        synthetic=_two(join_nearest(near, starts)),
        unseen=_two(join_nearest([index.nearest(unseen, 2) for index in train], starts)),
        share=share_nearer(near[0], other, half),
    )


def _leave_one_out(rows: list[ComparableRows], rng: np.random.Generator) -> Distances:
    synthetic, real = rows
    index = Index(real)
    judged = _some(synthetic, affordable(index), rng)
    again = _some(real, affordable(index), rng)
    # The nearest of a training row is itself, or an equal one.
    itself = index.nearest(again, 3).distance
    return Distances(synthetic=index.nearest(judged, 2).distance, unseen=itself[:, 1:], share=None)


def _some(rows: ComparableRows, most: int, rng: np.random.Generator) -> ComparableRows:
    chosen: Rows = rng.permutation(len(rows))[:most]
    return rows.take(chosen)


def _two(nearest: Nearest) -> Floats32:
    return nearest.distance[:, :2]
