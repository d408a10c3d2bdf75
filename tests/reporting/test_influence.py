"""Scores and their errors against definitions written a second time, and against resampling."""

import numpy as np
import pytest
from scipy.stats import rankdata

from tabgan.reporting.influence import gap, mean_of, measure_auc, measure_mean_auc, measure_r2, standard_error


def make_scores(n_rows=400, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n_rows)
    scores = np.round(rng.normal(size=(n_rows, 3)) + (truth[:, None] == np.arange(3)), 1)  # with ties
    return truth, scores


def resampled_error(score, n_rows, n_draws=250):
    rng = np.random.default_rng(1)
    return np.std([score(rng.integers(0, n_rows, n_rows)) for _ in range(n_draws)])


@pytest.mark.parametrize("n_rows", [12, 80])
def test_auc_and_its_error_are_delongs(n_rows):
    truth, scores = make_scores(n_rows)
    hit, score = truth == 0, scores[:, 0]
    wins = (score[hit][:, None] > score[~hit]) + 0.5 * (score[hit][:, None] == score[~hit])
    variance = wins.mean(axis=1).var(ddof=1) / hit.sum() + wins.mean(axis=0).var(ddof=1) / (~hit).sum()
    found = measure_auc(hit, score)
    assert found.value == pytest.approx(wins.mean())
    assert standard_error(found.terms) == pytest.approx(np.sqrt(variance))


def test_errors_are_those_of_a_bootstrap():
    truth, scores = make_scores()
    other = scores + 0.5 * np.random.default_rng(2).normal(size=scores.shape)
    found, worse = measure_mean_auc(truth, scores), measure_mean_auc(truth, other)

    def auc(rows, scores=scores):
        return measure_mean_auc(truth[rows], scores[rows]).value

    assert standard_error(found.terms) == pytest.approx(resampled_error(auc, len(truth)), rel=0.15)
    paired = resampled_error(lambda rows: auc(rows) - auc(rows, other), len(truth))
    assert standard_error(gap(found, worse).terms) == pytest.approx(paired, rel=0.15)
    assert standard_error(gap(found, worse).terms) < standard_error(found.terms)


def test_r2_and_its_error_are_those_of_its_definition_and_a_bootstrap():
    rng = np.random.default_rng(0)
    truth = rng.exponential(size=500)
    guess = truth + rng.normal(size=500) * 0.5

    def r2(rows):
        t, g = truth[rows], guess[rows]
        return 1 - np.sum((t - g) ** 2) / np.sum((t - t.mean()) ** 2)

    found = measure_r2(truth, guess)
    assert found.value == pytest.approx(r2(np.arange(500)))
    assert standard_error(found.terms) == pytest.approx(resampled_error(r2, 500), rel=0.15)


def test_a_mean_of_scores_of_the_same_rows_knows_that_they_move_together():
    truth, scores = make_scores()
    one = measure_auc(truth == 0, scores[:, 0])
    assert standard_error(mean_of([one, one]).terms) == pytest.approx(standard_error(one.terms))
    assert mean_of([one, measure_auc(truth == 1, scores[:, 1])]).value == pytest.approx(
        np.mean([measure_auc(truth == k, scores[:, k]).value for k in (0, 1)])
    )


def test_a_class_that_does_not_occur_is_left_out_and_ranks_alone_count():
    truth, scores = make_scores()
    wider = np.column_stack([scores, np.zeros(len(truth))])
    assert measure_mean_auc(truth, wider).value == pytest.approx(measure_mean_auc(truth, scores).value)
    ranks = np.column_stack([rankdata(column) for column in scores.T])
    assert measure_mean_auc(truth, ranks).terms == pytest.approx(measure_mean_auc(truth, scores).terms)
