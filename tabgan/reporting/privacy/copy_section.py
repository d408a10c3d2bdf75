"""The report on copies: whole rows, and cells of fine-grained numbers."""

import math
from typing import Any

import numpy as np
import pandas as pd

from tabgan.reporting.intervals import Estimate, Z, around, simultaneous, wilson
from tabgan.reporting.privacy.copies import (
    MIN_DISTINCT,
    Keys,
    chance_error,
    copied_cells,
    copied_rows,
    repeated_rows,
    row_keys,
)
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables
from tabgan.reporting.wording import shorten

OVERLAP = 5.0  # points of hold-out rows that are training rows, beyond the repeated ones, that are told
LABELS = {
    "exact_copies": "Exact copies",
    "copied_cells": "Copied cells",
    "copied_cells_excess": "Copied cells beyond chance, worst column",
}
NO_COLUMN = f"no column of numbers has more than {MIN_DISTINCT:,} distinct training values"


def judge_copies(tables: Tables) -> Section:
    """Scores `exact_copies`, `copied_cells` and `copied_cells_excess`; details `copies`."""
    frames = [tables.synthetic, tables.real] + ([] if tables.holdout is None else [tables.holdout])
    keys = row_keys(frames, list(tables.categorical))
    copied, repeated = copied_rows(keys[0], keys[1]), repeated_rows(keys[1])
    unseen = copied_rows(keys[2], keys[1]) if len(keys) > 2 else None
    n_rows = len(tables.synthetic)
    whose = "training rows equal to another one" if unseen is None else "held-out rows"
    exact = _score(
        "exact_copies",
        n_rows,
        wilson(copied * n_rows / 100, n_rows).times(100),
        repeated if unseen is None else unseen,
        f"Synthetic rows equal to a training row in all judged columns; the floor is the share of {whose}.",
    )
    cells = copied_cells(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    notes = []
    if unseen is not None and unseen > repeated + OVERLAP:
        notes.append(
            f"{unseen:.0f} % of the hold-out's rows are training rows too (repeated within the training rows: "
            f"{repeated:.0f} %): were they really kept out? Attacks look weaker than they are when they were not."
        )
    entries = [
        {"column": str(name), **{key: float(row[key]) for key in ("synthetic", "holdout", "excess")}}
        for name, row in zip(cells.index, cells.to_dict("records"), strict=True)
    ]
    beyond = _beyond_chance(keys, copied, repeated, unseen)
    details = {
        "exact": {"synthetic": copied, **beyond, "holdout": unseen, "n_rows": n_rows},
        "cells": entries,
    }
    return Section(
        scores={"exact_copies": exact, **_cell_scores(tables, cells)},
        details={"copies": details},
        notes=tuple(notes),
    )


def _beyond_chance(
    keys: list[Keys], copied: float, repeated: float, unseen: float | None
) -> dict[str, float]:
    """What of the copied rows, in %, is beyond chance, by the surer figure of what chance makes."""
    chances = [(chance_error(keys[1], 0, repeated), repeated)]
    if unseen is not None:
        chances.append((chance_error(keys[1], len(keys[2]), unseen), unseen))
    error, chance = min(chances)
    share = copied / 100
    low = copied - chance - Z * math.hypot(error, 100 * math.sqrt(share * (1 - share) / len(keys[0])))
    return {"excess": copied - chance, "excess_low": low}


def _cell_scores(tables: Tables, cells: pd.DataFrame) -> dict[str, Score]:
    if cells.empty:
        return {name: _score(name, 0, note=NO_COLUMN) for name in ("copied_cells", "copied_cells_excess")}
    shares = cells[["synthetic", "holdout"]].to_numpy() / 100
    variances = shares * (1 - shares) / np.maximum(cells[["n_synthetic", "n_holdout"]].to_numpy(), 1)
    excess = cells["excess"].to_numpy() / 100
    worst = int(excess.argmax())
    whose = "training cells equal to one of another row" if tables.holdout is None else "the hold-out's cells"
    # Columns of one row may err together: the error of their mean is at most the mean of their errors.
    mean = around(float(shares[:, 0].mean()), float(np.sqrt(variances[:, 0]).mean()))
    beyond = around(
        float(excess[worst]), float(np.sqrt(variances[worst].sum())), -1.0, z=simultaneous(len(cells))
    )
    n_rows = len(tables.synthetic)
    return {
        "copied_cells": _score(
            "copied_cells",
            n_rows,
            mean.times(100),
            100 * float(shares[:, 1].mean()),
            f"Cells of fine-grained numbers ({len(cells)} columns) equal to a training cell of their column; the "
            f"floor is the share of {whose}.",
        ),
        "copied_cells_excess": _score(
            "copied_cells_excess",
            n_rows,
            beyond.times(100),
            0.0,
            f"Points beyond the floor, column {shorten(cells.index[worst], 60)}; the interval allows for its "
            f"being the worst of {len(cells)}.",
        ),
    }


def _score(
    name: str, n_rows: int, found: Estimate | None = None, floor: float | None = None, note: str = ""
) -> Score:
    bounds: dict[str, Any] = {} if found is None else {"low": found.low, "high": found.high}
    return Score(
        label=LABELS[name],
        value=None if found is None else found.value,
        better="low",
        best=0.0,
        unit="%",
        floor=floor,
        n_rows=n_rows,
        note=note,
        **bounds,
    )
