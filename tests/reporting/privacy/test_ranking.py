"""AUC, true positives at 1 % false ones and the strongest attack: definitions, coverage, no bias of the maximum."""

import math

import numpy as np
import pytest

from tabgan.reporting.intervals import around
from tabgan.reporting.privacy.ranking import Measured, auc, roc, strongest, tpr_at_low_fpr


def drawn(n, shift, rng):
    member = np.arange(2 * n) < n
    return rng.normal(size=2 * n) + shift * member, member


def test_auc_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    scores, member = rng.integers(0, 5, 60).astype(float), rng.random(60) < 0.4
    expected = np.mean([(a > b) + 0.5 * (a == b) for a in scores[member] for b in scores[~member]])
    assert auc(scores, member).value == pytest.approx(expected)


def test_the_error_of_the_auc_is_its_spread_over_samples():
    rng = np.random.default_rng(0)
    found = [auc(*drawn(100, 0.7, rng)) for _ in range(400)]
    assert np.std([f.value for f in found]) == pytest.approx(np.mean([f.error for f in found]), rel=0.1)
    assert auc(np.array([2.0, 3, 0, 1]), np.array([True, True, False, False])).error > 0


@pytest.mark.parametrize("n", [99, 500])
def test_a_random_score_finds_one_percent(n):
    rng = np.random.default_rng(0)
    found = [tpr_at_low_fpr(*drawn(n, 0, rng), rng) for _ in range(400)]
    assert np.mean([f.value for f in found]) == pytest.approx(0.01, abs=0.002)
    constant = [tpr_at_low_fpr(np.zeros(2 * n), np.arange(2 * n) < n, rng).value for _ in range(400)]
    assert np.mean(constant) == pytest.approx(0.01, abs=0.002)
    with pytest.raises(ValueError, match="found 98"):
        tpr_at_low_fpr(*drawn(98, 0, rng), rng)


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_intervals_of_the_rate_hold(shift):
    rng = np.random.default_rng(1)
    # Of N(shift, 1) above the 99 % point of N(0, 1).
    truth = 0.5 * math.erfc((2.3263479 - shift) / math.sqrt(2))
    held = []
    for _ in range(300):
        found = around(*tpr_at_low_fpr(*drawn(600, shift, rng), rng))
        held.append(found.low <= truth <= found.high)
    assert 0.9 < np.mean(held) <= 0.995


def test_the_curve_rises_from_its_corner_to_the_other():
    scores, member = drawn(300, 1, np.random.default_rng(0))
    curve = roc(scores, member)
    assert (np.diff(curve["fpr"]) >= 0).all()
    assert (np.diff(curve["tpr"]) >= 0).all()
    assert curve["fpr"][-1] == curve["tpr"][-1] == 1
    above = np.interp(0.5, curve["fpr"], curve["tpr"])
    assert above == pytest.approx(0.5 * math.erfc(-1 / math.sqrt(2)), abs=0.07)


def test_the_strongest_of_many_guesses_is_a_guess():
    rng = np.random.default_rng(0)
    member = np.arange(400) < 200
    folds = [np.arange(0, 400, 2), np.arange(1, 400, 2)]

    def figure(scores, rows):
        return auc(scores[rows], member[rows])

    found, best = [], []
    for _ in range(200):
        attacks = {str(k): rng.normal(size=400) for k in range(4)}
        found.append(strongest(attacks, folds, figure))
        best.append(max(auc(scores, member).value for scores in attacks.values()))
    assert np.mean([f.value for f in found]) == pytest.approx(0.5, abs=0.006)
    assert np.mean(best) > 0.525  # what picking the maximum would have said
    assert 0.92 < np.mean([f.low <= 0.5 <= f.high for f in found]) < 0.99


def test_the_strongest_attack_is_the_one_that_knows():
    rng = np.random.default_rng(0)
    knowing, member = drawn(200, 2, rng)
    attacks = {"guess": rng.normal(size=400), "knowing": knowing, "other": rng.normal(size=400)}
    folds = [np.arange(0, 400, 2), np.arange(1, 400, 2)]
    found = strongest(attacks, folds, lambda scores, rows: auc(scores[rows], member[rows]))
    assert found.value == pytest.approx(auc(knowing, member).value, abs=0.02)
    assert found.low > 0.85
    same = strongest(dict.fromkeys("ab", np.zeros(1)), folds, lambda scores, rows: Measured(0.5, 0.1))
    assert same.high - same.low == pytest.approx(2 * 1.96 * 0.1 * math.sqrt(1.36 / 2))
