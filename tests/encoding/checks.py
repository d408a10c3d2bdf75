"""What must hold of every column encoder."""

import json

import numpy as np


def check_codes(encoder, codes, fractions):
    """Codes lie within their symbols, and apply exactly where the parent says so."""
    assert codes.shape[1] == len(encoder.symbols)
    assert fractions.shape == (len(codes), len(encoder.numbers))
    assert codes.dtype == np.int32
    assert fractions.dtype == np.uint8
    for s, symbol in enumerate(encoder.symbols):
        applies = np.ones(len(codes), bool)
        if symbol.parent is not None:
            assert symbol.parent < s
            applies = codes[:, symbol.parent] >= symbol.applies_from
        assert (codes[~applies, s] == -1).all()
        assert ((codes[applies, s] >= 0) & (codes[applies, s] < symbol.n_levels)).all()


def check_ranks(encoder, codes):
    """Ranks lie in [0, 1], and are -1 exactly where there is no number."""
    for number in encoder.numbers:
        mode = codes[:, number.symbols[0]]
        place = codes[:, number.symbols[-1]] if len(number.symbols) > 1 else np.zeros(len(codes), int)
        known = mode >= 0
        low = number.rank_low[mode[known], np.maximum(place[known], 0)]
        width = number.rank_width[mode[known], np.maximum(place[known], 0)]
        there = low >= 0
        assert (low[~there] == -1).all()
        assert ((low[there] + width[there]) <= 1 + 1e-6).all()
        assert (width >= 0).all()


def same_encoder(encoder, read):
    """The same encoder after its state went through JSON and arrays."""
    plain, arrays = encoder.to_state()
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in arrays.values())
    return read(json.loads(json.dumps(plain)), arrays)


def same_cells(one, other):
    """Whether two columns of cells hold the same values in the same rows."""
    there = ~one.missing
    assert np.array_equal(one.missing, other.missing)
    if one.levels or other.levels:
        return [one.levels[i] for i in one.values[there]] == [other.levels[i] for i in other.values[there]]
    return np.array_equal(one.values[there], other.values[there])
