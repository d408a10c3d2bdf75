"""Where in their cells the numbers of a column lie: what `encode` keeps to one byte, as far as the value tells."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.column import ColumnEncoder
from tabgan.encoding.datetime import DatetimeEncoder, split
from tabgan.encoding.number_column import NumberColumnEncoder
from tabgan.encoding.numeric import BELOW_ONE

Array = NDArray[Any]


def spans(encoder: ColumnEncoder, cells: Cells) -> tuple[Array, Array]:
    """Lowest and highest fraction of the cell that stands for each value, both (n, r), see `NumericEncoder.span`."""
    if isinstance(encoder, NumberColumnEncoder):
        parts = [encoder.number.span(cells.values, cells.missing)]
    elif isinstance(encoder, DatetimeEncoder):
        day, time = split(cells.values, encoder.per_day)
        both = ((encoder.day, day), (encoder.time, time))
        parts = [number.span(values, cells.missing) for number, values in both if number is not None]
    else:
        return np.zeros((len(cells), 0)), np.zeros((len(cells), 0))
    low, high = (np.stack(ends, axis=1) for ends in zip(*parts, strict=True))
    return low, high


def fractions_within(encoder: ColumnEncoder, cells: Cells, rng: np.random.Generator) -> Array:
    """Fractions (n, r) in [0, 1) that decode to the values, at random where several do."""
    low, high = spans(encoder, cells)
    return np.minimum(low + (high - low) * rng.random(low.shape), BELOW_ONE)
