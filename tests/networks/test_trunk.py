"""Blocks that heads share."""

import numpy as np
import torch

from tabgan.networks.trunk import Block, trunk
from tests.networks.examples import celled_layout, make_generator


def test_a_block_adds_what_its_two_layers_say_and_leaves_its_input_alone():
    block = Block(5, 3, torch.Generator().manual_seed(0))
    torch.nn.init.normal_(block.inner_bias, generator=torch.Generator().manual_seed(1))
    x = torch.randn(4, 5, generator=torch.Generator().manual_seed(2))
    before = x.clone()
    a, b, bias = (
        weights.detach().double().numpy() for weights in (block.inner, block.outer, block.inner_bias)
    )
    inside = x.double().numpy() @ a + bias
    expected = x.double().numpy() + (inside / (1 + np.exp(-inside))) @ b
    assert np.allclose(block(x).detach().numpy(), expected, atol=1e-5)
    assert torch.equal(x, before)


def test_no_blocks_have_no_weights_and_change_nothing():
    none = trunk(0, 5, 3, torch.Generator())
    x = torch.ones(2, 5)
    assert not none.state_dict()
    assert torch.equal(none(x), x)


def test_all_heads_pass_the_same_blocks():
    generator = make_generator(celled_layout())
    codes, fractions = torch.tensor([[1, 4, 2]]), torch.zeros(1, 2, dtype=torch.uint8)
    orders = torch.arange(3)[None]
    before = generator.log_prob(codes, fractions, orders)
    with torch.no_grad():
        generator.heads.trunk[1].outer.add_(0.5)
    assert ((generator.log_prob(codes, fractions, orders) - before).abs() > 1e-4).all()
