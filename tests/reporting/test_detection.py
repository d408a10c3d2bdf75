"""The two-sample test on planted cases."""

import sys

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError
from tabgan.reporting.detection import c2st
from tabgan.reporting.features import MAX_DENSE_LEVELS, row_features


def make_rows(n_rows, seed, *, linked=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    link = x if linked else rng.normal(size=n_rows)
    level = np.where(link > 0.5, "high", np.where(link < -0.5, "low", "mid"))
    return pd.DataFrame({"x": np.where(rng.random(n_rows) < 0.1, np.nan, x), "level": level})


@pytest.fixture(params=["hist", "xgb"])
def classifier(request):
    if request.param == "xgb":
        pytest.importorskip("xgboost")
    return request.param


def test_rows_of_the_same_law_cannot_be_told(classifier):
    found = c2st(make_rows(1_500, 0), make_rows(1_500, 1), classifier=classifier, n_jobs=1)
    assert found.score > 0.9
    assert found.auc == pytest.approx(0.5, abs=0.04)


def test_independent_columns_are_told(classifier):
    found = c2st(make_rows(1_500, 0), make_rows(1_500, 1, linked=False), classifier=classifier, n_jobs=1)
    assert found.score < 0.5
    assert found.score == pytest.approx(2 - 2 * found.auc)


def test_copies_show_as_an_auc_below_one_half(classifier):
    # A copied row and its original get the same features and opposite labels.
    real = make_rows(900, 0)
    found = c2st(real, real.sample(frac=1, random_state=0), classifier=classifier, n_jobs=1)
    assert found.auc < 0.45
    assert found.score == 1


def test_as_many_rows_of_each_side_are_used():
    found = c2st(make_rows(900, 0), make_rows(300, 1), classifier="hist")
    assert found.n_rows == 300


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
    assert (sparse.toarray()[:n_rows, 2:] == np.eye(n_rows)).all()


def test_xgb_judges_sparse_features_like_dense_ones():
    pytest.importorskip("xgboost")
    rare = np.array([f"v{i}" for i in range(MAX_DENSE_LEVELS)])
    frames = []
    for seed, linked in ((0, True), (1, False)):
        frame = make_rows(1_500, seed, linked=linked)
        frames.append(frame.assign(many=np.random.default_rng(seed).choice(rare, 1_500)))
    assert c2st(*frames, n_jobs=1).score < 0.55


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(ModuleNotFoundError, match="pip install xgboost"):
        c2st(make_rows(30, 0), make_rows(30, 1), classifier="xgb")


def test_bad_requests_are_refused():
    rows = make_rows(30, 0)
    with pytest.raises(ValueError, match="'forest'"):
        c2st(rows, rows, classifier="forest")
    with pytest.raises(DataError, match="found 2"):
        c2st(rows, rows.iloc[:2], classifier="hist")
