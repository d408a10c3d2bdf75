"""Rows of people with numbers, levels, a date and missing cells, copies of them, and the distance by definition."""

import numpy as np
import pandas as pd


def make_rows(n_rows, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "money": np.round(rng.lognormal(6, 1, n_rows), 2),
            "age": rng.integers(18, 90, n_rows),
            "level": rng.choice(["a", "b", "c"], n_rows).astype(object),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D"),
            "flag": rng.integers(0, 2, n_rows),
        }
    )
    frame.loc[rng.random(n_rows) < 0.15, "money"] = np.nan
    frame.loc[rng.random(n_rows) < 0.15, "level"] = None
    return frame


def copied(frame, n_rows, seed):
    """Rows drawn with replacement: a generator that memorised them all."""
    return frame.iloc[np.random.default_rng(seed).integers(0, len(frame), n_rows)].reset_index(drop=True)


def noisy(frame, seed, spread=0.003):
    """Every row once, its numbers moved by `spread` of their range."""
    rng = np.random.default_rng(seed)
    money = frame["money"] + rng.normal(0, spread, len(frame)) * (frame["money"].max() - frame["money"].min())
    days = pd.to_timedelta(rng.integers(-3, 4, len(frame)), unit="D")
    age = (frame["age"] + rng.integers(-1, 2, len(frame))).clip(18, 89)
    return frame.assign(money=money.clip(frame["money"].min()).round(2), day=frame["day"] + days, age=age)


def slow_distance(row, other, lows, highs):
    """The definition: scaled gaps, 1 for a level or a missing cell that differs, outside values at the ends."""
    total = 0.0
    for name, value in row.items():
        against = other[name]
        if pd.isna(value) or pd.isna(against):
            total += 0.0 if pd.isna(value) and pd.isna(against) else 1.0
        elif name == "level":
            total += value != against
        else:
            value, against = (min(max(v, lows[name]), highs[name]) for v in (value, against))
            total += abs(value - against) / (highs[name] - lows[name])
    return total


def slow_distances(rows, others, *real):
    """All distances, shape (rows, others), scaled by the ranges of `real`."""
    numbers = pd.concat(real)[["money", "age", "day", "flag"]]
    lows, highs = dict(numbers.min()), dict(numbers.max())
    first, second = rows.to_dict("records"), others.to_dict("records")
    return np.array([[slow_distance(row, other, lows, highs) for other in second] for row in first])
