"""Sums hold in what is drawn, completed and asked for."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN, between
from tests.encoding.test_reconcile import shares


@pytest.fixture(scope="module")
def model():
    settings = {"max_time": None, "epochs": 20, "width": 32, "hidden": 24, "verbose": False}
    return TabGAN(random_state=0, **settings).fit(shares())


def met(frame):
    return np.abs(frame[["a", "b", "c"]].sum(axis=1) - 1) < 1e-12


def test_drawn_shares_make_one(model):
    assert met(model.sample(2_000, random_state=0)).mean() > 0.5


def test_asked_for_ranges_are_kept(model):
    rows = model.sample(500, where={"a": between(0.2, 0.3)}, random_state=0)
    assert rows["a"].between(0.2, 0.3).all()
    assert met(rows).mean() > 0.3


def test_given_shares_stay_and_the_last_one_is_what_they_leave(model):
    given = shares(3_000).tail(1_000).reset_index(drop=True)
    gaps = given.assign(c=np.nan)
    filled = model.complete(gaps, random_state=0)
    pd.testing.assert_frame_equal(filled[["a", "b"]], given[["a", "b"]])
    assert met(filled).mean() > 0.3
