"""However the rows are cut into chunks, the schema is the same."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabgan.errors import ColumnError
from tabgan.schema import Kind, TableSummary, infer_schema
from tabgan.schema.distinct import Distinct, K
from tabgan.schema.overrides import Overrides
from tests.data.examples import EXAMPLES

N = 60
FRAME = pd.DataFrame({name: series for name, series in EXAMPLES.items() if len(series) == N})


def summarised(frame, cuts):
    bounds = [0, *sorted(cuts), len(frame)]
    parts = []
    for start, end in pairwise(bounds):
        parts.append(TableSummary(frame.columns))
        parts[-1].observe(frame.iloc[start:end])
    return parts


def frozen(summary):
    return summary.freeze(Overrides()).columns


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, N), max_size=4))
def test_cuts_change_nothing(cuts):
    whole = infer_schema(FRAME).columns
    one_by_one = TableSummary(FRAME.columns)
    for part in summarised(FRAME, cuts):
        one_by_one.merge(part)
    assert frozen(one_by_one) == whole


@settings(max_examples=5, deadline=None)
@given(st.integers(0, N), st.integers(0, N))
def test_merge_is_associative(first, second):
    left = summarised(FRAME, [first, second])
    right = summarised(FRAME, [first, second])
    left[0].merge(left[1])
    left[0].merge(left[2])
    right[1].merge(right[2])
    right[0].merge(right[1])
    assert frozen(left[0]) == frozen(right[0])


def test_a_type_that_changes_between_chunks_is_refused():
    summary = TableSummary(["x"])
    summary.observe(pd.DataFrame({"x": pd.Series([1, 2], dtype=object)}))
    with pytest.raises(ColumnError, match=r"'x'.*one type.*integers.*text"):
        summary.observe(pd.DataFrame({"x": pd.Series(["a", "b"], dtype=object)}))


def test_distinct_values_are_counted_exactly_then_estimated():
    values = np.random.default_rng(0).permutation(200_000)
    few, many = Distinct(), Distinct()
    for part in np.split(values % 1000, 10):
        few.observe(pd.unique(part))
    for part in np.split(values, 10):
        many.observe(part)
    assert few.count == 1000
    assert len(many.hashes) == K
    assert abs(many.count - 200_000) < 0.04 * 200_000
    assert many.covers(200_000)
    assert not many.covers(300_000)
    assert set(many.values) <= set(values.tolist())


def test_many_rows_of_a_key_are_still_a_key():
    frame = pd.DataFrame({"row": np.arange(50_000), "half": np.arange(50_000) // 2})
    assert [c.kind for c in infer_schema(frame).columns] == [Kind.IDENTIFIER, Kind.INTEGER]
