"""Quantiles of a number from the mass of its cells, against many draws of the same masses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.encoding.segments import Segments
from tests.encoding.strategies import CENTS, QUICK, WHOLE, repeated, spread
from tests.encoding.test_numeric import FLOAT, INTEGER, MONEY, fitted

COLUMNS = st.one_of(
    st.tuples(st.one_of(repeated(WHOLE, np.int64), spread(0, 900, np.int64)), st.just(INTEGER)),
    st.tuples(repeated(CENTS, np.float64), st.just(MONEY)),
    st.tuples(st.one_of(spread(-1, 1, np.float64), repeated(st.floats(-9, 9), np.float64)), st.just(FLOAT)),
)


def random_mass(number, rng):
    mass = rng.dirichlet(np.full(number.n_modes * number.n_places, 0.3)).reshape(
        number.n_modes, number.n_places
    )
    mass[: number.first_continuous, 1:] = 0.0
    mass[: int(number.has_missing)] = 0.0
    return mass / max(mass.sum(), 1e-300)


def values_at(encoder, mass, ranks):
    number = encoder.number
    codes, fraction, left = Segments.of(number).invert(np.repeat(mass[None], len(ranks), 0), ranks)
    assert ((left >= 0) & (left < 1)).all()
    return encoder.decode(codes[:, : len(number.symbols)], fraction[:, None]).values


@QUICK
@given(COLUMNS, st.integers(0, 2**32 - 1))
def test_quantiles_are_those_of_the_mass(made, seed):
    (values, missing), column = made
    encoder, rng = fitted(values, missing, column), np.random.default_rng(seed)
    number = encoder.number
    if number.n_modes == int(number.has_missing):
        return
    mass = random_mass(number, rng)
    ranks = np.linspace(0.0, 1.0, 41)
    found = values_at(encoder, mass, ranks)
    assert (np.diff(found.astype(float)) >= -1e-9).all()
    cell = rng.choice(mass.size, 4_000, p=mass.ravel())
    codes = np.stack(np.divmod(cell, number.n_places), axis=1)[:, : len(number.symbols)]
    drawn = encoder.decode(codes, rng.random((4_000, 1))).values
    finite = np.abs(drawn[np.isfinite(drawn)]) if drawn.dtype.kind == "f" else np.zeros(0)
    slack = 1e-12 * finite.max(
        initial=0.0
    )  # values far below the column's range may change places by rounding
    for rank, value in zip(ranks, found, strict=True):  # the share below, and the share up to the value
        with np.errstate(over="ignore"):
            low, high = (value - slack, value + slack) if slack else (value, value)
        assert (drawn < low).mean() <= rank + 0.04
        assert (drawn <= high).mean() >= rank - 0.04


def test_a_point_mass_inside_a_mode_has_its_place_among_the_values():
    values = np.concatenate([np.arange(0, 1000), np.full(3000, 500)])
    encoder = fitted(values, np.zeros(len(values), bool), INTEGER)
    number = encoder.number
    segments = Segments.of(number)
    codes = np.stack([segments.first, segments.second], axis=1)
    middle = (segments.low + segments.share / 2)[:, None]
    order = encoder.decode(codes, middle).values
    assert (np.diff(order) >= 0).all()
    assert order[segments.first < number.first_continuous].tolist() == [500]
    assert np.bincount(
        segments.first * number.n_places + segments.second, segments.share
    ).max() == pytest.approx(1)
