"""Heads that follow noise are shrunk, heads that follow the data are left alone, shares stay."""

import numpy as np
import torch

from tabgan.conditioning.orders import canonical_order
from tabgan.encoding.layout import Symbol, build_layout
from tabgan.networks.generator import Generator
from tabgan.training.runtime import Rows
from tabgan.training.shrinkage import shrink_heads

N = 2_000


def generator_and_rows():
    """Columns a, b = a and c of pure noise; the heads of b and c are equally sure that they follow a."""
    symbols = [Symbol(role="level", n_levels=3)]
    layout = build_layout([(name, symbols, []) for name in "abc"])
    seeded = torch.Generator().manual_seed(0)
    generator = Generator(layout, width=8, hidden=8, generator=seeded)
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, N)
    c = rng.choice(3, N, p=[0.7, 0.2, 0.1])
    codes = torch.from_numpy(np.stack([a, a, c], axis=1))
    order = torch.from_numpy(canonical_order(layout.symbol_column)[None])
    optimizer = torch.optim.Adam(generator.parameters(), lr=0.02)
    memorised = codes.clone()
    memorised[:, 2] = codes[:, 0]  # what the head of c learns by heart is wrong for these rows
    fractions = torch.zeros(N, 0, dtype=torch.uint8)
    for _ in range(60):
        loss = -generator.log_prob(memorised, fractions, order).sum(0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return generator.requires_grad_(False), Rows(codes, fractions), order


def test_noise_is_shrunk_and_structure_is_not():
    generator, rows, order = generator_and_rows()
    before = generator.log_prob(rows.codes, rows.fractions, order).sum(1)
    factors = shrink_heads(generator, rows, [(1.0, order)], micro=512)
    after = generator.log_prob(rows.codes, rows.fractions, order).sum(1)
    assert factors[1] >= 0.9
    assert factors[2] <= 0.1
    assert after[2] > before[2] + 0.1 * N
    assert abs(float(after[1] - before[1])) <= 0.01 * N


def test_shares_of_levels_stay():
    generator, rows, order = generator_and_rows()

    def shares() -> torch.Tensor:
        logits = generator.logits(rows.codes, rows.fractions, order)[0]
        return torch.softmax(logits, dim=2).mean(1)

    wanted = shares()
    factors = shrink_heads(generator, rows, [(1.0, order)], micro=2_048)
    assert factors.min() < 1
    assert torch.allclose(shares(), wanted, atol=2e-3)
