"""Rows under conditions: how near they are to plain rows that meet them, and how fast they come."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tabgan import TabGAN, between
from tabgan.asking.sampling import sample_frames
from tabgan.asking.ways import plan_rows, ready
from tabgan.conditioning.condition import read_condition
from tabgan.conditioning.requests import Between

# Common and rare ones, of columns that stand early and late in a row.
CONDITIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "adult": (
        {"age": between(30, 40)},
        {"workclass": "Private", "income": "<=50K"},
        {"sex": "Female"},
        {"income": ">50K"},
        {"hours.per.week": between(50, 99)},
        {"education": ["Masters", "Doctorate"]},
        {"native.country": "Mexico"},
        {"native.country": "India", "income": ">50K"},
        {"income": ">50K", "sex": "Female", "education": "Doctorate"},
        {"native.country": "Vietnam", "income": ">50K"},
    )
}
N_PLAIN = 400_000
N_ROWS = 1_000
N_SPEED = 20_000
BINS = 10


def judge_conditions(model: TabGAN, table: str, seed: int) -> dict[str, dict[str, float]]:
    """Mean total variation distance of the other columns from plain rows that meet each condition, and speeds.

    *in order* is what asked columns first would give; *truth* the same distance between as many plain rows that
    meet the condition and the others of these: what is left for a perfect way.
    """
    plain = pd.concat([model.sample(N_PLAIN // 10, random_state=seed * 10 + i) for i in range(10)])
    start = time.perf_counter()
    model.sample(N_SPEED, random_state=seed)
    speed = N_SPEED / (time.perf_counter() - start)
    figures = {}
    for where in CONDITIONS[table]:
        truth = plain[meets(plain, where)]
        start = time.perf_counter()
        rows = model.sample(N_ROWS, where=where, random_state=seed)
        seconds = time.perf_counter() - start
        pool = ready(model.model_, plan_rows(model.model_, read_condition(where, model.model_.encoder), 1.0))
        in_order = replace(pool, picked=None, cap=None)
        asked = next(sample_frames(model.model_, in_order, N_ROWS, N_ROWS, seed))
        part = truth.sample(min(N_ROWS, len(truth) // 2), random_state=seed)
        rest = truth.drop(part.index)
        start = time.perf_counter()
        next(sample_frames(model.model_, pool, N_SPEED, N_SPEED, seed)) if pool.cap is None else None
        fast = N_SPEED / (time.perf_counter() - start) if pool.cap is None else N_ROWS / seconds
        name = ", ".join(f"{column} {request}" for column, request in where.items())
        figures[f"{name}: {way(pool)}"] = {
            "mass": len(truth) / len(plain),
            "distance": distance(rows, rest, plain, where),
            "in order": distance(asked, rest, plain, where),
            "truth": distance(part, rest, plain, where),
            "1,000 rows, s": seconds,
            "rows/s, of plain": fast / speed,
        }
    return figures


def way(pool: Any) -> str:
    """How rows of a pool come."""
    return "picked" if pool.picked is not None else "weighed" if pool.cap is not None else "in order"


def meets(rows: pd.DataFrame, where: Mapping[str, Any]) -> pd.Series:
    """Which rows meet a condition."""
    met = pd.Series(True, index=rows.index)
    for name, asked in where.items():
        if isinstance(asked, Between):
            met &= rows[name].between(asked.low, asked.high)
        else:
            met &= rows[name].isin(asked if isinstance(asked, list) else [asked])
    return met


def distance(
    rows: pd.DataFrame, others: pd.DataFrame, plain: pd.DataFrame, where: Mapping[str, Any]
) -> float:
    """Mean over the columns not asked for of the total variation distance, numbers in tenths of plain rows."""
    found = []
    for name in plain.columns.difference(list(where)):
        sides = [rows[name], others[name]]
        if pd.api.types.is_numeric_dtype(plain[name].dtype):
            edges = np.unique(plain[name].quantile(np.linspace(0, 1, BINS + 1)))[1:-1]
            sides = [pd.Series(np.searchsorted(edges, side, side="right")) for side in sides]
        shares = [side.value_counts(normalize=True) for side in sides]
        found.append(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    return float(np.mean(found))
