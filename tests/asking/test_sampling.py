"""Rows under conditions: what is asked holds in every row, exactly n of them, whatever the batches."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from tabgan import PRESENT, ConditionError, TabGAN, between
from tabgan.asking.mass import check_pool
from tabgan.asking.pool import MAX_FACTOR, POOL_BYTES, plan_pool, resampled
from tabgan.asking.ways import plan_rows
from tabgan.conditioning.condition import read_condition
from tabgan.config import SAMPLE_BLOCK
from tabgan.networks.filling import fill

PARIS = "Europe/Paris"
SEVERAL = {"age": between(20, 30), "size": ["S", "XL"], "debt": PRESENT}
STREETS = [f"street {number}" for number in range(9)]
MOMENTS = [pd.Timestamp("2023-03-03 10:00:01"), pd.Timestamp("2023-05-03 11:00:07")]
FIRST, LAST = (pd.Timestamp(f"2023-03-0{day}", tz=PARIS) for day in (1, 9))
CONDITIONS = {
    "whole numbers": ("age", between(30, 40, "left"), lambda x: x.between(30, 39)),
    "two ranges": ("age", [between(20, 25), 50], lambda x: x.between(20, 25) | (x == 50)),
    "continuous": ("score", pd.Interval(0.5, 2), lambda x: (x > 0.5) & (x <= 2)),
    "some continuous values": ("score", [1.25, 2.5], lambda x: x.isin([1.25, 2.5])),
    "cents": ("money", between(10.005, 20.011), lambda x: x.between(10.01, 20.01)),
    "one cent": ("money", [100.01, 100.02], lambda x: x.isin([100.01, 100.02])),
    "levels": ("city", {"30..40", "Rome"}, lambda x: x.isin(["30..40", "Rome"])),
    "grouped levels": ("street", STREETS, lambda x: x.isin(STREETS)),
    "ordered levels": ("size", between("M", "L"), lambda x: x.isin(["M", "L"])),
    "months": (
        "seen",
        between("2023-03", "2023-04"),
        lambda x: x.dt.month.isin([3, 4]) & (x.dt.year == 2023),
    ),
    "from hour to hour": (
        "seen",
        between("2023-03-03 10", "2023-03-04 09"),
        lambda x: x.between("2023-03-03 10:00", "2023-03-04 09:59:59"),
    ),
    "one hour": (
        "seen",
        between("2023-03-03 10", "2023-03-03 10"),
        lambda x: x.dt.floor("h") == "2023-03-03 10:00",
    ),
    "moments": ("seen", MOMENTS, lambda x: x.isin(MOMENTS)),
    "days of a zone": ("day", pd.Interval(FIRST, LAST), lambda x: (x > FIRST) & (x <= LAST)),
    "lengths of time": ("took", between("10 min", "20 min", "neither"), lambda x: x.between("601s", "1199s")),
    "missing or a range": ("debt", [None, between(100, 500)], lambda x: x.isna() | x.between(100, 500)),
    "not missing": ("debt", PRESENT, lambda x: x.notna()),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_row_meets_the_condition(frame, model, name):
    column, asked, holds = CONDITIONS[name]
    rows = model.sample(300, {column: asked}, random_state=0)
    assert len(rows) == 300
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
    assert holds(rows[column]).all()


def test_every_row_meets_all_conditions_at_once(model):
    rows = model.sample(300, {**SEVERAL, "city": "Bern", "seen": between("2023-05", None)}, random_state=0)
    assert rows["age"].between(20, 30).all()
    assert rows["size"].isin(["S", "XL"]).all()
    assert rows["debt"].notna().all()
    assert (rows["city"] == "Bern").all()
    assert (rows["seen"] >= "2023-05-01").all()


def test_values_stay_on_their_grid(model):
    rows = model.sample(500, {"debt": between(101, 999), "money": between(5, 400)}, random_state=0)
    assert (rows["debt"] % 5 == 0).all()
    assert np.allclose(rows["money"] * 100, (rows["money"] * 100).round())
    assert rows["money"].nunique() > 200


@pytest.mark.parametrize("where", [{"age": between(30, 40)}, SEVERAL])
def test_the_batch_size_changes_nothing_and_a_sample_begins_every_longer_one(model, where):
    whole = model.sample(9_000, where, random_state=5)
    parts = pd.concat(list(model.sample_iter(9_000, 2_500, where, random_state=5)), ignore_index=True)
    pd.testing.assert_frame_equal(parts, whole)
    pd.testing.assert_frame_equal(model.sample(4_500, where, random_state=5), whole[:4_500])
    assert not model.sample(100, where, random_state=6).equals(whole[:100])


@pytest.mark.parametrize("n", [0, 1, 4_097])
def test_exactly_n_rows(model, n):
    assert len(model.sample(n, SEVERAL, random_state=0)) == n


def test_a_list_of_one_value_is_that_value(model):
    first = model.sample(50, {"city": ["Rome"], "age": between(40, 40)}, random_state=1)
    pd.testing.assert_frame_equal(first, model.sample(50, {"city": "Rome", "age": 40}, random_state=1))


def test_a_condition_that_all_rows_meet_changes_nothing(model):
    free = model.sample(50, random_state=1)
    pd.testing.assert_frame_equal(
        free, model.sample(50, {"age": between(0, 99), "one": "always"}, random_state=1)
    )


# ---- one row each ------------------------------------------------------------------------------------------


def test_a_frame_gives_one_row_for_each_of_its_rows(frame, model):
    given = frame[["debt", "seen", "score", "street"]].iloc[:4_500].reset_index(drop=True)
    rows = model.sample(where=given, random_state=3)
    assert len(rows) == len(given)
    pd.testing.assert_frame_equal(rows[list(given)], given)
    part = model.sample(where=given[:700], random_state=3)
    pd.testing.assert_frame_equal(part, rows[:700])
    batches = list(model.sample_iter(len(given), 1_111, given, random_state=3))
    pd.testing.assert_frame_equal(pd.concat(batches, ignore_index=True), rows)


def test_equal_rows_of_a_frame_are_a_mapping(model):
    frame = pd.DataFrame({"city": ["Rome"] * 60, "age": [40] * 60})
    rows = model.sample(where=frame, random_state=1)
    pd.testing.assert_frame_equal(rows, model.sample(60, {"city": "Rome", "age": 40}, random_state=1))


def test_a_frame_may_be_of_arrow_and_empty_and_asks_for_its_own_number_of_rows(model):
    table = pa.table({"age": [40, 41]})
    assert model.sample(where=table, random_state=0)["age"].tolist() == [40, 41]
    assert len(model.sample(where=pd.DataFrame({"age": pd.Series([], dtype=int)}))) == 0
    with pytest.raises(ValueError, match="n must be the number of rows of where, 2, or None, got 3"):
        model.sample(3, where=table)
    with pytest.raises(ValueError, match="n must be the number of rows of where"):
        model.sample_iter(3, where=table)


@pytest.mark.parametrize(
    "ask",
    [
        lambda m, t: m.sample(where=t.select(["age"])),
        lambda m, t: m.predict_proba(t, "city"),
        lambda m, t: m.predict(t, "age"),
        lambda m, t: m.log_prob(t),
        lambda m, t: m.log_prob(t, per_column=True),
        lambda m, t: m.surprise(t),
        lambda m, t: m.complete(t),
        lambda m, t: m.augment(t, "city"),
        lambda m, t: m.what_if(t, {"age": 40}),
    ],
)
def test_an_arrow_table_may_have_no_rows(model, frame, ask):
    assert len(ask(model, pa.Table.from_pandas(frame.head(0), preserve_index=False))) == 0


# ---- mass --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", [{"age": between(30, 40)}, {"city": "Rome"}, SEVERAL, {"city": "Rome", "age": between(30, 40)}]
)
def test_a_dry_run_tells_the_share_of_free_rows_that_meet_the_condition(model, where):
    told = model.sample(1_000, where, dry_run=True)
    rows = model.sample(16_384, random_state=0)
    holds = rows["age"].between(30, 40) if "age" in where else np.ones(len(rows), bool)
    if where is SEVERAL:
        holds = rows["age"].between(20, 30) & rows["size"].isin(["S", "XL"]) & rows["debt"].notna()
    if "city" in where:
        holds = holds & (rows["city"] == "Rome")
    share = holds.mean()
    # Orders learn the same row a little differently: within a quarter, and four standard errors.
    assert abs(told.mass - share) < 0.25 * share + 4 * np.sqrt(share / len(rows))
    assert told.n_rows == 1_000
    assert (told.effective_rows == 1_000) == (where is not SEVERAL)
    assert 500 < told.effective_rows <= 1_000
    assert str(told).startswith(f"mass: {told.mass:.3g}\n")


def test_a_dry_run_of_rows_tells_the_mass_of_each(frame, model):
    told = model.sample(where=frame[["city", "size"]].head(30), dry_run=True)
    assert told.mass.shape == (30,)
    cells = [{"city": city, "size": size} for city, size in frame[["city", "size"]].head(30).to_numpy()]
    plans = [plan_rows(model.model_, read_condition(asked, model.model_.encoder), 1.0) for asked in cells]
    in_order = [row for row, plan in enumerate(plans) if plan.picked is None]
    singles = [model.sample(1, cells[row], dry_run=True).mass for row in in_order]
    # a condition whose rows are picked counts plain rows instead
    assert told.mass[in_order] == pytest.approx(singles, rel=1e-4)
    assert len(set(singles)) > 1
    assert "of a row, on average" in str(told)


def test_a_dry_run_tells_the_mass_at_a_temperature(model, frame):
    cities = pd.DataFrame({"city": frame["city"].unique()})
    told = model.sample(where=cities, temperature=0.5, dry_run=True)
    share = model.sample(8_192, temperature=0.5, random_state=0)["city"].value_counts(normalize=True)
    assert told.mass.sum() == pytest.approx(1)
    assert told.mass == pytest.approx(share[cities["city"]].to_numpy(), abs=0.03)
    assert (model.sample(where=cities, dry_run=True).mass - told.mass).max() > 0.06


def test_a_constraint_without_mass_names_what_would_have_it(model):
    small = TabGAN(random_state=0)
    small.model_ = replace(model.model_, n_rows=50)
    where = {"city": "Rome", "age": [17, 18], "street": ["street 1", "street 2"]}
    started = time.monotonic()
    with pytest.raises(ConditionError) as error:
        small.sample(10, where)
    assert time.monotonic() - started < 1
    told = str(error.value)
    assert told.startswith(
        "where 'city' = 'Rome', 'age' one of 17, 18, 'street' one of 'street 1', 'street 2': "
    )
    assert "the model gives this about" in told
    assert "without 'age' it has 0.00" in told
    assert "given the rest, 'street' is mostly 'street" in told
    assert 0 < small.sample(10, where, dry_run=True).mass < 1e-3
    assert len(model.sample(10, where)) == 10


@pytest.fixture(scope="module")
def exclusive() -> TabGAN:
    """A model of two columns that hold the same, and of a third that is rare and has nothing to do with them."""
    rng = np.random.default_rng(0)
    kind = rng.choice(list("xyz"), 3_000)
    frame = pd.DataFrame(
        {"kind": kind, "same": np.char.upper(kind), "rare": rng.choice(["no", "yes"], 3_000, p=[0.99, 0.01])}
    )
    settings = {"width": 32, "hidden": 32, "batch_size": 64, "dropout": 0.0, "weight_decay": 0.0}
    settings |= {"canonical_share": 0.3, "learning_rate": 5e-3}
    return TabGAN(epochs=8, max_time=None, random_state=0, **settings).fit(frame)


def test_values_that_never_go_together_are_refused_at_once(exclusive):
    started = time.monotonic()
    with pytest.raises(ConditionError) as error:
        exclusive.sample(1_000, {"kind": "x", "same": "Y"})
    assert time.monotonic() - started < 1
    told = str(error.value)
    assert told.startswith("where 'kind' = 'x', 'same' = 'Y': the model gives this about ")
    assert "the values do not go together; without 'kind' it has 0.3" in told
    assert "is mostly 'X'" in told or "is mostly 'y'" in told
    assert exclusive.sample(10, {"kind": "x", "same": "Y"}, dry_run=True).mass < 1e-4
    with pytest.raises(ConditionError, match="where 'kind' = 'x', 'same' = 'Y': .* do not go together"):
        exclusive.sample(10, {"kind": "x", "same": "Y"}, balance="rare")


def test_rare_values_that_have_nothing_to_do_with_each_other_are_drawn(exclusive):
    few = TabGAN(random_state=0)
    few.model_ = replace(exclusive.model_, n_rows=1)
    assert len(few.sample(10, {"kind": "x", "rare": "yes"})) == 10
    assert len(exclusive.sample(10, {"kind": "x", "same": "X", "rare": "yes"})) == 10


def test_too_few_drafts_that_count_are_refused(model):
    pool = plan_pool(model.model_, read_condition(SEVERAL, model.model_.encoder), 1.0)
    check_pool(model.model_, pool)
    with pytest.raises(ConditionError, match="and only 26 of 262,144 drafts count; without 'age' it has"):
        check_pool(model.model_, replace(pool, efficiency=1e-4))


def test_a_pool_holds_only_what_is_constrained_and_stays_within_its_memory(model):
    pool = plan_pool(model.model_, read_condition(SEVERAL, model.model_.encoder), 1.0)
    drafts = pool.draw(model.model_, np.random.default_rng(0).random((5, len(pool.columns))))
    assert drafts.codes.shape == (5, len(pool.symbols))
    assert drafts.inside.shape == (5, len(pool.numbers))
    assert len(pool.symbols) < model.model_.encoder.layout.n_symbols
    assert pool.max_factor == MAX_FACTOR
    wide = replace(pool, symbols=tuple(range(1_000)))
    assert 1 <= wide.max_factor < 16
    assert 8 * 1_000 * wide.max_factor * SAMPLE_BLOCK <= POOL_BYTES


def test_a_resampled_pool_takes_drafts_as_often_as_they_weigh():
    weights = np.random.default_rng(0).random(500) ** 3
    weights[:50] = 0.0
    chosen = resampled(
        np.log(weights, where=weights > 0, out=np.full(500, -np.inf)), 4_000, np.random.default_rng(1)
    )
    times = np.bincount(chosen, minlength=500)
    assert (np.abs(times - 4_000 * weights / weights.sum()) <= 1).all()
    assert abs(np.corrcoef(chosen, np.arange(4_000))[0, 1]) < 0.1  # in random order


def test_temperature_one_changes_nothing_and_half_has_less_variety(model):
    free = model.sample(4_000, random_state=1)
    pd.testing.assert_frame_equal(free, model.sample(4_000, random_state=1, temperature=1))

    def entropy(rows):
        share = rows["city"].value_counts(normalize=True)
        return float(-(share * np.log(share)).sum())

    cold, hot = (model.sample(4_000, random_state=1, temperature=t) for t in (0.5, 2.0))
    assert entropy(cold) < entropy(free) - 0.05 < entropy(hot)
    assert -model.log_prob(cold).mean() < -model.log_prob(free).mean()
    few = model.sample(500, {"city": ["Bern", "Rome"]}, random_state=1, temperature=0.2)
    assert (few["city"] == "Bern").mean() > 0.9


@pytest.mark.parametrize("bad", [0, -1, float("inf"), float("nan"), True, "hot"])
def test_a_wrong_temperature_is_refused(model, bad):
    with pytest.raises(ValueError, match="temperature must be a number above 0"):
        model.sample(5, temperature=bad)


def test_cells_are_drawn_with_the_precision_of_the_model_and_likelihoods_are_not(model, frame, monkeypatch):
    seen = []

    def watched(*args, **words):
        seen.append(torch.get_float32_matmul_precision())
        return fill(*args, **words)

    monkeypatch.setattr("tabgan.model.fill", watched)
    rounded = replace(model.model_, config=replace(model.model_.config, matmul_precision="medium"))
    exact = model.log_prob(frame[:500])
    monkeypatch.setattr(model, "model_", rounded)
    rows = model.sample(20, random_state=0)
    assert seen == ["medium"] * 2  # two passes of a block
    model.complete(rows.assign(age=np.nan), random_state=0)
    assert set(seen[2:]) == {"medium"}  # of the candidates, and of what came out missing
    assert torch.get_float32_matmul_precision() == "highest"
    assert np.array_equal(model.log_prob(frame[:500]), exact)
