import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.column import MIXTURE, encoder_from_state, freeze, observe
from tabgan.encoding.mixture import offset
from tabgan.schema import Column, Kind
from tests.encoding.checks import check_ranks, same_cells, same_encoder
from tests.encoding.strategies import CENTS, QUICK, REAL, WHOLE, repeated, spread

INTEGER = Column(name="n", kind=Kind.INTEGER, dtype="Int64")
FLOAT = Column(name="x", kind=Kind.FLOAT, dtype="float64")
MONEY = Column(name="m", kind=Kind.FLOAT, dtype="float64", decimals=2)
SLOWER = type(QUICK)(QUICK, max_examples=25)  # each example fits a mixture

WHOLE_COLUMNS = st.one_of(
    repeated(WHOLE, np.int64), spread(-1e6, 1e6, np.int64), spread(2**60, 2**62, np.int64)
)
REAL_COLUMNS = st.one_of(
    repeated(REAL, np.float64),
    spread(-1, 1, np.float64),
    spread(0, 1e300, np.float64),
    spread(-1.7e308, 1.7e308, np.float64),
    spread(0, 1e-300, np.float64),
)


def fitted(values, missing, column):
    return freeze(observe(Cells(values, missing), column), column, modes=MIXTURE)


def whole(values):
    return np.zeros(len(values), bool)


def drawn_codes(encoder, n, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, encoder.symbols[0].n_levels, (n, 1)), rng.random((n, 1)).astype(np.float32)


def check_round_trip(values, missing, column):
    encoder = fitted(values, missing, column)
    codes, fractions = encoder.encode(Cells(values, missing))
    assert codes.dtype == np.int32
    assert fractions.dtype == np.float32
    assert codes.shape == fractions.shape == (len(values), 1)
    assert ((fractions >= 0) & (fractions <= 1)).all()
    assert ((codes >= 0) & (codes < encoder.symbols[0].n_levels)).all()
    check_ranks(encoder, codes)
    back = encoder.decode(codes, fractions)
    assert back.values.dtype == values.dtype
    assert np.array_equal(back.missing, missing)
    drawn = encoder.decode(*drawn_codes(encoder, 300, 0))
    for cells in (back, drawn):
        got, seen = cells.values[~cells.missing], values[~missing]
        assert not len(got) or (seen.min() <= got.min() and got.max() <= seen.max())
    again = same_encoder(encoder, lambda plain, arrays: encoder_from_state(column, plain, arrays))
    assert same_cells(again.decode(codes, fractions), back)
    return encoder, codes, back, drawn


@SLOWER
@given(WHOLE_COLUMNS)
def test_integers_keep_dtype_missing_and_range(column):
    values, missing = column
    encoder, codes, back, _ = check_round_trip(values, missing, INTEGER)
    points = (codes[:, 0] < encoder.first_gaussian) & ~missing
    assert np.array_equal(back.values[points], values[points])


@SLOWER
@given(REAL_COLUMNS)
def test_floats_keep_dtype_missing_range_and_infinities(column):
    values, missing = column
    _, _, back, _ = check_round_trip(values, missing, FLOAT)
    infinite = ~np.isfinite(values) & ~missing
    assert np.array_equal(back.values[infinite], values[infinite])


@SLOWER
@given(st.one_of(repeated(CENTS, np.float64), spread(0, 5e4, np.float64)))
def test_money_stays_on_its_grid(column):
    values, missing = np.round(column[0], 2), column[1]
    _, _, back, drawn = check_round_trip(values, missing, MONEY)
    for got in (back.values, drawn.values):
        assert np.array_equal(got, np.round(got, 2))


def test_values_come_back_but_for_the_far_tails():
    values = np.random.default_rng(0).normal(50, 12, 20_000)
    encoder = fitted(values, whole(values), FLOAT)
    back = encoder.decode(*encoder.encode(Cells(values, whole(values)))).values
    close = np.abs(back - values) < 1e-3
    assert close.mean() > 0.999  # a value beyond four deviations of its mode, or of the range, is clipped


def test_the_three_modes_of_a_mixture_are_found():
    rng = np.random.default_rng(0)
    part = rng.choice(3, 30_000, p=[0.2, 0.5, 0.3])
    values = rng.normal(np.array([-20.0, 0.0, 30.0])[part], np.array([1.0, 2.0, 4.0])[part])
    encoder = fitted(values, whole(values), FLOAT)
    codes, _ = encoder.encode(Cells(values, whole(values)))
    centre = np.abs(encoder.means[:, None] - [-20.0, 0.0, 30.0]).argmin(1)  # one mode may be split in two
    assert (centre[codes[:, 0]] == part).mean() > 0.99
    for i, (mean, std, share) in enumerate([(-20, 1, 0.2), (0, 2, 0.5), (30, 4, 0.3)]):
        weights, means, stds = (held[centre == i] for held in (encoder.weights, encoder.means, encoder.stds))
        found = np.average(means, weights=weights)
        variance = np.average(stds**2 + (means - found) ** 2, weights=weights)
        assert weights.sum() == pytest.approx(share, abs=0.02)
        assert found == pytest.approx(mean, abs=0.3)
        assert np.sqrt(variance) == pytest.approx(std, rel=0.15)


def test_modes_are_drawn_from_the_posterior():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(-1, 1, 20_000), rng.normal(3, 1, 20_000)])
    encoder = fitted(values, whole(values), FLOAT)
    middle = np.full(20_000, 1.0)
    codes, _ = encoder.encode(Cells(middle, whole(middle)))
    density = encoder.weights / encoder.stds * np.exp(-0.5 * ((1.0 - encoder.means) / encoder.stds) ** 2)
    shares = np.bincount(codes[:, 0], minlength=len(encoder.means)) / len(middle)
    assert shares == pytest.approx(density / density.sum(), abs=0.015)


def test_a_heavy_value_is_a_mode_of_no_width():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(10_000) < 0.9, 0, rng.integers(1, 100_000, 10_000))
    encoder = fitted(values, whole(values), INTEGER)
    assert encoder.points.tolist() == [0]
    zeros = encoder.decode(np.zeros((500, 1), int), rng.random((500, 1))).values
    assert set(zeros.tolist()) == {0}


def test_large_integers_keep_their_last_digits():
    values = 2**62 + 7 + np.arange(0, 60_000, 3, dtype=np.int64)
    encoder = fitted(values, whole(values), INTEGER)
    drawn = encoder.decode(*drawn_codes(encoder, 3000, 0)).values
    assert set(((drawn - values[0]) % 3).tolist()) == {0}
    assert offset(np.array([2**62 + 9]), 2**62).tolist() == [9.0]


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0, 5.0], [np.inf, 5.0, -np.inf], [1.0, 2.0]])
def test_very_few_values(values):
    values = np.array(values)
    check_round_trip(values, whole(values), FLOAT)


def test_no_training_value_but_points_stays():
    values = np.random.default_rng(0).normal(size=5000)
    _, arrays = fitted(values, whole(values), FLOAT).to_state()
    held = np.concatenate([array.ravel() for array in arrays.values()])
    assert len(held) < 60
    assert not np.isin(held, values).any()


def test_a_million_rows_take_a_moment():
    values = np.random.default_rng(0).normal(size=1_000_000)
    cells = Cells(values, whole(values))
    started = time.process_time()
    encoder = fitted(values, cells.missing, FLOAT)
    for start in range(0, len(values), 65_536):
        encoder.encode(cells.take(slice(start, start + 65_536)))
    assert time.process_time() - started < 4  # 1.5 s on an idle core
