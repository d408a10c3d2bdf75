import pytest
import torch

from tabgan.training.watch import find_trouble, lost_levels
from tests.training.toys import toy_codes, toy_layout

CALM = [0.5, 0.4, 0.6, 0.5, 0.45, 0.5]
HISTORIES = {
    "runaway": ([*CALM, 40.0], [0.6] * 7, [0.0] * 7),
    "collapse": (CALM, [0.6] * 6, [0.0, 0.0, 0.0, 0.0, 0.1, 0.3]),
    "critic wins": (CALM, [0.6, 0.8, 0.9, 0.96, 0.97, 1.0], [0.0] * 6),
    "oscillation": ([0.5, 0.5, -0.5, 0.6, -0.4, 0.7], [0.6] * 6, [0.0] * 6),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_each_trouble_is_found_and_answered(name):
    trouble = find_trouble(*HISTORIES[name])
    assert trouble is not None
    assert trouble.name == name
    assert len(trouble.words) > 40
    answered = (trouble.critic_rate, trouble.generator_rate, trouble.likelihood_weight)
    assert min(answered[:2]) < 1 or answered[2] > 1
    assert trouble.go_back == (name in ("runaway", "collapse"))


def test_a_healthy_game_is_left_alone():
    for length in range(len(CALM) + 1):
        assert find_trouble(CALM[:length], [0.55] * length, [0.0] * length) is None


@pytest.mark.parametrize(
    "history",
    [
        ([0.5, 0.5, 40.0], [], []),  # too early to know what is typical
        ([*CALM, 0.5 * 19], [], []),
        ([0.001] * 6 + [0.9], [], []),  # a tiny typical gap makes no runaway of a small one
        (CALM, [], [0.0, 0.0, 0.5]),  # one bad look is chance
        (CALM, [0.99, 0.99], []),
        (CALM, [0.99, 0.94, 0.99, 0.99], []),
        ([0.05, -0.05] * 5, [], []),  # about zero: nothing swings
        ([0.5, -0.5, 0.5, -0.5], [], []),
        ([0.5, -0.5, -0.5, 0.5, -0.5, 0.5], [], []),
        ([], [], []),
    ],
)
def test_what_only_looks_like_a_trouble_is_none(history):
    assert find_trouble(*history) is None


def test_the_gravest_trouble_comes_first():
    gaps = [*HISTORIES["runaway"][0]]
    assert find_trouble(gaps, [1.0] * 7, [0.5] * 7).name == "runaway"
    assert find_trouble(CALM, [1.0] * 7, [0.5] * 7).name == "collapse"


def test_a_runaway_may_go_below_zero():
    assert find_trouble([*CALM, -40.0], [], []).name == "runaway"


def test_lost_levels_count_common_levels_that_are_gone():
    real = torch.tensor([[0, 0]] * 50 + [[1, -1]] * 40 + [[2, 1]] * 10)
    assert lost_levels(real, real, [3, 2]) == 0
    generated = torch.tensor([[0, 0]] * 99 + [[2, 0]])
    assert lost_levels(real, generated, [3, 2]) == pytest.approx(2 / 5)


def test_rare_levels_may_be_lost():
    real = torch.cat([torch.zeros(995, 1, dtype=torch.long), torch.ones(5, 1, dtype=torch.long)])
    assert lost_levels(real, torch.zeros(10, 1, dtype=torch.long), [2]) == 0
    assert lost_levels(real[500:], torch.zeros(10, 1, dtype=torch.long), [2]) == 1 / 2


def test_modes_of_numbers_are_levels_that_can_be_lost():
    layout = toy_layout()
    real = torch.from_numpy(toy_codes(500)[0]).long()
    sizes = [symbol.n_levels for symbol in layout.symbols]
    in_one_mode = real.clone()
    in_one_mode[:, 1], in_one_mode[:, 2] = 3, 0
    common = 4 + 4 + 3 + 2  # kinds, modes, places, flags: all common
    assert lost_levels(real, in_one_mode, sizes) == pytest.approx((3 + 2) / common)
