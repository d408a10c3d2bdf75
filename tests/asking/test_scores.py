import numpy as np
import pandas as pd
import pytest

from tabgan import ConditionError, SchemaError


def test_columns_sum_to_the_row(frame, model):
    rows = frame.head(300)
    cells = model.log_prob(rows, per_column=True)
    assert list(cells.columns) == list(frame.columns)
    assert cells.index.equals(rows.index)
    assert np.allclose(cells.sum(axis=1), model.log_prob(rows))


def test_given_columns_leave_what_the_others_add(frame, model):
    rows = frame.head(300)
    assert np.allclose(model.log_prob(rows, given=[]), model.log_prob(rows))
    first = ["person", "age"]  # the first in canonical order: the same order, so exactly the difference
    cells = model.log_prob(rows, per_column=True)
    assert np.allclose(model.log_prob(rows, given=first), cells.drop(columns=first).sum(axis=1))
    others = [name for name in frame if name != "city"]
    told = model.predict_proba(rows, "city")
    picked = told.to_numpy()[np.arange(300), told.columns.get_indexer(rows["city"])]
    assert np.allclose(model.log_prob(rows, given=others), np.log(picked), atol=1e-4)


def test_surprise_is_minus_the_log_probability_given_all_others(frame, model):
    rows = frame.head(200)
    odd = model.surprise(rows)
    for name in ("age", "city", "money", "seen"):
        others = [other for other in frame if other != name]
        assert np.allclose(-odd[name], model.log_prob(rows, given=others), atol=1e-3), name


def test_the_odd_cell_stands_out():
    from tabgan import TabGAN

    rng = np.random.default_rng(0)
    x = rng.integers(0, 10, 4_000)
    frame = pd.DataFrame({"x": x, "y": x * 10 + rng.integers(0, 3, 4_000), "z": rng.integers(0, 5, 4_000)})
    settings = {
        "epochs": 12,
        "max_time": None,
        "width": 32,
        "hidden": 16,
        "batch_size": 64,
        "random_state": 0,
    }
    model = TabGAN(**settings, learning_rate=0.005, canonical_share=0.3).fit(frame)
    odd = frame.head(50).assign(y=(frame["y"].head(50) + 50) % 100)
    usual = model.surprise(frame.head(500)).mean()
    assert (model.surprise(odd)["y"] > usual["y"] + 1).mean() > 0.9
    assert abs(model.surprise(odd)["z"].mean() - usual["z"]) < 0.5


def test_wrong_questions_are_refused(frame, model):
    with pytest.raises(ConditionError, match="no column 'nowhere'"):
        model.log_prob(frame.head(3), given=["nowhere"])
    with pytest.raises(ValueError, match=r"given must be a list of columns, got 'age'; write \['age'\]"):
        model.log_prob(frame.head(3), given="age")
    with pytest.raises(SchemaError, match="'city' is not in the table"):
        model.surprise(frame.head(3).drop(columns="city"))
