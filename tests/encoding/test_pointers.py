import numpy as np
import pandas as pd

from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.encoding.pointers import N_BANDS, STEPS, pointed
from tabgan.encoding.table import TableEncoder
from tabgan.schema import infer_schema


def fitted(frame):
    return fit_table(open_source(frame), infer_schema(frame))


def bills(n_rows=4_000, seed=0):
    """A payment that equals the bill in 40 % of the rows, and money that has nothing to do with either."""
    rng = np.random.default_rng(seed)
    bill, other, money = (np.rint(rng.lognormal(8, 1, n_rows)).astype(np.int64) for _ in range(3))
    paid = np.where(rng.random(n_rows) < 0.4, bill, other)
    return pd.DataFrame({"bill": bill, "money": money, "paid": paid})


def test_columns_that_are_often_the_same_are_found_both_ways():
    encoder, table = fitted(bills())
    assert encoder.near == ((0, 2), (2, 0))
    assert [pointer.symbol for pointer in table.layout.pointers] == [0, 2]
    assert [pointer.number for pointer in table.layout.pointers] == [2, 0]


def test_chance_zeros_and_other_grids_are_not_taken_for_the_same():
    rng = np.random.default_rng(0)
    many = rng.integers(0, 5_000, 4_000)
    zeros = [np.where(rng.random(4_000) < 0.7, 0, rng.integers(1, 5_000, 4_000)) for _ in range(2)]
    frame = pd.DataFrame(
        {"a": zeros[0], "b": zeros[1], "whole": many, "small": many // 7, "span": pd.to_timedelta(many, "s")}
    )
    encoder, table = fitted(frame)
    assert encoder.near == ()
    assert table.layout.pointers == ()


def test_whole_numbers_and_floats_tell_each_other():
    rng = np.random.default_rng(0)
    whole = rng.integers(0, 5_000, 4_000)
    with_gaps = np.where(rng.random(4_000) < 0.1, np.nan, whole)
    encoder, table = fitted(pd.DataFrame({"whole": whole, "gaps": with_gaps, "float": whole + 0.25}))
    assert len(encoder.near) == 6
    for pointer in table.layout.pointers:
        told = pointed(pointer, table.layout, table.codes.astype(np.int64), table.fractions)
        own = table.codes[:, pointer.symbol]
        assert np.abs(own - told)[told >= 0].mean() < 20


def test_columns_of_which_one_is_never_less_are_found():
    rng = np.random.default_rng(3)
    least, length, most = rng.normal(0, 5, 4_000), rng.exponential(0.5, 4_000), rng.normal(0, 5, 4_000)
    frame = pd.DataFrame({"from": least, "alone": most, "to": least + length})
    encoder, _ = fitted(frame)
    assert encoder.near == ((0, 2), (2, 0))


def test_a_pointer_tells_the_cell_of_the_other_value():
    frame = bills()
    _, table = fitted(frame)
    same = (frame["bill"] == frame["paid"]).to_numpy()
    for pointer in table.layout.pointers:
        told = pointed(pointer, table.layout, table.codes.astype(np.int64), table.fractions)
        assert pointer.codes.shape[1] == STEPS
        assert pointer.bands.shape[1] == N_BANDS
        own = table.codes[:, pointer.symbol]
        assert (
            told[same] == own[same]
        ).mean() > 0.9  # a part of a cell may lie across a knot of the other column
        assert (told[~same] == own[~same]).mean() < 0.05


def test_missing_values_point_nowhere():
    frame = bills().astype("float64")
    frame.loc[::5, "bill"] = np.nan
    _, table = fitted(frame)
    pointer = next(p for p in table.layout.pointers if p.number == 0)
    told = pointed(pointer, table.layout, table.codes.astype(np.int64), table.fractions)
    assert (told[::5] == -1).all()
    hidden = np.full_like(table.codes[:3], -1).astype(np.int64)
    assert (pointed(pointer, table.layout, hidden, table.fractions[:3]) == -1).all()


def test_hidden_cells_are_no_values():
    frame = bills().astype("float64")
    frame.loc[::4, "bill"] = np.nan
    schema = infer_schema(frame)
    encoder, table = fit_table(open_source(frame), schema, unlabelled=(0,))
    assert (table.codes[::4, 0] == -1).all()
    assert encoder.near == ((0, 2), (2, 0))


def test_the_pairs_are_kept_and_older_states_have_none():
    encoder, _ = fitted(bills())
    plain, arrays = encoder.to_state()
    again = TableEncoder.from_state(plain, arrays)
    assert again.near == encoder.near
    for one, two in zip(again.layout.pointers, encoder.layout.pointers, strict=True):
        assert np.array_equal(one.codes, two.codes)
    assert encoder.stored_kinds()["pairs of columns that lie near each other"] == "2"
    del plain["near"]
    assert TableEncoder.from_state(plain, arrays).layout.pointers == ()
