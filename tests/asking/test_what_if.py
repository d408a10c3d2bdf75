import numpy as np
import pandas as pd
import pytest
import torch

from tabgan.asking.what_if import _cells, _places
from tabgan.errors import ConditionError
from tabgan.networks.replaying import chains, replay


@pytest.fixture(scope="module")
def rows(model) -> pd.DataFrame:
    """Rows of the model itself: their noise is uniform."""
    return model.sample(2_000, random_state=3).set_axis(range(5, 2_005))


def test_nothing_set_nothing_changed(model, rows):
    pd.testing.assert_frame_equal(model.what_if(rows, set={}), rows)
    pd.testing.assert_frame_equal(model.what_if(rows, set={"age": rows["age"]}, random_state=0), rows)


def test_only_changed_rows_change(model, rows):
    out = model.what_if(rows, set={"city": lambda city: city.replace("Rome", "Bern")}, random_state=0)
    pd.testing.assert_frame_equal(out[rows["city"] != "Rome"], rows[rows["city"] != "Rome"])
    assert (out["city"] != "Rome").all()
    pd.testing.assert_series_equal(out.dtypes, rows.dtypes)
    pd.testing.assert_index_equal(out.index, rows.index)


def test_kept_columns_and_identifiers_stay(model, rows):
    out = model.what_if(rows, set={"age": 30}, keep=["size", "money"], random_state=0)
    assert (out["age"] == 30).all()
    same = ["person", "size", "money", "one"]
    pd.testing.assert_frame_equal(out[same], rows[same])
    assert (out["score"] != rows["score"]).any()


def test_noise_is_kept(model, rows):
    """A number keeps its rank, so that a small change moves it little; fresh draws share nothing with the row."""
    out = model.what_if(rows, set={"age": lambda age: (age + 3).clip(upper=79)}, random_state=0)
    fresh = model.complete(out[["age", "person"]], random_state=1)
    for name in ("score", "money"):
        assert rows[name].corr(out[name], method="spearman") > 0.9
        assert rows[name].corr(fresh[name], method="spearman") < 0.8
    assert (rows["street"] == out["street"]).mean() > 0.5 > (rows["street"] == fresh["street"]).mean()


def test_rows_of_the_model_become_rows_under_the_condition(model, rows):
    out = model.what_if(rows, set={"size": "XL"}, random_state=0)
    drawn = model.sample(2_000, where={"size": "XL"}, random_state=4)
    for name in ("age", "score", "money"):
        assert abs(out[name].rank(pct=True).mean() - 0.5) < 0.01
        both = pd.concat([out[name], drawn[name]], ignore_index=True).rank(pct=True)
        assert both[:2_000].mean() == pytest.approx(both[2_000:].mean(), abs=0.04)
    assert out["member"].mean() == pytest.approx(drawn["member"].mean(), abs=0.05)
    assert out["debt"].isna().mean() == pytest.approx(drawn["debt"].isna().mean(), abs=0.05)


def test_recovered_uniforms_draw_the_row_again(model, rows):
    fitted = model.model_
    layout = fitted.encoder.layout
    codes, fractions = fitted.encoder.encode_frame(rows)
    codes = torch.from_numpy(codes.astype(np.int64))
    rng = np.random.default_rng(0)
    places = torch.from_numpy(_places(fitted, _cells(fitted, rows), rng))
    hidden = [name != "age" for name in layout.columns]
    noise = torch.from_numpy(rng.random((len(rows), len(hidden))))
    drawn, inside = replay(
        fitted.generator, layout, (codes, places), (codes, torch.from_numpy(fractions)), hidden, noise
    )
    assert (drawn == codes).float().mean() > 0.9999
    numbers = [r for r, column in enumerate(layout.number_column) if hidden[column]]
    assert (inside[:, numbers] - places[:, numbers]).abs().median() < 1e-9


def test_each_number_and_each_category_has_a_uniform_of_its_own(model):
    layout = model.model_.encoder.layout
    found = chains(layout)
    assert [symbol for chain in found for symbol in chain] == list(range(layout.n_symbols))
    seen = layout.symbols_of(layout.columns.index("seen"))
    assert sum(seen.start <= chain[0] < seen.stop for chain in found) == 2  # day and time of day


@pytest.mark.parametrize(
    "value", [25, np.int8(25), pd.Series([25] * 3), [25, 25, 25], lambda age: age * 0 + 25]
)
def test_a_change_is_a_value_one_for_each_row_or_a_function(model, rows, value):
    out = model.what_if(rows.head(3), set={"age": value}, random_state=0)
    assert out["age"].tolist() == [25, 25, 25]
    assert out["age"].dtype == rows["age"].dtype


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda m, f: m.what_if(f, {"Age": 3}), "'Age'"),
        (lambda m, f: m.what_if(f, {"age": 30}, keep=["age"]), "leave it out of keep"),
        (lambda m, f: m.what_if(f, {"age": 30}, keep="size"), "write \\['size'\\]"),
        (lambda m, f: m.what_if(f, {"age": 300}), "found '?300"),
        (lambda m, f: m.what_if(f, {"age": None}), "no value was missing in fit"),
        (lambda m, f: m.what_if(f, {"city": "Oslo"}), "'Oslo'"),
        (lambda m, f: m.what_if(f, {"age": [1, 2]}), "one for each of 3 rows; found 2"),
        (lambda m, f: m.what_if(f, [("age", 30)]), "set must map columns"),
        (lambda m, f: m.what_if(f.assign(city=None), {"age": 30}), "`complete` fills gaps"),
        (lambda m, f: m.what_if(f.drop(columns="city"), {"age": 30}), "'city' is not in the table"),
    ],
)
def test_a_wrong_request_is_told(model, rows, ask, told):
    with pytest.raises((ConditionError, ValueError), match=told):
        ask(model, rows.head(3))
