import itertools
from collections import Counter

import numpy as np
import pytest

from tabgan.conditioning.orders import (
    canonical_order,
    draw_hidden,
    draw_orders,
    draw_runs,
    others_matrix,
    symbol_order,
)

SYMBOL_COLUMN = (0, 0, 2, 3, 3, 3, 5)  # columns 1 and 4 have no symbols


def brute_force(symbol_column, runs):
    """The symbols in the order in which they become known."""
    return [
        symbol
        for run in range(3)
        for column in range(len(runs))
        for symbol in range(len(symbol_column))
        if runs[column] == run and symbol_column[symbol] == column
    ]


def test_symbols_follow_the_runs_of_their_columns():
    for runs in itertools.product(range(3), repeat=6):
        got = symbol_order(SYMBOL_COLUMN, np.array(runs))
        assert got.dtype == np.int64
        assert got.tolist() == brute_force(SYMBOL_COLUMN, runs), runs


def test_canonical_order_is_that_of_one_run():
    assert canonical_order(SYMBOL_COLUMN).tolist() == brute_force(SYMBOL_COLUMN, [0] * 6)


def test_orders_of_no_symbols_and_of_one():
    assert canonical_order(()).shape == (0,)
    assert canonical_order((0,)).tolist() == [0]


def test_of_other_columns_all_is_told_and_of_the_same_one_what_comes_before():
    got = others_matrix(SYMBOL_COLUMN)
    for s, t in itertools.product(range(7), repeat=2):
        assert got[s, t] == (SYMBOL_COLUMN[s] != SYMBOL_COLUMN[t] or t < s)


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(0)
    return np.array([draw_runs(6, rng) for _ in range(3000)])


def test_known_columns_are_of_every_number_but_all(runs):
    known = Counter((runs == 0).sum(axis=1).tolist())
    assert set(known) == set(range(6))
    assert min(known.values()) > 3000 / 6 * 0.8


def test_up_to_three_columns_are_constrained_in_half_of_the_draws(runs):
    constrained = (runs == 1).sum(axis=1)
    room = (runs == 0).sum(axis=1) <= 3
    assert set(constrained[room].tolist()) == {0, 1, 2, 3}
    assert constrained.max() == 3
    assert abs((constrained > 0).mean() - 0.5) < 0.03


def test_every_column_comes_into_every_run_equally_often(runs):
    for run in range(3):
        share = (runs == run).mean(axis=0)
        assert share.max() - share.min() < 0.04
        assert share.min() > 0.05


def test_runs_of_one_column_leave_it_to_be_drawn():
    rng = np.random.default_rng(0)
    assert {int(draw_runs(1, rng)[0]) for _ in range(50)} == {1, 2}


@pytest.mark.parametrize(("n_filled", "at_most"), [(1, 16), (4, 16), (5, 5), (6, 3)])
@pytest.mark.parametrize("n_empty", [0, 2])
def test_hidden_columns_are_of_every_allowed_number(n_filled, at_most, n_empty):
    rng = np.random.default_rng(0)
    n_columns = n_filled + n_empty
    filled = sorted(np.random.default_rng(n_columns).choice(n_columns, n_filled, replace=False).tolist())
    symbol_column = sorted([*filled, *filled[::2]])  # some columns have two symbols
    drawn = np.array([draw_hidden(symbol_column, n_columns, at_most, rng) for _ in range(2000)])
    assert drawn.shape[1] == n_columns
    assert set(drawn.sum(axis=1).tolist()) == set(range(1, min(n_filled, at_most) + 1))
    assert np.flatnonzero(drawn.any(axis=0)).tolist() == filled  # others have nothing to fill
    share = drawn[:, filled].mean(axis=0)
    assert share.max() - share.min() < 0.08


def test_all_columns_are_hidden_in_about_half_of_the_draws():
    rng = np.random.default_rng(0)
    whole = np.mean([all(draw_hidden(range(4), 4, 16, rng)) for _ in range(2000)])
    assert abs(whole - (0.5 + 0.5 / 4)) < 0.04


def test_orders_are_repeatable():
    first, second = (
        [draw_runs(7, rng).tolist() + draw_hidden(SYMBOL_COLUMN, 7, 3, rng) for _ in range(20)]
        for rng in (np.random.default_rng(4), np.random.default_rng(4))
    )
    assert first == second


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_a_share_of_the_orders_is_canonical(share):
    rng = np.random.default_rng(0)
    made = [draw_orders(SYMBOL_COLUMN, 6, 4, share, rng) for _ in range(400)]
    canonical = np.array([[np.array_equal(order, range(7)) for order in group] for group in made])
    assert made[0].shape == (4, 7)
    by_chance = np.mean([np.array_equal(o, range(7)) for o in draw_orders(SYMBOL_COLUMN, 6, 2000, 0.0, rng)])
    assert abs(canonical.mean() - (share + (1 - share) * by_chance)) < 0.04
    assert all(sorted(order) == list(range(7)) for order in np.array(made).reshape(-1, 7).tolist())
