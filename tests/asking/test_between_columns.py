"""What holds between columns holds in what is drawn, completed and asked for: sums and equal values."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN, between
from tests.encoding.test_reconcile import shares
from tests.encoding.test_repeats import payments

SETTINGS = {"max_time": None, "epochs": 20, "width": 32, "hidden": 24, "verbose": False, "random_state": 0}


@pytest.fixture(scope="module")
def model():
    return TabGAN(**SETTINGS).fit(shares())


@pytest.fixture(scope="module")
def paying():
    return TabGAN(**SETTINGS).fit(payments())


def met(frame):
    return np.abs(frame[["a", "b", "c"]].sum(axis=1) - 1) < 1e-12


def test_drawn_shares_make_one(model):
    assert met(model.sample(2_000, random_state=0)).mean() > 0.99


def test_asked_for_ranges_are_kept(model):
    rows = model.sample(500, where={"a": between(0.2, 0.3)}, random_state=0)
    assert rows["a"].between(0.2, 0.3).all()
    assert met(rows).mean() > 0.95


def test_given_shares_stay_and_the_last_one_is_what_they_leave(model):
    given = shares(3_000).tail(1_000).reset_index(drop=True)
    gaps = given.assign(c=np.nan)
    filled = model.complete(gaps, random_state=0)
    pd.testing.assert_frame_equal(filled[["a", "b"]], given[["a", "b"]])
    assert met(filled).mean() > 0.99


def test_what_follows_a_changed_share_makes_one_with_it(model):
    given = shares(3_000).tail(1_000)
    moved = model.what_if(given, set={"a": lambda a: (a * 0.9).where(a > 0.2, a)}, random_state=0)
    changed = given["a"] > 0.2
    pd.testing.assert_frame_equal(moved[~changed], given[~changed])
    assert (moved["a"] == given["a"] * 0.9)[changed].all()
    assert met(moved[changed]).mean() > 0.95
    kept = model.what_if(given, set={"a": 0.2}, keep=["b"], random_state=0)
    assert kept["b"].equals(given["b"])
    assert met(kept)[given["b"] < 0.7].mean() > 0.95


def test_drawn_payments_are_the_bill_as_often_as_real_ones(paying):
    rows = paying.sample(4_000, random_state=0)
    assert (rows["paid"] == rows["bill"]).mean() == pytest.approx(0.4, abs=0.12)
    assert (rows["paid"].round(2) == rows["paid"]).all()


def test_rows_do_not_depend_on_how_many_are_drawn_at_once(paying):
    rows = paying.sample(6_000, random_state=0)
    batches = list(paying.sample_iter(6_000, batch_size=1_000, random_state=0))
    pd.testing.assert_frame_equal(pd.concat(batches, ignore_index=True), rows)
    pd.testing.assert_frame_equal(paying.sample(100, random_state=0), rows.head(100))


def test_a_missing_bill_may_be_what_was_paid(paying):
    given = payments(1_000, seed=1)
    filled = paying.complete(given.assign(bill=np.nan), random_state=0)
    assert filled["paid"].equals(given["paid"])
    assert (filled["paid"] == filled["bill"]).mean() > 0.05


def test_equal_values_are_as_likely_as_they_are_frequent(paying):
    """Log-probabilities are those of the rows that are drawn: half of the mass is on equal ones, or so."""
    rows = paying.sample(4_000, random_state=0)
    cells = paying.log_prob(rows, per_column=True)
    equal = rows["paid"] == rows["bill"]
    other = rows.assign(paid=(rows["paid"] - 0.01).round(2))[equal]
    beside = paying.log_prob(other, per_column=True)["paid"]
    assert (cells["paid"][equal].to_numpy() - beside.to_numpy()).mean() > 2
    odd = paying.surprise(other)["paid"].mean() - paying.surprise(rows[equal])["paid"].mean()
    assert odd > 2
