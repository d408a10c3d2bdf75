import pytest
import torch

from tabgan.training.optimizer import Adam

SHAPES = [(3, 4), (5,), (0, 2), (2, 3, 4)]
MAKERS = {True: torch.optim.AdamW, False: torch.optim.Adam}


def parameters():
    seeded = torch.Generator().manual_seed(0)
    return [torch.nn.Parameter(torch.randn(shape, generator=seeded)) for shape in SHAPES]


def grouped(made, decay):
    """Two groups, of which the second does not decay."""
    return [{"params": made[:2], "weight_decay": decay}, {"params": made[2:], "weight_decay": 0.0}]


def walk(optimizer, made, by_parts=False):
    """Twenty steps at changing rates; one parameter lacks a gradient now and then."""
    seeded = torch.Generator().manual_seed(1)
    if by_parts:
        optimizer._move = lambda moving, rate, decay: move_by_parts(optimizer, moving, rate, decay)
    for step in range(20):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 + step % 3)
        for place, parameter in enumerate(made):
            gradient = torch.randn(parameter.shape, generator=seeded) * 10.0 ** (step % 4 - 2)
            parameter.grad = None if place == 1 and step % 5 == 2 else gradient
        optimizer.step()
        if step == 12:
            optimizer.state.clear()
    return [parameter.detach() for parameter in made]


def move_by_parts(optimizer, moving, rate, decay):
    known = [optimizer.moments(parameter) for parameter in moving]
    torch._foreach_add_([moments.steps for moments in known], 1)
    optimizer._move_by_parts(moving, [parameter.grad for parameter in moving], known, rate, decay)


@pytest.mark.parametrize("by_parts", [False, True])
@pytest.mark.parametrize("decoupled", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_steps_are_those_of_torch(decoupled, decay, by_parts):
    theirs, ours = parameters(), parameters()
    expected = walk(MAKERS[decoupled](grouped(theirs, decay), lr=1.0, betas=(0.9, 0.99)), theirs)
    optimizer = Adam(grouped(ours, decay), lr=1.0, betas=(0.9, 0.99), decoupled=decoupled)
    got = walk(optimizer, ours, by_parts)
    for mine, other, start in zip(got, expected, parameters(), strict=True):
        assert torch.allclose(mine, other, atol=1e-6)
        assert not mine.numel() or (mine - start.detach()).abs().min() > 1e-3


def test_parameters_may_come_without_groups():
    theirs, ours = parameters(), parameters()
    expected = walk(torch.optim.Adam(theirs, lr=1.0, betas=(0.5, 0.9), weight_decay=0.1), theirs)
    got = walk(Adam(iter(ours), lr=1.0, betas=(0.5, 0.9), weight_decay=0.1), ours)
    assert all(torch.allclose(mine, other, atol=1e-6) for mine, other in zip(got, expected, strict=True))


def test_gradients_are_forgotten_or_set_to_zero():
    (made, *_) = parameters()
    optimizer = Adam([made], lr=1.0, betas=(0.5, 0.9))
    optimizer.zero_grad(set_to_none=False)
    assert made.grad is None
    made.grad = torch.ones_like(made)
    optimizer.zero_grad(set_to_none=False)
    assert not made.grad.any()
    optimizer.zero_grad()
    assert made.grad is None
