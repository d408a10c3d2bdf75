"""Windows hold exactly the codes and places whose values lie in a range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.allowed import Allowed, windows_of
from tabgan.encoding.categorical_summary import CategorySummary
from tabgan.encoding.datetime_summary import DatetimeSummary
from tabgan.encoding.ranges import Ranges
from tabgan.schema import Column, Kind
from tests.encoding.strategies import CENTS, QUICK, REAL, WHOLE, random_codes, repeated, spread
from tests.encoding.test_numeric import FLOAT, INTEGER, MONEY, fitted

COLUMNS = st.one_of(
    st.tuples(
        st.one_of(repeated(WHOLE, np.int64), spread(-1e6, 1e6, np.int64), spread(2**60, 2**62, np.int64)),
        st.just(INTEGER),
    ),
    st.tuples(
        st.one_of(
            repeated(CENTS, np.float64), spread(0, 1e4, np.float64).map(lambda c: (c[0].round(2), c[1]))
        ),
        st.just(MONEY),
    ),
    st.tuples(st.one_of(repeated(REAL, np.float64), spread(-1, 1, np.float64)), st.just(FLOAT)),
)


def drawn_share(window, codes, fractions, tolerance=1e-6):
    """Per row: whether its code and place are allowed; -1 where that is within rounding of an end."""
    second = np.maximum(codes[:, 1], 0) if codes.shape[1] > 1 else np.zeros(len(codes), int)
    _, _, places = window.share.shape
    share = window.share[0, codes[:, 0], second]
    if window.pieces is None:
        return share
    out = np.where((share > 0) & (share < 1), 0.0, share)
    cell = codes[:, 0] * places + second
    for c, low, width in zip(window.pieces.cell, window.pieces.low, window.pieces.width, strict=True):
        here = cell == c
        out[here & (fractions > low) & (fractions < low + width)] = 1.0
        near = np.minimum(np.abs(fractions - low), np.abs(fractions - low - width)) < tolerance
        out[here & near] = -1
    return out


@QUICK
@given(COLUMNS, st.data())
def test_a_window_allows_exactly_the_values_of_its_range(made, data):
    (values, missing), column = made
    encoder = fitted(values, missing, column)
    ends = sorted(float(data.draw(st.sampled_from(values.tolist()))) for _ in range(2))
    if column is INTEGER:
        ends = sorted(int(data.draw(st.sampled_from(values.tolist()))) for _ in range(2))
    ranges = Ranges.union([tuple(ends)], floating=column is not INTEGER)
    if column is FLOAT and ends[0] == ends[1]:
        return  # one value of a continuous number: tested below
    with_missing = data.draw(st.booleans())
    [window] = windows_of(encoder, Allowed(missing=with_missing, ranges=ranges))
    codes, fractions = random_codes(encoder, 500, seed=1)
    cells = encoder.decode(codes, fractions)
    share = drawn_share(window, codes, fractions[:, 0])
    inside = (cells.values >= ranges.low[0]) & (cells.values <= ranges.high[0])
    expected = np.where(cells.missing, with_missing, inside)
    told = share >= 0
    assert np.array_equal(share[told] > 0, expected[told])
    snapped = Allowed(ranges=ranges).snap(cells).values[~cells.missing]
    assert ((snapped >= ranges.low[0]) & (snapped <= ranges.high[0])).all()
    assert window.share.min() >= 0
    assert window.share.max() <= 1


@QUICK
@given(spread(-1, 1, np.float64), st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=4, unique=True))
def test_single_values_of_a_continuous_number_weigh_by_density(column, wanted):
    encoder = fitted(*column, FLOAT)
    wanted = [value for value in wanted if encoder.number.edges[0] < value < encoder.number.edges[-1]]
    wanted = [value for value in wanted if value not in encoder.number.points]
    ranges = Ranges.union([(value, value) for value in wanted], floating=True)
    [window] = windows_of(encoder, Allowed(ranges=ranges))
    assert window.share.sum() == pytest.approx(1.0 if wanted else 0.0)
    if wanted:
        codes, _ = encoder.encode(Cells(np.array(wanted), np.zeros(len(wanted), bool)))
        share = window.share[0, codes[:, 0], codes[:, -1] if codes.shape[1] > 1 else 0]
        assert (share > 0).all()
        density = share * np.exp(encoder.log_volume(codes))
        alone = [np.sum((codes == code).all(1)) == 1 for code in codes]
        assert np.ptp([*density[alone]] or [0.0]) <= 1e-9 * max(density[alone], default=1)


def test_unions_merge_and_snap_to_the_nearest_end():
    ranges = Ranges.union([(5, 9), (1, 2), (8, 12), (20, 20), (7, 3)], floating=False)
    assert ranges.pairs() == [(1, 2), (5, 12), (20, 20)]
    assert ranges.snap(np.array([-4, 2, 3, 4, 7, 15, 17, 30])).tolist() == [1, 2, 2, 5, 7, 12, 20, 20]


def moments(per_day, n=4000, seed=0):
    rng = np.random.default_rng(seed)
    return 19_000 * per_day + rng.integers(0, 40 * per_day, n)


@pytest.mark.parametrize("unit", ["s", "ns"])
@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((3, 0.4), (7, 0.6)),
        ((3, 0.0), (7, 1.0)),
        ((3, 0.4), (3, 0.5)),
        ((-9, 0.0), (2, 0.3)),
        ((30, 0.9), (99, 0.5)),
    ],
)
def test_moments_in_a_range_are_whole_days_and_parts_of_its_ends(unit, low, high):
    column = Column(name="t", kind=Kind.DATETIME, dtype=f"datetime64[{unit}]", unit=unit)
    per_day = 86_400 * (10**9 if unit == "ns" else 1)
    cells = Cells(moments(per_day), np.zeros(4000, bool))
    encoder = DatetimeSummary.observe(cells, column).freeze()
    ends = [(19_000 + day) * per_day + int(part * per_day) for day, part in (low, high)]
    ranges = Ranges.union([tuple(ends)], floating=False)
    windows = windows_of(encoder, Allowed(ranges=ranges))
    codes, fractions = random_codes(encoder, 4000, seed=2)
    drawn = encoder.decode(codes, fractions)
    n_day = len(encoder.day.symbols)
    allowed = drawn_share(windows[0], codes[:, :n_day], fractions[:, 0])
    if len(windows) > 1:
        second = windows[1]
        variant = second.variants.of(codes[:, :n_day], fractions[:, :1])
        for v in range(len(second.share)):
            one = type(second)((0, 1), second.share[v : v + 1], 1, _of_variant(second, v))
            clock = drawn_share(one, codes[:, n_day:], fractions[:, 1])
            allowed = np.where(variant == v, np.where(allowed > 0, clock, allowed), allowed)
    inside = (drawn.values >= ends[0]) & (drawn.values <= ends[1])
    told = allowed >= 0
    assert told.mean() > 0.95
    assert np.array_equal(allowed[told] > 0, inside[told])


def _of_variant(window, v):
    size = window.share[0].size
    own = window.pieces.cell // size == v
    held = (getattr(window.pieces, name)[own] for name in ("cell", "low", "width", "weight"))
    pieces = type(window.pieces)(*held)
    return type(pieces)(pieces.cell - v * size, pieces.low, pieces.width, pieces.weight)


@pytest.mark.parametrize("n_levels", [3, 700])
def test_levels_of_small_and_grouped_categories(n_levels):
    rng = np.random.default_rng(0)
    values = rng.integers(0, n_levels, 5_000).astype(np.int32)
    missing = rng.random(5_000) < 0.1
    cells = Cells(
        np.where(missing, -1, values).astype(np.int32), missing, tuple(f"l{i}" for i in range(n_levels))
    )
    encoder = CategorySummary.observe(cells).freeze(Column(name="c", kind=Kind.CATEGORY, dtype="str"))
    wanted = rng.choice(len(encoder.levels), min(40, n_levels - 1), replace=False)
    [window] = windows_of(encoder, Allowed(missing=True, levels=wanted))
    codes, _ = encoder.encode(cells)
    second = np.maximum(codes[:, 1], 0) if codes.shape[1] > 1 else 0
    share = window.share[0, codes[:, 0], second]
    names = {encoder.levels[i] for i in wanted}
    expected = np.array(
        [gone or cells.levels[v] in names for v, gone in zip(cells.values, missing, strict=True)]
    )
    assert np.array_equal(share > 0, expected)
    assert set(np.unique(window.share)) <= {0.0, 1.0}
