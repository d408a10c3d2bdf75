import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN, between
from tabgan.asking.balancing import draw_levels, read_balance, rounded
from tabgan.errors import ConditionError


def test_equal_shares(model, frame):
    rows = model.sample(401, balance="city", random_state=0)
    counts = rows["city"].value_counts()
    assert sorted(counts) == [100, 100, 100, 101]
    assert rows["city"].head(20).nunique() > 1  # in random order
    pd.testing.assert_series_equal(rows.dtypes, frame.dtypes)
    pd.testing.assert_frame_equal(rows, model.sample(401, balance="city", random_state=0))


def test_the_rest_keeps_the_proportions_of_the_model(model):
    rows = model.sample(9_000, balance={"city": {"30..40": 0.5, "Rome": 0.1}}, random_state=0)
    share = rows["city"].value_counts(normalize=True)
    assert share["30..40"] == 0.5
    assert share["Rome"] == 0.1
    plain = model.sample(6_000, random_state=1)["city"].value_counts()
    expected = plain["Bern"] / (plain["Bern"] + plain["Paris|Rome"])
    assert share["Bern"] / (share["Bern"] + share["Paris|Rome"]) == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize(
    "where", [{"size": "M"}, {"size": "M", "city": "Rome"}, {"age": between(30, 40), "debt": None}]
)
def test_a_condition_holds_as_well(model, where):
    rows = model.sample(200, where, balance="member", random_state=0)
    assert rows["member"].sum() == 100
    if "size" in where:
        assert (rows[list(where)] == list(where.values())).all(axis=None)
    else:
        assert rows["age"].between(30, 40).all()
        assert rows["debt"].isna().all()


def test_other_columns_follow_each_level(frame):
    model = TabGAN(epochs=30, max_time=None, width=32, hidden=16, random_state=0).fit(frame[["age", "size"]])
    drawn = [model.sample(8_000, balance="size", random_state=0), model.sample(40_000, random_state=1)]
    ages = [rows.groupby("size", observed=True)["age"].mean() for rows in drawn]
    assert ages[0].to_dict() == pytest.approx(ages[1].to_dict(), abs=2)
    assert ages[1]["XL"] - ages[1]["S"] > 5  # so levels do differ


@pytest.mark.parametrize(
    ("balance", "where", "told"),
    [
        ("City", None, "'City'"),
        ("score", None, "'score': balance needs levels, found a column of kind float"),
        ("person", None, "needs levels"),
        ({"city": {"Oslo": 0.5}}, None, "'Oslo'"),
        ({"city": {"Rome": 1.5}}, None, "share of 'Rome' must be from 0 to 1, found 1.5"),
        ({"city": {"Rome": 0.7, "Bern": 0.7}}, None, "at most 1, found 1.4"),
        ({"member": {True: 0.2, False: 0.3}}, None, "must sum to 1, found 0.5"),
        ({"city": 0.3}, None, "balance must be a column"),
        ("city", {"city": "Rome"}, "both be about it"),
    ],
)
def test_a_wrong_balance_is_told(model, balance, where, told):
    with pytest.raises(ConditionError, match=told):
        model.sample(10, where, balance=balance)


def test_balance_takes_no_frame_and_no_dry_run(model, frame):
    with pytest.raises(ValueError, match="where of type DataFrame"):
        model.sample(where=frame[["age"]], balance="city")
    with pytest.raises(ValueError, match="without it"):
        model.sample(5, balance="city", dry_run=True)


def test_frames_of_a_balanced_sample_are_its_rows(model):
    parts = list(model.sample_iter(50, 20, balance="city", random_state=0))
    assert [len(part) for part in parts] == [20, 20, 10]
    whole = model.sample(50, balance="city", random_state=0)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


@pytest.mark.parametrize("where", [None, {"age": between(30, 40), "debt": None}])
def test_no_identifier_comes_twice(model, monkeypatch, where):
    monkeypatch.setattr("tabgan.asking.balancing.MAX_PLAIN", 1)  # so that rows come from several draws
    rows = model.sample(300, where, balance={"city": {"30..40": 0.6, "Rome": 0.3}}, random_state=0)
    assert rows["person"].is_unique


def test_levels_that_are_too_rare_among_plain_rows_are_known_first(model, monkeypatch):
    monkeypatch.setattr("tabgan.asking.balancing.MAX_PLAIN", 0)
    rows = model.sample(80, balance="city", random_state=0)
    assert (rows["city"].value_counts() == 20).all()


def test_without_a_condition_rows_are_picked_from_plain_ones(model):
    rows = model.sample(40, balance={"city": {"Rome": 0.5, "Bern": 0.5}}, random_state=0)
    assert rows["person"].is_unique
    assert not rows.duplicated().any()


def test_no_row_comes_twice_where_the_rest_takes_several_draws(model, monkeypatch):
    monkeypatch.setattr("tabgan.asking.balancing.MAX_PLAIN", 1)
    monkeypatch.setattr("tabgan.asking.picking.MAX_DIVERGENCE", -np.inf)  # all are picked from plain rows
    shares = dict.fromkeys(["Bern", "Rome", "Paris|Rome"], 0.1)
    rows = model.sample(300, balance={"city": shares}, random_state=0)
    assert (rows["city"] == "30..40").sum() == 210
    assert not rows.drop(columns="person").duplicated().any()


def test_neighbouring_seeds_share_no_noise(model):
    balance, where = read_balance(model.model_, "city", {}), {"age": between(20, 70)}
    counts = {0: [1, 200, 0, 0], 1: [200, 0, 0, 0]}
    ages = [
        draw_levels(model.model_, where, balance, np.array(n), 1.0, seed)["age"].tail(200)
        for seed, n in counts.items()
    ]
    assert abs(np.corrcoef(*ages)[0, 1]) < 0.3


def test_numbers_that_are_few_are_levels(model, frame):
    ages = model.sample(2 * frame["age"].nunique(), balance="age", random_state=0)["age"]
    assert (ages.value_counts() == 2).all()


def test_no_rows_keep_the_columns(model, frame):
    pd.testing.assert_series_equal(model.sample(0, balance="city").dtypes, frame.dtypes)


def test_rounding_gives_the_total():
    assert rounded(np.array([1 / 3, 1 / 3, 1 / 3]) * 10, 10).tolist() == [4, 3, 3]
    assert rounded(np.array([0.1, 0.9]) * 10, 10).tolist() == [1, 9]


# ---- augment ----------------------------------------------------------------------------------------------


def test_every_class_gets_as_many_rows_as_the_largest(model, frame):
    rows = frame.head(300).set_axis(range(100, 400))
    out = model.augment(rows, "city", random_state=0)
    assert out["city"].value_counts().nunique() == 1
    assert out["synthetic"].sum() == len(out) - 300
    real = out[~out["synthetic"]].drop(columns="synthetic")
    pd.testing.assert_frame_equal(real, rows.reset_index(drop=True))


def test_new_rows_have_identifiers_of_their_own(model):
    given = model.sample(200, random_state=0)  # as the model numbers its rows
    more = model.augment(given, "city", random_state=0)
    assert len(more) > len(given)
    assert more["person"].is_unique


def test_shares_are_reached_by_adding(model, frame):
    out = model.augment(frame.head(300), "city", to={"30..40": 0.4}, indicator="made", random_state=0)
    assert (out["city"] == "30..40").mean() == pytest.approx(0.4, abs=0.002)
    assert set(out.loc[out["made"], "city"]) == {"30..40"}


def test_some_columns_in_other_dtypes_are_enough(model, frame):
    some = frame.head(200)[["city", "age"]].astype({"age": "float64", "city": "category"})
    out = model.augment(some, "city", random_state=0)
    assert out.dtypes.tolist() == [*some.dtypes, np.dtype(bool)]


def test_levels_that_a_categorical_lacks_are_added(model, frame):
    rows = frame[frame["size"].isin(["S", "M"])].head(200)
    rows = rows.assign(size=rows["size"].cat.remove_unused_categories())
    sizes = model.augment(rows, "city", random_state=0)["size"]
    assert sizes.cat.ordered
    assert sizes.cat.categories[:2].tolist() == ["S", "M"]
    assert set(sizes.cat.categories) == {"S", "M", "L", "XL"}
    assert sizes.notna().all()


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda m, f: m.augment(f.assign(synthetic=1), "city"), "'synthetic' marks the synthetic rows"),
        (lambda m, f: m.augment(f.assign(other=1), "city"), "'other'"),
        (lambda m, f: m.augment(f[["age"]], "city"), "lacks it"),
        (lambda m, f: m.augment(f, "score"), "needs levels"),
        (lambda m, f: m.augment(f, "city", to="equal"), "found 'equal'"),
        (lambda m, f: m.augment(f, "city", to={"Oslo": 0.1}), "'Oslo'"),
        (lambda m, f: m.augment(f, "city", to={"Bern": 0.01}), "more than its share 0.01"),
        (lambda m, f: m.augment(f, "city", to={"Bern": 1.0}), "leave room"),
    ],
)
def test_a_wrong_augmentation_is_told(model, frame, ask, told):
    with pytest.raises(ConditionError, match=told):
        ask(model, frame.head(30))
