"""The report on privacy: copies and distances, beside what real rows that were never seen show, and attacks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.reporting.attack_section import judge_attacks
from tabgan.reporting.copies import copied_cells, copied_rows, repeated_rows, row_keys
from tabgan.reporting.intervals import Estimate, around, simultaneous, wilson
from tabgan.reporting.membership import LogProb
from tabgan.reporting.neighbours import (
    ComparableRows,
    Floats32,
    Index,
    Nearest,
    Rows,
    affordable,
    comparable_rows,
    join_nearest,
)
from tabgan.reporting.privacy import (
    histogram,
    nearest_ratio,
    quantile_share,
    share_nearer,
    tied_at_zero,
)
from tabgan.reporting.score import Score, Section, join_sections
from tabgan.reporting.tables import Tables
from tabgan.reporting.wording import shorten

__all__ = ["LogProb", "judge_privacy"]
N_BINS = 40
OVERLAP = 5.0  # points of hold-out rows that are training rows, beyond the repeated ones, that are told
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


def judge_privacy(tables: Tables, log_prob: LogProb | None = None) -> Section:
    """Judge copies, distances to training rows, and attacks.

    Parameters
    ----------
    log_prob
        From a frame of rows as given, shape (k, columns), to their log-likelihoods, shape (k,): adds the
        attack of somebody who holds the model.
    """
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    told = Section(
        scores={},
        notes=(
            "That no attack was found is not privacy: one that is stronger, or knows more, may succeed.",
            "This report itself reveals something of the real rows, held-out ones included: what their columns "
            "hold, and whole rows where they are shown. Share it as you would share a summary of real data.",
        ),
    )
    sections = [
        judge_copies(tables),
        judge_distances(tables, rows),
        judge_attacks(tables, rows, log_prob),
        told,
    ]
    return join_sections(sections)


def judge_copies(tables: Tables) -> Section:
    """Scores `exact_copies`, `copied_cells` and `copied_cells_excess`; details `copies`."""
    frames = [tables.synthetic, tables.real] + ([] if tables.holdout is None else [tables.holdout])
    keys = row_keys(frames, list(tables.categorical))
    copied, repeated = copied_rows(keys[0], keys[1]), repeated_rows(keys[1])
    unseen = copied_rows(keys[2], keys[1]) if len(keys) > 2 else None
    n_rows = len(tables.synthetic)
    share = wilson(copied * n_rows / 100, n_rows).times(100)
    exact = Score(
        label="Exact copies",
        value=copied,
        better="low",
        best=0.0,
        unit="%",
        floor=repeated if unseen is None else unseen,
        low=share.low,
        high=share.high,
        n_rows=n_rows,
        note="Synthetic rows equal to a training row in all judged columns; the floor is the share of "
        + ("training rows equal to another one." if unseen is None else "held-out rows."),
    )
    cells, entries = _cells(tables)
    notes = []
    if unseen is not None and unseen > repeated + OVERLAP:
        notes.append(
            f"{unseen:.0f} % of the hold-out's rows are training rows too (repeated within the training rows: "
            f"{repeated:.0f} %): were they really kept out? Attacks look weaker than they are when they were not."
        )
    found = {"exact": {"synthetic": copied, "holdout": unseen, "n_rows": n_rows}, "cells": entries}
    return Section(scores={"exact_copies": exact, **cells}, details={"copies": found}, notes=tuple(notes))


def _cells(tables: Tables) -> tuple[dict[str, Score], list[dict[str, Any]]]:
    found = copied_cells(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    labels = {
        "copied_cells": "Copied cells",
        "copied_cells_excess": "Copied cells beyond chance, worst column",
    }
    if found.empty:
        why = "no column of numbers has more than 1,000 distinct training values"
        return {
            name: Score(label=label, value=None, better="low", best=0.0, unit="%", note=why)
            for name, label in labels.items()
        }, []
    entries = [
        {"column": str(name), **{key: float(row[key]) for key in ("synthetic", "holdout", "excess")}}
        for name, row in zip(found.index, found.to_dict("records"), strict=True)
    ]
    whose = "training cells equal to one of another row" if tables.holdout is None else "the hold-out's cells"
    mean = Score(
        label=labels["copied_cells"],
        value=float(found["synthetic"].mean()),
        better="low",
        best=0.0,
        unit="%",
        floor=float(found["holdout"].mean()),
        n_rows=len(tables.synthetic),
        note=f"Cells of fine-grained numbers ({len(found)} columns) equal to a training cell of their column; the "
        f"floor is the share of {whose}.",
    )
    worst = int(found["excess"].to_numpy().argmax())
    shares, sizes = (
        found[["synthetic", "holdout"]].to_numpy() / 100,
        found[["n_synthetic", "n_holdout"]].to_numpy(),
    )
    errors = np.sqrt((shares * (1 - shares) / np.maximum(sizes, 1)).sum(axis=1))
    bounds = around(
        float(found["excess"].iloc[worst]),
        100 * float(errors[worst]),
        -100.0,
        100.0,
        z=simultaneous(len(found)),
    )
    excess = Score(
        label=labels["copied_cells_excess"],
        value=bounds.value,
        better="low",
        best=0.0,
        unit="%",
        floor=0.0,
        low=bounds.low,
        high=bounds.high,
        n_rows=len(tables.synthetic),
        note=f"Points beyond the floor, column {shorten(found.index[worst], 60)}; the interval allows for its "
        f"being the worst of {len(found)}.",
    )
    return {"copied_cells": mean, "copied_cells_excess": excess}, entries


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
