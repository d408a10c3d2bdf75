"""Columns of numbers and codes that Hypothesis draws for the encoders."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

QUICK = settings(deadline=None, max_examples=60)

WHOLE = st.one_of(
    st.integers(-5, 5),
    st.integers(-(10**6), 10**6),
    st.integers(2**53, 2**53 + 50),
    st.integers(-(2**63), 2**63 - 1),
)
REAL = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 0.5]),
    st.floats(-1e3, 1e3),
    st.floats(allow_nan=False, allow_infinity=True),
)
CENTS = st.integers(-(10**7), 10**7).map(lambda cents: cents / 100)


@st.composite
def repeated(draw, values, dtype, max_size=400):
    """Values of which some come again and again, (n,) in random order, and a mask of missing ones."""
    few = draw(st.lists(values, min_size=1, max_size=60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = rng.dirichlet(np.full(len(few), 0.3))
    n = draw(st.integers(1, max_size))
    chosen = np.array(few, dtype)[rng.choice(len(few), n, p=weights)]
    missing = rng.random(n) < draw(st.sampled_from([0.0, 0.0, 0.3, 0.9]))
    return chosen, missing


@st.composite
def spread(draw, low, high, dtype, max_size=4000):
    """Many different values between two bounds, without missing ones."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(100, max_size))
    values = low + (high - low) * rng.random(n) ** draw(st.sampled_from([1, 3, 8]))
    return values.astype(dtype), np.zeros(n, bool)


def middle(fractions):
    """Bytes as the middle of their share of [0, 1)."""
    return (fractions + 0.5) / 256


def random_codes(encoder, n, seed):
    """Codes (n, s) and fractions (n, r) as a network might draw them: any level of each symbol that applies."""
    rng = np.random.default_rng(seed)
    codes = np.full((n, len(encoder.symbols)), -1, np.int64)
    for s, symbol in enumerate(encoder.symbols):
        applies = (
            np.ones(n, bool) if symbol.parent is None else codes[:, symbol.parent] >= symbol.applies_from
        )
        codes[applies, s] = rng.integers(0, symbol.n_levels, n)[applies]
    return codes, rng.random((n, len(encoder.numbers)))
