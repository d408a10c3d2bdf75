"""The report on detection: can a classifier tell the synthetic rows from real ones, and by what?

The floor is the same test between real rows and fresh real rows. Intervals are for other test rows
(DeLong et al., Biometrics 1988, on the test rows of all folds).
"""

from importlib.util import find_spec
from typing import Any

import pandas as pd

from tabgan.reporting.detection.c2st import N_FOLDS, Classifier, Detection, c2st
from tabgan.reporting.labels import level_text
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables

MAX_ROWS = 50_000  # of each side
ENOUGH_UNSEEN = 1_000  # held-out rows for a test against them
SHOWN_COLUMNS = 15
NAMES: dict[Classifier, str] = {"hist": "scikit-learn", "xgb": "XGBoost"}
SCORES: dict[Classifier, str] = {"hist": "c2st", "xgb": "c2st_xgb"}


def judge_detection(tables: Tables) -> Section:
    """Judge by two-sample tests: scores `c2st`, `c2st_auc`, `c2st_xgb`, `c2st_unseen`; details `detection`.

    `c2st_xgb` needs the package xgboost, `c2st_unseen` a hold-out of 1,000 rows.
    """
    classifiers: list[Classifier] = ["hist", "xgb"] if find_spec("xgboost") else ["hist"]
    scores: dict[str, Score] = {}
    details, notes = [], []
    for classifier in classifiers:
        found = _test(tables, tables.real, tables.synthetic, classifier, explain=True)
        floor = _floor(tables, classifier, found)
        label = f"Two-sample test ({NAMES[classifier]})"
        scores[SCORES[classifier]] = _score(label, found, floor, _told(found))
        if classifier == "hist":
            scores["c2st_auc"] = _auc_score(found, floor)
            scores |= _unseen(tables, floor)
        if found is not None:
            details.append(_giveaways(tables, found, NAMES[classifier]))
            notes += _notes(tables, found, floor) if classifier == "hist" else []
    return Section(scores=scores, details={"detection": details}, notes=tuple(notes))


def _test(
    tables: Tables,
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    classifier: Classifier,
    *,
    max_rows: int = MAX_ROWS,
    explain: bool = False,
) -> Detection | None:
    if min(len(real), len(synthetic)) < N_FOLDS:
        return None
    return c2st(
        real,
        synthetic,
        list(tables.categorical),
        classifier=classifier,
        bounded=True,
        explain=explain,
        max_rows=max_rows,
        random_state=tables.random_state,
    )


def _floor(tables: Tables, classifier: Classifier, found: Detection | None) -> Detection | None:
    """Real rows against fresh real rows, at the number of rows of `found` where there are as many."""
    if found is None:
        return None
    return _test(tables, *tables.floor_pair(), classifier, max_rows=found.n_rows)


def _score(label: str, found: Detection | None, floor: Detection | None, note: str) -> Score:
    return Score(
        label=label,
        value=found.score if found else None,
        better="high",
        best=1.0,
        floor=floor.score if floor else None,
        low=found.low if found else None,
        high=found.high if found else None,
        n_rows=found.n_rows if found else 0,
        note=note,
    )


def _told(found: Detection | None) -> str:
    if found is None:
        return f"needs {N_FOLDS} rows of each side"
    if found.auc_high < 0.5:
        return "1 only because the judge is misled: rows that copy real ones bring its AUC below 0.5"
    return "1: the judge cannot tell synthetic rows from real ones; 0: it always can"


def _auc_score(found: Detection | None, floor: Detection | None) -> Score:
    return Score(
        label="Two-sample test, raw AUC",
        value=found.auc if found else None,
        better="near",
        best=0.5,
        floor=floor.auc if floor else None,
        low=found.auc_low if found else None,
        high=found.auc_high if found else None,
        n_rows=found.n_rows if found else 0,
        note=f"needs {N_FOLDS} rows of each side"
        if found is None
        else "0.5: told no better than by a coin; well below 0.5 hints at copied rows",
    )


def _unseen(tables: Tables, floor: Detection | None) -> dict[str, Score]:
    """The test against real rows that the synthetic ones were not made from: copies do not help there."""
    holdout = tables.holdout
    if holdout is None or len(holdout) < ENOUGH_UNSEEN:
        return {}
    found = _test(tables, holdout, tables.synthetic, "hist")
    return {"c2st_unseen": _score("Two-sample test against held-out rows", found, floor, _told(found))}


def _giveaways(tables: Tables, found: Detection, judge: str) -> dict[str, Any]:
    names = [str(name) for name in tables.synthetic.columns]
    rows = tables.synthetic.iloc[[row for row, _ in found.suspects]]
    cells = [[_text(cell) for cell in row] for row in rows.itertuples(index=False, name=None)]
    return {
        "judge": judge,
        "columns": [{"name": names[k], "drop": drop} for k, drop in found.costs[:SHOWN_COLUMNS] if drop > 0],
        "rows": [
            {"score": score, "cells": row} for (_, score), row in zip(found.suspects, cells, strict=True)
        ],
        "names": names,
    }


def _text(cell: Any) -> str:
    return level_text(None if pd.isna(cell) else cell)


def _notes(tables: Tables, found: Detection, floor: Detection | None) -> list[str]:
    notes = []
    if found.n_rows < min(len(tables.real), len(tables.synthetic)):
        notes.append(f"Two-sample tests looked at {found.n_rows:,} rows of each side, drawn at random.")
    elif len(tables.real) != len(tables.synthetic):
        notes.append(
            f"Two-sample tests looked at {found.n_rows:,} rows of each side: as many as the smaller has."
        )
    if floor is not None and floor.n_rows < found.n_rows:
        against = "held-out rows" if tables.holdout is not None else "the other half"
        notes.append(f"Their floor is of {floor.n_rows:,} real rows against {against}, all there are.")
    return notes
