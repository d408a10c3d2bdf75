"""Blocks that heads share."""

import numpy as np
import torch

from tabgan.networks.trunk import Trunk
from tests.networks.examples import celled_layout, make_generator


def made(blocks: int, width: int = 5, hidden: int = 3) -> Trunk:
    """Blocks with biases, too, in 64 bits."""
    source = torch.Generator().manual_seed(0)
    trunk = Trunk(blocks, width, hidden, source)
    for block in trunk:
        torch.nn.init.normal_(block.inner_bias, generator=source)
    return trunk.double()


def rows(n: int = 4, width: int = 5) -> torch.Tensor:
    """Some x."""
    return torch.randn(n, width, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def by_hand(trunk: Trunk, x: torch.Tensor) -> np.ndarray:
    """x + SiLU(x A + a) B, block after block."""
    passed = x.numpy().copy()
    for block in trunk:
        a, bias, b = (w.detach().numpy() for w in (block.inner, block.inner_bias, block.outer))
        inside = passed @ a + bias
        passed = passed + (inside / (1 + np.exp(-inside))) @ b
    return passed


def test_a_block_adds_what_its_two_layers_say_and_leaves_its_input_alone():
    for blocks in (1, 3):
        trunk, x = made(blocks), rows()
        expected = by_hand(trunk, x)
        assert np.allclose(trunk(x).detach().numpy(), expected)
        assert torch.equal(x, rows())
        with torch.no_grad():
            assert np.allclose(trunk(x).numpy(), expected)


def test_gradients_are_those_of_finite_differences():
    trunk = made(3)
    names = [name for name, _ in trunk.named_parameters()]

    def passed(x: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = torch.func.functional_call(trunk, dict(zip(names, weights, strict=True)), (x,))
        return out

    assert len(names) == 9
    assert torch.autograd.gradcheck(passed, (rows().requires_grad_(), *trunk.parameters()))


def test_a_second_backward_pass_finds_what_the_first_found():
    trunk, x = made(2), rows().requires_grad_()
    total = trunk(x).square().sum()
    total.backward(retain_graph=True)
    first = [x.grad, *(weights.grad for weights in trunk.parameters())]
    x.grad = None
    trunk.zero_grad()
    total.backward()
    for before, after in zip(first, [x.grad, *(weights.grad for weights in trunk.parameters())], strict=True):
        assert before is not None
        assert after is not None
        assert torch.equal(before, after)


def test_gradients_in_bfloat16_are_near_those_in_64_bits():
    trunk, x = made(3), rows(400)
    slopes = []
    for dtype in (torch.float64, torch.bfloat16):
        given = x.clone().requires_grad_()
        trunk.zero_grad()
        out = trunk(given.to(dtype))
        assert out.dtype == dtype
        out.to(x.dtype).square().sum().backward()
        slopes.append([given.grad, *(weights.grad for weights in trunk.parameters())])
    for exact, rounded in zip(*slopes, strict=True):
        assert exact.dtype == rounded.dtype == torch.float64
        assert not torch.equal(exact, rounded)
        assert torch.linalg.vector_norm(exact - rounded) < 0.02 * torch.linalg.vector_norm(exact)


def test_what_is_kept_for_the_backward_pass_is_one_wide_array_and_the_insides():
    trunk, x = made(6), rows(100).requires_grad_()
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = trunk(x)
    weights = sum(parameter.numel() for parameter in trunk.parameters())
    assert out.requires_grad
    assert sum(kept.values()) == 100 * (5 + 6 * 3) + weights


def test_no_blocks_have_no_weights_and_change_nothing():
    none = made(0)
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
