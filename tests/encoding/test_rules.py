"""What holds between columns of a table still holds when each value is drawn anew within its cell."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN
from tabgan.data import to_cells
from tabgan.encoding.ordering import in_order, put_in_order
from tabgan.encoding.orders import Order
from tests.encoding.test_pointers import fitted

ROWS = 3_000
SETTINGS = {"max_time": None, "epochs": 2, "width": 32, "hidden": 24, "verbose": False, "random_state": 0}


def redrawn(frame):
    """The encoder of a table, and its rows with all numbers drawn anew in their cells and put right."""
    encoder, table = fitted(frame)
    fractions = np.random.default_rng(1).random(table.fractions.shape)
    cells = encoder.decode(table.codes, fractions, np.random.default_rng(0))
    free = np.ones((len(frame), len(encoder.schema)), bool)
    return encoder, encoder.frame(encoder.rules.reconciled(table.codes, fractions, cells, free))


def amounts(n_rows=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    a, b = (rng.gamma(shape, 3_000, n_rows).round().astype(int) for shape in (2, 3))
    return pd.DataFrame({"a": a, "b": b, "bill": a + b})


@pytest.mark.parametrize(("size", "amount"), [(1e3, 0), (1e5, 0), (1e7, 0), (1e3, 7), (1e4, 100)])
def test_the_amount_of_a_sum_is_found_though_cells_are_wide(size, amount):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        a, b = (rng.gamma(shape, size, 1_500).round().astype(int) for shape in (2, 3))
        encoder, _ = fitted(pd.DataFrame({"a": a, "b": b, "total": a + b + amount}))
        (relation,) = encoder.sums
        assert relation.coefficients == (-1.0, -1.0, 1.0)
        assert relation.amount == amount


def test_sums_that_share_members_all_hold():
    frame = amounts()
    frame["tax"] = np.random.default_rng(3).gamma(2, 900, ROWS).round().astype(int)
    frame["total"] = frame["bill"] + frame["tax"]
    encoder, after = redrawn(frame)
    assert len(encoder.sums) == 2
    assert (after["bill"] == after["a"] + after["b"]).all()
    assert (after["total"] == after["bill"] + after["tax"]).mean() > 0.95


def test_what_a_value_repeats_stays_where_it_was_repeated():
    frame, rng = amounts(), np.random.default_rng(1)
    other = (frame["bill"] * rng.uniform(0.2, 1.5, ROWS)).astype(int)
    frame["paid"] = frame["bill"].where(rng.random(ROWS) < 0.7, other)
    encoder, after = redrawn(frame)
    assert [(repeat.column, repeat.other) for repeat in encoder.repeats] == [(3, 2)]
    assert (after["bill"] == after["a"] + after["b"]).all()
    assert (after["paid"] == after["bill"]).mean() > 0.5


def test_values_that_are_equal_in_some_rows_are_not_torn_apart():
    rng = np.random.default_rng(2)
    bill = rng.gamma(2, 30_000, ROWS).round().astype(int)
    paid = np.where(rng.random(ROWS) < 0.06, bill, (bill * rng.uniform(0.2, 1.0, ROWS)).astype(int))
    encoder, after = redrawn(pd.DataFrame({"bill": bill, "paid": paid}))
    assert encoder.orders
    assert (after["paid"] <= after["bill"]).all()
    assert 0.03 < (after["paid"] == after["bill"]).mean() < 0.1
    assert (after["bill"] - after["paid"] == 1).mean() < 0.02


@pytest.mark.parametrize("dtype", ["int8", "int64"])
def test_values_are_repeated_only_where_the_column_can_have_them(dtype):
    rng = np.random.default_rng(0)
    a = np.where(rng.random(ROWS) < 0.8, rng.integers(0, 121, ROWS), rng.integers(121, 530, ROWS))
    b = np.where(a <= 120, a, rng.integers(0, 121, ROWS))
    encoder, after = redrawn(pd.DataFrame({"a": a, "b": b.astype(dtype)}))
    assert encoder.repeats
    assert after["b"].dtype == dtype
    assert after["b"].between(0, 120).all()


def moments(unit="s", n_rows=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, n_rows), unit="s")
    end = start + pd.to_timedelta(rng.gamma(2, 30_000, n_rows).round(), unit="s")
    return pd.DataFrame({"start": start.as_unit("us"), "end": end.as_unit(unit)})


def test_days_mirrored_at_moments_stay_days():
    frame = moments(seed=1)
    frame["due"] = (frame["start"] + pd.Timedelta(days=2)).dt.normalize()
    encoder, after = redrawn(frame[["start", "due"]])
    assert encoder.orders == (Order(0, 1, strict=True, gated=encoder.orders[0].gated),)
    assert (after["due"] > after["start"]).all()
    assert (after["due"] == after["due"].dt.normalize()).all()


@pytest.mark.parametrize("unit", ["ns", "us", "s"])
def test_dates_of_other_units_are_put_in_order(unit):
    frame = moments(unit)
    encoder, after = redrawn(frame)
    assert [(order.first, order.second) for order in encoder.orders] == [(0, 1)]
    assert after.dtypes.equals(frame.dtypes)
    assert (after["start"] <= after["end"]).all()
    encoder, after = redrawn(frame[["end", "start"]])
    assert (after["start"] <= after["end"]).all()


def test_dates_written_as_text_are_put_in_order_with_moments():
    frame = moments()
    frame["start"] = frame["start"].dt.strftime("%Y-%m-%d")
    encoder, after = redrawn(frame)
    assert len(encoder.orders) == 1
    assert (pd.to_datetime(after["start"]) <= after["end"]).all()


@pytest.mark.parametrize("unit", ["ns", "us", "s"])
@pytest.mark.parametrize("text", [True, False])
def test_what_is_in_order_does_not_move(unit, text):
    frame = moments(unit)
    if text:  # the day of a moment is no later than it
        frame["start"] = frame["start"].dt.strftime("%Y-%m-%d")
    encoder, _ = fitted(frame)
    assert encoder.orders[0].strict
    cells = [to_cells(frame[column.name], column) for column in encoder.schema.columns]
    free = np.ones(frame.shape, bool)
    for own, same in zip(cells, put_in_order(encoder.encoders, encoder.orders, cells, free), strict=True):
        assert np.array_equal(own.values, same.values)
    assert in_order(encoder.encoders, encoder.orders[0], cells).all()


def test_a_value_between_two_others_stays_between_them():
    rng = np.random.default_rng(0)
    low = rng.normal(100, 15, ROWS)
    spread = rng.exponential(2, ROWS)
    frame = pd.DataFrame({"high": low + spread, "low": low, "close": low + spread * rng.random(ROWS)})
    encoder, after = redrawn(frame)
    assert len(encoder.orders) == 3
    assert (after["low"] <= after["close"]).all()
    assert (after["close"] <= after["high"]).all()


def test_members_of_a_sum_stay_in_order_with_other_columns():
    rng = np.random.default_rng(0)
    frame = amounts()
    frame.insert(1, "cap", frame["a"] + rng.integers(0, 60, ROWS))
    encoder, after = redrawn(frame)
    assert encoder.sums
    assert (0, 1) in {(order.first, order.second) for order in encoder.orders}
    assert (after["bill"] == after["a"] + after["b"]).all()
    assert (after["a"] <= after["cap"]).all()


def test_a_sum_that_is_kept_to_rounding_is_kept_as_nearly():
    rng = np.random.default_rng(0)
    net = rng.gamma(2, 2_000, ROWS).round(2)
    encoder, after = redrawn(pd.DataFrame({"net": net, "gross": (1.19 * net).round(2)}))
    assert [relation.amount for relation in encoder.sums] == [0.0]
    assert (after["gross"] - 1.19 * after["net"]).abs().max() < 0.0051


@pytest.fixture(scope="module")
def model():
    frame, rng = amounts(1_500), np.random.default_rng(1)
    other = (frame["bill"] * rng.uniform(0.2, 1.5, len(frame))).astype(int)
    frame["paid"] = frame["bill"].where(rng.random(len(frame)) < 0.7, other)
    return TabGAN(**SETTINGS).fit(frame.join(moments(n_rows=1_500))), frame.join(moments(n_rows=1_500))


@pytest.mark.parametrize(("more", "equal"), [(1, 0.3), (20, 0.3), (500, 0.05)])
def test_what_if_keeps_what_held_in_a_row(model, more, equal):
    model, frame = model
    frame = frame[(frame["bill"] < 20_000) & (frame["a"] < 10_000)].head(400)
    moved = model.what_if(frame, set={"a": lambda a: a + more}, random_state=0)
    assert (moved["a"] == frame["a"] + more).all()
    assert (moved["bill"] == moved["a"] + moved["b"]).all()
    was_equal = frame["paid"] == frame["bill"]
    assert (moved["paid"] == moved["bill"])[was_equal].mean() > equal  # where it came to lie in the same cell
    pd.testing.assert_frame_equal(model.what_if(frame, set={"a": lambda a: a}, random_state=0), frame)


def test_what_if_keeps_dates_in_order(model):
    model, frame = model
    frame = frame[frame["start"] < "2023-12-01"].head(400)
    moved = model.what_if(frame, set={"start": lambda start: start + pd.Timedelta(hours=3)}, random_state=0)
    assert (moved["start"] <= moved["end"]).all()


def test_what_is_rounded_is_no_repeated_value():
    rng = np.random.default_rng(0)
    price = rng.gamma(2, 40_000, ROWS).round(2)
    encoder, after = redrawn(pd.DataFrame({"whole": price.round().astype(int), "price": price}))
    assert len(encoder.near) == 2
    assert not encoder.repeats
    assert (after["price"] % 1 == 0).mean() < 0.05


def test_a_float_repeats_whole_numbers_and_the_other_way_round():
    rng = np.random.default_rng(0)
    bill, other = (rng.gamma(2, 30_000, ROWS).round().astype(int) for _ in range(2))
    paid = np.where(rng.random(ROWS) < 0.5, bill, other + 0.5)
    for columns in (["bill", "paid"], ["paid", "bill"]):
        encoder, after = redrawn(pd.DataFrame({"bill": bill, "paid": paid})[columns])
        assert len(encoder.repeats) == 1
        # half of the rows, where the drawn bill lies in the cell of what is paid; if that comes first, and is whole
        assert (after["paid"] == after["bill"]).mean() > (0.3 if columns[0] == "bill" else 0.15)
        assert after["bill"].dtype == "int64"
        assert after["paid"].dtype == "float64"


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_whole_numbers_and_floats_are_put_in_order(gaps):
    rng = np.random.default_rng(1)
    low = rng.integers(-3_000, 3_000, ROWS)
    high = (low + rng.exponential(200.0, ROWS)).round(1)
    high[rng.random(ROWS) < gaps] = np.nan
    for columns in (["low", "high"], ["high", "low"]):
        encoder, after = redrawn(pd.DataFrame({"low": low, "high": high})[columns])
        assert len(encoder.orders) == 1
        assert (after["low"] <= after["high"]).mean() == pytest.approx(1 - gaps, abs=0.02)
        assert (after["low"] <= after["high"]).sum() == after["high"].notna().sum()


def test_whole_members_of_a_sum_stay_whole_beside_a_float_that_bounds_them():
    frame, rng = amounts(), np.random.default_rng(5)
    frame["least"] = (frame["bill"] * (1 - 0.01 * rng.random(ROWS))).round(2)
    encoder, after = redrawn(frame)
    assert encoder.orders
    assert encoder.sums
    assert (after["bill"] == after["a"] + after["b"]).mean() > 0.99
    assert (after["least"] <= after["bill"]).all()
