import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.categorical import RARE, CategoryEncoder
from tabgan.encoding.categorical_summary import CategorySummary
from tabgan.errors import ColumnError
from tabgan.schema import Column, Kind
from tabgan.schema.reading import plain_level
from tests.encoding.checks import check_codes, same_cells, same_encoder
from tests.encoding.strategies import QUICK, random_codes

CATEGORY = Column(name="c", kind=Kind.CATEGORY, dtype="object")
LEVELS = st.one_of(
    st.lists(st.text(max_size=5), unique=True, min_size=1, max_size=40),
    st.lists(st.integers(-(2**70), 2**70), unique=True, min_size=1, max_size=40),
    st.lists(st.floats(allow_nan=False), unique=True, min_size=1, max_size=40),
    st.just([False, True]),
    st.integers(257, 700).map(lambda n: [f"level {i}" for i in range(n)]),
)


@st.composite
def cells(draw, levels=LEVELS):
    levels = tuple(draw(levels))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 1500))
    values = rng.integers(0, len(levels), n).astype(np.int32)
    missing = rng.random(n) < draw(st.sampled_from([0.0, 0.2]))
    values[missing] = -1
    return Cells(values, missing, levels)


def of(values, levels=None):
    """Cells of plain values, None where missing."""
    levels = tuple(dict.fromkeys(v for v in values if v is not None)) if levels is None else levels
    codes = np.array([-1 if v is None else levels.index(v) for v in values], np.int32)
    return Cells(codes, codes < 0, levels)


def read_by(name):
    return lambda plain, arrays: CategoryEncoder.from_state(name, plain, arrays)


@QUICK
@given(cells())
def test_every_level_comes_back(column):
    encoder = CategorySummary.observe(column).freeze(CATEGORY)
    codes, fractions = encoder.encode(column)
    check_codes(encoder, codes, fractions)
    assert same_cells(encoder.decode(codes, fractions), column)
    again = same_encoder(encoder, read_by("c"))
    assert again == encoder
    assert [type(level) for level in again.levels] == [type(level) for level in encoder.levels]


@QUICK
@given(cells(st.integers(257, 3000).map(lambda n: [f"level {i}" for i in range(n)])))
def test_groups_tile_the_levels(column):
    encoder = CategorySummary.observe(column).freeze(CATEGORY)
    grouped = len(encoder.levels) - encoder.n_single
    assert grouped % encoder.n_members == 0
    drawn = encoder.decode(*random_codes(encoder, 2000, seed=0))
    assert drawn.values[~drawn.missing].max(initial=-1) < len(encoder.levels)
    again, _ = encoder.encode(drawn)
    assert same_cells(encoder.decode(again, None), drawn)


@QUICK
@given(st.lists(cells(st.just([f"l{i}" for i in range(9)])), min_size=3, max_size=3))
def test_merging_is_associative(chunks):
    a, b, c = map(CategorySummary.observe, chunks)
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(b).merge(a)
    n_rows = sum(map(len, chunks))
    assert sum(a.merge(b).merge(c).counts.values()) + a.merge(b.merge(c)).n_missing == n_rows


def test_100_000_levels_cost_neither_time_nor_memory():
    rng = np.random.default_rng(0)
    levels = tuple(f"name {i:06d}" for i in range(100_000))
    values = np.concatenate([np.arange(100_000), rng.integers(0, 100, 200_000)]).astype(np.int32)
    column = Cells(values, np.zeros(len(values), bool), levels)
    tracemalloc.start()
    started = time.monotonic()
    encoder = CategorySummary.observe(column).freeze(CATEGORY)
    codes, fractions = encoder.encode(column)
    back = encoder.decode(codes, fractions)
    seconds = time.monotonic() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert same_cells(back, column)
    assert max(symbol.n_levels for symbol in encoder.symbols) <= 1024
    assert set(levels[:100]) <= set(encoder.levels[: encoder.n_single])
    assert peak < 200e6  # rows x levels would be 30 GB, already at a byte each
    assert seconds < 20


def test_a_million_levels_keep_both_symbols_small():
    summary = CategorySummary(dict.fromkeys(range(1000000), 1))
    assert max(symbol.n_levels for symbol in summary.freeze(CATEGORY).symbols) <= 1300


def test_ordered_levels_keep_their_order():
    column = Column(
        name="size",
        kind=Kind.CATEGORY,
        dtype="category",
        ordered=True,
        levels=("small", "medium", "large", "huge"),
    )
    encoder = CategorySummary.observe(of(["large", "small", "medium"])).freeze(column)
    assert encoder.levels == ("small", "medium", "large")


CUT = tuple(pd.Interval(left, left + 5, closed="left") for left in (0, 5, 10, 95))
DAYS = tuple(pd.to_datetime(["2024-01-01", "2024-01-02", "2024-02-02"]))


@pytest.mark.parametrize("levels", [CUT, DAYS, tuple("dcba"), (9, 2, 10)])
def test_rare_levels_are_told_by_how_the_declared_ones_print(levels):
    column = Column(name="c", kind=Kind.CATEGORY, dtype="category", ordered=True, levels=levels)
    *often, rare = (plain_level(level) for level in levels)
    summary = CategorySummary.observe(of([level for level in often for _ in range(9)] + [rare]))
    assert summary.freeze(column).levels == (*often, rare)
    encoder = same_encoder(summary.freeze(column, protect_rare=5), read_by("c"))
    assert encoder.levels == tuple(often)
    back = encoder.decode(*encoder.encode(of([rare, often[0]])))
    assert [back.levels[i] for i in back.values] == [often[-1], often[0]]


@pytest.mark.parametrize("levels", [CUT, DAYS])
def test_no_name_is_made_up_among_levels_that_are_no_text(levels):
    column = Column(name="c", kind=Kind.CATEGORY, dtype="category", levels=levels)
    *often, rare = map(str, levels)
    encoder = CategorySummary.observe(of(often * 9 + [rare])).freeze(column, protect_rare=5)
    assert encoder.levels == tuple(often)


def test_a_categorical_must_declare_every_level():
    summary = CategorySummary.observe(of(["a", "b", "c"]))
    column = Column(name="c", kind=Kind.CATEGORY, dtype="category", levels=("a", "b"))
    with pytest.raises(ColumnError, match="column 'c': its levels must hold every value; they lack 'c'; add"):
        summary.freeze(column)
    assert summary.freeze(replace(column, dtype="object")).levels == ("a", "b", "c")  # text has no such list


def test_an_unseen_level_names_column_level_and_choices():
    encoder = CategorySummary.observe(of(["red", "green", "blue"])).freeze(CATEGORY)
    with pytest.raises(ColumnError, match="'c': category 'rad' was not seen in fit; choose one of 'red', "):
        encoder.encode(of(["red", "rad"]))


def test_a_declared_level_that_no_row_has_is_no_error():
    encoder = CategorySummary.observe(of(["a", "b"])).freeze(CATEGORY)
    codes, fractions = encoder.encode(of(["b"], levels=("a", "b", "unused")))
    assert encoder.decode(codes, fractions).values.tolist() == [1]


def test_rare_levels_are_folded_and_forgotten():
    seen = ["a"] * 50 + ["b"] * 30 + ["only one", "two", "two"]
    encoder = CategorySummary.observe(of(seen)).freeze(CATEGORY, protect_rare=5)
    assert encoder.levels == ("a", "b", RARE)
    assert "only one" not in str(encoder.to_state())
    codes, fractions = encoder.encode(of(["two", "a", "never seen"]))
    back = encoder.decode(codes, fractions)
    assert [back.levels[i] for i in back.values] == [RARE, "a", RARE]


def test_rare_ordered_levels_go_to_their_neighbour():
    levels = tuple("abcdef")
    column = Column(name="grade", kind=Kind.CATEGORY, dtype="category", ordered=True, levels=levels)
    seen = ["a"] * 20 + ["b"] + ["e"] * 20 + ["f"]
    encoder = CategorySummary.observe(of(seen)).freeze(column, protect_rare=5)
    again = same_encoder(encoder, read_by("grade"))
    codes, fractions = again.encode(of(["b", "f", "d"]))
    back = again.decode(codes, fractions)
    assert [back.levels[i] for i in back.values] == ["a", "e", "e"]


def test_rare_numbers_go_to_the_nearest_kept_one():
    encoder = CategorySummary.observe(of([10] * 9 + [20] * 9 + [18])).freeze(CATEGORY, protect_rare=5)
    codes, fractions = encoder.encode(of([18, 11]))
    back = encoder.decode(codes, fractions)
    assert [back.levels[i] for i in back.values] == [20, 10]


def test_nothing_is_folded_where_nothing_is_rare():
    encoder = CategorySummary.observe(of(["a"] * 9 + ["b"] * 9)).freeze(CATEGORY, protect_rare=5)
    assert encoder.levels == ("a", "b")
    with pytest.raises(ColumnError):
        encoder.encode(of(["c"]))
