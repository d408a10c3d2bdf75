import itertools

import numpy as np
import pytest

from tabgan.conditioning.by_sampling import RowIndex, build_levels
from tabgan.encoding.layout import Symbol, build_layout

LEVEL = Symbol(role="level", n_levels=3)
GROUP = Symbol(role="group", n_levels=4)
MEMBER = Symbol(role="member", n_levels=5, parent=0, applies_from=2)
LAYOUT = build_layout(
    [("number", [Symbol(role="mode", n_levels=2)], []), ("a", [LEVEL], []), ("big", [GROUP, MEMBER], [])]
)
COLUMNS = [1, 2]


@pytest.fixture
def codes():
    """Rows of a number, a column of three levels, and one of groups with members."""
    rng = np.random.default_rng(0)
    group = rng.choice(4, 3000, p=[0.6, 0.3, 0.07, 0.03])
    member = np.where(group >= 2, rng.integers(0, 5, 3000), -1)
    level = rng.choice(3, 3000, p=[0.9, 0.099, 0.001])
    level[0] = 2
    return np.stack([rng.integers(0, 2, 3000), level, group, member], axis=1).astype(np.int16)


def built(codes, rows=None):
    return build_levels(LAYOUT, codes, COLUMNS, np.arange(len(codes)) if rows is None else rows)


def test_every_level_is_there_with_its_count(codes):
    levels = built(codes)
    seen, counts = np.unique(codes[:, 2:], axis=0, return_counts=True)
    assert levels.starts.tolist() == [0, 3, 3 + len(seen)]
    assert levels.codes[3:].tolist() == seen.tolist()
    assert levels.counts.tolist() == [*np.bincount(codes[:, 1]), *counts]


@pytest.mark.parametrize("log_frequency", [True, False])
def test_columns_are_drawn_evenly_and_levels_by_their_law(codes, log_frequency):
    levels = built(codes)
    n = 200_000
    drawn = levels.draw(n, np.random.default_rng(1), log_frequency=log_frequency)
    shares = np.bincount(drawn, minlength=len(levels.counts)) / n
    weights = np.log(1 + levels.counts) if log_frequency else levels.counts
    for first, last in itertools.pairwise(levels.starts):
        law = weights[first:last] / weights[first:last].sum() / 2
        assert shares[first:last] == pytest.approx(law, abs=4 * np.sqrt(0.25 / n))


def test_a_drawn_row_has_the_level_and_every_such_row_comes(codes):
    levels = built(codes)
    index = RowIndex.of(LAYOUT, codes, levels)
    rng = np.random.default_rng(2)
    drawn = levels.draw(200_000, rng, log_frequency=True)
    rows = index.draw(drawn, rng)
    for d, column in enumerate(COLUMNS):
        mine = levels.owner[drawn] == d
        own = codes[rows[mine]][:, LAYOUT.symbols_of(column)]
        assert np.array_equal(levels.level_of(column, own), drawn[mine])
    assert set(rows) == set(range(len(codes)))


def test_rows_that_do_not_count_are_never_drawn(codes):
    some = np.flatnonzero(codes[:, 1] != 2)
    levels = built(codes, some)
    assert levels.counts[2] == 0
    drawn = levels.draw(20_000, np.random.default_rng(0), log_frequency=True)
    assert 2 not in drawn
    rows = RowIndex.of(LAYOUT, codes[some], levels).draw(drawn, np.random.default_rng(0))
    assert rows.max() < len(some)
    assert levels.level_of(1, np.array([[2]])).tolist() == [2]


def test_a_level_that_was_not_seen_is_none(codes):
    levels = built(codes[codes[:, 2] != 3])
    assert levels.level_of(2, np.array([[3, 1], [1, -1], [2, 4]])).tolist()[0] == -1
    assert (levels.level_of(2, np.array([[1, -1], [2, 4]])) >= 0).all()


def test_without_discrete_columns_rows_are_drawn_evenly(codes):
    levels = build_levels(LAYOUT, codes, [], np.arange(len(codes)))
    drawn = levels.draw(10, np.random.default_rng(0), log_frequency=True)
    assert drawn.tolist() == [-1] * 10
    rows = RowIndex.of(LAYOUT, codes, levels).draw(np.full(30_000, -1), np.random.default_rng(0))
    assert len(set(rows)) == 3000
