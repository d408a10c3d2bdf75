"""Membership attacks: memorisers give themselves away, honest samplers do not, who knows more finds more."""

import numpy as np
import pandas as pd
import pytest

from tabgan import infer_schema
from tabgan.reporting.privacy.membership import (
    attack_membership,
    by_likelihood,
    density_ratio,
    likelihoods,
    most_isolated,
)
from tabgan.reporting.privacy.neighbours import comparable_rows
from tabgan.reporting.privacy.ranking import auc
from tabgan.reporting.tables import make_tables
from tests.reporting.mixed_rows import copied, make_rows, noisy


def attack(train, synthetic, holdout, log_prob=None, random_state=0):
    tables = make_tables(train, synthetic, holdout, random_state=random_state)
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    return attack_membership(tables, rows, log_prob)


def areas(played):
    return {a.name: auc(a.scores, played.trial.member).value for a in played.attacks}


def test_every_attack_finds_copies_and_none_finds_anything_in_a_fresh_sample():
    train, holdout = make_rows(600, 0), make_rows(800, 1)
    assert min(areas(attack(train, train, holdout)).values()) > 0.99
    assert min(areas(attack(train, noisy(train, 2), holdout)).values()) > 0.9
    fresh = attack(train, make_rows(600, 3), holdout)
    for found in fresh.attacks:
        value, error = auc(found.scores, fresh.trial.member)
        assert abs(value - 0.5) < 3 * error


def test_levels_of_single_rows_do_not_tell_whose_rows_they_are():
    train, synthetic, holdout = (
        make_rows(600, seed).assign(level=np.random.default_rng(seed).integers(0, 4_000, 600).astype(str))
        for seed in range(3)
    )
    tables = make_tables(train, synthetic, holdout, schema=infer_schema(train, category=["level"]))
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    fresh = attack_membership(tables, rows)
    for found in fresh.attacks:
        value, error = auc(found.scores, fresh.trial.member)
        assert abs(value - 0.5) < 3 * error


def test_half_of_the_judged_rows_are_members_and_the_reference_is_kept_apart():
    train, holdout = make_rows(300, 0), make_rows(201, 1)
    trial = attack(train, make_rows(50, 2), holdout).trial
    assert trial.member.sum() == (~trial.member).sum() == 100
    assert trial.place[trial.member].max() < 300
    others = trial.place[~trial.member]
    assert len(set(others)) == 100
    assert not set(others) & set(trial.reference)
    assert trial.member[:20].any()
    assert not trial.member[:20].all()


def test_judged_rows_are_scored_by_their_own_distances():
    train, holdout, synthetic = make_rows(60, 0), make_rows(80, 1), make_rows(70, 2)
    played = attack(train, synthetic, holdout)
    x, y, z = comparable_rows(synthetic, train, holdout)
    judged = [
        (y if member else z).take(np.array([k]))
        for member, k in zip(played.trial.member, played.trial.place, strict=True)
    ]
    expected = [
        min(np.abs(r.numbers - x.numbers).sum(axis=1) + (r.codes != x.codes).sum(axis=1)) for r in judged
    ]
    assert -played.attacks[0].scores == pytest.approx(expected, abs=1e-5)


def test_the_density_ratio_is_that_of_the_distances():
    near = np.array([0.1, 0.4, 0.2], dtype=np.float32)
    reference = np.array([[0.2, 0.4], [0.2, 0.4], [0.5, 1.0]], dtype=np.float32)
    found = density_ratio(near, reference)
    small = 0.2 * 0.2  # of the median of the nearest
    expected = [
        (np.log(a + small) + np.log(b + small)) / 2 - np.log(d + small)
        for d, (a, b) in zip(near, reference, strict=True)
    ]
    assert found == pytest.approx(expected, abs=1e-6)
    assert found[0] > found[1]  # nearer to the synthetic rows
    assert np.isfinite(density_ratio(np.zeros(3, dtype=np.float32), np.zeros((3, 2), dtype=np.float32))).all()


def test_the_exposed_tenth_is_the_most_isolated():
    rng = np.random.default_rng(0)
    distance = rng.random(95).astype(np.float32)
    exposed = most_isolated(distance, rng)
    assert exposed.sum() == 10
    assert distance[exposed].min() > distance[~exposed].max()
    tied = [most_isolated(np.zeros(100, dtype=np.float32), rng) for _ in range(300)]
    assert np.mean(tied, axis=0) == pytest.approx(np.full(100, 0.1), abs=0.08)


def leaky(train, strength, seed=0):
    """A log-likelihood: how common a row is, and something of its own for rows trained on."""
    known = {hash(row) for row in train[["age", "money", "day"]].astype(str).itertuples(index=False)}
    rng = np.random.default_rng(seed)

    def log_prob(frame):
        rows = frame[["age", "money", "day"]].astype(str).itertuples(index=False)
        member = np.array([hash(row) in known for row in rows])
        difficulty = 0.2 * (frame["age"].to_numpy() - 50.0) + 3.0 * frame["flag"].to_numpy()
        return difficulty + strength * member + 0.2 * rng.normal(size=len(frame))

    return log_prob


def test_a_likelihood_that_leaks_is_stronger_and_calibrated_the_strongest():
    train, holdout, fresh = make_rows(600, 0), make_rows(600, 1), make_rows(900, 2)
    found = areas(attack(train, fresh, holdout, leaky(train, 1)))
    assert max(found, key=lambda name: found[name]) == "calibrated likelihood"
    assert found["calibrated likelihood"] > 0.95
    assert 0.5 < found["likelihood"] < 0.7
    honest = areas(attack(train, fresh, holdout, leaky(train, 0)))
    assert max(honest.values()) < 0.57


def test_the_likelihood_is_asked_for_rows_as_given_and_not_for_impossible_ones():
    train = make_rows(120, 0).assign(key=[f"k{i}" for i in range(120)])
    holdout = make_rows(120, 1).assign(key=[f"h{i}" for i in range(120)])
    holdout.loc[:9, "level"] = "never trained on"
    holdout.loc[5:14, "age"] = None
    seen = []

    def log_prob(frame):
        seen.append(frame)
        return pd.Series(np.where(frame["flag"] == 1, np.nan, frame["age"]))

    tables = make_tables(train, make_rows(90, 2).assign(key="s"), holdout)
    rows = np.arange(5, 40)
    found = likelihoods(tables, log_prob, tables.holdout, tables.source_holdout, rows)
    asked = rows[np.isin(rows, np.arange(15), invert=True)]
    assert seen[0].equals(holdout.iloc[asked])
    flag = holdout["flag"].to_numpy()[rows]
    expected = np.where((rows < 15) | (flag == 1), -np.inf, holdout["age"].to_numpy(dtype=float)[rows])
    assert found.tolist() == expected.tolist()


def test_a_likelihood_of_the_wrong_shape_is_refused():
    train, holdout = make_rows(60, 0), make_rows(60, 1)
    with pytest.raises(ValueError, match=r"each of 30 rows; found shape \(30, 2\)"):
        attack(train, train, holdout, lambda frame: np.zeros((len(frame), 2)))


def test_a_likelihood_that_is_nowhere_finite_does_not_fail():
    train, holdout = make_rows(60, 0), make_rows(60, 1)
    tables = make_tables(train, train, holdout)
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout)
    played = attack_membership(tables, rows)
    attacks = by_likelihood(
        tables, played.trial, rows[0], rows[1].take(np.arange(60)), lambda frame: np.full(len(frame), -np.inf)
    )
    assert all((a.scores == -np.inf).all() for a in attacks)
    assert auc(attacks[0].scores, played.trial.member).value == 0.5


def test_the_same_seed_gives_the_same_scores():
    train, holdout, synthetic = make_rows(100, 0), make_rows(100, 1), copied(make_rows(100, 0), 90, 2)
    first, again, other = (attack(train, synthetic, holdout, random_state=seed) for seed in (3, 3, 4))
    for a, b in zip(first.attacks, again.attacks, strict=True):
        assert a.scores.tolist() == b.scores.tolist()
    assert first.trial.place.tolist() != other.trial.place.tolist()
