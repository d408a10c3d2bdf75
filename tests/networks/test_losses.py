import math

import numpy as np
import pytest
import torch

from tabgan.config import GAMES
from tabgan.networks.losses import ends_penalty, gradient_penalty, likelihood_loss, objective


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_likelihood_loss_is_the_mean_over_rows_of_summed_symbols():
    log_prob = normal(3, 7)
    by_row = [-sum(float(log_prob[s, b]) for s in range(3)) for b in range(7)]
    assert float(likelihood_loss(log_prob)) == pytest.approx(np.mean(by_row))


def slope_of(score):
    """The gradient of a score by its features as autograd has it, differentiable once more."""

    def slope(features):
        features = features.detach().requires_grad_(True)
        return torch.autograd.grad(score(features).sum(), features, create_graph=True)[0]

    return slope


def log_sigmoid(x: float) -> float:
    return -math.log(1 + math.exp(-x))


def test_the_wasserstein_game_is_of_differences_of_means():
    game, real, fake = objective("wasserstein"), normal(5, seed=1), normal(9, seed=2)
    gap = np.mean(real.numpy()) - np.mean(fake.numpy())
    assert float(game.critic_loss(real, fake)) == pytest.approx(-gap)
    assert float(game.generator_loss(real, fake)) == pytest.approx(-np.mean(fake.numpy()))


def test_the_minimax_game_is_the_cross_entropy_and_the_generator_does_not_saturate():
    game, real, fake = objective("minimax"), normal(5, seed=1), normal(9, seed=2)
    sure = np.mean([log_sigmoid(x) for x in real.tolist()])  # E log D(x)
    caught = np.mean([log_sigmoid(-x) for x in fake.tolist()])  # E log(1 - D(G(z)))
    assert float(game.critic_loss(real, fake)) == pytest.approx(-sure - caught)
    expected = -np.mean([log_sigmoid(x) for x in fake.tolist()])  # -E log D(G(z))
    assert float(game.generator_loss(real, fake)) == pytest.approx(expected)
    lost = torch.tensor([-30.0], requires_grad=True)  # the critic is sure: the slope must not vanish
    (slope,) = torch.autograd.grad(game.generator_loss(real, lost), lost)
    assert float(slope) == pytest.approx(-1)


def test_the_relativistic_game_is_of_pairs():
    game, real, fake = objective("relativistic"), normal(7, seed=1), normal(7, seed=2)
    pairs = list(zip(real.tolist(), fake.tolist(), strict=True))
    # Huang et al. 2025, eq. 2 with f(t) = -log(1 + exp(-t)): E f(D(fake) - D(real)), which the critic maximises.
    value = np.mean([log_sigmoid(r - f) for r, f in pairs])
    assert float(game.critic_loss(real, fake)) == pytest.approx(-value)
    other = np.mean([log_sigmoid(f - r) for r, f in pairs])
    assert float(game.generator_loss(real, fake)) == pytest.approx(-other)
    assert game.compares
    assert not objective("wasserstein").compares


@pytest.mark.parametrize("name", GAMES)
def test_each_side_of_a_game_wants_what_the_other_does_not(name):
    game, real = objective(name), torch.zeros(4, dtype=torch.float64)
    higher, lower = real + 2.0, real - 2.0
    assert game.critic_loss(real, lower) < game.critic_loss(real, higher)
    assert game.generator_loss(real, lower) > game.generator_loss(real, higher)


def test_an_unknown_game_is_refused_with_those_there_are():
    assert [objective(name).name for name in GAMES] == list(GAMES)
    with pytest.raises(ValueError, match="wasserstein, minimax, relativistic, got 'likelihood'"):
        objective("likelihood")


@pytest.mark.parametrize("length", [0.0, 0.3, 1.0, 4.0])
def test_gradient_penalty_of_a_linear_critic_has_a_closed_form(length):
    weight = normal(6)
    weight = weight / weight.norm() * length
    real, fake, mix = normal(8, 6, seed=1), normal(8, 6, seed=2), normal(8, 1, seed=3)
    penalty = gradient_penalty(slope_of(lambda x: x @ weight + 3), real, fake, mix)
    assert float(penalty) == pytest.approx((length - 1) ** 2)


def test_gradient_penalty_is_taken_between_real_and_fake():
    real, fake, mix = (
        normal(8, 6, seed=1),
        normal(8, 6, seed=2),
        torch.linspace(0, 1, 8, dtype=torch.float64)[:, None],
    )
    penalty = gradient_penalty(lambda x: x, real, fake, mix)  # the score is half the squared length
    lengths = np.linalg.norm(mix.numpy() * real.numpy() + (1 - mix.numpy()) * fake.numpy(), axis=1)
    assert float(penalty.detach()) == pytest.approx(np.mean((lengths - 1) ** 2))


def test_gradient_penalty_trains_the_critic():
    weight = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    real, fake, mix = normal(4, 2, seed=1), normal(4, 2, seed=2), normal(4, 1, seed=3)
    gradient_penalty(slope_of(lambda x: x @ weight), real, fake, mix).backward()
    expected = 2 * (5 - 1) * weight.detach() / 5  # d (|w| - 1)^2 / dw
    assert torch.allclose(weight.grad, expected)


def test_ends_penalty_is_half_the_squared_slope_on_both_ends():
    real, fake = normal(8, 6, seed=1), normal(5, 6, seed=2)
    cubes = slope_of(lambda x: (x**3).sum(1) / 3)  # its slope is x squared
    expected = [np.mean((ends.numpy() ** 4).sum(1)) / 2 for ends in (real, fake)]
    assert float(ends_penalty(cubes, real, fake).detach()) == pytest.approx(sum(expected))
    weight = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    ends_penalty(slope_of(lambda x: x @ weight), normal(4, 2), normal(4, 2)).backward()
    assert torch.allclose(weight.grad, 2 * weight.detach())  # d |w|^2 / dw


def test_each_game_holds_the_slope_where_it_says():
    real, fake = normal(4, 6, seed=1), normal(4, 6, seed=2)
    seen = []

    def slope(features):
        seen.append(features)
        return features

    noise = torch.Generator().manual_seed(0)
    assert float(objective("minimax").penalise(slope, real, fake, noise)) == 0
    assert not seen
    objective("relativistic").penalise(slope, real, fake, noise)
    assert torch.equal(seen[0], real)
    assert torch.equal(seen[1], fake)
    objective("wasserstein").penalise(slope, real, fake, noise)
    mix = (seen[2] - fake) / (real - fake)
    assert torch.allclose(mix, mix[:, :1].expand_as(mix))
    assert bool((mix[:, 0] > 0).all())
    assert bool((mix[:, 0] < 1).all())
    assert float(mix.max() - mix.min()) > 0.05
