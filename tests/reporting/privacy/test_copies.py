"""Copied rows and cells, counted beside what rows that were never seen share by chance."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.privacy.copies import chance_error, copied_cells, copied_rows, repeated_rows, row_keys
from tests.reporting.mixed_rows import make_rows


def test_equal_rows_have_equal_keys_and_others_do_not():
    train, synthetic = (
        make_rows(300, 0)[["age", "level", "flag"]],
        make_rows(400, 1)[["age", "level", "flag"]],
    )
    keys = row_keys([synthetic, train])
    known = {tuple(row) for row in train.fillna("?").itertuples(index=False)}
    expected = [tuple(row) in known for row in synthetic.fillna("?").itertuples(index=False)]
    assert 0 < np.mean(expected) < 1
    assert np.isin(keys[0], keys[1]).tolist() == expected
    assert copied_rows(keys[0], keys[1]) == pytest.approx(100 * np.mean(expected))


def test_keys_do_not_depend_on_the_dtype_and_are_exact_for_large_integers():
    train = pd.DataFrame({"n": pd.array([2**60, 2**60 + 2, None], dtype="Int64"), "x": [1.0, 2.0, np.nan]})
    same = train.assign(x=pd.array([1, 2, None], dtype="Int64"))
    near = train.assign(n=pd.array([2**60 + 1, 2**60 + 3, 5], dtype="Int64"))
    a, b, c = row_keys([train, same, near])
    assert a.tolist() == b.tolist()
    assert copied_rows(c, a) == 0


def test_a_fresh_row_is_repeated_as_often_as_training_rows_are():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"n": rng.geometric(0.02, 4_000)})
    train, fresh = rows.iloc[:2_000], rows.iloc[2_000:]
    keys = row_keys([fresh, train])
    counts = train["n"].value_counts()
    assert repeated_rows(keys[1]) == pytest.approx(100 * (train["n"].map(counts) > 1).mean())
    assert repeated_rows(keys[1]) == pytest.approx(copied_rows(keys[0], keys[1]), abs=1)


def test_copies_that_went_through_float32_are_copies():
    rng = np.random.default_rng(0)
    train, holdout = (pd.DataFrame({"x": rng.normal(size=2_000)}) for _ in range(2))
    copies = train.astype("float32").astype("float64")
    keys = row_keys([copies, train, holdout])
    assert copied_rows(keys[0], keys[1]) == 100
    assert copied_rows(keys[2], keys[1]) < 1
    assert copied_cells(copies, train, holdout).loc["x", "excess"] > 99


@pytest.mark.parametrize("n_held", [0, 200])
def test_the_error_of_what_chance_copies_is_that_of_repeated_draws(n_held):
    rng, off, errors = np.random.default_rng(0), [], []
    for _ in range(200):
        train, held, many = (pd.DataFrame({"n": rng.geometric(0.01, n)}) for n in (300, 200, 20_000))
        keys = row_keys([many, train, held])
        share = copied_rows(keys[2], keys[1]) if n_held else repeated_rows(keys[1])
        off.append(share - copied_rows(keys[0], keys[1]))
        errors.append(chance_error(keys[1], n_held, share))
    assert np.mean(off) == pytest.approx(0, abs=1)
    assert np.mean(errors) == pytest.approx(np.std(off), rel=0.15)


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


def test_without_a_hold_out_training_cells_are_compared_with_those_of_other_rows():
    rng = np.random.default_rng(0)
    train, fresh = (pd.DataFrame({"n": rng.integers(0, 4_000, 3_000)}) for _ in range(2))
    found = copied_cells(fresh, train, None).loc["n"]
    assert found["holdout"] == pytest.approx(100 * train["n"].duplicated(keep=False).mean())
    assert abs(found["excess"]) < 4
