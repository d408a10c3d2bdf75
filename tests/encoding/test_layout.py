import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tabgan.encoding.layout import NumberTable, Symbol, build_layout
from tests.encoding.strategies import QUICK


@st.composite
def columns(draw):
    """(name, symbols, numbers) of some columns, among them columns without symbols."""
    parts = []
    for index in range(draw(st.integers(0, 8))):
        symbols, numbers = [], []
        for _ in range(draw(st.integers(0, 2))):
            start, modes, places = len(symbols), draw(st.integers(1, 6)), draw(st.integers(1, 4))
            symbols.append(Symbol(role="mode", n_levels=modes))
            if places > 1:
                symbols.append(Symbol(role="place", n_levels=places, parent=start, applies_from=1))
            ranks = np.zeros((modes, places), np.float32)
            numbers.append(
                NumberTable(symbols=tuple(range(start, len(symbols))), rank_low=ranks, rank_width=ranks)
            )
        parts.append((f"c{index}", symbols, numbers))
    return parts


@QUICK
@given(columns())
def test_layout_tiles_the_row_exactly(parts):
    layout = build_layout(parts)
    symbols = [s for c in range(len(parts)) for s in range(layout.n_symbols)[layout.symbols_of(c)]]
    numbers = [r for c in range(len(parts)) for r in range(layout.n_numbers)[layout.numbers_of(c)]]
    assert symbols == list(range(layout.n_symbols))
    assert numbers == list(range(layout.n_numbers))
    ends = layout.offsets + [symbol.n_levels for symbol in layout.symbols]
    assert np.array_equal(np.append(layout.offsets[1:], layout.n_levels)[: len(ends)], ends)
    assert layout.columns == tuple(name for name, _, _ in parts)


@QUICK
@given(columns())
def test_parents_and_numbers_stay_in_their_column(parts):
    layout = build_layout(parts)
    for column, (_, own, own_numbers) in enumerate(parts):
        span = layout.symbols_of(column)
        for symbol, original in zip(layout.symbols[span], own, strict=True):
            moved = None if original.parent is None else original.parent + span.start
            assert (symbol.parent, symbol.n_levels) == (moved, original.n_levels)
        for number, before in zip(layout.numbers[layout.numbers_of(column)], own_numbers, strict=True):
            assert number.symbols == tuple(span.start + s for s in before.symbols)


def test_code_dtype_is_the_smallest_that_holds_every_code():
    def dtype(n_levels):
        return build_layout([("a", [Symbol(role="level", n_levels=n_levels)], [])]).code_dtype()

    assert dtype(2**15 - 1) is np.int16
    assert dtype(2**15) is np.int32
