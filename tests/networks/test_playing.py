import numpy as np
import pytest
import torch
from scipy import stats

from tabgan.networks.playing import fill_through
from tests.networks.examples import make_critic, make_generator, mixed_layout, random_rows, tiny_layout
from tests.networks.test_filling import exact_conditional


def play(layout, hidden, *, n_rows=64, seed=0, generator=None):
    """Generator, critic, given codes and what was filled in."""
    generator = generator or make_generator(layout)
    critic = make_critic(layout)
    codes, fractions = random_rows(layout, n_rows)
    filled = fill_through(
        generator,
        critic,
        codes,
        fractions,
        hidden,
        temperature=0.5,
        noise=torch.Generator().manual_seed(seed),
    )
    return generator, critic, codes, filled


@pytest.mark.parametrize("hidden", [[True] * 4, [True, False, False, True], [False, True, True, False]])
def test_forward_features_are_those_of_the_codes_drawn(hidden):
    layout = mixed_layout()
    _, critic, codes, filled = play(layout, hidden)
    assert torch.equal(filled.features, critic.embed(filled.codes))
    known = ~torch.tensor(hidden)[list(layout.symbol_column)]
    assert torch.equal(filled.codes[:, known], codes[:, known])
    for at, symbol in enumerate(layout.symbols):
        assert set(filled.codes[:, at].tolist()) <= set(range(-1, symbol.n_levels))
        if symbol.parent is not None:
            assert torch.equal(filled.codes[:, at] < 0, filled.codes[:, symbol.parent] < symbol.applies_from)


def test_gradient_reaches_the_generator_through_hidden_columns_only():
    layout = mixed_layout()
    hidden = [False, True, True, False]
    generator, critic, _, filled = play(layout, hidden)
    critic(filled.features).sum().backward()
    hide = torch.tensor(hidden)[list(layout.symbol_column)]
    for weight in (generator.heads.bias, generator.heads.first, generator.heads.second_bias):
        reached = weight.grad.flatten(1).abs().sum(1) > 0
        assert torch.equal(reached, hide)
    for bucket, bias in zip(generator.heads.buckets, generator.heads.last_bias, strict=True):
        for place, symbol in enumerate(bucket):
            reached = bias.grad is not None and bool(bias.grad[place].any())
            assert reached == bool(hide[symbol])


def test_the_embedding_of_an_unused_symbol_gets_no_gradient():
    generator, critic, _, filled = play(tiny_layout(), [True] * 5)
    critic(filled.features).sum().backward()
    assert generator.levels.grad[1:].any()
    assert not generator.levels.grad[0].any()


def test_the_gradient_is_that_of_the_softmax_at_the_temperature():
    layout = tiny_layout()
    hidden = [True, False, False, False, False]
    generator, critic, codes, filled = play(layout, hidden, n_rows=8)
    weight = torch.randn(filled.features.shape, generator=torch.Generator().manual_seed(9))
    (got,) = torch.autograd.grad((filled.features * weight).sum(), generator.heads.last_bias[0])
    place = generator.heads.place_of[0][1]

    fractions = random_rows(layout, 8)[1]
    known = torch.where(torch.arange(layout.n_symbols) == 0, -1, codes)
    context = generator.embed(known, fractions)[1:].sum(0)
    logits = generator.heads.one(0, context).detach().requires_grad_(True)
    uniform = torch.empty_like(logits).uniform_(1e-9, 1, generator=torch.Generator().manual_seed(0))
    soft = torch.softmax((logits - (-uniform.log()).log()) / 0.5, dim=1)
    features = soft @ critic.embed_hard(critic.tables.first_level[0] + torch.arange(2))
    (expected,) = torch.autograd.grad((features * weight[:, :24]).sum(), logits)
    assert torch.allclose(got[place, 0, :2], expected.sum(0), atol=1e-5)
    assert got[place, 0, :2].abs().max() > 1e-3


@pytest.mark.parametrize("hidden", [[True] * 5, [True, True, False, True, False]])
def test_hard_draws_follow_the_generators_probabilities(hidden):
    layout, n_rows = tiny_layout(), 12_000
    generator = make_generator(layout)
    known = torch.tensor([1, 3, 1, 2, 0, 1])
    filled = fill_through(
        generator,
        make_critic(layout),
        known.repeat(n_rows, 1),
        torch.full((n_rows, 1), 77, dtype=torch.uint8),
        hidden,
        temperature=0.5,
        noise=torch.Generator().manual_seed(2),
    )
    rows, expected = exact_conditional(generator, layout, hidden, known, 77)
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    observed = np.bincount([place[tuple(row)] for row in filled.codes.tolist()], minlength=len(rows))
    common = expected * n_rows >= 5
    observed = np.append(observed[common], observed[~common].sum())
    expected = np.append(expected[common], expected[~common].sum()) * n_rows
    observed, expected = observed[expected > 0], expected[expected > 0]
    assert stats.chisquare(observed, expected * n_rows / expected.sum()).pvalue > 0.01


def test_draws_follow_the_noise_given():
    layout = mixed_layout()
    first, second, third = (play(layout, [True] * 4, seed=seed)[3].codes for seed in (0, 0, 1))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_a_symbol_that_does_not_apply_has_no_gradient():
    layout = tiny_layout()
    generator, _, _, filled = play(layout, [True] * 5)
    features = filled.features.reshape(64, layout.n_symbols, -1)
    bucket, place = generator.heads.place_of[2]
    for applies in (False, True):
        some = features[(filled.codes[:, 2] >= 0) == applies, 2]
        weight = torch.arange(some.shape[1]).float()
        (slope,) = torch.autograd.grad(
            (some @ weight).sum(), generator.heads.last_bias[bucket], retain_graph=True
        )
        assert bool(slope[place].any()) == applies
