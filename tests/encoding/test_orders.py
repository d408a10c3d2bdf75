"""Columns of which one is never less than another."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN, between
from tabgan.encoding.orders import Order
from tabgan.encoding.table import TableEncoder
from tests.encoding.frames import stays
from tests.encoding.test_pointers import bills, fitted

ROWS = 4_000
SETTINGS = {"max_time": None, "epochs": 15, "width": 32, "hidden": 24, "verbose": False, "random_state": 0}


def rides(n_rows=ROWS, seed=0):
    """Moments of two years, and some minutes later."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-03-01") + pd.to_timedelta(rng.integers(0, 730 * 86_400, n_rows), unit="s")
    return pd.DataFrame(
        {"start": start, "end": start + pd.to_timedelta(np.ceil(rng.gamma(3, 240, n_rows)), unit="s")}
    )


def numbers(n_rows=ROWS, seed=3):
    rng = np.random.default_rng(seed)
    least = rng.normal(0, 5, n_rows)
    return pd.DataFrame({"least": least, "most": least + rng.exponential(0.5, n_rows)})


def test_days_in_order_are_found():
    encoder, table = fitted(stays())
    assert encoder.near == ((0, 2), (2, 0))
    assert encoder.orders == (Order(0, 2, strict=True, gated=True),)
    assert [(pointer.symbol, pointer.side) for pointer in table.layout.pointers] == [(0, 1), (2, -1)]
    assert encoder.stored_kinds()["pairs of columns that are in order"] == "1"


def test_moments_in_order_are_found_by_day_and_time():
    encoder, table = fitted(rides())
    assert [(order.first, order.second) for order in encoder.orders] == [(0, 1)]
    days = [pointer for pointer in table.layout.pointers if pointer.side]
    times = [pointer for pointer in table.layout.pointers if not pointer.side]
    assert [pointer.symbol for pointer in days] == [0, 2]
    assert [pointer.symbol for pointer in times] == [1, 3]


def test_numbers_in_order_are_found_and_equal_ones_or_noise_are_not():
    encoder, _ = fitted(numbers())
    assert encoder.orders == (Order(0, 1, strict=True, gated=True),)
    assert fitted(bills())[0].orders == ()
    twins = numbers().assign(most=lambda f: f["least"] + np.random.default_rng(0).normal(0, 0.01, ROWS))
    encoder, _ = fitted(twins)
    assert encoder.near
    assert encoder.orders == ()


def test_dates_far_apart_are_in_order_too():
    rng = np.random.default_rng(0)
    born = pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 18_000, ROWS), unit="D")
    hired = born + pd.to_timedelta(6_600 + rng.integers(0, 12_000, ROWS), unit="D")
    encoder, _ = fitted(pd.DataFrame({"hired": hired, "born": born}))
    assert encoder.near == ()
    assert [(order.first, order.second) for order in encoder.orders] == [(1, 0)]


@pytest.mark.parametrize(("share", "found"), [(0.001, 1), (0.03, 0)])
def test_as_good_as_all_rows_must_be_in_order(share, found):
    frame = stays()
    broken = frame.index < share * ROWS
    frame["left"] = frame["left"].where(~broken, frame["came"] - pd.Timedelta(days=30))
    assert len(fitted(frame)[0].orders) == found


def test_missing_ends_do_not_hide_an_order():
    frame = stays()
    frame.loc[frame.index % 3 == 0, "left"] = pd.NaT
    assert fitted(frame)[0].orders == (Order(0, 2, strict=True, gated=True),)


def test_state_goes_there_and_back_and_older_state_has_no_orders():
    encoder, _ = fitted(stays())
    plain, arrays = encoder.to_state()
    again = TableEncoder.from_state(plain, arrays)
    assert again.orders == encoder.orders
    assert [p.side for p in again.layout.pointers] == [p.side for p in encoder.layout.pointers]
    del plain["orders"]
    old = TableEncoder.from_state(plain, arrays)
    assert old.orders == ()
    assert not any(pointer.side for pointer in old.layout.pointers)


def mended(frame, change, free=(True, True)):
    """Rows with changed cells, put in order; ``free`` says which of the first two columns may move."""
    encoder, table = fitted(frame)
    cells = encoder.decode(table.codes, table.fractions / 256, np.random.default_rng(0))
    encoder, cells = change(encoder, cells)
    flags = np.ones((len(frame), len(encoder.schema)), bool)
    flags[:, 0], flags[:, encoder.orders[0].second] = free
    return encoder.frame(cells), encoder.frame(encoder.rules.mended(table.codes, cells, flags))


def later(encoder, cells):
    """The first column a little later, often beyond the second one."""
    first = encoder.orders[0].first
    step = 3 * encoder.encoders[first].per_day
    return encoder, [
        replace(held, values=held.values + step) if i == first else held for i, held in enumerate(cells)
    ]


def test_days_out_of_order_are_mirrored():
    before, after = mended(stays(), later)
    wrong = before["left"] <= before["came"]
    assert wrong.mean() > 0.1
    assert (after["left"] > after["came"]).all()
    pd.testing.assert_frame_equal(after[~wrong], before[~wrong])
    apart = before["left"] != before["came"]
    moved = after["left"] - after["came"]
    assert (moved == before["came"] - before["left"])[wrong & apart].mean() > 0.99
    assert (moved == pd.Timedelta(days=1))[wrong & ~apart].mean() > 0.99


def test_what_would_lie_beyond_the_column_lies_halfway_to_its_end():
    frame = stays()

    def at_the_end(encoder, cells):
        end = encoder.encoders[0].bounds[1]
        return encoder, [
            replace(held, values=np.full(ROWS, end)) if i == 0 else held for i, held in enumerate(cells)
        ]

    _, after = mended(frame, at_the_end)
    assert (after["left"] > after["came"]).all()
    assert (after["left"] == after["left"].dt.normalize()).all()
    assert after["left"].nunique() > 5


@pytest.mark.parametrize(("free", "kept"), [((True, False), "left"), ((False, True), "came")])
def test_what_is_given_does_not_move(free, kept):
    before, after = mended(stays(), later, free)
    assert after[kept].equals(before[kept])
    assert (after["left"] > after["came"]).mean() > 0.99
    before, after = mended(stays(), later, (False, False))
    pd.testing.assert_frame_equal(before, after)


def test_what_is_missing_or_infinite_is_left_alone():
    encoder, table = fitted(numbers())
    cells = encoder.decode(table.codes, table.fractions / 256, np.random.default_rng(0))
    values = cells[0].values.copy()
    values[:4] = [np.inf, np.nan, cells[1].values[2] + 0.1, cells[1].values[3] + 0.1]
    missing = np.zeros(ROWS, bool)
    missing[2] = True
    out = encoder.rules.mended(
        table.codes, [replace(cells[0], values=values, missing=missing), cells[1]], np.ones((ROWS, 2), bool)
    )
    assert out[1].values[:3].tolist() == cells[1].values[:3].tolist()
    assert out[1].values[3] == pytest.approx(cells[1].values[3] + 0.2)
    assert np.array_equal(out[0].values[:4], values[:4], equal_nan=True)


def test_values_that_repeat_others_are_in_order_with_those_that_these_follow():
    frame = stays()
    frame["paid"] = frame["left"].where(frame.index % 2 == 0, frame["left"] + pd.Timedelta(days=9))
    encoder, table = fitted(frame)
    assert {(order.first, order.second) for order in encoder.orders} == {(0, 2), (0, 4), (2, 4)}
    assert [(repeat.column, repeat.other) for repeat in encoder.repeats] == [(4, 2)]
    fractions = np.random.default_rng(0).random(table.fractions.shape)
    cells = encoder.decode(table.codes, fractions, np.random.default_rng(0))
    after = encoder.frame(encoder.rules.reconciled(table.codes, fractions, cells, np.ones(frame.shape, bool)))
    assert (after["left"] > after["came"]).mean() > 0.999
    assert (after["paid"] >= after["left"]).mean() > 0.999
    assert (after["paid"] == after["left"]).mean() > 0.2


@pytest.fixture(scope="module")
def model():
    return TabGAN(**SETTINGS).fit(stays())


def test_nobody_leaves_before_coming(model):
    rows = model.sample(2_000, random_state=0)
    assert (rows["left"] > rows["came"]).all()
    nights = (rows["left"] - rows["came"]).dt.days
    assert nights.median() == pytest.approx(5, abs=2)
    asked = model.sample(300, where={"left": between("2021-01-01", "2021-01-10")}, random_state=0)
    assert (asked["left"] > asked["came"]).mean() > 0.99
    assert asked["left"].between("2021-01-01", "2021-01-10").all()


def test_given_ends_stay_and_starts_come_before_them(model):
    given = stays(500, seed=1)
    filled = model.complete(given.assign(came=pd.NaT), random_state=0)
    assert filled["left"].equals(given["left"])
    assert (filled["left"] > filled["came"]).mean() > 0.99
    moved = model.what_if(given, set={"came": lambda came: came + pd.Timedelta(days=9)}, random_state=0)
    assert (moved["left"] > moved["came"]).mean() > 0.98
