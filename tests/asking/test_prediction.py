"""Predictions against the enumerated distribution of small networks, and on a table of every kind."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from tabgan import ConditionError
from tabgan.asking.prediction import column_mass, contexts
from tabgan.conditioning.orders import symbol_order
from tabgan.networks.distribution import cell_masses
from tests.networks.examples import all_rows, make_generator, random_rows, tiny_layout


@pytest.mark.parametrize("column", [0, 2, 3, 4])
@pytest.mark.parametrize("hidden", [(), (0,), (0, 4)])
def test_masses_are_those_of_enumeration(column, hidden):
    layout = tiny_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 6)
    own = layout.symbols_of(column)
    hide = torch.tensor([c == column or c in hidden for c in layout.symbol_column])
    context = generator.known(torch.where(hide, -1, codes), fractions)
    mass = cell_masses(generator, own.start, own.start + 1 if own.stop - own.start > 1 else None, context)
    assert torch.allclose(mass.sum((1, 2)), torch.ones(6, dtype=torch.float64), atol=1e-6)
    runs = np.array([1 if c == column else 2 * (c in hidden) for c in range(5)])
    order = torch.from_numpy(symbol_order(layout.symbol_column, runs))[None]
    every = torch.unique(all_rows(layout)[:, own], dim=0)
    for row in range(6):
        rows = codes[row].repeat(len(every), 1)
        rows[:, own] = every
        log_prob = generator.log_prob(rows, fractions[row].repeat(len(every), 1), order).detach()[own].sum(0)
        second = every[:, 1].clamp(min=0) if every.shape[1] > 1 else torch.zeros(len(every), dtype=torch.long)
        assert torch.allclose(mass[row, every[:, 0], second], log_prob.exp().double(), atol=1e-5)


@pytest.mark.parametrize(
    "name",
    ["age", "score", "money", "city", "street", "size", "seen", "day", "took", "debt", "member", "one"],
)
def test_probabilities_are_named_and_sum_to_one(frame, model, name):
    rows = frame.head(40).set_axis(range(100, 140))
    found = model.predict_proba(rows, name)
    assert found.index.equals(rows.index)
    assert np.allclose(found.sum(axis=1), 1)
    assert found.to_numpy().min() >= 0
    assert found.columns.isna().sum() == int(name == "debt")
    assert found.columns.is_unique
    again = model.predict_proba(rows.drop(columns=name), name)
    pd.testing.assert_frame_equal(found, again)
    answer = model.predict(rows, name)
    assert answer.dtype == frame[name].dtype
    assert answer.index.equals(rows.index)
    assert answer.notna().all()


def test_levels_and_values_are_the_labels(frame, model):
    assert set(model.predict_proba(frame.head(1), "city").columns) == set(frame["city"])
    assert list(model.predict_proba(frame.head(1), "member").columns) == [False, True]
    assert list(model.predict_proba(frame.head(1), "size").columns) == ["S", "M", "L", "XL"]
    assert list(model.predict_proba(frame.head(1), "age").columns) == sorted(frame["age"].unique())
    score = model.predict_proba(frame.head(1), "score").columns
    assert score[0] == 0.0
    assert all(isinstance(label, pd.Interval) for label in score[1:])
    for name, kind in (("seen", pd.Timestamp), ("day", pd.Timestamp), ("took", pd.Timedelta)):
        labels = model.predict_proba(frame.head(1), name).columns
        ends = [label.left if isinstance(label, pd.Interval) else label for label in labels]
        assert all(isinstance(end, kind) for end in ends), name
        values = frame[name]
        if name == "seen":
            values = values.dt.floor("D")
        if name == "day":  # with a time of day too: days of UTC
            values = values.dt.tz_convert("UTC").dt.tz_localize(None).dt.floor("D")
        assert values.min() <= min(ends) <= max(ends) <= values.max(), name
    assert any(isinstance(label, pd.Interval) for label in labels)


def test_predicted_shares_are_those_of_rows_drawn_given_the_same_cells(frame, model):
    given = frame[["age", "size", "debt"]].iloc[[0] * 4_000].reset_index(drop=True)
    drawn = model.sample(where=given, random_state=0)
    # Drawn in canonical order, so only the first hidden column is drawn right after the known ones.
    told = model.predict_proba(given.head(1), "score").iloc[0]
    point = (drawn["score"] == 0).mean()
    assert point == pytest.approx(told[0.0], abs=4 * np.sqrt(0.25 / 4_000))
    for label in told.index[1:]:
        share = (
            (drawn["score"] >= label.left) & (drawn["score"] < label.right) & (drawn["score"] != 0)
        ).mean()
        assert share == pytest.approx(told[label], abs=4 * np.sqrt(0.25 / 4_000))
    for quantile in (0.05, 0.5, 0.95):
        value = model.predict(given.head(1), "score", quantile).iloc[0]
        assert (drawn["score"] < value).mean() - 0.03 <= quantile <= (drawn["score"] <= value).mean() + 0.03


def test_quantiles_of_moments_rise_through_day_and_time(frame, model):
    rows = frame.head(5)
    found = [model.predict(rows, "seen", q) for q in (0.0, 0.05, 0.3, 0.3001, 0.5, 0.95, 1.0)]
    for low, high in itertools.pairwise(found):
        assert (low <= high).all()
    given = rows[["person", "age", "score", "money", "city", "street", "size"]].iloc[[0] * 4_000]
    drawn = model.sample(where=given.drop(columns="person").reset_index(drop=True), random_state=0)["seen"]
    middle = model.predict(given.head(1), "seen").iloc[0]
    assert abs((drawn <= middle).mean() - 0.5) < 0.04


def test_the_likeliest_level_is_predicted(frame, model):
    rows = frame.head(200)
    told = model.predict_proba(rows, "street")
    assert (model.predict(rows, "street") == told.columns[told.to_numpy().argmax(axis=1)]).all()


def test_hidden_cells_are_left_out_of_what_is_known(frame, model):
    rows = frame.head(50).astype({"age": "Float64"})
    rows.loc[:24, "age"] = pd.NA
    mixed = model.predict_proba(rows, "city")
    pd.testing.assert_frame_equal(
        mixed[:25], model.predict_proba(frame[:25].drop(columns="age"), "city"), atol=1e-6
    )
    pd.testing.assert_frame_equal(mixed[25:], model.predict_proba(frame[25:50], "city"), atol=1e-6)
    blind = model.predict_proba(pd.DataFrame(index=range(3)), "city")
    assert np.allclose(blind, blind.iloc[0])


def test_no_rows_and_wrong_questions(frame, model):
    assert model.predict_proba(frame.head(0), "city").shape == (0, 4)
    assert len(model.predict(frame.head(0), "age")) == 0
    for name, told in (("person", "identifier is made anew"), ("nowhere", "no column 'nowhere'")):
        with pytest.raises(ConditionError, match=told):
            model.predict(frame.head(2), name)
    with pytest.raises(ConditionError, match="'Berne' was not seen"):
        model.predict(frame.head(2).assign(city="Berne"), "age")
    with pytest.raises(ValueError, match="quantile must be between 0 and 1, got 5"):
        model.predict(frame.head(2), "age", 5)


def test_contexts_come_in_parts(frame, model):
    parts = list(contexts(model.model_, frame, 1))
    assert sum(map(len, parts)) == len(frame)
    assert column_mass(model.model_, 1, parts[0]).shape[0] == len(parts[0])
