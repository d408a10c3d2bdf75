from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.number_column import NumberColumnEncoder, NumberColumnSummary
from tabgan.encoding.numeric import MAX_PIECES, pieces_of
from tabgan.encoding.numeric_summary import NumericSummary
from tabgan.schema import Column, Kind
from tests.encoding.checks import check_codes, check_ranks, same_cells, same_encoder
from tests.encoding.strategies import CENTS, QUICK, REAL, WHOLE, middle, random_codes, repeated, spread

INTEGER = Column(name="n", kind=Kind.INTEGER, dtype="Int64")
FLOAT = Column(name="x", kind=Kind.FLOAT, dtype="float64")
MONEY = Column(name="m", kind=Kind.FLOAT, dtype="float64", decimals=2)

WHOLE_COLUMNS = st.one_of(
    repeated(WHOLE, np.int64),
    spread(-1e6, 1e6, np.int64),
    spread(2**60, 2**62, np.int64),
    spread(0, 900, np.int64),
)
REAL_COLUMNS = st.one_of(
    repeated(REAL, np.float64),
    spread(-1, 1, np.float64),
    spread(0, 1e300, np.float64),
    spread(0, 1e-300, np.float64),
)


def fitted(values, missing, column):
    return NumberColumnSummary.observe(Cells(values, missing)).freeze(column)


def check_round_trip(values, missing, column):
    """Dtype, missing mask and range are kept; what a network may draw stays in the range too."""
    encoder = fitted(values, missing, column)
    codes, fractions = encoder.encode(Cells(values, missing))
    check_codes(encoder, codes, fractions)
    check_ranks(encoder, codes)
    back = encoder.decode(codes, middle(fractions))
    assert back.values.dtype == values.dtype
    assert np.array_equal(back.missing, missing)
    drawn = encoder.decode(*random_codes(encoder, 200, seed=0))
    for cells in (back, drawn):
        got, seen = cells.values[~cells.missing], values[~missing]
        assert not len(got) or (seen.min() <= got.min() and got.max() <= seen.max())
    again = same_encoder(encoder, NumberColumnEncoder.from_state)
    assert same_cells(again.decode(codes, middle(fractions)), back)
    return encoder, codes, back


def test_the_largest_integer_beside_a_point_mass():
    values = np.zeros(20, np.int64)
    values[16] = np.iinfo(np.int64).max
    encoder, _, back = check_round_trip(values, np.zeros(20, bool), INTEGER)
    assert encoder.number.edge_ranks[-1] == 1
    assert np.array_equal(back.values, values)


@QUICK
@given(WHOLE_COLUMNS)
def test_integers_keep_dtype_missing_and_range(column):
    values, missing = column
    encoder, codes, back = check_round_trip(values, missing, INTEGER)
    points = (codes[:, 0] < encoder.number.first_continuous) & ~missing
    assert np.array_equal(back.values[points], values[points])


@QUICK
@given(REAL_COLUMNS)
def test_floats_keep_dtype_missing_and_range(column):
    values, missing = column
    _, _, back = check_round_trip(values, missing, FLOAT)
    infinite = ~np.isfinite(values) & ~missing
    assert np.array_equal(back.values[infinite], values[infinite])


@QUICK
@given(st.one_of(repeated(CENTS, np.float64), spread(0, 5e4, np.float64)))
def test_money_stays_on_its_grid(column):
    values, missing = np.round(column[0], 2), column[1]
    encoder, _, back = check_round_trip(values, missing, MONEY)
    drawn = encoder.decode(*random_codes(encoder, 300, seed=1)).values
    for got in (back.values, drawn):
        assert np.array_equal(got, np.round(got, 2))


@QUICK
@given(WHOLE_COLUMNS)
def test_what_is_decoded_encodes_to_the_same_codes(column):
    encoder = fitted(*column, INTEGER)
    codes, fractions = random_codes(encoder, 300, seed=2)
    again, _ = encoder.encode(encoder.decode(codes, fractions))
    assert np.array_equal(again, codes)


@QUICK
@given(st.lists(repeated(st.integers(-50, 50), np.int64, 50), min_size=3, max_size=3))
def test_merging_is_associative(chunks):
    a, b, c = (NumericSummary.observe(*chunk) for chunk in chunks)
    whole = NumericSummary.observe(*(np.concatenate(parts) for parts in zip(*chunks, strict=True)))
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        assert np.array_equal(merged.values, whole.values)
        assert np.array_equal(merged.counts, whole.counts)
        assert merged.n_missing == whole.n_missing


@pytest.mark.parametrize("start", [2**53 + 1, 2**62 + 1, -(2**62) - 7])
def test_integers_beyond_two_to_the_53_are_exact(start):
    values = np.repeat(start + np.arange(0, 400, 2, dtype=np.int64), 6)
    encoder = fitted(values, np.zeros(len(values), bool), INTEGER)
    codes, fractions = encoder.encode(Cells(values, np.zeros(len(values), bool)))
    assert np.array_equal(encoder.decode(codes, middle(fractions)).values, values)


def test_a_grid_of_steps_is_kept():
    rng = np.random.default_rng(0)
    values = 1000 * rng.integers(-(10**6), 10**6, 5000) + 250
    encoder = fitted(values, np.zeros(5000, bool), INTEGER)
    drawn = encoder.decode(*random_codes(encoder, 5000, seed=0)).values
    assert set(drawn % 1000) == {250}


def test_volume_counts_the_values_that_share_a_code():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3000, 20_000)
    encoder = fitted(values, np.zeros(20_000, bool), INTEGER)
    every = np.arange(3000)
    codes, _ = encoder.encode(Cells(every, np.zeros(3000, bool)))
    inside = (every > every[5]) & (every < every[-5])  # beyond the outermost knots values are clipped
    keys, counts = np.unique(codes[inside], axis=0, return_counts=True)
    assert np.exp(encoder.log_volume(keys))[6:-6] == pytest.approx(counts[6:-6])
    assert np.exp(encoder.log_volume(keys)).sum() == pytest.approx(3000, abs=10)


def test_few_training_values_stay_in_the_encoder():
    rng = np.random.default_rng(0)
    values = rng.normal(size=20_000)
    _, arrays = fitted(values, np.zeros(20_000, bool), FLOAT).to_state()
    assert len(arrays["points"]) == 0
    assert np.isin(arrays["edges"], values).mean() < 0.05


def test_a_value_never_seen_goes_to_the_nearest_point_mass():
    values = np.repeat([10, 20, 40], 50)
    encoder = fitted(values, np.zeros(150, bool), INTEGER)
    asked = np.array([-100, 14, 16, 31, 1000])
    codes, fractions = encoder.encode(Cells(asked, np.zeros(5, bool)))
    assert encoder.decode(codes, middle(fractions)).values.tolist() == [10, 10, 20, 40, 40]


def test_more_distinct_values_than_the_summary_keeps():
    rng = np.random.default_rng(0)
    values = rng.normal(size=1_200_000)
    summary = NumericSummary.observe(values, np.zeros(len(values), bool))
    assert len(summary.values) <= 2**20
    assert summary.counts.sum() == len(values)
    quantiles = np.interp([0.1, 0.5, 0.9], np.cumsum(summary.counts) / len(values), summary.values)
    assert quantiles == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]), abs=0.01)


@pytest.mark.parametrize("column", [FLOAT, MONEY])
def test_numbers_far_beyond_the_knots_go_to_the_end_cells(column):
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=2000), 2)
    encoder = fitted(values, np.zeros(2000, bool), column)
    asked = np.array([-np.inf, -1e308, 1e308, np.inf])
    codes, fractions = encoder.encode(Cells(asked, np.zeros(4, bool)))
    low, high = encoder.bounds
    assert encoder.decode(codes, middle(fractions)).values == pytest.approx([low, low, high, high], abs=0.5)


def test_tails_have_finer_cells_that_still_hold_ten_rows():
    values = np.random.default_rng(0).lognormal(0, 2, 20_000)
    edges = NumericSummary.observe(values, np.zeros(20_000, bool)).freeze().edges
    rows = np.histogram(values, edges)[0]
    outer, middle = (values > np.quantile(values, 0.99)), np.abs(values - np.median(values)) < 0.1
    per_cell = [
        np.median(rows[np.unique(np.searchsorted(edges, values[part]) - 1)[1:-1]]) for part in (outer, middle)
    ]
    assert per_cell[0] < 0.5 * per_cell[1]
    assert rows.min() >= 10
    assert 150 < len(rows) <= 256


def jumping(n=20_000):
    """Nothing from .3 to .4, and then most values: densities jump at .3 down, at .4 up."""
    rng = np.random.default_rng(0)
    low, high = rng.uniform(0, 0.3, n // 5), 0.4 + rng.exponential(0.05, n - n // 5)
    return rng.permutation(np.concatenate([low, high]))


@pytest.mark.parametrize("column", [FLOAT, replace(MONEY, decimals=6)])
def test_knots_lie_where_the_density_jumps(column):
    values = jumping()
    encoder = fitted(values, np.zeros(len(values), bool), column)
    codes, fractions = encoder.encode(Cells(values, np.zeros(len(values), bool)))
    drawn = encoder.decode(codes, np.random.default_rng(1).random(fractions.shape)).values
    # a knot between 64-bit floats is rounded to a thousandth of a cell: one row of 20,000 may be beyond it
    assert np.mean((drawn > 0.3001) & (drawn < 0.3999)) <= (1e-4 if column is FLOAT else 0)


def test_pieces_of_the_line_end_where_the_density_jumps():
    values = jumping()
    encoder = fitted(values, np.zeros(len(values), bool), FLOAT).number
    pieces = encoder.numbers[0].pieces
    low = encoder.edges[:-1]
    assert len(pieces) == encoder.n_modes
    expected = 1 + (low > 0.2998).astype(int) + (low > 0.3999)
    assert pieces.tolist() == expected.tolist()
    even = fitted(np.random.default_rng(0).normal(size=20_000), np.zeros(20_000, bool), FLOAT).number
    assert even.numbers[0].pieces is None


def test_knots_of_even_values_stay_where_they_are(monkeypatch):
    values = np.random.default_rng(0).normal(size=(20, 20_000))
    moved = [NumericSummary.observe(v, np.zeros(20_000, bool)).freeze().edges for v in values]
    monkeypatch.setattr("tabgan.encoding.numeric_summary.JUMP_NATS", np.inf)
    plain = [NumericSummary.observe(v, np.zeros(20_000, bool)).freeze().edges for v in values]
    assert np.mean([np.array_equal(a, b) for a, b in zip(moved, plain, strict=True)]) > 0.5
    assert np.mean(np.concatenate(moved) != np.concatenate(plain)) < 0.01


def test_only_the_sharpest_jumps_end_a_piece():
    mass, width = np.ones(200), np.where(np.arange(200) % 4 < 2, 1.0, 10.0 + np.arange(200) / 100)
    pieces = pieces_of(mass, width)
    assert pieces.max() == MAX_PIECES
    assert pieces[-1] == MAX_PIECES  # the last ones are the sharpest
    assert (np.diff(pieces) >= 0).all()


@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.3, 3.0]))
@QUICK
def test_cells_between_jumps_hold_ten_rows(seed, width):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 40, 8000) + width * rng.random(8000) ** rng.integers(1, 9)
    values = np.round(values * 1e4).astype(np.int64)
    encoder = NumericSummary.observe(values, np.zeros(8000, bool)).freeze()
    codes, _ = encoder.encode(values, np.zeros(8000, bool))
    rows = np.bincount(codes[:, 0], minlength=encoder.n_modes)[encoder.first_continuous :]
    assert ((rows >= 10) | (rows == 0)).all()  # and gaps none
    assert (rows == 0).any() == (width < 1)


@pytest.mark.parametrize(("sign", "expected"), [(1, [3.5, 3.5, 4.0, np.inf]), (-1, [3.0, 3.5, 3.5, np.inf])])
def test_values_of_the_grid_not_beyond_others(sign, expected):
    values = np.arange(0, 4_000, 5) / 10
    column = Column(name="a", kind=Kind.FLOAT, dtype="float64", decimals=1)
    number = fitted(values, np.zeros(len(values), bool), column).number
    found = number.not_beyond(np.array([3.4, 3.5 + 1e-13, 3.6, np.inf]), sign)
    assert found.tolist() == pytest.approx(expected)
