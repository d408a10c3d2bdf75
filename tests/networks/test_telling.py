import numpy as np
import pytest
import torch

from tabgan.networks.telling import before_of, by_product, spans_of, told


def orders_of(n_groups, n_symbols):
    rng = np.random.default_rng(n_symbols)
    return torch.from_numpy(np.stack([rng.permutation(n_symbols) for _ in range(n_groups)]))


def embeddings(n_symbols, n_rows, dtype=torch.float64):
    seeded = torch.Generator().manual_seed(0)
    return torch.randn(n_symbols, n_rows, 3, generator=seeded, dtype=dtype).requires_grad_(True)


def one_by_one(embedded, orders):
    """The definition: a running sum for each row."""
    size = embedded.shape[1] // len(orders)
    sums = torch.zeros_like(embedded)
    for row in range(embedded.shape[1]):
        known = torch.zeros(3, dtype=embedded.dtype)
        for symbol in orders[row // size].tolist():
            sums[symbol, row] = known
            known = known + embedded[symbol, row].detach()
    return sums


@pytest.mark.parametrize("n_symbols", [0, 1, 2, 9])
@pytest.mark.parametrize("n_groups", [1, 3])
def test_each_symbol_is_told_the_sum_of_those_before_it(n_symbols, n_groups):
    embedded, orders = embeddings(n_symbols, 6), orders_of(n_groups, n_symbols)
    expected = one_by_one(embedded, orders)
    assert torch.allclose(told(embedded, orders), expected)
    assert torch.allclose(told(embedded, before_of(orders).double()), expected)


def test_the_gradient_is_that_of_the_product():
    embedded, orders = embeddings(7, 6), orders_of(3, 7)
    weights = torch.randn(7, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    slopes = []
    for sums in (told(embedded, orders), by_product(embedded, before_of(orders).double())):
        (slope,) = torch.autograd.grad((sums * weights).sum(), embedded)
        slopes.append(slope)
    assert torch.allclose(*slopes)
    assert torch.autograd.gradcheck(lambda e: told(e, orders), embedded)


def test_neighbouring_groups_of_one_order_are_summed_together():
    orders = torch.tensor([[0, 1], [0, 1], [1, 0], [0, 1]])
    spans = spans_of(orders, 8)
    assert spans == [([0, 1], slice(0, 4)), ([1, 0], slice(4, 6)), ([0, 1], slice(6, 8))]


def test_groups_must_be_of_equal_size():
    with pytest.raises(AssertionError, match="7 rows has no 2 groups"):
        told(embeddings(2, 7), orders_of(2, 2))
