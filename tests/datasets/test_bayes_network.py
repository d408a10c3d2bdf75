"""The network's exact answers against enumeration in plain Python."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from tabgan_datasets import BayesNetwork, Node, clinic_network


def slow_probabilities(network):
    """Every row as a tuple of levels, with the product of its table entries."""
    result = {}
    for row in product(*(node.levels for node in network.nodes)):
        values = dict(zip(network.names, row, strict=True))
        chance = 1.0
        for node in network.nodes:
            table = node.table
            for parent in node.parents:
                levels = network.nodes[network.names.index(parent)].levels
                table = table[levels.index(values[parent])]
            chance *= table[node.levels.index(values[node.name])]
        result[row] = chance
    return result


@pytest.fixture(scope="module")
def network():
    return clinic_network()


@pytest.fixture(scope="module")
def truth(network):
    return slow_probabilities(network)


def test_the_joint_is_the_product_of_the_tables(network, truth):
    assert network.joint.shape == tuple(len(node.levels) for node in network.nodes)
    assert network.joint.ravel() == pytest.approx(np.array(list(truth.values())))
    assert network.joint.sum() == pytest.approx(1)
    assert network.entropy() == pytest.approx(-sum(p * np.log(p) for p in truth.values()))


def test_parents_may_come_in_any_order():
    a = Node(name="a", levels=("0", "1"), table=np.array([0.3, 0.7]))
    b = Node(name="b", levels=("x", "y", "z"), table=np.array([0.2, 0.3, 0.5]))
    table = np.random.default_rng(0).dirichlet([1, 1], size=(3, 2))
    network = BayesNetwork((a, b, Node(name="c", levels=("n", "y"), parents=("b", "a"), table=table)))
    assert network.joint[1, 2, 0] == pytest.approx(0.7 * 0.5 * table[2, 1, 0])


def test_log_likelihood_is_exact(network, truth):
    rows = network.sample(200, np.random.default_rng(0))
    expected = [np.log(truth[tuple(row)]) for row in rows.itertuples(index=False)]
    assert network.log_likelihood(rows) == pytest.approx(np.array(expected))
    shuffled = rows[rows.columns[::-1]]
    assert network.log_likelihood(shuffled) == pytest.approx(np.array(expected))


def test_conditionals_equal_enumeration(network, truth):
    given = {"illness": "flu", "age": "old"}
    found = network.conditional(given, ["test", "season"])  # not the network's order
    nodes = {node.name: node for node in network.nodes}
    places = [network.names.index(name) for name in ("test", "season")]
    expected = np.zeros(found.shape)
    for row, chance in truth.items():
        values = dict(zip(network.names, row, strict=True))
        if all(values[name] == value for name, value in given.items()):
            index = tuple(nodes[network.names[k]].levels.index(row[k]) for k in places)
            expected[index] += chance
    assert found == pytest.approx(expected / expected.sum())


def test_marginals_are_sums_of_pairs(network):
    pair = network.marginal(["cough", "season"])
    assert pair.sum(axis=0) == pytest.approx(network.marginal(["season"]))
    assert pair.sum(axis=1) == pytest.approx(network.marginal(["cough"]))
    assert network.marginal(["season", "cough"]) == pytest.approx(pair.T)


def test_conditioning_on_all_but_one_column_works(network):
    row = network.sample(1, np.random.default_rng(1)).iloc[0].to_dict()
    last = network.names[-1]
    given = {name: value for name, value in row.items() if name != last}
    rows = pd.DataFrame([{**given, last: level} for level in network.nodes[-1].levels])
    weights = np.exp(network.log_likelihood(rows))
    assert network.conditional(given, [last]) == pytest.approx(weights / weights.sum())


def test_samples_follow_the_network(network):
    rows = network.sample(20_000, np.random.default_rng(2))
    assert all(isinstance(value, str) for value in rows.iloc[0])
    for columns in (["season"], ["illness", "air"], ["age", "treatment"]):
        gap = np.abs(network.frequencies(rows, columns) - network.marginal(columns)).sum() / 2
        assert gap < 0.02
    assert network.log_likelihood(rows).mean() == pytest.approx(-network.entropy(), abs=0.05)


def test_columns_are_linked(network):
    pair = network.marginal(["illness", "test"])
    assert np.abs(pair - np.outer(pair.sum(axis=1), pair.sum(axis=0))).sum() / 2 > 0.05


def test_impossible_rows_and_conditions():
    sure = Node(name="a", levels=("0", "1"), table=np.array([1.0, 0.0]))
    network = BayesNetwork((sure, Node(name="b", levels=("x", "y"), table=np.array([0.5, 0.5]))))
    assert network.log_likelihood(pd.DataFrame({"a": ["1"], "b": ["x"]})).tolist() == [-np.inf]
    with pytest.raises(ValueError, match="probability 0"):
        network.conditional({"a": "1"}, ["b"])


def test_bad_requests_and_tables_are_refused(network):
    with pytest.raises(ValueError, match="'nope'"):
        network.conditional({"nope": "x"}, ["age"])
    with pytest.raises(ValueError, match="'green'"):
        network.conditional({"season": "green"}, ["age"])
    with pytest.raises(ValueError, match="'season'"):
        network.conditional({"season": "winter"}, ["season"])
    with pytest.raises(ValueError, match="'green'"):
        network.log_likelihood(network.sample(3, np.random.default_rng(0)).assign(season="green"))
    node = Node(name="a", levels=("0", "1"), table=np.array([0.5, 0.6]))
    with pytest.raises(ValueError, match="distribution"):
        BayesNetwork((node,))
    with pytest.raises(ValueError, match="earlier"):
        BayesNetwork((Node(name="a", levels=("0",), parents=("b",), table=np.ones((1, 1))),))
