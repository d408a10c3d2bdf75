"""Intervals against SciPy, against their own formulas written out, and by how often they hold."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from tabgan.reporting.intervals import around, excess_risk, median_estimate, simultaneous, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (250, 1_000), (10, 10)])
def test_wilson_is_scipys(successes, n):
    expected = binomtest(successes, n).proportion_ci(method="wilson")
    found = wilson(successes, n, z=1.959964)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-6)
    assert found.value == successes / n


def test_risk_is_the_gain_over_what_the_control_leaves():
    found = excess_risk(600, 1_000, 200, 1_000)
    assert found.value == pytest.approx((0.6 - 0.2) / (1 - 0.2), abs=2e-3)
    n, z = 1_000, 1.96
    rates = [(s + z * z / 2) / (n + z * z) for s in (600, 200)]
    halves = [z / (n + z * z) * math.sqrt(s * (n - s) / n + z * z / 4) for s in (600, 200)]
    half = math.sqrt(
        (halves[0] / (1 - rates[1])) ** 2 + ((1 - rates[0]) / (1 - rates[1]) ** 2 * halves[1]) ** 2
    )
    assert found.high - found.value == pytest.approx(half)
    everything = excess_risk(50, 50, 50, 50)
    assert everything.value == 0
    assert everything.low <= 0 <= everything.high


@pytest.mark.parametrize(("attack", "control"), [(0.2, 0.2), (0.5, 0.1), (0.02, 0.02)])
def test_intervals_of_the_risk_hold(attack, control):
    rng = np.random.default_rng(0)
    truth = (attack - control) / (1 - control)
    found = [
        excess_risk(rng.binomial(500, attack), 500, rng.binomial(500, control), 500) for _ in range(1_000)
    ]
    assert 0.93 < np.mean([f.low <= truth <= f.high for f in found]) < 0.99


def test_several_intervals_hold_together():
    assert simultaneous(1) == pytest.approx(1.96, abs=1e-3)
    rng = np.random.default_rng(0)
    worst = np.abs(rng.normal(size=(4_000, 12))).max(axis=1)
    assert (worst <= simultaneous(12)).mean() == pytest.approx(0.95, abs=0.015)


def test_intervals_of_the_median_hold():
    rng = np.random.default_rng(0)
    found = [median_estimate(rng.exponential(size=75)) for _ in range(1_000)]
    assert 0.93 < np.mean([f.low <= math.log(2) <= f.high for f in found]) < 0.99
    one = median_estimate(np.array([3.0]))
    assert (one.value, one.low, one.high) == (3, 3, 3)


@pytest.mark.parametrize("n", [6, 7, 8, 9, 20, 75, 500, 1_001])
def test_bounds_of_the_median_are_the_closest_that_hold(n):
    found = median_estimate(np.arange(n, dtype=float))
    low = int(found.low)
    assert found.high == n - 1 - low
    assert binom.cdf(low, n, 0.5) < 0.025 <= binom.cdf(low + 1, n, 0.5)


def test_bounds_stay_within_what_is_possible():
    assert around(0.99, 0.1) == (0.99, pytest.approx(0.794), 1.0)
    assert around(1, 2, -5, 9).times(2) == pytest.approx((2, -5.84, 9.84))
