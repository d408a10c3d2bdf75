import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.encoding.pattern import (
    CharacterClass,
    Literal,
    Running,
    join,
    n_strings,
    read_pattern,
    write_pattern,
)
from tabgan.encoding.shuffle import permuted
from tabgan.errors import SchemaError
from tests.encoding.strategies import QUICK

PARTS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=6).map(Literal),
        st.tuples(st.text(min_size=1, max_size=8), st.integers(1, 9)).map(
            lambda drawn: CharacterClass("".join(sorted(set(drawn[0]))), drawn[1])
        ),
        st.tuples(st.integers(0, 10**12), st.integers(1, 15)).map(lambda drawn: Running(*drawn)),
    ),
    min_size=1,
    max_size=6,
)


def closed(parts):
    """Patterns as they can be read back: no digits that a running number would swallow, widths as written."""
    out = []
    for part in parts:
        if isinstance(part, Running):
            out += [Running(part.start, max(part.width, len(str(part.start)))), Literal("|")]
        else:
            out.append(part)
    return join([*out, CharacterClass("01")])


@QUICK
@given(PARTS)
def test_a_pattern_is_read_as_it_was_written(parts):
    parts = closed(parts)
    assert read_pattern(write_pattern(parts)) == parts


@pytest.mark.parametrize("text", ["", "ABC", "[0-9", "a{3}", "[]", "x\\", "#", "a]"])
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(SchemaError, match="pattern"):
        read_pattern(text)


def test_the_longest_of_a_range_of_lengths_is_made():
    assert read_pattern("[a-c]{2,4}") == (CharacterClass("abc", 4),)
    assert n_strings(read_pattern("x[a-c]{2,4}[01]")) == 3**4 * 2


@QUICK
@given(st.integers(1, 3000), st.integers(0, 2**64))
def test_a_permutation_hits_every_number_once(size, key):
    out = permuted(np.arange(size, dtype=np.uint64), size, key)
    assert np.array_equal(np.sort(out), np.arange(size))


def test_a_large_permutation_neither_repeats_nor_counts_on():
    for size in (10**9 + 7, 2**62, 2**62 - 1):
        out = permuted(np.arange(100_000, dtype=np.uint64), size, 5)
        assert len(np.unique(out)) == 100_000
        assert out.max() < size
        assert np.mean(out.astype(float)) / size == pytest.approx(0.5, abs=0.01)
        assert abs(np.corrcoef(np.arange(100_000), out.astype(float))[0, 1]) < 0.02


def test_ranges_are_written_short():
    assert write_pattern([CharacterClass("0123456789abcdef", 4)]) == "[0-9a-f]{4}"
    assert re.fullmatch(write_pattern([CharacterClass("-]^\\a", 1)]), "]")
