"""Both searches for the nearest rows against all distances by definition."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.privacy import neighbours
from tabgan.reporting.privacy.neighbours import (
    BLOCK,
    Index,
    affordable,
    by_blocks,
    comparable_rows,
    join_nearest,
    nearest_distance,
)
from tests.reporting.mixed_rows import make_rows, slow_distances


@pytest.fixture(params=["blocks", "tree"])
def search(request, monkeypatch):
    monkeypatch.setattr(neighbours, "tree_pays", lambda others: request.param == "tree")
    return request.param


def test_nearest_rows_are_those_of_the_definition(search):
    synthetic, train, holdout = make_rows(40, 0), make_rows(60, 1), make_rows(60, 2)
    synthetic.loc[0, "money"] = 1e9  # far outside: at the end of the range
    rows = comparable_rows(synthetic, train, holdout)
    for real, other in ((train, rows[1]), (holdout, rows[2])):
        expected = slow_distances(synthetic, real, train, holdout)
        found = Index(other).nearest(rows[0], 3)
        assert found.distance == pytest.approx(np.sort(expected, axis=1)[:, :3], abs=1e-5)
        assert found.distance == pytest.approx(np.take_along_axis(expected, found.row, 1), abs=1e-5)
        assert nearest_distance(rows[0], other) == pytest.approx(expected.min(axis=1), abs=1e-5)


def test_some_columns_only(search):
    synthetic, train = make_rows(30, 0), make_rows(50, 1)
    rows = comparable_rows(synthetic, train)
    known = np.array([1, 2])
    found = Index(rows[1].of_columns(known)).nearest(rows[0].of_columns(known))
    width = train["age"].max() - train["age"].min()
    for place, (_, row) in enumerate(synthetic.iterrows()):
        age = np.clip(row["age"], train["age"].min(), train["age"].max())
        level = train["level"].fillna("?") != ("?" if pd.isna(row["level"]) else row["level"])
        assert found.distance[place, 0] == pytest.approx(
            ((train["age"] - age).abs() / width + level).min(), abs=1e-5
        )


def test_blocks_do_not_change_the_distances():
    n_rows, n_others = BLOCK[0] + 3, 2 * BLOCK[1] + 5
    x, y = comparable_rows(make_rows(n_rows, 0), make_rows(n_others, 1))
    apart = np.abs(x.numbers[:, None] - y.numbers[None]).sum(axis=2)
    apart += (x.codes[:, None] != y.codes[None]).sum(axis=2)
    for k in (1, 2, 7):
        found = by_blocks(x, y, k)
        assert found.distance == pytest.approx(np.sort(apart, axis=1)[:, :k], abs=1e-5)
        assert found.distance == pytest.approx(np.take_along_axis(apart, found.row, 1), abs=1e-5)
        assert all(len(set(row)) == k for row in found.row)


def test_fewer_rows_than_neighbours(search):
    x, y = comparable_rows(make_rows(5, 0), make_rows(3, 1))
    found = Index(y).nearest(x, 9)
    assert found.distance.shape == (5, 3)
    assert all(sorted(row) == [0, 1, 2] for row in found.row)


def test_parts_joined_are_the_whole():
    x, y = comparable_rows(make_rows(30, 0), make_rows(100, 1))
    whole = Index(y).nearest(x, 2)
    parts = [Index(y.take(part)).nearest(x, 2) for part in (slice(0, 35), slice(35, 100))]
    joined = join_nearest(parts, [0, 35])
    assert joined.distance[:, :2] == pytest.approx(whole.distance)
    assert (joined.row[:, 0] == whole.row[:, 0]).all()


def test_both_searches_agree_on_hard_columns(monkeypatch):
    rng = np.random.default_rng(0)
    frames = [
        pd.DataFrame(
            {
                "constant": np.full(n, 7.0),
                "missing": np.full(n, np.nan),
                "endless": rng.choice([1.0, 2.0, 5.0, np.inf, -np.inf, np.nan], n),
                "level": rng.choice(["a", "b", name], n).astype(object),
                "pair": rng.choice([3, 9], n),
            }
        )
        for n, name in ((40, "new"), (70, "old"))
    ]
    x, y = comparable_rows(*frames)
    assert set(x.number_of) == {2}  # the others have two values at most
    found = {}
    for tree in (True, False):
        monkeypatch.setattr(neighbours, "tree_pays", lambda others, tree=tree: tree)
        found[tree] = Index(y).nearest(x, 3).distance
        assert np.isfinite(found[tree]).all()
    assert found[True] == pytest.approx(found[False], abs=1e-6)


def test_a_tree_is_for_long_tables_with_near_rows(monkeypatch):
    monkeypatch.setattr(neighbours, "TREE_ROWS", 3_000)
    rng = np.random.default_rng(0)
    flat, cube = (pd.DataFrame(rng.random((3_000, width))) for width in (2, 20))
    words = pd.DataFrame({"word": [f"w{i % 500}" for i in range(3_000)]})
    assert neighbours.tree_pays(comparable_rows(flat, flat)[1])
    assert not neighbours.tree_pays(comparable_rows(flat.iloc[:2_999], flat.iloc[:2_999])[1])
    assert not neighbours.tree_pays(comparable_rows(cube, cube)[1])
    assert not neighbours.tree_pays(comparable_rows(words, words)[1])


def test_fewer_queries_of_tables_that_cost_more(monkeypatch):
    small, wide = (
        Index(comparable_rows(*[pd.DataFrame(np.random.default_rng(0).random((2_000, width)))] * 2)[1])
        for width in (5, 200)
    )
    assert affordable(small) == neighbours.MAX_ROWS
    monkeypatch.setattr(neighbours, "MAX_CELLS", 1_000 * 2_000 * 200)
    assert affordable(wide) == 1_000
    assert affordable(wide, wide) == neighbours.LEAST_ROWS
