"""Conditions on a Bayesian network whose exact conditional distributions are known."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from tabgan import ConditionError, TabGAN
from tabgan.networks.filling import fill

N_DRAWN = 4_096
SLACK = 0.02
N_SUBSETS = 50
MIN_MASS = 0.005


def conditions(network) -> list[dict[str, str]]:
    """Every column alone, the last one included, and random subsets of columns.

    Values are those of a random row, drawn again while the condition has less than MIN_MASS: what is rarer
    cannot be learnt to 0.02 from 200,000 rows by anyone.
    """
    rng = np.random.default_rng(1)
    subsets = [[name] for name in network.names]
    for _ in range(N_SUBSETS):
        size = int(rng.integers(1, len(network.names)))
        subsets.append(
            [network.names[i] for i in sorted(rng.choice(len(network.names), size, replace=False))]
        )
    return [likely_values(network, subset, rng) for subset in subsets]


def likely_values(network, subset: list[str], rng: np.random.Generator) -> dict[str, str]:
    for _, row in network.sample(500, rng).iterrows():
        given = {name: row[name] for name in subset}
        exact = network.marginal(subset)
        mass = network.frequencies(pd.DataFrame([given]), subset) * exact
        if mass.sum() >= MIN_MASS:
            return given
    raise AssertionError(f"{subset} has no values of mass {MIN_MASS}")


def bound(exact: np.ndarray, rng: np.random.Generator) -> float:
    """Total variation distance that 99 % of perfect samples of N_DRAWN rows stay below."""
    p = exact.ravel() / exact.sum()
    drawn = rng.multinomial(N_DRAWN, p, size=300) / N_DRAWN
    return float(np.quantile(np.abs(drawn - p).sum(axis=1) / 2, 0.99))


def excesses(network, sampler) -> list[float]:
    """How far each column's and pair's distance from the exact conditional lies above its bound."""
    rng = np.random.default_rng(2)
    found = []
    for given in conditions(network):
        frame = sampler(given)
        rest = [name for name in network.names if name not in given]
        for size in (1, 2):
            for columns in itertools.combinations(rest, size):
                exact = network.conditional(given, list(columns))
                seen = network.frequencies(frame, list(columns))
                found.append(np.abs(seen - exact).sum() / 2 - bound(exact, rng) - SLACK)
    return found


def test_every_condition_gives_the_exact_conditional(network, fitted):
    def sampler(given):
        frame = fitted.sample(N_DRAWN, where=given, random_state=3)
        assert len(frame) == N_DRAWN
        assert all((frame[name] == value).all() for name, value in given.items())
        return frame

    found = excesses(network, sampler)
    assert len(found) > 400
    assert np.mean(np.array(found) > 0) <= 0.02  # training has a spread of its own: none, or a few by little
    assert max(found) <= 0.04


def test_overwriting_a_column_fails_the_same_test(network, fitted):
    def sampler(given):
        return fitted.sample(N_DRAWN, random_state=3).assign(**given)

    assert max(excesses(network, sampler)) > 0.1


def test_masking_a_column_where_it_stands_fails_the_same_test(network, fitted):
    def sampler(given):
        frame = fitted.sample(N_DRAWN, random_state=3)
        return redraw_after(fitted, frame, given)

    assert max(excesses(network, sampler)) > 0.1


def redraw_after(fitted: TabGAN, frame: pd.DataFrame, given: dict[str, str]) -> pd.DataFrame:
    """Row by row in canonical order, each given column forced when its turn comes."""
    encoder = fitted.model_.encoder
    layout, rng = encoder.layout, np.random.default_rng(4)
    for name, value in given.items():
        frame = frame.assign(**{name: value})
        place = layout.columns.index(name)
        codes, fractions = (torch.from_numpy(np.asarray(part)) for part in encoder.encode_frame(frame))
        hidden = [column > place for column in range(len(layout.columns))]
        noise = torch.from_numpy(rng.random((len(frame), len(layout.columns))))
        drawn, inside = fill(fitted.model_.generator, codes.long(), fractions, hidden, noise)
        frame = encoder.decode_frame(drawn.numpy(), inside.numpy(), rng)
    return frame


def test_log_prob_is_near_the_truth(network, fitted):
    fresh = network.sample(20_000, np.random.default_rng(5))
    gap = network.log_likelihood(fresh) - fitted.log_prob(fresh)
    assert abs(float(gap.mean())) < 0.02  # nats a row; the Kullback-Leibler distance from the truth
    assert float(gap.mean()) > -0.005  # no model is more likely than the truth but by chance


def test_marginals_and_pairs_are_near_the_truth(network, fitted):
    frame = fitted.sample(N_DRAWN, random_state=6)
    rng = np.random.default_rng(7)
    for columns in itertools.combinations(network.names, 2):
        exact = network.marginal(list(columns))
        assert (
            np.abs(network.frequencies(frame, list(columns)) - exact).sum() / 2 <= bound(exact, rng) + SLACK
        )


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"nowhere": "x"}, "nowhere"),
        ({"age": "no such age"}, "age.*no such age.*choose one of"),
        ({"age": 3.5}, "age.*3.5"),
        ({"age": None}, "age.*missing"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(fitted, where, message):
    with pytest.raises(ConditionError, match=message):
        fitted.sample(10, where=where)
