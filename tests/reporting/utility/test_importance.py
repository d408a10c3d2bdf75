"""Importance of columns by shuffling, and the agreement of two models on it."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from tabgan.reporting.utility.importance import Importance, agreement, agreement_draws


def test_agreement_is_spearmans_where_every_column_matters():
    rng = np.random.default_rng(0)
    first, second = np.round(rng.uniform(0.01, 1, (2, 30)), 1) + 0.01  # with ties
    assert agreement(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert agreement(first, first) == pytest.approx(1)
    assert agreement(first, 1 - first + 0.02) == pytest.approx(-1)


def test_columns_that_matter_to_nobody_do_not_disagree():
    first, second = np.array([0.5, 0.2, 0.004, -0.004]), np.array([0.4, 0.3, -0.003, 0.001])
    assert agreement(first, second) == pytest.approx(1)


def test_agreement_needs_a_column_that_matters():
    nothing, something = np.zeros(4), np.array([0, 0, 0.3, 0])
    assert agreement(nothing, nothing) is None
    assert agreement(nothing, something) == 0


def test_draws_spread_by_the_error_of_the_drops():
    rng = np.random.default_rng(0)
    drops = np.linspace(0.01, 0.1, 10)
    weights = rng.normal(size=(100, 50))

    def spread(size, training):
        parts = [Importance(drops, size * rng.normal(size=(10, 50))) for _ in range(2)]
        return agreement_draws(*parts, weights, np.full(10, training), rng).std()

    assert spread(0, 0) == pytest.approx(0)
    assert 0 < spread(0.0005, 0) < spread(0.005, 0)
    assert spread(0, 0.02) > 0
