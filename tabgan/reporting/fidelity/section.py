"""The report on columns and pairs: shapes, trends, mutual information, beside what fresh real rows get.

Floors: a fresh real sample against real rows (`Tables.floor_pair`), in the proportion of the judged sizes
and brought to them by 1/√n. Intervals: the delete-a-group jackknife over real and synthetic rows.
"""

from typing import Any

import numpy as np

from tabgan.reporting.fidelity.column_details import column_plot
from tabgan.reporting.fidelity.compared import FLOOR, JUDGED, Compared, compare
from tabgan.reporting.fidelity.jackknife import interval
from tabgan.reporting.fidelity.metrics import column_gap
from tabgan.reporting.fidelity.pair_details import MAX_WORST, joint_table, pair_matrices, ranked_pairs
from tabgan.reporting.fidelity.pairs import all_correlations
from tabgan.reporting.fidelity.trend_scores import Pairs, no_pairs
from tabgan.reporting.labels import scale_of
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables


def judge_fidelity(tables: Tables) -> Section:
    """Judge columns and pairs: scores `shape`, `trend`, `trend_published`, `wnmis`; details `columns`, `pairs`."""
    compared = compare(tables)
    shape, columns = _judge_columns(tables, compared)
    if len(columns) < 2:
        scores, pairs = no_pairs(), _no_pairs(columns)
    else:
        judged = Pairs(compared)
        scores = {
            "trend": judged.trend(),
            "trend_published": judged.trend_published(),
            "wnmis": judged.wnmis(),
        }
        pairs = _pair_details(tables, judged)
    details = {"columns": columns, "pairs": pairs}
    return Section(scores={"shape": shape, **scores}, details=details, notes=_notes(tables, compared))


def _notes(tables: Tables, compared: Compared) -> tuple[str, ...]:
    n_real, n_synthetic = (len(compared.frames[k]) for k in JUDGED)
    if (n_real, n_synthetic) == (len(tables.real), len(tables.synthetic)):
        return ()
    return (
        f"Columns and pairs were judged on {n_real:,} real and {n_synthetic:,} synthetic rows, drawn at random.",
    )


def _judge_columns(tables: Tables, compared: Compared) -> tuple[Score, list[dict[str, Any]]]:
    coded = compared.coded
    details, sums = [], np.zeros(coded.n_groups)
    for k in range(len(coded.columns)):
        gap = column_gap(compared.frames, coded, k, JUDGED)
        floor = column_gap(compared.frames, coded, k, FLOOR).error * compared.factor
        weights = np.concatenate([gap.real, gap.synthetic])
        sums += np.bincount(coded.group[: len(weights)], weights=weights, minlength=coded.n_groups)
        details.append(_column(tables, compared, k, 100 * gap.error, 100 * floor))
    value, floor = (float(np.mean([column[key] for column in details])) for key in ("error", "floor"))
    low, high = interval(value, [value + 100 * part / len(details) for part in compared.moves(sums)])
    shape = Score(
        label="Column shapes",
        value=value,
        better="low",
        best=0.0,
        unit="%",
        floor=floor,
        low=low,
        high=high,
        n_rows=compared.n_rows,
        note="mean error of the columns: KS statistic of numbers, total variation distance of categories",
    )
    return shape, details


def _column(tables: Tables, compared: Compared, k: int, error: float, floor: float) -> dict[str, Any]:
    name = tables.real.columns[k]
    is_number = bool(compared.coded.is_number[k])
    real, synthetic = (compared.frames[side].iloc[:, k] for side in JUDGED)
    return {
        "name": str(name),
        "kind": "time" if name in tables.times else "number" if is_number else "category",
        "metric": "KS" if is_number else "TVD",
        "error": error,
        "floor": floor,
        "missing": {"real": float(real.isna().mean()), "synthetic": float(synthetic.isna().mean())},
        "plot": column_plot(real, synthetic, scale_of(tables, name) if is_number else None),
    }


def _pair_details(tables: Tables, judged: Pairs) -> dict[str, Any]:
    """The matrices, and the pairs that are furthest above their floor."""
    compared, names = judged.compared, list(tables.real.columns)
    errors = judged.errors(judged.shared)
    error, floor = errors.judged, errors.floor * compared.factor
    real, synthetic = (all_correlations(judged.sums[k].total(), judged.is_number) for k in JUDGED)
    matrices = pair_matrices([str(n) for n in names], compared.coded, (real, synthetic), error, floor)
    scales = [
        scale_of(tables, n) if is_number else None
        for n, is_number in zip(names, judged.is_number, strict=True)
    ]
    first, second = (compared.frames[k] for k in JUDGED)
    worst = [
        {
            "first": str(names[a]),
            "second": str(names[b]),
            "error": float(error[a, b]),
            "floor": float(floor[a, b]),
            "plot": joint_table(
                (first.iloc[:, a], second.iloc[:, a]),
                (first.iloc[:, b], second.iloc[:, b]),
                (scales[a], scales[b]),
            ),
        }
        for a, b in ranked_pairs(error - floor)[:MAX_WORST]
        if error[a, b] > 0
    ]
    return matrices | {"worst": worst}


def _no_pairs(columns: list[dict[str, Any]]) -> dict[str, Any]:
    one = {"real": [[1.0]], "synthetic": [[1.0]], "error": [[None]], "association": ""}
    return one | {"names": [c["name"] for c in columns], "shown": 1, "total": 1, "worst": []}
