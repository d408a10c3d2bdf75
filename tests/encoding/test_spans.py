import numpy as np
import pandas as pd
import pytest

from tabgan.data import open_source, to_cells
from tabgan.encoding.fit import fit_table
from tabgan.encoding.spans import fractions_within, spans
from tabgan.schema import infer_schema

RNG = np.random.default_rng(0)
N = 2_000
COLUMNS = {
    "integer": RNG.integers(0, 10**6, N),
    "wide": RNG.integers(-(2**62), 2**62, N),
    "money": np.round(RNG.exponential(1000, N), 2),
    "float": RNG.normal(size=N),
    "with_zeros": np.where(RNG.random(N) < 0.3, 0.0, RNG.normal(size=N)),
    "date": pd.Timestamp("1990-01-01") + pd.to_timedelta(RNG.integers(0, 20_000, N), "D"),
    "moment": pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 10**8, N), "s"),
    "gappy": np.where(RNG.random(N) < 0.3, np.nan, RNG.integers(0, 10**5, N)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_any_fraction_of_a_span_decodes_to_the_value(name):
    frame = pd.DataFrame({name: COLUMNS[name]})
    source = open_source(frame)
    encoder, _ = fit_table(source, infer_schema(source))
    own, column = encoder.encoders[0], encoder.schema.columns[0]
    cells = to_cells(frame[name], column)
    low, high = spans(own, cells)
    assert (low >= 0).all()
    assert (low <= high).all()
    assert (high <= 1).all()
    codes, _ = own.encode(cells)
    bounds = own.bounds  # what lies beyond is taken for the last value within
    kept = ~cells.missing & (cells.values >= bounds[0]) & (cells.values <= bounds[1])
    assert kept.sum() > 0.98 * (~cells.missing).sum()
    for seed in range(3):
        found = fractions_within(own, cells, np.random.default_rng(seed))
        back = own.decode(codes, found)
        assert (back.missing == cells.missing).all()
        if name == "wide":  # more grid values in a cell than a float tells apart
            apart = np.abs(back.values[kept] / 2.0**62 - cells.values[kept] / 2.0**62)
            assert apart.max() < 1e-12
        elif column.kind == "float":
            np.testing.assert_allclose(back.values[kept], cells.values[kept], rtol=1e-9, atol=1e-9)
        else:  # a time of day may lie beyond what was learnt on any day
            assert (back.values[kept] == cells.values[kept]).mean() >= (0.99 if name == "moment" else 1.0)
