"""Simulated truth: what a refitted model, and a model's own likelihood, say of good and of bad rows."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulated import GAUSSIANS, TABLES, judge_simulated, refitted_network, simulate, truth
from benchmarks.splits import split_table
from benchmarks.tasks import SIMULATED
from tabgan_datasets import BayesNetwork, Node


@pytest.mark.parametrize("task", SIMULATED, ids=lambda task: task.name)
def test_train_and_test_are_fresh_draws_of_one_truth(task):
    split = split_table(task)
    assert len(split.train) == len(split.test) == TABLES[task.table].rows
    assert not split.train.equals(split.test)
    gap = truth(task.table)(split.train).mean() - truth(task.table)(split.test).mean()
    assert abs(gap) < 0.1


@pytest.mark.parametrize("name", ["ring", "clinic"])
def test_a_refitted_model_is_near_the_truth_given_true_rows_and_far_given_others(name):
    test = simulate(name, seed=2, n_rows=3_000)
    rows = simulate(name, seed=5, n_rows=3_000)
    rng = np.random.default_rng(0)
    scrambled = pd.DataFrame({column: rng.permutation(rows[column]) for column in rows})
    found = {what: judge_simulated(name, frame, test) for what, frame in (("true", rows), ("not", scrambled))}
    assert found["true"]["l_test_gap"] == pytest.approx(0, abs=0.5)
    assert found["not"]["l_test_gap"] > 3
    assert found["true"]["l_test"] < found["true"]["truth_log_prob"]
    assert found["not"]["l_syn"] < found["true"]["l_syn"]
    assert "gap" not in found["true"]


def test_a_lost_mode_is_counted_and_costs_likelihood():
    rows = simulate("grid", seed=5, n_rows=4_000)
    centre = GAUSSIANS["grid"].modes()[0]
    near = np.hypot(rows["x"] - centre[0], rows["y"] - centre[1]) < 0.5
    test = simulate("grid", seed=2, n_rows=2_000)
    whole, without = (judge_simulated("grid", frame, test) for frame in (rows, rows[~near]))
    assert (whole["modes"], without["modes"]) == (25, 24)
    assert without["l_test"] < whole["l_test"] - 1


def test_tables_of_the_network_are_counts_with_one_added():
    half = np.array([0.5, 0.5])
    network = BayesNetwork(
        (
            Node(name="a", levels=("x", "y"), table=half),
            Node(name="b", levels=("u", "v"), parents=("a",), table=np.stack([half, half])),
        )
    )
    rows = pd.DataFrame({"a": ["x", "x", "x"], "b": ["u", "u", "v"]})
    asked = pd.DataFrame({"a": ["x", "y"], "b": ["u", "v"]})
    found = np.exp(refitted_network(network, rows)(asked))
    assert found == pytest.approx([4 / 5 * 3 / 5, 1 / 5 * 1 / 2])


def test_the_gap_of_a_model_is_the_truth_less_its_own_likelihood():
    test = simulate("ring", seed=2, n_rows=1_000)
    exact = truth("ring")(test)
    log_prob = pd.DataFrame(
        {"table": "unseen", "row": range(1_000), "log_prob": exact - 0.01 * abs(exact.mean())}
    )
    found = judge_simulated("ring", simulate("ring", seed=5, n_rows=1_000), test, log_prob)
    assert found["gap"] == pytest.approx(1)
