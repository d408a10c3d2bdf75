"""Values that are rounded more coarsely the larger they are."""

import numpy as np
import pytest

from tabgan.encoding.coarser import LARGEST, STRAIGHT, Bends, find_bends
from tabgan.encoding.numeric import NumericEncoder
from tabgan.encoding.numeric_summary import NumericSummary
from tabgan.encoding.ranges import Ranges
from tabgan.encoding.window import to_units

BENT = Bends(np.array([1_000, 10_000]), np.array([100, 5_000]))


def rounded(n=5_000, seed=0):
    """Whole numbers below a thousand, hundreds above, thousands above a hundred thousand."""
    values = np.random.default_rng(seed).lognormal(7, 2, n)
    grid = np.select([values < 1_000, values < 100_000], [1, 100], 1_000)
    return (np.rint(values / grid) * grid).astype(np.int64)


def frozen(values, **options):
    return NumericSummary.observe(values, np.zeros(len(values), bool)).freeze(coarser=True, **options)


def test_places_and_units_are_inverse():
    places = np.arange(2_000)
    units = BENT.units(places)
    assert units[[999, 1_000, 1_001, 1_089, 1_090, 1_091]].tolist() == [
        999,
        1_000,
        1_100,
        9_900,
        10_000,
        15_000,
    ]
    assert np.array_equal(BENT.places(units), places)
    assert BENT.places(np.array([-5, 1_049, 1_051, 9_999, 12_501])).tolist() == [
        -5,
        1_000,
        1_001,
        1_090,
        1_091,
    ]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (5, 7, (5, 7)),
        (1_000, 1_000, (1_000, 1_000)),
        (1_001, 1_099, (1_001, 1_000)),  # none
        (950, 1_250, (950, 1_002)),
        (9_901, 14_999, (1_090, 1_090)),
        (-(2**70), 2**70, (-(2**70), 1_090 + (2**70 - 10_000) // 5_000)),
    ],
)
def test_the_places_within_a_range(low, high, expected):
    assert BENT.between(low, high) == expected


def test_bends_are_found_at_round_numbers():
    found = find_bends(np.unique(rounded()), anchor=0, step=1)
    assert found.starts.tolist() == [1_000, 100_000]
    assert found.strides.tolist() == [100, 1_000]


def test_a_start_tells_of_no_row():
    """The largest value off the coarser grid is one row's; the start is the next round number."""
    values = np.concatenate([np.arange(500), [637], np.arange(700, 90_000, 100)])
    found = find_bends(values, anchor=0, step=1)
    assert found.starts.tolist() == [1_000]
    assert found.strides.tolist() == [100]


@pytest.mark.parametrize(
    "units",
    [
        np.arange(1_000),
        np.array([3]),
        np.array([], np.int64),
        np.array([0, 7, 100, 200, 300]),  # so few may lie there by chance
        np.array([0, 1, LARGEST * 2]),
    ],
)
def test_an_even_grid_has_no_bend(units):
    assert len(find_bends(units, anchor=0, step=1).starts) == 0


def test_a_value_off_the_grid_is_not_lost():
    values = np.unique(np.append(rounded(), 250_137))
    found = find_bends(values, anchor=0, step=1)
    assert found.starts.tolist() == [1_000, 100_000, 200_000, 500_000]
    assert found.strides.tolist() == [100, 1_000, 1, 1_000]
    assert np.array_equal(found.units(found.places(values)), values)


def test_a_few_large_values_off_the_grid_do_not_hide_it():
    values = np.unique(np.concatenate([np.arange(900), np.arange(1_000, 90_000, 100), [23_451, 61_777]]))
    found = find_bends(values, anchor=0, step=1)
    assert found.starts.tolist() == [1_000, 20_000]
    assert found.strides.tolist() == [100, 1]
    assert np.array_equal(found.units(found.places(values)), values)
    drawn = found.units(np.arange(found.places(np.array([30_000]))[0]))
    assert (drawn[(drawn >= 1_000) & (drawn < 20_000)] % 100 == 0).all()
    assert np.array_equal(drawn[drawn >= 20_000], np.arange(20_000, 30_000))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_found_holds_every_value(seed):
    rng = np.random.default_rng(seed)
    anchor, step = int(rng.integers(-50, 50)), int(rng.integers(1, 9))
    units = np.unique(np.concatenate([rng.integers(-300, 700, 400), rng.integers(-20, 900, 300) * 60]))
    found = find_bends(units, anchor, step)
    assert len(found.starts)
    assert np.array_equal(found.units(found.places(units)), units)


def test_drawn_values_lie_on_the_grid_of_the_table():
    values = rounded()
    encoder = frozen(values)
    codes = np.repeat(np.arange(encoder.n_modes), 50)[:, None]
    drawn, _ = encoder.decode(codes, np.random.default_rng(0).random(codes.shape))
    above = drawn >= 1_000
    assert above.any()
    assert (drawn[above] % 100 == 0).all()
    assert (drawn[drawn >= 100_000] % 1_000 == 0).all()
    assert (drawn[~above] % 100 != 0).any()
    assert len(np.setdiff1d(drawn, values))  # not only those of the table


def test_every_value_comes_back_from_where_it_lies():
    encoder = frozen(rounded())
    low, high = encoder.bounds
    values = np.unique(rounded())
    values = values[(values >= low) & (values < high)]
    codes, _ = encoder.encode(values, np.zeros(len(values), bool))
    low, high = encoder.span(values, np.zeros(len(values), bool))
    again, _ = encoder.decode(codes, ((low + high) / 2)[:, None])
    assert np.array_equal(again, values)


def test_the_volume_of_a_code_counts_the_values_it_can_be():
    encoder = frozen(rounded())
    codes = np.arange(encoder.first_continuous, encoder.n_modes)[:, None]
    fractions = np.linspace(0, 1, 20_001, endpoint=False)[None, :]
    for code, volume in zip(codes[::20], encoder.log_volume(codes[::20]), strict=True):
        drawn, _ = encoder.decode(np.repeat(code[None], 20_001, 0), fractions.T)
        assert len(np.unique(drawn)) == min(round(np.exp(volume)), 20_001)


def test_ranges_hold_the_places_within_them():
    encoder = frozen(rounded())
    ranges = Ranges.union([(1_001, 1_099), (1_150, 1_350)], floating=False)
    ((first, last),) = to_units(encoder, ranges)
    assert encoder.bends.units(np.array([first, last])).tolist() == [1_200, 1_300]


def test_decimals_that_end_with_size():
    """As prices: cents below ten, whole numbers above."""
    values = np.random.default_rng(0).lognormal(2, 1.5, 4_000)
    values = np.where(values < 10, np.round(values, 2), np.round(values))
    encoder = frozen(values, decimals=2)
    codes = np.repeat(np.arange(encoder.n_modes), 50)[:, None]
    drawn, _ = encoder.decode(codes, np.random.default_rng(0).random(codes.shape))
    assert (drawn[drawn >= 10] % 1 == 0).all()
    assert (drawn[drawn < 10] % 1 != 0).any()
    assert drawn.max() <= encoder.bounds[1] < 1.1 * drawn.max()


def test_state_and_the_state_of_older_files():
    encoder = frozen(rounded())
    again = NumericEncoder.from_state(*encoder.to_state())
    values = np.unique(rounded(seed=1))
    missing = np.zeros(len(values), bool)
    assert np.array_equal(again.encode(values, missing)[0], encoder.encode(values, missing)[0])
    plain, arrays = frozen(np.arange(3_000)).to_state()
    assert not {"bends", "strides"} & {*arrays}
    assert NumericEncoder.from_state(plain, arrays).bends is STRAIGHT
