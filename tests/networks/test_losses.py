import numpy as np
import pytest
import torch

from tabgan.networks.losses import (
    gradient_penalty,
    likelihood_loss,
    wasserstein_critic_loss,
    wasserstein_generator_loss,
)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_likelihood_loss_is_the_mean_over_rows_of_summed_symbols():
    log_prob = normal(3, 7)
    by_row = [-sum(float(log_prob[s, b]) for s in range(3)) for b in range(7)]
    assert float(likelihood_loss(log_prob)) == pytest.approx(np.mean(by_row))


def test_wasserstein_losses_are_differences_of_means():
    real, fake = normal(5, seed=1), normal(9, seed=2)
    assert float(wasserstein_critic_loss(real, fake)) == pytest.approx(
        np.mean(fake.numpy()) - np.mean(real.numpy())
    )
    assert float(wasserstein_generator_loss(fake)) == pytest.approx(-np.mean(fake.numpy()))


@pytest.mark.parametrize("length", [0.0, 0.3, 1.0, 4.0])
def test_gradient_penalty_of_a_linear_critic_has_a_closed_form(length):
    weight = normal(6)
    weight = weight / weight.norm() * length
    real, fake, mix = normal(8, 6, seed=1), normal(8, 6, seed=2), normal(8, 1, seed=3)
    penalty = gradient_penalty(lambda x: x @ weight + 3, real, fake, mix)
    assert float(penalty) == pytest.approx((length - 1) ** 2)


def test_gradient_penalty_is_taken_between_real_and_fake():
    real, fake, mix = (
        normal(8, 6, seed=1),
        normal(8, 6, seed=2),
        torch.linspace(0, 1, 8, dtype=torch.float64)[:, None],
    )
    penalty = gradient_penalty(lambda x: (x**2).sum(1) / 2, real, fake, mix)  # its gradient is x itself
    lengths = np.linalg.norm(mix.numpy() * real.numpy() + (1 - mix.numpy()) * fake.numpy(), axis=1)
    assert float(penalty.detach()) == pytest.approx(np.mean((lengths - 1) ** 2))


def test_gradient_penalty_trains_the_critic():
    weight = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    real, fake, mix = normal(4, 2, seed=1), normal(4, 2, seed=2), normal(4, 1, seed=3)
    gradient_penalty(lambda x: x @ weight, real, fake, mix).backward()
    expected = 2 * (5 - 1) * weight.detach() / 5  # d (|w| - 1)^2 / dw
    assert torch.allclose(weight.grad, expected)
