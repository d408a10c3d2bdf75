"""Membership inference on a half task: can the rows trained on be told from the other half?"""

from typing import Any

import numpy as np
import pandas as pd

from tabgan.reporting.privacy.attack_section import judge_membership
from tabgan.reporting.privacy.membership import LogProb, attack_membership
from tabgan.reporting.privacy.neighbours import comparable_rows
from tabgan.reporting.tables import Tables, make_tables
from tabgan.schema import infer_schema

MAX_ROWS = 20_000  # of each side: what the attacks look at
FIRST = {"train": 0, "synthetic": MAX_ROWS, "unseen": 2 * MAX_ROWS}  # number of the first row of each table


def membership(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    categories: list[str],
    log_prob: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """The strongest attack by somebody who holds the rows, and by somebody who holds the model too.

    Returns
    -------
    `mia_auc` and `mia_tpr` (% at 1 % false alarms), of attacks that need the rows only, with 95 % intervals; with
    log-probabilities (see `child.log_probs`) the same as `mia_model_auc`, `mia_model_tpr`, likelihood attacks
    among them.
    """
    real, rows, others = (
        frame.iloc[:MAX_ROWS].set_axis(np.arange(min(len(frame), MAX_ROWS)) + FIRST[name], axis=0)
        for name, frame in (("train", train), ("synthetic", synthetic), ("unseen", holdout))
    )
    tables = make_tables(real, rows, others, schema=infer_schema(real, category=categories))
    result = _attacked(tables, None, "mia")
    if log_prob is not None:
        result |= _attacked(tables, _known(log_prob), "mia_model")
    return result


def _known(log_prob: pd.DataFrame) -> LogProb:
    """Log-probabilities by the number of a row; NaN, which is impossible, where there is none."""
    numbers = log_prob["table"].map(FIRST) + log_prob["row"]
    values = pd.Series(log_prob["log_prob"].to_numpy(), index=numbers)
    return lambda frame: values.reindex(frame.index).to_numpy()


def _attacked(tables: Tables, log_prob: LogProb | None, name: str) -> dict[str, Any]:
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    section = judge_membership(tables, attack_membership(tables, rows, log_prob))
    result: dict[str, Any] = {f"{name}_strongest": section.details["membership"]["strongest"]}
    for figure in ("auc", "tpr"):
        found = section.scores[f"mia_{figure}"]
        if found.value is not None:
            result |= {f"{name}_{figure}": found.value, f"{name}_{figure}_low": found.low}
            result[f"{name}_{figure}_high"] = found.high
    return result
