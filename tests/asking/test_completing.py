import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tabgan import TabGAN
from tabgan.errors import ConditionError
from tests.asking.conftest import mixed_frame


@pytest.fixture(scope="module")
def gaps() -> pd.DataFrame:
    """Rows with a random third of the cells hidden, a pattern of its own in each row, and an odd index."""
    rows = mixed_frame(200, seed=7)
    hide = np.random.default_rng(0).random(rows.shape) < 1 / 3
    return rows.mask(hide).set_axis(pd.Index(np.arange(200) % 50, name="row"))


def assert_given_cells_stay(given: pd.DataFrame, filled: pd.DataFrame) -> None:
    for name in given.columns:
        kept = given[name].notna().to_numpy()
        pd.testing.assert_series_equal(filled[name][kept], given[name][kept])


def test_gaps_are_filled_and_the_rest_is_untouched(model, gaps):
    filled = model.complete(gaps, random_state=0)
    assert not filled.isna().to_numpy().any()
    assert_given_cells_stay(gaps, filled)
    assert list(filled.columns) == list(gaps.columns)
    pd.testing.assert_index_equal(filled.index, gaps.index)
    pd.testing.assert_series_equal(filled.dtypes, gaps.dtypes)


def test_the_same_seed_gives_the_same_cells(model, gaps):
    first, again, other = (model.complete(gaps, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_draws_stand_below_one_another(model, gaps):
    draws = model.complete(gaps, n_draws=3, random_state=0)
    assert draws.index.names == ["draw", "row"]
    for draw in range(3):
        assert_given_cells_stay(gaps, draws.loc[draw])
    pd.testing.assert_frame_equal(draws.loc[0], model.complete(gaps, random_state=0))
    assert not draws.loc[0].equals(draws.loc[1])


def test_chosen_columns_are_drawn_anew_and_other_gaps_stay(model, gaps):
    filled = model.complete(gaps, columns=["age"], random_state=0)
    assert (filled["age"] != gaps["age"]).mean() > 0.9
    pd.testing.assert_frame_equal(filled.drop(columns="age"), gaps.drop(columns="age"))


def test_columns_that_are_absent_are_filled_and_unknown_ones_stay(model, frame):
    some = frame[["city", "age"]].head(20).assign(note="mine")
    filled = model.complete(some, random_state=0)
    pd.testing.assert_frame_equal(filled[["city", "age", "note"]], some)
    assert set(filled.columns) == {*frame.columns, "note"}
    assert not filled.isna().to_numpy().any()
    pd.testing.assert_series_equal(filled.dtypes[frame.columns], frame.dtypes)


def test_a_column_without_a_cell_takes_the_dtype_of_the_model(model, frame):
    filled = model.complete(frame.head(5).assign(city=np.nan, member=np.nan), random_state=0)
    assert filled["city"].dtype == frame["city"].dtype
    assert filled["member"].dtype == bool


@pytest.mark.parametrize("n_draws", [1, 3])
def test_new_identifiers_are_none_of_those_given(model, n_draws):
    given = model.sample(200, random_state=0)  # as the model numbers its rows
    gaps = given.assign(person=given["person"].where(given.index >= 100))
    full = model.complete(gaps, n_draws, random_state=0).reset_index(drop=True)
    assert full["person"].notna().all()
    made = full["person"][np.tile(given.index < 100, n_draws)]
    assert made.is_unique
    assert not made.isin(gaps["person"]).any()


def test_running_numbers_go_on_after_those_given():
    frame = pd.DataFrame({"id": range(1, 1001), "size": [1, 2] * 500, "kind": ["a", "b"] * 500})
    model = TabGAN(epochs=1, max_time=None, width=16, hidden=8, random_state=0).fit(frame)
    assert model.schema_["id"].kind == "identifier"
    gaps = frame.astype({"id": "Int64"})
    gaps.loc[999, "id"] = None
    full = model.complete(gaps, random_state=0)
    assert full["id"].is_unique
    assert full["id"].iloc[:999].tolist() == list(range(1, 1000))


def test_what_is_filled_follows_the_model(model, frame):
    row = frame[["age", "score", "money", "city"]].head(1)
    truth = model.predict_proba(row, "size").iloc[0]
    drawn = model.complete(row, n_draws=2_000, columns=["size"], random_state=0)["size"]
    share = drawn.value_counts(normalize=True).reindex(truth.index, fill_value=0.0)
    assert (share - truth).abs().max() < 0.05


def test_missing_is_never_filled_in_where_it_was_a_value(model, frame):
    row = frame[["age"]].head(1).assign(debt=np.nan)
    debt = model.complete(row, n_draws=300, random_state=0)["debt"]
    assert debt.notna().all()
    assert debt.nunique() > 50


def test_a_value_that_few_rows_have_does_not_make_the_others_those_of_these_rows():
    source = np.random.default_rng(0)
    kind = np.where(source.random(2_000) < 0.1, "measured", "usual")
    weight = np.where(kind == "measured", source.normal(80, 5, 2_000), np.nan)
    frame = pd.DataFrame({"age": source.integers(20, 80, 2_000), "weight": weight, "kind": kind})
    model = TabGAN(epochs=60, max_time=None, width=32, hidden=16, random_state=0).fit(frame)
    full = model.complete(frame[["age"]], random_state=0)
    assert full["weight"].notna().all()
    assert (full["kind"] == "measured").mean() == pytest.approx(0.1, abs=0.05)
    measured = model.complete(frame[["age"]].assign(weight=80.0), random_state=0)
    assert (measured["kind"] == "measured").mean() > 0.9


def test_a_level_that_the_dtype_lacks_is_added(model, frame):
    small = frame.head(60).assign(size=pd.Categorical([None] * 59 + ["S"], ["S"], ordered=True))
    filled = model.complete(small, random_state=0)["size"]
    assert filled.notna().all()
    assert filled.cat.categories[0] == "S"
    assert len(filled.cat.categories) > 1


def test_levels_are_added_to_all_chunks(model, frame):
    rows = frame.head(60).assign(size=pd.Categorical(["S"] * 30 + [None] * 30, ["S"], ordered=True))

    class Halves:
        container, names = "pandas", tuple(rows.columns)

        def chunks(self):
            yield from (rows.head(30), rows.tail(30))

    filled = model.complete(Halves(), random_state=0)
    assert filled["size"].notna().all()
    assert filled["size"].cat.categories[0] == "S"
    assert filled["size"].cat.ordered
    assert (filled["size"].head(30) == "S").all()


def test_an_arrow_table_and_no_rows(model, frame):
    table = pa.Table.from_pandas(frame[["age", "city"]].head(3))
    assert model.complete(table, random_state=0)["age"].tolist() == frame["age"].head(3).tolist()
    none = model.complete(frame[["age", "city"]].head(0))
    assert none.shape == (0, frame.shape[1])
    whole = frame.head(4).assign(debt=5.0)
    pd.testing.assert_frame_equal(model.complete(whole), whole)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda m, f: m.complete(f, columns=["Age"]), "'Age'"),
        (lambda m, f: m.complete(f, columns="age"), "write \\['age'\\]"),
        (lambda m, f: m.complete(f, n_draws=0), "n_draws must be a whole number from 1 up, got 0"),
        (lambda m, f: m.complete(f.assign(city="Oslo")), "'Oslo'"),
        (lambda m, f: m.complete(f.assign(age="old")), "'age' must hold whole numbers"),
    ],
)
def test_a_wrong_request_is_told(model, frame, ask, told):
    with pytest.raises((ConditionError, ValueError), match=told):
        ask(model, frame.head(3))


def test_a_table_without_anything_to_learn_is_completed():
    frame = pd.DataFrame({"key": [f"K{i:05}" for i in range(300)], "one": "always"})
    model = TabGAN(epochs=1, random_state=0).fit(frame)
    assert model.complete(frame[["key"]].head(5), random_state=0)["one"].eq("always").all()
    assert model.log_prob(frame).tolist() == [0.0] * 300
