import pytest
import torch

from tabgan.networks.critic import EMBEDDED
from tests.networks.examples import make_critic, mixed_layout, random_rows


def test_features_are_one_hot_or_of_length_one():
    layout = mixed_layout()
    critic = make_critic(layout)
    codes, _ = random_rows(layout, 60)
    features = critic.embed(codes).reshape(60, layout.n_symbols, EMBEDDED)
    lengths = features.norm(dim=2)
    assert torch.allclose(lengths, (codes >= 0).float(), atol=1e-6)
    for at, symbol in enumerate(layout.symbols):
        if symbol.n_levels <= EMBEDDED:
            applies = codes[:, at] >= 0
            assert torch.equal(features[applies, at].argmax(1), codes[applies, at])
            assert set(features[:, at].unique().tolist()) <= {0.0, 1.0}
    assert not features[codes < 0].any()


def test_levels_of_a_wide_symbol_stay_distinct():
    critic = make_critic(mixed_layout())
    wide = critic.embed_hard(torch.arange(1, 41))
    apart = torch.cdist(wide, wide) + 10 * torch.eye(40)
    assert float(apart.min()) > 0.3


def test_soft_features_of_a_sure_symbol_are_its_hard_ones():
    layout = mixed_layout()
    critic = make_critic(layout)
    for at, symbol in enumerate(layout.symbols):
        levels = torch.arange(symbol.n_levels)
        soft = critic.embed_soft(at, torch.eye(symbol.n_levels))
        hard = critic.embed_hard(levels + critic.tables.first_level[at])
        assert torch.equal(soft, hard)


@pytest.mark.parametrize("pac", [1, 2, 5])
def test_a_pack_of_rows_gets_one_score_of_an_explicit_network(pac):
    layout = mixed_layout()
    critic = make_critic(layout, pac=pac)
    codes, _ = random_rows(layout, 20)
    scores = critic(critic.embed(codes))
    assert scores.shape == (20 // pac,)
    x = critic.embed(codes).reshape(20 // pac, -1)
    for layer in critic.layers[:2]:
        x = x @ layer.weight.T + layer.bias
        x = torch.maximum(x, 0.2 * x)
    expected = (x @ critic.layers[2].weight.T + critic.layers[2].bias)[:, 0]
    assert torch.allclose(scores, expected, atol=1e-6)


def test_weights_follow_the_generator_given():
    layout = mixed_layout()
    one, same, other = (make_critic(layout, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.layers[0].weight, same.layers[0].weight)
    assert torch.equal(one.embed_hard(torch.arange(41)), same.embed_hard(torch.arange(41)))
    assert not torch.equal(one.layers[0].weight, other.layers[0].weight)


@pytest.mark.parametrize("pac", [1, 3])
def test_the_slope_is_that_of_autograd_and_so_is_its_gradient(pac):
    layout = mixed_layout()
    critic = make_critic(layout, pac=pac, hidden=9).double()
    noise = torch.Generator().manual_seed(2)
    features = torch.randn(12 // pac, critic.inputs, generator=noise, dtype=torch.float64)
    direct = critic.slope(features)
    assert direct.shape == features.shape

    wanted = features.clone().requires_grad_(True)
    (expected,) = torch.autograd.grad(critic(wanted).sum(), wanted, create_graph=True)
    assert torch.allclose(direct, expected)
    assert len(direct.unique(dim=0)) > 1  # rows lie in several pieces

    weigh = torch.randn(direct.shape, generator=noise, dtype=torch.float64)
    weights = list(critic.parameters())
    both = [
        torch.autograd.grad(((slope * weigh) ** 2).sum(), weights, allow_unused=True, materialize_grads=True)
        for slope in (direct, expected)
    ]
    for mine, theirs in zip(*both, strict=True):
        assert torch.allclose(mine, theirs)
    assert sum(bool(mine.any()) for mine in both[0]) == 3  # the matrices; offsets do not matter to a slope
