"""Columns that repeat the value of another one."""

import numpy as np
import pandas as pd
import pytest

from tabgan.data.cells import Cells
from tabgan.encoding.repeats import LEAST_ROWS, Repeat, in_the_cell_of, log_gains
from tabgan.encoding.table import TableEncoder
from tests.encoding.test_sums import fitted

ROWS = 4_000


def payments(n_rows=ROWS, seed=0):
    """A bill in cents, of which four in ten are paid to the cent, the others in part; a score beside them."""
    rng = np.random.default_rng(seed)
    bill = rng.lognormal(6, 1, n_rows).round(2)
    part = (bill * rng.uniform(0.2, 1, n_rows)).round(2)
    paid = np.where(rng.random(n_rows) < 0.4, bill, part)
    return pd.DataFrame({"bill": bill, "score": rng.normal(size=n_rows), "paid": paid})


def ranges(n_rows=ROWS):
    """Continuous: the least, the mean and the most of one to three readings."""
    rng = np.random.default_rng(1)
    low = rng.gamma(2, 1, n_rows)
    high = np.where(rng.random(n_rows) < 0.5, low, low + rng.gamma(1, 1, n_rows))
    return pd.DataFrame({"low": low, "mean": (low + high) / 2, "high": high})


def same_cell(encoder, codes, frame, column, other):
    """Rows in which a column lies in the cell of the other one's value."""
    cells = [Cells(frame[name].to_numpy(), np.zeros(len(frame), bool)) for name in frame]
    pair = frame.columns.get_loc(column), frame.columns.get_loc(other)
    return in_the_cell_of(encoder.encoders, encoder.layout, pair, codes, cells)


def redrawn(frame, names, still=()):
    """Rows of the codes of a frame; the columns named have new places within their cells."""
    encoder, table = fitted(frame)
    fractions = (table.fractions + 0.5) / 256
    for place in map(frame.columns.get_loc, names):
        fractions[:, place] = np.random.default_rng(place).random(len(frame))
    cells = encoder.decode(table.codes, fractions, np.random.default_rng(0))
    free = np.ones(frame.shape, bool)
    free[:, [frame.columns.get_loc(name) for name in still]] = False
    after = encoder.frame(encoder.rules.reconciled(table.codes, fractions, cells, free))
    return encoder, table, encoder.frame(cells), after


def test_the_share_of_equal_rows_is_found():
    frame = payments()
    encoder, table = fitted(frame)
    (found,) = encoder.repeats
    assert (found.column, found.other) == (2, 0)
    same = same_cell(encoder, table.codes, frame, "paid", "bill")
    assert found.share == pytest.approx((frame["paid"] == frame["bill"])[same].mean(), abs=0.02)


def test_drawn_rows_are_equal_as_often_and_stay_in_their_cells():
    frame = payments()
    encoder, table, before, after = redrawn(frame, ["paid"])
    equal = [(rows["paid"] == rows["bill"]).mean() for rows in (frame, before, after)]
    assert equal[1] < 0.1
    assert equal[2] == pytest.approx(equal[0], abs=0.03)
    assert (encoder.encode_frame(after)[0] == table.codes).all()
    assert after[["bill", "score"]].equals(before[["bill", "score"]])
    taken = after["paid"] == after["bill"]
    spread = (encoder.encode_frame(after[~taken])[1][:, 2].astype(int) * 10 // 256).astype(int)
    assert np.bincount(spread, minlength=10).min() > 0.8 * len(spread) / 10  # even in their cells


def test_of_two_columns_either_may_be_repeated():
    frame = ranges()
    encoder, _, before, after = redrawn(frame, ["mean", "high"])
    assert {(found.column, found.other) for found in encoder.repeats} >= {(1, 0)}
    for one, two in (("low", "mean"), ("mean", "high"), ("low", "high")):
        assert (before[one] == before[two]).mean() < 0.01
        assert (after[one] == after[two]).mean() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("n_rows", [ROWS, LEAST_ROWS])
def test_columns_that_are_near_but_never_equal_and_few_rows_repeat_nothing(n_rows):
    frame = payments(n_rows)
    if n_rows == ROWS:
        frame["paid"] = (frame["bill"] * 1.002).round(2)
    encoder, _ = fitted(frame)
    assert encoder.repeats == ()
    assert bool(encoder.near) == (n_rows == ROWS)


def test_values_that_crowd_in_a_cell_are_not_taken_for_equal_ones():
    rng = np.random.default_rng(3)
    spikes = 1 / rng.integers(2, 12, ROWS)
    near = pd.DataFrame(
        {"a": spikes + rng.exponential(1e-5, ROWS), "b": spikes + rng.exponential(1e-5, ROWS)}
    )
    encoder, _ = fitted(near)
    assert encoder.near
    assert encoder.repeats == ()


def test_given_cells_stay_and_the_earlier_column_may_repeat_the_later_one():
    frame = payments()
    _, _, before, after = redrawn(frame, ["bill"], still=["paid"])
    assert after["paid"].equals(before["paid"])
    assert (after["paid"] == after["bill"]).mean() > 0.25
    encoder, _ = fitted(frame)
    codes, fractions = encoder.encode_frame(after)
    differ = same_cell(encoder, codes, after, "bill", "paid") & (after["paid"] != after["bill"])
    place = fractions[differ, 0].astype(int) * 5 // 256
    assert np.bincount(place, minlength=5).min() > 0.6 * len(place) / 5  # even in their cells
    _, _, before, after = redrawn(frame, ["bill"], still=["paid", "bill"])
    pd.testing.assert_frame_equal(before, after)


def test_probabilities_of_the_values_of_a_cell_still_sum_up_to_that_of_the_cell():
    frame = payments()
    encoder, table = fitted(frame)
    row = int(np.flatnonzero(same_cell(encoder, table.codes, frame, "paid", "bill"))[5])
    number = encoder.encoders[2].number
    own = table.codes[row : row + 1, encoder.layout.symbols_of(2)]
    count = round(float(np.exp(number.log_volume(own)[0])))
    values, _ = number.decode(np.repeat(own, count, 0), ((np.arange(count) + 0.5) / count)[:, None])
    rows = pd.DataFrame({"bill": frame["bill"][row], "score": 0.0, "paid": values})
    codes, _ = encoder.encode_frame(rows)
    gains = encoder.log_gains(codes, rows, lambda one, two: one > two)
    assert np.exp(gains[:, 2]).mean() == pytest.approx(1)
    equal = rows["paid"] == rows["bill"]
    assert equal.sum() == 1
    share = encoder.repeats[0].share
    assert np.exp(gains[equal, 2])[0] == pytest.approx(count * share + 1 - share)
    assert not gains[:, :2].any()


def test_a_continuous_value_that_repeats_another_has_a_mass():
    frame = ranges()
    encoder, table = fitted(frame)
    gains = encoder.log_gains(table.codes, frame, lambda one, two: one > two)
    volumes = encoder.log_volumes(table.codes)
    first = next(found for found in encoder.repeats if (found.column, found.other) == (1, 0))
    equal = same_cell(encoder, table.codes, frame, "mean", "low") & (frame["mean"] == frame["low"])
    equal &= frame["mean"].between(*encoder.encoders[1].bounds)  # what lies beyond is never drawn
    assert (gains - volumes)[equal, 1] == pytest.approx(np.log(first.share))
    assert equal.sum() > 1_000


def test_columns_that_are_always_equal_leave_a_chance_that_they_are_not():
    frame = payments().assign(paid=lambda rows: rows["bill"])
    encoder, _ = fitted(frame)
    (found,) = encoder.repeats
    assert 0.999 < found.share < 1
    other = frame.assign(paid=frame["paid"] + 0.01)
    gains = encoder.log_gains(encoder.encode_frame(other)[0], other, lambda one, two: one > two)
    assert np.isfinite(gains).all()
    assert (gains[:, 2] < -5).any()


def test_without_repeats_nothing_is_added():
    assert not log_gains((), None, (), np.zeros((3, 2), int), [None, None], lambda one, two: True).any()


def test_state_goes_there_and_back_and_older_state_has_none():
    encoder, _ = fitted(payments())
    plain, arrays = encoder.to_state()
    assert TableEncoder.from_state(plain, arrays).repeats == encoder.repeats
    assert isinstance(encoder.repeats[0], Repeat)
    assert encoder.stored_kinds()["shares of rows in which columns are equal"] == "1"
    del plain["repeats"]
    assert TableEncoder.from_state(plain, arrays).repeats == ()


def test_days_are_equal_as_often_as_in_the_table():
    rng = np.random.default_rng(2)
    ordered = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_500, ROWS), unit="D")
    days = np.where(rng.random(ROWS) < 0.3, 0, np.ceil(rng.gamma(1.5, 4, ROWS)))
    frame = pd.DataFrame({"ordered": ordered, "shipped": ordered + pd.to_timedelta(days, unit="D")})
    encoder, _, before, after = redrawn(frame, ["shipped"])
    (found,) = encoder.repeats
    assert (found.column, found.other) == (1, 0)
    real, drawn, mended = ((f["ordered"] == f["shipped"]).mean() for f in (frame, before, after))
    assert drawn < 0.2 < real
    assert mended == pytest.approx(real, abs=0.05)
    assert (after["shipped"] >= after["ordered"]).all()
    assert (after == after.apply(lambda dates: dates.dt.normalize())).all(axis=None)


def test_moments_of_which_none_is_a_whole_day_repeat_nothing():
    rng = np.random.default_rng(2)
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_500 * 86_400, ROWS), unit="s")
    encoder, _ = fitted(pd.DataFrame({"start": start, "again": start}))
    assert encoder.near
    assert encoder.repeats == ()
