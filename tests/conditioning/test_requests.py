import numpy as np
import pandas as pd
import pytest

from tabgan import PRESENT, between
from tabgan.conditioning.requests import Between, as_between, options, show


def test_between_has_the_closed_ends_of_an_interval():
    assert between(1, 2) == Between(1, 2, "both")
    for closed in ("both", "left", "right", "neither"):
        interval = pd.Interval(1, 2, closed=closed)
        assert list(options(interval)) == [interval]
        found = as_between(interval)
        assert found == between(1, 2, closed)
        assert (found.open_low, found.open_high) == (interval.open_left, interval.open_right)
    with pytest.raises(ValueError, match="closed must be one of both, left, right, neither, got 'open'"):
        between(1, 2, "open")


@pytest.mark.parametrize(
    "value",
    [
        [1, "a", None],
        (1, "a", None),
        np.array([1, "a", None], object),
        pd.Series([1, "a", None], dtype=object),
        pd.Index([1, "a", None], dtype=object),
        [[1], ("a", [None])],
    ],
)
def test_collections_are_read_one_by_one(value):
    assert list(options(value)) == [1, "a", None]


def test_sets_and_single_values():
    assert set(options({"a", "b"})) == set(options(frozenset("ab"))) == {"a", "b"}
    assert list(options("text")) == ["text"]
    assert list(options(range(3))) == [0, 1, 2]
    assert list(options(pd.interval_range(0, 2))) == [pd.Interval(0, 1), pd.Interval(1, 2)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a", "= 'a'"),
        (None, "= None"),
        (PRESENT, "not missing"),
        (between(1, 2), "in [1, 2]"),
        (between(1, 2, "neither"), "in (1, 2)"),
        (pd.Interval(1, 2), "in (1, 2]"),
        (between(low=3), ">= 3"),
        (between(high=3, closed="left"), "< 3"),
        (["a", between(1, 2)], "one of 'a', in [1, 2]"),
        (list("abcdef"), "one of 'a', 'b', 'c', 'd', … (2 more)"),
    ],
)
def test_a_request_is_shown_as_it_was_meant(value, told):
    assert show(value) == told
