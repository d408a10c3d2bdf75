"""Every dtype: a column through schema JSON and cells comes back as it was."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabgan.data import from_cells, to_cells
from tabgan.schema import Kind, Schema, infer_schema
from tests.data.examples import EXAMPLES


def there_and_back(series, **overrides):
    schema = infer_schema(series.to_frame(), **overrides)
    column = Schema.from_json(schema.to_json()).columns[0]
    assert column == schema.columns[0]
    return column, from_cells(to_cells(series, column), column)


@pytest.mark.parametrize("name", EXAMPLES)
def test_comes_back(name):
    series = EXAMPLES[name].rename(name)
    _, back = there_and_back(series)
    pd.testing.assert_series_equal(back, series, check_exact=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_comes_back_as_a_category(name):
    series = EXAMPLES[name].rename(name)
    column, back = there_and_back(series, category=[name])
    assert column.kind is Kind.CATEGORY
    pd.testing.assert_series_equal(back, series, check_exact=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_missing_values_only_in_this_chunk(name):
    """A chunk without any value must not look like another type."""
    series = EXAMPLES[name].rename(name)
    if not series.isna().any() or series.isna().all():
        series = pd.concat([series, series.iloc[:1]]).iloc[:-1]
    column = infer_schema(series.to_frame()).columns[0]
    empty = series[series.isna()]
    cells = to_cells(empty, column)
    assert cells.missing.all()
    assert len(cells) == len(empty)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
columns = st.one_of(
    st.lists(st.one_of(st.none(), texts), min_size=1, max_size=40).map(lambda v: pd.Series(v, dtype=object)),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40).map(
        lambda v: pd.Series(v, dtype="int64")
    ),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40).map(lambda v: pd.Series(v, dtype="uint64")),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40).map(
        lambda v: pd.Series(v, dtype="float64")
    ),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=40).map(
        lambda v: pd.Series(v, dtype="boolean")
    ),
    st.lists(st.datetimes(), min_size=1, max_size=40).map(lambda v: pd.Series(np.array(v, "M8[us]"))),
)


@settings(max_examples=150, deadline=None)
@given(columns)
def test_any_column_comes_back(series):
    series = series.rename("x")
    _, back = there_and_back(series)
    pd.testing.assert_series_equal(back, series, check_exact=True)


def test_a_missing_cell_comes_back_missing_in_every_dtype():
    for name, series in EXAMPLES.items():
        named = series.rename(name)
        column, back = there_and_back(named)
        assert back.isna().equals(named.isna()), name
        assert column.missing == named.isna().any(), name
