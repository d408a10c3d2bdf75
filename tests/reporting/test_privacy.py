"""Nearest distances against brute force; memorisers and honest samplers told apart."""

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError
from tabgan.reporting.privacy import BLOCK, comparable_rows, copied_cells, dcr_share, nearest_distance


def make_rows(n_rows, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "money": np.round(rng.lognormal(6, 1, n_rows), 2),
            "age": rng.integers(18, 90, n_rows),
            "level": rng.choice(["a", "b", "c"], n_rows),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D"),
        }
    )
    frame.loc[rng.random(n_rows) < 0.15, "money"] = np.nan
    frame.loc[rng.random(n_rows) < 0.15, "level"] = None
    return frame


def slow_distance(row, other, ranges):
    total = 0.0
    for name, value in row.items():
        against = other[name]
        if pd.isna(value) or pd.isna(against):
            total += 0.0 if pd.isna(value) and pd.isna(against) else 1.0
        elif name == "level":
            total += value != against
        else:
            total += min(abs(value - against) / ranges[name], 1.0)
    return total


def test_nearest_distance_equals_brute_force():
    synthetic, train, holdout = make_rows(40, 0), make_rows(60, 1), make_rows(60, 2)
    synthetic.loc[0, "money"] = 1e9  # far outside: counts 1, no more
    both = pd.concat([train, holdout])
    ranges = {name: both[name].max() - both[name].min() for name in ("money", "age", "day")}
    rows = comparable_rows(synthetic, train, holdout)
    for real, other in ((train, rows[1]), (holdout, rows[2])):
        expected = [
            min(slow_distance(row, against, ranges) for _, against in real.iterrows())
            for _, row in synthetic.iterrows()
        ]
        assert nearest_distance(rows[0], other) == pytest.approx(expected, abs=1e-5)


def test_blocks_do_not_change_the_distances():
    n_rows, n_others = BLOCK[0] + 3, 2 * BLOCK[1] + 5
    rows = comparable_rows(make_rows(n_rows, 0), make_rows(n_others, 1), make_rows(5, 2))
    x, y = rows[0], rows[1]
    gaps = np.minimum(np.abs(x.numbers[:, None] - y.numbers[None]), 1).sum(axis=2)
    expected = (gaps + (x.codes[:, None] != y.codes[None]).sum(axis=2)).min(axis=1)
    assert nearest_distance(x, y) == pytest.approx(expected, abs=1e-5)


def test_a_memoriser_is_near_100_and_a_fresh_sample_near_50():
    train, holdout, fresh = make_rows(1_000, 0), make_rows(1_000, 1), make_rows(2_000, 2)
    copies = train.sample(2_000, replace=True, random_state=0)
    assert dcr_share(copies, train, holdout).share > 98
    honest = dcr_share(fresh, train, holdout)
    # The interval is that of the synthetic rows; the draw of the halves adds a little.
    assert honest.low - 2 < 50 < honest.high + 2
    assert honest.high - honest.low == pytest.approx(2 * 1.96 * 50 / np.sqrt(2_000))


def test_ties_count_half_and_the_halves_mirror_each_other():
    rows = pd.DataFrame({"level": ["a", "b", "c", "d"]})
    assert dcr_share(rows, rows.iloc[:2], rows.iloc[2:]).share == 50
    assert dcr_share(rows.iloc[:1], rows.iloc[:2], rows.iloc[2:]).share == 100
    same = make_rows(50, 0)
    assert dcr_share(make_rows(80, 1), same, same.sample(frac=1, random_state=0)).share == 50
    fresh, train, holdout = make_rows(300, 0), make_rows(200, 1), make_rows(200, 2)
    one, other = dcr_share(fresh, train, holdout), dcr_share(fresh, holdout, train)
    assert one.share + other.share == pytest.approx(100)


def test_halves_of_different_size_are_refused():
    with pytest.raises(DataError, match="found 10 and 9"):
        dcr_share(make_rows(5, 0), make_rows(10, 1), make_rows(9, 2))


def test_copied_cells_are_counted_beside_the_hold_out():
    rng = np.random.default_rng(0)
    train = pd.DataFrame({"money": rng.permutation(np.arange(3_000) / 100), "few": np.arange(3_000) % 50})
    holdout = pd.DataFrame({"money": np.arange(3_000, 6_000) / 100 - 15, "few": 0})
    half = train.assign(money=np.where(np.arange(3_000) < 1_500, train["money"], -1.0))
    found = copied_cells(half, train, holdout)
    assert found.index.tolist() == ["money"]
    assert found.loc["money", "synthetic"] == 50
    assert found.loc["money", "holdout"] == 100 * np.isin(holdout["money"], train["money"]).mean()
    assert found.loc["money", "excess"] == found.loc["money", "synthetic"] - found.loc["money", "holdout"]
    assert 0 < found.loc["money", "holdout"] < 100


def test_copied_cells_are_exact_for_large_integers_and_leave_missing_out():
    train = pd.DataFrame({"n": pd.array([2**60 + 2 * i for i in range(1_500)], dtype="Int64")})
    near = pd.DataFrame({"n": pd.array([None] + [2**60 + 2 * i + 1 for i in range(1_499)], dtype="Int64")})
    assert copied_cells(near, train, train).loc["n", ["synthetic", "holdout"]].tolist() == [0, 100]
