import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.datetime import PER_DAY, DatetimeEncoder
from tabgan.encoding.datetime_summary import DatetimeSummary
from tabgan.schema import Column, Kind
from tests.encoding.checks import check_codes, check_ranks, same_cells, same_encoder
from tests.encoding.strategies import QUICK, middle, random_codes

EXTREME = 2**63 - 1


@st.composite
def moments(draw):
    """A column, its values in that unit and a mask: days only, times only, both, or one moment."""
    unit = draw(st.sampled_from(["ns", "us", "ms", "s", "D"]))
    per_day = PER_DAY[unit]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 800))
    first = draw(st.sampled_from([0, -400_000, 18_000, EXTREME // per_day - 300, -(EXTREME // per_day)]))
    day = first + rng.integers(0, draw(st.sampled_from([1, 2, 30, 300])), n) * draw(st.sampled_from([1, 7]))
    day = np.clip(day, -(EXTREME // per_day), EXTREME // per_day - 1)
    step = max(per_day // draw(st.sampled_from([1, 2, 24, 1440, 86_400])), 1)
    time = rng.integers(0, per_day // step, n) * step
    missing = rng.random(n) < draw(st.sampled_from([0.0, 0.2]))
    column = Column(name="t", kind=Kind.DATETIME, dtype=f"datetime64[{unit}]", unit=unit)
    return column, day * per_day + time, missing, step


@QUICK
@given(moments())
def test_moments_keep_missing_range_and_grid(drawn):
    column, values, missing, step = drawn
    encoder = DatetimeSummary.observe(Cells(values, missing), column).freeze()
    codes, fractions = encoder.encode(Cells(values, missing))
    check_codes(encoder, codes, fractions)
    check_ranks(encoder, codes)
    again = same_encoder(encoder, DatetimeEncoder.from_state)
    back = again.decode(codes, middle(fractions))
    assert np.array_equal(back.missing, missing)
    seen = values[~missing]
    for cells in (back, encoder.decode(*random_codes(encoder, 300, seed=0))):
        got = cells.values[~cells.missing]
        assert got.dtype == np.int64
        assert not len(got) or not len(seen) or (seen.min() <= got.min() and got.max() <= seen.max())
        assert not (len(got) and len(seen)) or not ((got - seen[0]) % step).any()


@QUICK
@given(moments(), st.integers(0, 800), st.integers(0, 800))
def test_merging_is_associative(drawn, first, second):
    column, values, missing, _ = drawn
    cuts = sorted((first, second))
    parts = [Cells(v, m) for v, m in zip(np.split(values, cuts), np.split(missing, cuts), strict=True)]
    a, b, c = (DatetimeSummary.observe(part, column) for part in parts)
    whole = DatetimeSummary.observe(Cells(values, missing), column).freeze()
    codes, fractions = whole.encode(Cells(values, missing))
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        encoder = merged.freeze()
        assert (encoder.low, encoder.high) == (whole.low, whole.high)
        assert same_cells(encoder.decode(codes, middle(fractions)), whole.decode(codes, middle(fractions)))


def roles(values, missing, unit="s"):
    column = Column(name="t", kind=Kind.DATETIME, dtype=f"datetime64[{unit}]", unit=unit)
    encoder = DatetimeSummary.observe(Cells(values, missing), column).freeze()
    return len(encoder.numbers), [symbol.role for symbol in encoder.symbols]


def test_one_part_where_only_days_or_only_times_vary():
    some = np.zeros(900, bool)
    assert roles(np.arange(900) * 86_400 + 3600, some)[0] == 1
    assert roles(np.arange(900) * 60, some)[0] == 1
    assert roles(np.arange(900) * 90_000, some)[0] == 2


def test_the_time_of_day_does_not_apply_where_the_day_is_missing():
    values = np.arange(900) * 90_000
    missing = np.arange(900) % 3 == 0
    column = Column(name="t", kind=Kind.DATETIME, dtype="datetime64[s]", unit="s")
    encoder = DatetimeSummary.observe(Cells(values, missing), column).freeze()
    codes, _ = encoder.encode(Cells(values, missing))
    assert (codes[missing, 0] == 0).all()
    assert (codes[missing, 1:] == -1).all()
    assert encoder.log_volume(codes)[missing] == pytest.approx(0)


def test_days_and_times_are_learnt_apart():
    """Noon and midnight on weekdays only: no other times and no other days are made."""
    rng = np.random.default_rng(0)
    day = rng.integers(0, 200, 5000) * 7
    values = day * 86_400 + rng.choice([0, 43_200], 5000)
    column = Column(name="t", kind=Kind.DATETIME, dtype="datetime64[s]", unit="s")
    encoder = DatetimeSummary.observe(Cells(values, np.zeros(5000, bool)), column).freeze()
    drawn = encoder.decode(*random_codes(encoder, 5000, seed=0)).values
    assert set(drawn % 86_400) == {0, 43_200}
    assert set(drawn // 86_400 % 7) == {0}
