"""Requests read against a table of every kind of column."""

import numpy as np
import pandas as pd
import pytest

from tabgan import PRESENT, ConditionError, between
from tabgan.conditioning.condition import read_condition
from tabgan.conditioning.known import known_cells, known_rows
from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.schema import infer_schema
from tests.asking.conftest import mixed_frame


@pytest.fixture(scope="module")
def frame():
    return mixed_frame(2_000)


@pytest.fixture(scope="module")
def encoder(frame):
    source = open_source(frame)
    return fit_table(source, infer_schema(source))[0]


@pytest.mark.parametrize(
    "where",
    [
        {"age": 40},
        {"age": [40]},
        {"age": between(39.5, 40.5)},
        {"age": pd.Interval(39, 40)},
        {"age": (40,), "city": {"Rome"}},
        {"city": "30..40"},
        {"city": ["Paris|Rome"]},
        {"size": between("XL", None)},
        {"debt": [None]},
        {"debt": None},
        {"score": between(0.0, 0.0)},
    ],
)
def test_what_leaves_one_value_is_known(encoder, where):
    condition = read_condition(where, encoder)
    assert condition.constraints == ()
    assert condition.known.pattern().count(False) == len(where)


@pytest.mark.parametrize(
    ("where", "constrained"),
    [
        ({"age": between(0, 200)}, []),
        ({"age": PRESENT, "member": [True, False]}, []),
        ({"debt": [None, PRESENT]}, []),
        ({"debt": PRESENT}, ["debt"]),
        ({"city": ["Rome", "Bern"], "age": between(30, 40), "member": True}, ["age", "city"]),
        ({"size": ["S", "XL"]}, ["size"]),
        ({"seen": between("2023-02", "2023-03")}, ["seen"]),
        ({"one": "always", "person": PRESENT}, []),
    ],
)
def test_what_leaves_several_values_is_a_constraint(encoder, where, constrained):
    condition = read_condition(where, encoder)
    assert [encoder.layout.columns[c.column] for c in condition.constraints] == constrained


def test_ranges_of_ordered_and_of_numeric_levels(encoder):
    [size] = read_condition({"size": between("S", "L", "right")}, encoder).constraints
    assert [encoder.encoders[size.column].levels[i] for i in size.allowed.levels] == ["M", "L"]
    frame = pd.DataFrame({"grade": pd.Categorical([1, 2, 5, 6] * 50), "x": range(200)})
    source = open_source(frame)
    graded = fit_table(source, infer_schema(source))[0]
    [grade] = read_condition({"grade": between(1.5, 5)}, graded).constraints
    assert [graded.encoders[0].levels[i] for i in grade.allowed.levels] == [2, 5]


def test_infinities_that_were_learnt_may_stand_in_a_list():
    values = np.r_[np.full(40, np.inf), np.full(40, -np.inf), np.random.default_rng(0).normal(size=320)]
    source = open_source(pd.DataFrame({"x": values, "y": range(400)}))
    encoder = fit_table(source, infer_schema(source))[0]
    [constraint] = read_condition({"x": [np.inf, -np.inf]}, encoder).constraints
    assert constraint.allowed.ranges.snap(np.array([np.inf, -np.inf])).tolist() == [np.inf, -np.inf]
    with pytest.raises(ConditionError, match="must be between"):
        read_condition({"x": [0.0, 1e300]}, encoder)


def test_levels_that_look_like_lists_or_intervals_win():
    bins = pd.cut(pd.Series(range(200)), [-1, 50, 100, 200])
    source = open_source(pd.DataFrame({"bin": bins, "x": range(200)}))
    encoder = fit_table(source, infer_schema(source))[0]
    condition = read_condition({"bin": pd.Interval(50, 100)}, encoder)
    assert condition.constraints == ()
    [constraint] = read_condition({"bin": [pd.Interval(50, 100), pd.Interval(100, 200)]}, encoder).constraints
    assert constraint.allowed.levels.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"nowhere": [1]}, "there is no column 'nowhere'"),
        ({"city": []}, "column 'city': a list of values must not be empty"),
        (
            {"city": ["Rome", "Berne"]},
            "column 'city': category 'Berne' was not seen in fit; choose one of 'Bern'",
        ),
        ({"city": between("A", "C")}, "column 'city': a range needs numbers, times or ordered levels"),
        ({"member": between(0, 1)}, "column 'member': a range needs"),
        ({"size": between("S", "XXL")}, "column 'size': category 'XXL' was not seen"),
        ({"size": between("L", "S")}, "must not end before it begins"),
        (
            {"age": between(200, 300)},
            "column 'age': nothing that was learnt meets 'age' in [200, 300]; choose within 17 and 79",
        ),
        ({"age": between(30.2, 30.8)}, "nothing that was learnt meets 'age' in [30.2, 30.8]"),
        ({"age": [30, 200]}, "column 'age': a value asked for must be"),
        ({"age": [30, None]}, "column 'age': no value was missing in fit"),
        ({"age": {"a": 1}}, "column 'age': a value asked for must be a number"),
        ({"score": [0.25, between(1, 2)]}, "column 'score': 0.25 is one value of a continuous number"),
        ({"debt": [10, 5e6]}, "column 'debt': a value asked for must be"),
        ({"one": PRESENT, "person": "P-1"}, "every identifier is made anew"),
        ({"person": None}, "column 'person': no value was missing"),
        ([("age", 3)], "where must map columns"),
        ({"seen": between("2030", None)}, "nothing that was learnt meets 'seen' >= 2030"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(encoder, where, told):
    with pytest.raises(ConditionError) as error:
        read_condition(where, encoder)
    assert told in str(error.value)


def test_rows_of_known_cells_have_the_codes_of_the_table(frame, encoder):
    given = frame[["debt", "age", "city"]]
    known = known_rows(given, encoder)
    codes, fractions = encoder.encode_frame(frame)
    shown = [encoder.layout.columns.index(name) for name in given]
    assert np.flatnonzero(~known.hidden[0]).tolist() == sorted(shown)
    for column in shown:
        own = encoder.layout.symbols_of(column)
        assert np.array_equal(known.codes[:, own], codes[:, own])
        assert np.array_equal(
            known.fractions[:, encoder.layout.numbers_of(column)],
            fractions[:, encoder.layout.numbers_of(column)],
        )
    assert known.cells[encoder.layout.columns.index("debt")].missing.sum() == frame["debt"].isna().sum()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"agee": 3}, "no column 'agee'"),
        ({"age": None}, "column 'age': no value was missing in fit, 5 are asked for"),
        ({"age": 10**6}, "column 'age': a value asked for must be between 17 and 79; found '1000000'"),
        ({"city": "Berne"}, "'Berne' was not seen"),
        ({"age": "old"}, "column 'age'"),
    ],
)
def test_rows_that_cannot_be_are_refused_by_name(frame, encoder, change, told):
    with pytest.raises(ConditionError) as error:
        known_rows(frame.head(5)[["city"]].assign(**change), encoder)
    assert told in str(error.value)


def test_what_is_missing_where_nothing_was_is_hidden(frame, encoder):
    partial = frame.head(6)[["age", "debt", "seen"]].astype({"age": "Float64"})
    partial.loc[:2, "age"] = pd.NA
    partial.loc[1:4, "seen"] = pd.NaT
    known = known_cells(partial, encoder)
    hidden = pd.DataFrame(known.hidden, columns=list(encoder.layout.columns))
    assert hidden["age"].tolist() == [True] * 3 + [False] * 3
    assert hidden["seen"].tolist() == [False] + [True] * 4 + [False]
    assert not hidden["debt"].any()
    assert hidden["city"].all()
    assert known.pattern() is None
    drawn = encoder.decode(*encoder.encode_frame(frame.tail(6)), np.random.default_rng(0))
    rows = encoder.frame(known.restore(drawn))
    assert rows["age"].tolist() == [*frame["age"].tail(6)[:3], *frame["age"][3:6]]
    assert rows["debt"].equals(frame["debt"].head(6))


def test_known_levels_come_back_among_drawn_ones(frame, encoder):
    given = frame.head(4)[["city", "size", "street"]].astype({"city": object})
    known = known_cells(given, encoder)
    hidden = known.hidden.copy()
    hidden[2:] = True
    known = type(known)(known.codes, known.fractions, hidden, known.cells)
    drawn = encoder.decode(*encoder.encode_frame(frame.tail(4)), np.random.default_rng(0))
    rows = encoder.frame(known.restore(drawn))
    for name in given:
        assert rows[name].tolist() == [*frame[name][:2], *frame[name].tail(2)]
