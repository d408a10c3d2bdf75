import math

import pytest
import torch

from tabgan.config import Config
from tabgan.networks.filling import fill
from tabgan.networks.losses import objective
from tabgan.training.runtime import Rows, micro_batch, resolve_device
from tabgan.training.steps import (
    Meter,
    apply_gradients,
    critic_gradients,
    game_gradients,
    likelihood_gradients,
)
from tests.networks.examples import make_critic, make_generator, mixed_layout, order, random_rows
from tests.training.toys import weights_of

PLAIN = Config(dropout=0.0)
WASSERSTEIN = objective("wasserstein")


def gradient_of(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat(
        [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in module.parameters()]
    )


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def plain(micro: int) -> dict:
    """Settings of a likelihood step without dropout."""
    return {"weight": 1.0, "dropout": 0.0, "micro": micro, "noise": seeded()}


@pytest.mark.parametrize("micro", [1, 7, 30, 63])
def test_micro_batches_give_the_gradient_of_one_batch(micro):
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 100))
    index = torch.arange(0, 64)
    results = []
    for size in (64, micro):
        generator = make_generator(layout)
        loss = likelihood_gradients(generator, rows, index, order(layout), **plain(size))
        results.append((float(loss), gradient_of(generator)))
    (loss, whole), (split_loss, split) = results
    assert split_loss == pytest.approx(loss, rel=1e-5)
    assert torch.allclose(split, whole, atol=1e-4 * float(whole.abs().max()))
    assert float(whole.norm()) > 0.1


def test_the_likelihood_step_is_the_slope_of_the_mean_loss():
    layout = mixed_layout()
    generator = make_generator(layout)
    rows = Rows(*random_rows(layout, 40))
    index = torch.arange(5, 25)
    loss = likelihood_gradients(generator, rows, index, order(layout), **plain(64))
    got = gradient_of(generator)
    generator.zero_grad(set_to_none=True)
    expected = -generator.log_prob(rows.codes[5:25], rows.fractions[5:25], order(layout)).sum() / 20
    expected.backward()
    assert float(loss) == pytest.approx(float(expected.detach()), rel=1e-5)
    assert torch.allclose(got, gradient_of(generator), atol=1e-5)


def test_the_weight_scales_the_slope_and_not_the_loss():
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 40))
    results = []
    for weight in (1.0, 2.5):
        generator = make_generator(layout)
        settings = {**plain(15), "weight": weight}
        loss = likelihood_gradients(generator, rows, torch.arange(40), order(layout), **settings)
        results.append((float(loss), gradient_of(generator)))
    (loss, slope), (same_loss, scaled) = results
    assert same_loss == pytest.approx(loss)
    assert torch.allclose(scaled, 2.5 * slope, rtol=1e-4, atol=1e-6)


def test_a_game_step_passes_in_micro_batches_of_whole_packs():
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 60))
    generator, critic = make_generator(layout), make_critic(layout, pac=3)
    scored = []
    critic.register_forward_hook(lambda module, inputs, scores: scored.append(len(scores)))
    game_gradients(
        generator,
        critic,
        rows,
        torch.arange(60),
        torch.arange(60),
        [True] * 4,
        WASSERSTEIN,
        PLAIN,
        10,
        seeded(),
    )
    assert scored == [3] * 6 + [2]
    assert gradient_of(generator).any()


def test_a_game_step_is_the_mean_over_its_micro_batches():
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 30))
    index = torch.arange(30)
    generator, critic = make_generator(layout), make_critic(layout)
    game_gradients(generator, critic, rows, index, index, [True] * 4, WASSERSTEIN, PLAIN, 10, seeded(4))
    got = gradient_of(generator)
    generator.zero_grad(set_to_none=True)
    noise = seeded(4)
    for part in torch.split(index, 10):
        game_gradients(generator, critic, rows, part, part, [True] * 4, WASSERSTEIN, PLAIN, 10, noise)
    assert torch.allclose(got * 3, gradient_of(generator), atol=1e-6)


def test_a_critic_step_moves_the_critic_only_and_reports_the_gap():
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 50))
    generator, critic = make_generator(layout), make_critic(layout, pac=2)
    hidden, start, real = [True, False, True, True], torch.arange(20), torch.arange(20, 40)
    gap, penalty = critic_gradients(
        generator, critic, rows, real, start, hidden, WASSERSTEIN, PLAIN, seeded(3)
    )
    noise = seeded(3)
    uniforms = torch.rand(20, 4, generator=noise, dtype=torch.float64)
    fake, _ = fill(generator, rows.codes[start], rows.fractions[start], hidden, uniforms)
    expected = critic(critic.embed(rows.codes[real])).mean() - critic(critic.embed(fake)).mean()
    assert float(gap.detach()) == pytest.approx(float(expected.detach()), abs=1e-6)
    assert 0 < float(penalty.detach()) < 1.5
    assert gradient_of(critic).any()
    assert not gradient_of(generator).any()


def test_only_a_game_that_compares_needs_real_rows_in_the_generators_step():
    layout = mixed_layout()
    rows = Rows(*random_rows(layout, 60))
    start = torch.arange(10)
    for name, matters in [("wasserstein", False), ("minimax", False), ("relativistic", True)]:
        slopes = []
        for real in (torch.arange(20, 30), torch.arange(40, 50)):
            generator, critic = make_generator(layout), make_critic(layout)
            critic.layers[2].weight.data *= 30  # scores far apart
            critic.requires_grad_(False)
            game_gradients(
                generator, critic, rows, real, start, [True] * 4, objective(name), PLAIN, 10, seeded(1)
            )
            slopes.append(gradient_of(generator))
        assert bool(slopes[0].any())
        assert torch.equal(*slopes) != matters, name


def test_steps_are_clipped_at_the_norm_given():
    module = torch.nn.Linear(3, 1, bias=False)
    for length, clip, expected in [(8.0, 2.0, 2.0), (0.5, 2.0, 0.5)]:
        start = module.weight.detach().clone()
        module.weight.grad = torch.tensor([[0.6, 0.0, 0.8]]) * length
        norm, bad = apply_gradients(module, torch.optim.SGD(module.parameters(), lr=1.0), clip)
        assert float(norm) == pytest.approx(length)
        assert float((module.weight.detach() - start).norm()) == pytest.approx(expected, rel=1e-4)
        assert float(bad) == 0
        assert module.weight.grad is None


@pytest.mark.parametrize("planted", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_moves_nothing(planted):
    layout = mixed_layout()
    generator = make_generator(layout)
    rows = Rows(*random_rows(layout, 20))
    likelihood_gradients(generator, rows, torch.arange(20), order(layout), **plain(20))
    generator.heads.first.grad[2, 0, 0] = planted
    before = weights_of(generator)
    _, bad = apply_gradients(generator, torch.optim.SGD(generator.parameters(), lr=1.0), 5.0)
    assert float(bad) == 1
    assert torch.equal(weights_of(generator), before)


def test_a_meter_is_emptied_by_reading():
    meter = Meter(torch.zeros(2))
    for value in (1.0, 2.0, 6.0):
        meter.add(torch.tensor(value), torch.tensor(value > 1.5))
    assert meter.read() == pytest.approx([3.0, 2 / 3])
    meter.add(torch.tensor(5.0), torch.tensor(0.0))
    assert meter.read() == [5.0, 0.0]
    assert meter.read() == [0.0, 0.0]


def test_micro_batches_shrink_with_the_width_of_the_context():
    layout = mixed_layout()
    assert micro_batch(layout, 16, 512) == 512
    sizes = [micro_batch(layout, width, 10**6) for width in (64, 128, 256)]
    assert sizes[0] > sizes[1] > sizes[2] > 1
    assert micro_batch(layout, 10**9, 512) == 1


def test_micro_batches_are_of_equal_size():
    layout = mixed_layout()
    for batch in (64, 1_000, 4_097):
        micro = micro_batch(layout, 300_000, batch)
        passes = -(-batch // micro)
        assert passes > 1
        assert passes * micro - batch < passes  # no pass lacks more than a row


def test_devices_are_resolved_or_refused_by_name():
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device("auto").type in ("cpu", "cuda", "mps")
    for wrong in ("quantum", "cuda:99"):
        with pytest.raises(ValueError, match=f"device must be.*{wrong}"):
            resolve_device(wrong)
