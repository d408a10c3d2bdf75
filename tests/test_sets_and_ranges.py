"""Sets and ranges on a network and on a number whose exact conditional distributions are known."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from tabgan import TabGAN, between
from tabgan.asking.pool import plan_pool
from tabgan.conditioning.condition import read_condition
from tabgan.networks.constrained import draw_constrained
from tabgan.networks.filling import fill
from tests.test_conditions import MIN_MASS, N_DRAWN, SLACK, bound

N_CONDITIONS = 50


def some_levels(levels: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    """Any but all of the levels, in their order."""
    chosen = rng.choice(len(levels), int(rng.integers(1, len(levels))), replace=False)
    return [levels[i] for i in sorted(chosen)]


def conditions(network, sizes=(1, 2, 3), n_random=N_CONDITIONS) -> list[dict[str, list[str]]]:
    """Sets of levels: of every column alone, the last one included, and of one to three random columns."""
    rng = np.random.default_rng(1)
    subsets = [[name] for name in network.names] if 1 in sizes else []
    for _ in range(n_random):
        subsets.append(sorted(rng.choice(network.names, int(rng.choice(sizes)), replace=False).tolist()))
    return [likely_sets(network, subset, rng) for subset in subsets]


def likely_sets(network, subset: list[str], rng: np.random.Generator) -> dict[str, list[str]]:
    levels = {node.name: node.levels for node in network.nodes}
    for _ in range(200):
        allowed = {name: some_levels(levels[name], rng) for name in subset}
        if network.within(allowed, []).sum() >= MIN_MASS:
            return allowed
    raise AssertionError(f"{subset} has no sets of mass {MIN_MASS}")


def as_request(network, allowed: dict[str, list[str]]) -> dict:
    """Sets as they are asked for; neighbouring ages as a range."""
    ages = network.nodes[network.names.index("age")].levels
    request = dict(allowed)
    if "age" in allowed:
        first, last = ages.index(allowed["age"][0]), ages.index(allowed["age"][-1])
        if last - first + 1 == len(allowed["age"]):
            request["age"] = between(ages[first], ages[last])
    return request


def excesses(network, wanted, sampler) -> list[float]:
    """How far each column's and pair's distance from the exact conditional lies above its bound."""
    rng = np.random.default_rng(2)
    found = []
    for allowed in wanted:
        frame = sampler(allowed)
        for size in (1, 2):
            for columns in itertools.combinations(network.names, size):
                exact = network.within(allowed, columns)
                exact = exact / exact.sum()
                seen = network.frequencies(frame, columns)
                found.append(np.abs(seen - exact).sum() / 2 - bound(exact, rng) - SLACK)
    return found


def test_sets_and_ranges_give_the_exact_conditional(network, fitted):
    def sampler(allowed):
        frame = fitted.sample(N_DRAWN, where=as_request(network, allowed), random_state=3)
        assert len(frame) == N_DRAWN
        assert all(frame[name].isin(values).all() for name, values in allowed.items())
        return frame

    found = np.array(excesses(network, conditions(network), sampler))
    assert len(found) > 1_000
    # What is left is how well the model has learnt: nearly all of it lies in conditions of a few hundredths.
    assert np.mean(found > 0) <= 0.04
    assert found.max() <= 0.06


def test_the_mass_is_near_the_truth(network, fitted):
    for allowed in conditions(network):
        told = fitted.sample(N_DRAWN, where=as_request(network, allowed), dry_run=True)
        assert told.mass == pytest.approx(float(network.within(allowed, []).sum()), rel=0.25)
        assert told.effective_rows > N_DRAWN / 2


def test_overwriting_with_allowed_values_fails_the_same_test(network, fitted):
    rng = np.random.default_rng(5)

    def sampler(allowed):
        frame = fitted.sample(N_DRAWN, random_state=3)
        for name, values in allowed.items():
            share = network.within({name: values}, [name])
            levels = network.nodes[network.names.index(name)].levels
            frame[name] = rng.choice(levels, N_DRAWN, p=share / share.sum())
        return frame

    assert max(excesses(network, conditions(network, (1, 2), 10), sampler)) > 0.1


def test_masking_in_place_fails_the_same_test(network, fitted):
    def sampler(allowed):
        return masked_in_place(fitted, as_request(network, allowed))

    assert max(excesses(network, conditions(network, (1, 2), 10), sampler)) > 0.1


def masked_in_place(fitted: TabGAN, where: dict) -> pd.DataFrame:
    """In canonical order, each constrained column masked when its turn comes, and no row weighted."""
    model, rng = fitted.model_, np.random.default_rng(4)
    n_columns = len(model.encoder.layout.columns)
    codes = torch.zeros(N_DRAWN, model.encoder.layout.n_symbols, dtype=torch.long)
    fractions = torch.zeros(N_DRAWN, 0, dtype=torch.uint8)
    noise = torch.from_numpy(rng.random((N_DRAWN, n_columns)))
    codes, _ = fill(model.generator, codes, fractions, [True] * n_columns, noise)
    for name, value in where.items():
        condition = read_condition({name: value}, model.encoder)
        place = model.encoder.layout.columns.index(name)
        hidden = [column >= place for column in range(n_columns)]
        if condition.constraints:
            parts = plan_pool(model, condition, 1.0).parts
            codes, *_ = draw_constrained(model.generator, codes, fractions, hidden, parts, noise)
        else:
            codes[:, place] = int(condition.known.codes[0, place])
        hidden[place] = False
        codes, _ = fill(model.generator, codes, fractions, hidden, noise)
    return model.encoder.decode_frame(codes.numpy(), np.zeros((N_DRAWN, 0)), rng)


# ---- a number ----------------------------------------------------------------------------------------------

BOUNDS = np.array([0, 250, 900, 1_700, 3_000])
KINDS = np.array([[0.8, 0.15, 0.05], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7], [0.4, 0.1, 0.5]])  # by band of x
FLAGS = np.array([0.1, 0.5, 0.9])  # by kind
X = np.arange(BOUNDS[-1])
X_SHARE = np.diff(np.sqrt(np.arange(BOUNDS[-1] + 1) / BOUNDS[-1]))  # of floor(3000 · u²)


@pytest.fixture(scope="module")
def numbers() -> TabGAN:
    rng = np.random.default_rng(0)
    x = rng.choice(X, 30_000, p=X_SHARE)
    kind = (rng.random(len(x))[:, None] > KINDS[np.searchsorted(BOUNDS, x, side="right") - 1].cumsum(1)).sum(
        1
    )
    flag = rng.random(len(x)) < FLAGS[kind]
    frame = pd.DataFrame({"flag": flag, "kind": np.array(["a", "b", "c"])[kind], "x": x})
    settings = {"epochs": 30, "max_time": None, "width": 64, "hidden": 64, "dropout": 0.0}
    return TabGAN(**settings, canonical_share=0.2, learning_rate=5e-3, random_state=0).fit(frame)


def exact_numbers(low: int, high: int, kinds: str) -> tuple[np.ndarray, np.ndarray, float]:
    """P(flag, kind) of shape (2, 3), and P(x) of shape (3000,), x in a range and kind in a set; its mass."""
    kind = KINDS[np.searchsorted(BOUNDS, X, side="right") - 1] * [float(letter in kinds) for letter in "abc"]
    weight = X_SHARE[:, None] * kind * ((low <= X) & (high >= X))[:, None]
    mass = float(weight.sum())
    of_kind = weight.sum(0) / mass
    return np.stack([of_kind * (1 - FLAGS), of_kind * FLAGS]), weight.sum(1) / mass, mass


@pytest.mark.parametrize(
    ("low", "high", "kinds"),
    [
        (0, 249, "abc"),
        (200, 1_000, "abc"),
        (1_501, 1_523, "abc"),
        (2_400, 2_999, "abc"),
        (100, 2_000, "ac"),
        (700, 1_000, "bc"),
        (0, 2_999, "ab"),
    ],
)
def test_ranges_of_a_number_give_the_exact_conditional(numbers, low, high, kinds):
    where = {"x": between(low, high), "kind": list(kinds)}
    frame = numbers.sample(N_DRAWN, where, random_state=0)
    assert frame["x"].between(low, high).all()
    exact, x_share, mass = exact_numbers(low, high, kinds)
    kind = frame["kind"].map({"a": 0, "b": 1, "c": 2}).to_numpy()
    seen = np.bincount(frame["flag"].to_numpy(int) * 3 + kind, minlength=6).reshape(2, 3) / N_DRAWN
    assert np.abs(seen - exact).sum() / 2 <= bound(exact, np.random.default_rng(0)) + SLACK
    steps = np.bincount(frame["x"], minlength=len(X)).cumsum() / N_DRAWN - x_share.cumsum()
    assert np.abs(steps).max() <= 1.63 / np.sqrt(N_DRAWN) + SLACK  # Kolmogorov's 99 % bound
    told = numbers.sample(N_DRAWN, where, dry_run=True)
    assert told.mass == pytest.approx(mass, rel=0.2)
