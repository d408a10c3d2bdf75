"""Utility: scores against independent computations; useless rows are useless."""

import numpy as np
import pandas as pd
import pytest

from tabgan.errors import DataError, SchemaError
from tabgan.reporting.utility.tstr import auc, rmse, tstr


def make_rows(n_rows, seed, *, linked=True):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=n_rows), rng.choice(["a", "b"], n_rows)
    signal = 2 * (x if linked else rng.normal(size=n_rows)) + (z == "b")
    return pd.DataFrame(
        {
            "x": x,
            "z": z,
            "hit": np.where(rng.random(n_rows) < 1 / (1 + np.exp(-signal)), "yes", "no"),
            "price": np.exp(3 + signal + 0.5 * rng.normal(size=n_rows)),
            "third": np.array(["lo", "mid", "hi"])[np.digitize(signal + rng.normal(size=n_rows), [-1, 1])],
        }
    )


@pytest.fixture(params=["hist", "xgb"])
def learner(request):
    if request.param == "xgb":
        pytest.importorskip("xgboost")
    return request.param


def test_linked_rows_teach_and_unlinked_rows_do_not(learner):
    test = make_rows(1_500, 0)[["x", "z", "hit"]]
    good, bad = (make_rows(1_200, 1, linked=linked)[["x", "z", "hit"]] for linked in (True, False))
    best = auc(
        (test["hit"] == "yes").to_numpy().astype(int),
        np.column_stack([-2 * test["x"], 2 * test["x"]]),
        np.arange(2),
    )
    found = tstr(good, test, "hit", learner=learner, n_jobs=1)
    assert found.metric == "auc"
    assert best - 0.03 < found.score < 0.95
    assert tstr(bad, test, "hit", learner=learner, n_jobs=1).score < 0.62


def test_a_numeric_target_gives_the_error_of_its_logarithm(learner):
    columns = ["x", "z", "price"]
    test, rows = make_rows(1_000, 0)[columns], make_rows(2_000, 1)[columns]
    found = tstr(rows, test, "price", learner=learner, n_jobs=1)
    assert found.metric == "rmse_log"
    assert 0.45 < found.score < 0.75  # the noise is 0.5
    spread = np.log(test["price"]).std()
    assert found.score < spread / 2


def test_a_class_that_the_synthetic_rows_lack_counts_as_the_rest(learner):
    columns = ["x", "z", "third"]
    rows = make_rows(900, 1)[columns]
    found = tstr(rows[rows["third"] != "mid"], make_rows(500, 0)[columns], "third", learner=learner, n_jobs=1)
    assert 0.6 < found.score < 1


def test_auc_equals_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 3, 80), rng.random((80, 3))
    expected = [
        np.mean([(a > b) + 0.5 * (a == b) for a in scores[truth == c, c] for b in scores[truth != c, c]])
        for c in range(3)
    ]
    assert auc(truth, scores, np.arange(3)) == pytest.approx(np.mean(expected))
    assert auc(np.zeros(5, int), scores[:5], np.arange(3)) == 0.5
    assert rmse(np.array([0.0, 3.0]), np.array([0.0, -1.0])) == pytest.approx(np.sqrt(8))


def test_one_class_only_teaches_nothing():
    test = make_rows(200, 0)[["x", "z", "hit"]]
    assert tstr(test.assign(hit="no"), test, "hit", learner="hist").score == 0.5


def test_bad_requests_are_refused():
    rows = make_rows(50, 0)
    with pytest.raises(SchemaError, match="'nope'"):
        tstr(rows, rows, "nope")
    with pytest.raises(DataError, match="'hit'"):
        tstr(rows.assign(hit=None), rows, "hit")
    with pytest.raises(ValueError, match="'forest'"):
        tstr(rows, rows, "hit", learner="forest")
