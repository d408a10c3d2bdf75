"""Features of rows: what a classifier sees of every kind of column, and in what width."""

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import SchemaError
from tabgan.reporting.features import (
    MAX_DENSE_LEVELS,
    compact_features,
    level_codes,
    row_features,
    shuffled,
    without_empty,
)


def test_features_are_numbers_and_one_hots():
    real = pd.DataFrame({"x": [1.0, np.nan], "level": ["a", None]})
    synthetic = pd.DataFrame({"x": [0.0], "level": ["b"]})
    features = row_features(real, synthetic, None)
    assert features.dtype == np.float32
    assert features[:, 0].tolist()[::2] == [1.0, 0.0]
    assert np.isnan(features[1, 0])
    assert (features[:, 1:].sum(axis=1) == 1).all()
    assert len(np.unique(features[:, 1:], axis=0)) == 3


def test_sparse_features_say_the_same_and_keep_zeros_explicit():
    n_rows = 2 * MAX_DENSE_LEVELS
    real = pd.DataFrame({"x": np.zeros(n_rows), "level": [f"v{i}" for i in range(n_rows)]})
    sparse = row_features(real, real, None)
    assert sparse.nnz == 2 * n_rows * 2  # the zeros of x are stored
    assert sparse.shape == (2 * n_rows, 1 + n_rows + 1)
    first, second = np.split(sparse.toarray()[:, 2:], 2)
    assert (first == second).all()
    assert (first.sum(axis=0) == 1).all()
    assert (first.sum(axis=1) == 1).all()


def make_rows(n_rows=60):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "few": rng.choice(["a", "b", "c"], n_rows),
            "x": rng.normal(size=n_rows),
            "two": rng.choice(["no", "yes"], n_rows),
            "many": rng.choice([f"v{i}" for i in range(40)], n_rows),
        }
    )


def test_compact_features_are_one_hots_where_levels_are_few_and_codes_where_they_are_many():
    real, synthetic = make_rows(), make_rows().iloc[::-1]
    features, spans = compact_features(real, synthetic, None, max_features=10)
    assert [span.stop - span.start for span in spans] == [3, 1, 1, 1]
    assert features.shape == (120, 6)
    both = pd.concat([real, synthetic])
    hots = features[:, spans[0]]
    assert (hots.sum(axis=1) == 1).all()
    assert both["few"].nunique() == len(
        pd.DataFrame(hots).assign(few=both["few"].to_numpy()).drop_duplicates()
    )
    codes = pd.Series(features[:, spans[3].start])
    counts = both["many"].value_counts()
    in_order = codes.groupby(both["many"].to_numpy()).first().sort_values().index
    assert counts[in_order].is_monotonic_decreasing
    assert codes.groupby(both["many"].to_numpy()).nunique().max() == 1


def test_compact_features_take_all_levels_where_there_is_room_and_refuse_other_columns():
    features, spans = compact_features(make_rows(), make_rows(), None)
    assert spans[3].stop - spans[3].start == make_rows()["many"].nunique()
    assert features.shape[1] == spans[-1].stop
    with pytest.raises(SchemaError):
        compact_features(make_rows(), make_rows().drop(columns="x"), None)


def test_codes_are_the_same_in_all_frames_and_infinities_finite():
    first = pd.DataFrame({"x": [np.inf, 1.0, np.nan], "k": ["b", "a", "b"]})
    second = pd.DataFrame({"x": [-np.inf, 2.0], "k": ["b", None]})
    (ours, theirs), n_levels = level_codes([first, second], ["k"])
    assert n_levels.tolist() == [0, 3]
    assert ours[:, 1].tolist() == [0, ours[1, 1], 0]
    assert theirs[0, 1] == 0
    assert len({0, ours[1, 1], theirs[1, 1]}) == 3
    assert np.isfinite(ours[:2, 0]).all()
    assert ours[0, 0] > 1e38
    assert np.isnan(ours[2, 0])
    assert theirs[0, 0] < -1e38


def test_shuffling_moves_one_column_at_a_time():
    features = np.arange(12.0).reshape(4, 3)
    order = np.array([2, 3, 0, 1])
    seen = [changed.copy() for changed in shuffled(features, [slice(0, 2), slice(2, 3)], order)]
    assert (seen[0] == np.column_stack([features[order, :2], features[:, 2]])).all()
    assert (seen[1] == np.column_stack([features[:, :2], features[order, 2]])).all()
    assert features[0, 0] == 0


def test_a_column_without_a_value_becomes_zeros_and_others_keep_their_gaps():
    features = np.array([[np.nan, np.nan], [np.nan, 1.0]])
    assert without_empty(features)[:, 0].tolist() == [0, 0]
    assert np.isnan(without_empty(features)[0, 1])
    assert without_empty(features[:, 1:]) is not None
