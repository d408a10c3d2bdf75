import itertools

import numpy as np
import pytest
import torch

from tabgan.training.runtime import Rows
from tabgan.training.validation import count_pairs, critic_accuracy, draw_rows, mean_log_prob, split_rows
from tests.networks.examples import make_critic, make_generator, mixed_layout, order, random_rows, tiny_layout


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("n_rows", [1, 19, 199, 200, 999, 1000, 5000])
def test_a_split_has_every_row_once(n_rows, share):
    train, held_out = split_rows(n_rows, share, np.random.default_rng(0))
    assert sorted([*train.tolist(), *held_out.tolist()]) == list(range(n_rows))
    assert len(train) > 0


def test_sizes_of_the_split():
    def held_out(n_rows, share):
        return len(split_rows(n_rows, share, np.random.default_rng(0))[1])

    assert held_out(10_000, 0.0) == 0
    assert held_out(199, 0.1) == 0
    assert held_out(200, 0.1) == 20
    assert held_out(1000, 0.1) == 100
    assert held_out(10_000, 0.1) == 1000
    assert held_out(1_000_000, 0.1) == 20_000


def test_splits_follow_the_generator_given():
    first, same, other = (split_rows(500, 0.1, np.random.default_rng(seed))[1].tolist() for seed in (0, 0, 1))
    assert first == same
    assert first != other
    assert first != list(range(50))


def test_mean_log_prob_is_the_mean_over_rows_whatever_the_micro_batch():
    layout = mixed_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 101)
    expected = float(generator.log_prob(codes, fractions, order(layout)).detach().double().sum()) / 101
    rows = Rows(codes.to(torch.int16), fractions)
    for micro in (1000, 101, 7):
        assert mean_log_prob(generator, rows, order(layout), micro) == pytest.approx(expected, rel=1e-5)


def total_variation(first, second, layout):
    """Mean over all ordered pairs of symbols of the total variation distance of their joint codes."""
    distances = []
    for i, j in itertools.product(range(layout.n_symbols), repeat=2):
        tables = []
        for codes in (first, second):
            table = np.zeros((layout.symbols[i].n_levels + 1, layout.symbols[j].n_levels + 1))
            np.add.at(table, (codes[:, i] + 1, codes[:, j] + 1), 1 / len(codes))
            tables.append(table)
        distances.append(np.abs(tables[0] - tables[1]).sum() / 2)
    return np.mean(distances)


def test_pair_distance_is_the_mean_total_variation_of_all_pairs():
    layout = tiny_layout()  # no symbol has more levels than are counted apart
    generator, other = make_generator(layout, seed=0), make_generator(layout, seed=1)
    codes, fractions = random_rows(layout, 700)
    pairs = count_pairs(generator, layout, Rows(codes, fractions), np.random.default_rng(0))
    for made in (generator, other):
        drawn = draw_rows(made, pairs.noise)
        assert pairs.distance(made) == pytest.approx(
            total_variation(codes.numpy(), drawn.numpy(), layout), abs=1e-5
        )


@pytest.mark.parametrize("make", [tiny_layout, mixed_layout])
def test_equal_rows_have_distance_zero(make):
    layout = make()
    generator = make_generator(layout)
    noise = torch.from_numpy(np.random.default_rng(1).random((1500, len(layout.columns))))
    own = draw_rows(generator, noise)
    fractions = torch.zeros(1500, layout.n_numbers, dtype=torch.uint8)
    pairs = count_pairs(generator, layout, Rows(own, fractions), np.random.default_rng(0))
    assert pairs.noise.shape == noise.shape
    pairs.noise.copy_(noise)
    assert pairs.distance(generator) == pytest.approx(0, abs=1e-6)


def test_a_worse_generator_is_farther_and_each_judgement_repeats():
    layout = mixed_layout()
    truth = make_generator(layout, seed=0)
    noise = torch.from_numpy(np.random.default_rng(1).random((4000, len(layout.columns))))
    held_out = Rows(draw_rows(truth, noise), torch.zeros(4000, layout.n_numbers, dtype=torch.uint8))
    pairs = count_pairs(truth, layout, held_out, np.random.default_rng(0))
    distances = []
    for damage in (0.0, 0.3, 1.0):
        worse = make_generator(layout, seed=0)
        with torch.no_grad():
            for bias in worse.heads.last_bias:
                seeded = torch.Generator().manual_seed(0)
                bias.add_(torch.randn(bias.shape, generator=seeded) * damage * (bias > -1e3))
        distances.append(pairs.distance(worse))
        assert pairs.distance(worse) == distances[-1]
    assert distances[0] < 0.06
    assert distances[0] * 1.5 < distances[1] < distances[2]


def test_the_critics_accuracy_counts_packs_ranked_right():
    layout = tiny_layout()
    critic = make_critic(layout, pac=2)
    for parameter in critic.parameters():
        parameter.data.zero_()
    real, other = random_rows(layout, 41, seed=0)[0], random_rows(layout, 41, seed=1)[0]
    assert critic_accuracy(critic, real, other) == 0.5  # all scores are equal
    assert critic_accuracy(critic, real[:1], other) == 0.5  # no whole pack
    with torch.no_grad():  # the score counts rows of the pack that have the first flag
        flag = torch.arange(layout.n_symbols * 24) == 5 * 24
        critic.layers[0].weight[0] = torch.cat([flag, flag]).float()
        critic.layers[1].weight[0, 0] = 1
        critic.layers[2].weight[0, 0] = 1
    flags = [(codes[:40, 5] == 0).long().reshape(20, 2).sum(1) for codes in (real, other)]
    expected = ((flags[0] > flags[1]).double() + (flags[0] == flags[1]).double() / 2).mean()
    assert critic_accuracy(critic, real, other) == pytest.approx(float(expected))
