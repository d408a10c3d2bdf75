"""Conditions on a small table: the order that they ask in is not learnt, the plain one is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN, between
from tabgan.asking.picking import MAX_DIVERGENCE, divergence, meets
from tabgan.asking.sampling import sample_frames
from tabgan.asking.ways import plan_rows, ready
from tabgan.asking.weighing import MIN_KEPT, cut, kept_share
from tabgan.conditioning.condition import read_condition

N_ROWS = 1_500


@pytest.fixture(scope="module")
def model() -> TabGAN:
    rng = np.random.default_rng(0)
    size = rng.normal(0, 1, N_ROWS).round(2)
    frame = pd.DataFrame(
        {
            "shop": rng.choice(["north", "south"], N_ROWS),
            "size": size,
            "price": np.where(
                rng.random(N_ROWS) < 0.1, np.nan, (size * 10 + rng.normal(0, 1, N_ROWS)).round()
            ),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, N_ROWS), "D"),
            "grade": np.digitize(size, [-1, 0, 1]).astype(str),  # known by the size, late in the row
            "note": rng.choice(["x", "y", "z"], N_ROWS),
        }
    )
    small = {"width": 64, "hidden": 32, "batch_size": 64, "weight_decay": 0.0}
    return TabGAN(epochs=20, max_time=None, random_state=0, canonical_share=0.95, **small).fit(frame)


REQUESTS = [
    {"grade": "3"},
    {"grade": ["0", "3"], "note": ["x", "y"]},
    {"price": between(5, 15)},
    {"price": None, "shop": "north"},
    {"day": between("2024-03", "2024-04")},
]


def of_plain_rows(rows: pd.DataFrame, request: dict) -> pd.Series:
    """The condition as pandas says it."""
    met = pd.Series(True, index=rows.index)
    for name, asked in request.items():
        if asked is None:
            met &= rows[name].isna()
        elif name == "day":
            met &= rows[name].between("2024-03-01", "2024-04-30")
        elif name == "price":
            met &= rows[name].between(5, 15)
        else:
            met &= rows[name].isin(asked if isinstance(asked, list) else [asked])
    return met


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_what_meets_a_condition_is_what_pandas_says(model, request_):
    fitted = model.model_
    codes, inside = (part.cpu().numpy() for part in fitted.pilot)
    rows = fitted.encoder.decode_frame(codes, inside, np.random.default_rng(0))
    met = meets(fitted, read_condition(request_, fitted.encoder), codes, inside)
    expected = of_plain_rows(rows, request_).to_numpy()
    assert 0 < expected.sum() < len(rows)
    np.testing.assert_array_equal(met, expected)


@pytest.mark.parametrize("request_", [REQUESTS[0], REQUESTS[1], REQUESTS[2]], ids=str)
def test_rows_are_those_of_the_plain_sample_that_meet_it(model, request_):
    pool = plan_rows(model.model_, read_condition(request_, model.model_.encoder), 1.0)
    assert pool.picked is not None
    plain = model.sample(40_000, random_state=5)
    expected = plain[of_plain_rows(plain, request_)].head(1_000).reset_index(drop=True)
    got = model.sample(1_000, where=request_, random_state=5)
    same = (got == expected) | (got.isna() & expected.isna())
    assert same.to_numpy().mean() > 0.999  # the rest of a row is drawn later: sums may round otherwise
    assert of_plain_rows(got, request_).all()


def test_what_was_asked_is_tied_to_the_rest_of_the_row(model):
    rows = model.sample(2_000, where={"grade": "3"}, random_state=0)
    plain = model.sample(20_000, random_state=1).query("grade == '3'")
    assert (rows["size"] > 1).mean() == pytest.approx((plain["size"] > 1).mean(), abs=0.04)
    told = model.sample(2_000, where={"grade": "3"}, dry_run=True)
    assert told.mass == pytest.approx(len(plain) / 20_000, rel=0.15)
    assert told.effective_rows == 2_000


def test_a_sample_is_the_beginning_of_a_longer_one_in_any_batches(model):
    pool = plan_rows(model.model_, read_condition(REQUESTS[0], model.model_.encoder), 1.0)
    long = model.sample(900, where=REQUESTS[0], random_state=3)
    pd.testing.assert_frame_equal(model.sample(100, where=REQUESTS[0], random_state=3), long.head(100))
    batches = list(sample_frames(model.model_, pool, 900, 400, 3))
    assert [len(batch) for batch in batches] == [400, 400, 100]
    pd.testing.assert_frame_equal(pd.concat(batches, ignore_index=True), long)


def test_asking_of_the_first_columns_needs_no_picking(model):
    fitted = model.model_
    condition = read_condition({"shop": "north"}, fitted.encoder)
    codes, inside = (part.cpu().numpy() for part in fitted.pilot)
    met = meets(fitted, condition, codes, inside)
    apart = divergence(fitted, condition, codes[met], inside[met], float(met.mean()), 1.0)
    assert abs(apart) < MAX_DIVERGENCE
    assert plan_rows(fitted, condition, 1.0).picked is None


def test_rare_conditions_and_frames_are_asked_in_order(model):
    fitted = model.model_
    rare = {"grade": "3", "note": "x", "shop": "south", "price": between(19, 20)}
    assert plan_rows(fitted, read_condition(rare, fitted.encoder), 1.0).picked is None
    frame = pd.DataFrame({"grade": ["3", "0"]})
    assert plan_rows(fitted, read_condition(frame, fitted.encoder), 1.0).picked is None


def test_temperature_is_that_of_the_plain_rows(model):
    cold = model.sample(500, where={"grade": "1"}, temperature=0.5, random_state=0)
    plain = model.sample(4_000, temperature=0.5, random_state=0)
    assert (cold["grade"] == "1").all()
    expected = plain[plain["grade"] == "1"].head(500)
    assert cold["size"].mean() == pytest.approx(expected["size"].mean(), abs=0.1)


def test_whether_rows_are_picked_does_not_hang_on_the_temperature(model):
    apart, alike = ({"note": ["x", "y"]}, {"size": between(-0.5, 0.5)})
    for temperature in (0.1, 1.0, 2.0):
        plans = [
            plan_rows(model.model_, read_condition(asked, model.model_.encoder), temperature)
            for asked in (apart, alike)
        ]
        assert plans[0].picked is not None
        assert plans[1].picked is None


def test_rare_rows_are_weighed_by_plain_order(model):
    fitted = model.model_
    rare = {"grade": "3", "shop": "south", "day": between("2024-03-01", "2024-03-20")}
    pool = ready(fitted, plan_rows(fitted, read_condition(rare, fitted.encoder), 1.0))
    assert pool.picked is None
    assert pool.cap is not None
    plain = model.sample(200_000, random_state=9)
    met = (plain["grade"] == "3") & (plain["shop"] == "south")
    truth = plain[met & plain["day"].between("2024-03-01", "2024-03-20")]
    assert 200 < len(truth) < len(plain) / 64

    def large(way) -> float:
        rows = next(sample_frames(fitted, way, 1_000, 1_000, 0))
        assert (rows["grade"] == "3").all()
        assert rows["day"].between("2024-03-01", "2024-03-20").all()
        return float((rows["size"] > 1).mean())

    expected = float((truth["size"] > 1).mean())
    assert large(pool) == pytest.approx(expected, abs=0.08)
    assert abs(large(replace(pool, cap=None)) - expected) > 0.16  # what asking in order gives


def test_weighed_rows_are_repeatable_and_a_beginning_of_more(model):
    rare = {"grade": "3", "shop": "south", "day": between("2024-03-01", "2024-03-20")}
    long = model.sample(300, where=rare, random_state=4)
    pd.testing.assert_frame_equal(model.sample(50, where=rare, random_state=4), long.head(50))


def test_the_cap_keeps_enough_rows():
    weights = np.array([1.0, *[1e-6] * 999])
    assert kept_share(weights, 0.0) < MIN_KEPT
    assert kept_share(weights, cut(weights)) == pytest.approx(MIN_KEPT, rel=1e-3)
    assert cut(np.array([1.0, 0.5, 0.9])) == 0.0
