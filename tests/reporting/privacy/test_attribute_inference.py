"""Attribute inference: the nearest rows without a column, what counts as right, memorisers and honest samplers."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.intervals import excess_risk, simultaneous
from tabgan.reporting.privacy import attribute_inference
from tabgan.reporting.privacy.attribute_inference import (
    Secret,
    best_constant,
    infer_attributes,
    nearest_without,
)
from tabgan.reporting.privacy.neighbours import BLOCK, comparable_rows
from tabgan.reporting.tables import make_tables
from tests.reporting.mixed_rows import make_rows, noisy


def infer(train, synthetic, holdout, **settings):
    tables = make_tables(train, synthetic, holdout, **settings)
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    return infer_attributes(tables, rows)


def test_nearest_rows_without_a_column_are_those_of_the_other_columns():
    x, y = comparable_rows(make_rows(BLOCK[0] + 5, 0), make_rows(300, 1))
    found = nearest_without(x, y, [0, 2, 4])
    for k, row in zip([0, 2, 4], found, strict=True):
        others = np.delete(np.arange(5), k)
        a, b = x.of_columns(others), y.of_columns(others)
        apart = np.abs(a.numbers[:, None] - b.numbers[None]).sum(axis=2)
        apart += (a.codes[:, None] != b.codes[None]).sum(axis=2)
        assert apart[np.arange(len(row)), row] == pytest.approx(apart.min(axis=1), abs=1e-5)


def test_what_counts_as_right():
    nothing = np.empty(0)
    number = Secret(synthetic=nothing, train=nothing, control=nothing, relative=0.05, absolute=0.0)
    guess = np.array([95.0, 94.9, 105.0, -95.0, np.nan, np.nan, 3.0, 0.0, 0.1, np.inf, np.inf])
    truth = np.array([100.0, 100.0, 100.0, -100.0, np.nan, 1.0, np.nan, 0.0, 0.0, np.inf, 1.0])
    expected = [True, False, True, True, True, False, False, True, False, True, False]
    assert number.right(guess, truth).tolist() == expected


def test_the_best_constant_is_the_best_of_all_values():
    rng = np.random.default_rng(0)
    for control in (rng.integers(0, 9, 150).astype(float), np.round(rng.lognormal(3, 1, 150), 1)):
        control[:5] = np.nan
        secret = Secret(synthetic=control, train=control, control=control, relative=0.05, absolute=0.0)
        hits = max(secret.right(np.array([v]), control).sum() for v in control)
        assert secret.right(best_constant(secret), control).sum() == hits
    empty = np.full(4, np.nan)
    secret = Secret(synthetic=empty, train=empty, control=empty, relative=0.05, absolute=0.0)
    assert np.isnan(best_constant(secret)).all()


def test_a_memoriser_tells_secrets_and_a_fresh_sample_does_not():
    train, holdout = make_rows(700, 0), make_rows(700, 1)
    for synthetic in (train, noisy(train, 2)):
        found = [f for f in infer(train, synthetic, holdout) if f.n_known == 4]
        risks = {f.column: excess_risk(f.success, f.n_attacks, f.control, f.n_attacks) for f in found}
        assert len(found) == 5
        assert min(risks[name].low for name in ("level", "age", "day")) > 0.15
    found = infer(train, make_rows(700, 3), holdout)
    assert {f.n_known for f in found} == {3, 4}
    z = simultaneous(len(found))
    for f in found:
        risk = excess_risk(f.success, f.n_attacks, f.control, f.n_attacks, z)
        assert risk.low < 0 < risk.high


def test_counts_are_those_of_a_slow_attack(monkeypatch):
    monkeypatch.setattr(attribute_inference, "FEW", 99)
    rng = np.random.default_rng(0)
    frames = [
        pd.DataFrame(
            {"a": rng.integers(0, 50, n), "b": rng.integers(0, 60, n), "c": rng.choice(list("xyz"), n)}
        )
        for n in (90, 80)
    ]
    train, synthetic = frames
    found = {f.column: f for f in infer(train, synthetic, train)}
    # The same people in both groups: as many right guesses, however the rows are drawn.
    assert all(f.success == f.control for f in found.values())
    high = pd.concat([train, train]).max(numeric_only=True)
    low = train.min(numeric_only=True)
    for secret in ("a", "c"):
        hits = 0.0
        for _, person in train.iterrows():
            apart = sum(
                (person[n] != synthetic[n]).astype(float)
                if n == "c"
                else (np.clip(synthetic[n], low[n], high[n]) - person[n]).abs() / (high[n] - low[n])
                for n in train
                if n != secret
            )
            nearest = synthetic.loc[apart <= apart.min() + 1e-6, secret]
            right = (
                nearest == person[secret]
                if secret == "c"
                else (nearest - person[secret]).abs() <= 0.05 * person[secret]
            )
            hits += right.mean()
        # Ties are broken by the order of the synthetic rows.
        assert found[secret].success == pytest.approx(hits, abs=4)


def test_the_target_is_always_a_secret_and_others_are_bounded(monkeypatch):
    monkeypatch.setattr(attribute_inference, "MAX_SECRETS", 2)
    train = make_rows(100, 0)
    for seed in range(4):
        found = infer(train, train, make_rows(90, 1), target="day", random_state=seed)
        columns = {f.column for f in found if f.n_known == 4}
        assert len(columns) == 2
        assert "day" in columns
