import itertools

import numpy as np
import pytest
import torch

from tabgan.conditioning.by_sampling import build_levels
from tabgan.config import ClassicConfig
from tabgan.encoding.layout import NumberTable, Symbol, build_layout
from tabgan.encoding.mixture import GAUSSIAN
from tabgan.networks.classic import build_networks
from tabgan.networks.classic_blocks import RowBlocks, gumbel
from tabgan.networks.classic_critic import ClassicCritic


def number(first_gaussian, n_levels):
    flat = np.zeros((n_levels, 1), np.float32)
    symbol = Symbol(role=GAUSSIAN, n_levels=n_levels, applies_from=first_gaussian)
    return [symbol], [NumberTable(symbols=(0,), rank_low=flat, rank_width=flat)]


DAY = [
    Symbol(role="mode", n_levels=3),
    Symbol(role="place", n_levels=4, parent=0, applies_from=1),
    Symbol(role="place", n_levels=2, parent=1, applies_from=2),
]
LAYOUT = build_layout(
    [
        ("a", [Symbol(role="level", n_levels=3)], []),
        ("x", *number(2, 5)),
        ("b", [Symbol(role="level", n_levels=2)], []),
        ("day", DAY, []),
        (
            "big",
            [Symbol(role="group", n_levels=4), Symbol(role="member", n_levels=40, parent=0, applies_from=2)],
            [],
        ),
        ("y", *number(0, 3)),
    ]
)
DISCRETE = [0, 2, 4]
BLOCKS = RowBlocks(LAYOUT, DISCRETE)


def noise(seed=0):
    return torch.Generator().manual_seed(seed)


def slices():
    ends = np.cumsum([0, *(symbol.n_levels for symbol in LAYOUT.symbols)]) + BLOCKS.n_alphas
    return [slice(a, b) for a, b in itertools.pairwise(ends)]


def all_levels():
    """One row for each level of each discrete column."""
    rows = []
    for column in DISCRETE:
        symbols = range(*LAYOUT.symbols_of(column).indices(LAYOUT.n_symbols))
        for code in range(LAYOUT.symbols[symbols[0]].n_levels):
            row = np.zeros(LAYOUT.n_symbols, np.int16)
            row[[4, 5, 7]] = -1
            row[symbols[0]] = code
            if len(symbols) > 1 and code >= 2:
                row[symbols[1]] = 7 + code
            rows.append(row)
    return np.array(rows)


def test_condition_bits_are_those_of_the_level_in_every_column():
    codes = all_levels()
    levels = build_levels(LAYOUT, codes, DISCRETE, np.arange(len(codes)))
    bits = BLOCKS.bits(levels)
    assert BLOCKS.n_bits == 3 + 2 + 4 + 40
    start = {0: 0, 2: 3, 6: 5, 7: 9}  # of each discrete symbol, by hand
    for level, (owner, pair) in enumerate(zip(levels.owner, levels.codes, strict=True)):
        symbols = levels.symbols[owner]
        wanted = [start[s] + code for s, code in zip(symbols, pair, strict=True) if s >= 0 and code >= 0]
        found = [bit for bit in bits[level].tolist() if bit < BLOCKS.n_bits]
        assert found == wanted
        for bit, s, code in zip(found, symbols, pair, strict=False):  # and they point at its place in a row
            assert BLOCKS.bit_level[bit] + BLOCKS.n_alphas == slices()[s].start + code
    assert bits[-1].tolist() == [BLOCKS.n_bits] * 2


def test_real_rows_are_one_hot_in_every_block_that_applies():
    codes = torch.tensor([[2, 4, 1, 0, -1, -1, 3, 39, 1], [0, 1, 0, 2, 3, 1, 0, -1, 2]])
    alphas = torch.tensor([[0.5, -0.25], [0.0, 1.0]])
    features = BLOCKS.features(codes, alphas)
    assert torch.equal(features[:, :2], alphas)
    for s, part in enumerate(slices()):
        for row in (0, 1):
            wanted = torch.zeros(part.stop - part.start)
            if codes[row, s] >= 0:
                wanted[codes[row, s]] = 1.0
            assert torch.equal(features[row, part], wanted)


def plain_activation(raw, gumbels, temperature):
    """The same by a loop over blocks."""
    parts = slices()
    hot = []
    for s, part in enumerate(parts):
        levels = slice(part.start - BLOCKS.n_alphas, part.stop - BLOCKS.n_alphas)
        block = torch.softmax((raw[:, part] + gumbels[:, levels]) / temperature, dim=1)
        symbol = LAYOUT.symbols[s]
        if symbol.parent is not None:
            block = block * hot[symbol.parent][:, symbol.applies_from :].sum(1, keepdim=True)
        hot.append(block)
    alphas = torch.tanh(raw[:, : BLOCKS.n_alphas])
    gate = torch.stack([hot[1][:, 2:].sum(1), hot[8].sum(1)], dim=1)
    return torch.cat([alphas * gate, *hot], dim=1)


def test_all_blocks_at_once_are_the_blocks_one_by_one():
    one = torch.randn(50, BLOCKS.n_features, generator=noise(), dtype=torch.float64) * 5
    other = one.clone()
    gumbels = gumbel((50, BLOCKS.n_levels), noise(1)).double()
    blocks = RowBlocks(LAYOUT, DISCRETE).double()
    weights = torch.randn(50, BLOCKS.n_features, generator=noise(2), dtype=torch.float64)
    made = blocks.activate(one.requires_grad_(), gumbels, 0.2)
    plain = plain_activation(other.requires_grad_(), gumbels, 0.2)
    assert torch.allclose(made, plain, atol=1e-12)
    (made * weights).sum().backward()
    (plain * weights).sum().backward()
    assert torch.allclose(one.grad, other.grad, atol=1e-10)


def test_cross_entropy_is_that_of_the_asked_blocks():
    codes = all_levels()
    levels = build_levels(LAYOUT, codes, DISCRETE, np.arange(len(codes)))
    asked = torch.tensor([0, 2, 4, 5, 8, -1])
    raw = torch.randn(len(asked), BLOCKS.n_features, generator=noise())
    wanted = 0.0
    for row, level in enumerate(asked[:-1].tolist()):
        for s, code in zip(levels.symbols[levels.owner[level]], levels.codes[level], strict=True):
            if s >= 0 and code >= 0:
                wanted -= torch.log_softmax(raw[row, slices()[s]], dim=0)[code]
    got = BLOCKS.cross_entropy(raw, BLOCKS.bits(levels)[asked])
    assert got == pytest.approx(float(wanted) / len(asked), rel=1e-5)


def test_draws_follow_the_softmax_and_say_where_nothing_applies():
    raw = torch.randn(1, BLOCKS.n_features, generator=noise()).expand(40_000, -1)
    codes, alphas = BLOCKS.draw(raw, gumbel((40_000, BLOCKS.n_levels), noise(3)))
    assert torch.equal(alphas[:, 1], torch.tanh(raw[:, 1]))
    assert torch.equal(alphas[:, 0], torch.tanh(raw[:, 0]) * (codes[:, 1] >= 2))
    for s, part in enumerate(slices()):
        symbol = LAYOUT.symbols[s]
        applies = torch.ones(len(codes), dtype=torch.bool)
        if symbol.parent is not None:
            applies = codes[:, symbol.parent] >= symbol.applies_from
        assert torch.equal(codes[:, s] >= 0, applies)
        shares = torch.bincount(codes[applies, s], minlength=symbol.n_levels) / applies.sum()
        assert shares.numpy() == pytest.approx(torch.softmax(raw[0, part], 0).numpy(), abs=0.03)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_slope_in_closed_form_is_that_of_autograd(dropout):
    critic = ClassicCritic(7, 5, widths=(16, 12, 8), pac=3, dropout=dropout, generator=noise()).double()
    rows = torch.randn(4, 21, generator=noise(1), dtype=torch.float64).requires_grad_()
    context = critic.context(torch.randint(0, 6, (12, 2), generator=noise(2)))
    masks = [mask.double() for mask in critic.draw_masks(4, noise(3))]
    (slope,) = torch.autograd.grad(critic(rows, context, masks).sum(), rows, create_graph=True)
    ours = critic.slope(rows.detach(), context, masks)
    assert torch.allclose(ours, slope, atol=1e-12)
    weights = [critic.last.weight, *(layer.weight for layer in critic.layers)]
    by_autograd = torch.autograd.grad((slope.norm(dim=1) - 1).square().mean(), weights)
    by_us = torch.autograd.grad((ours.norm(dim=1) - 1).square().mean(), weights)
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(by_autograd, by_us, strict=True))


def test_the_context_is_what_a_linear_layer_makes_of_the_bits():
    critic = ClassicCritic(2, 5, widths=(6,), pac=3, dropout=0.0, generator=noise())
    bits = torch.tensor([[0, 3], [4, 5], [5, 5], [1, 2], [5, 5], [2, 5]])
    dense = torch.zeros(6, 6)
    for row, pair in enumerate(bits.tolist()):
        dense[row, pair] = 1.0
    wanted = dense[:, :5].reshape(2, 15) @ critic.asked[:-1]
    assert torch.allclose(critic.context(bits), wanted, atol=1e-6)


def test_the_generator_is_the_residual_network_of_the_paper():
    config = ClassicConfig(embedding_dim=6, generator_dim=(8, 10))
    generator, _ = build_networks(LAYOUT, DISCRETE, config, noise())
    bits = torch.randint(0, 20, (20, 2), generator=noise(1)) + torch.tensor(
        [0, BLOCKS.n_bits - 19]
    )  # K: none
    z = torch.randn(20, 6, generator=noise(2))
    got = generator(z, bits)
    dense = torch.zeros(20, BLOCKS.n_bits + 1).scatter_(1, bits, 1.0)
    x = torch.cat([z, dense[:, :-1]], dim=1)
    begin = 0
    given = torch.cat([generator.base.weight, generator.asked[:-1].T], dim=1)
    for i, width in enumerate([8, 10, BLOCKS.n_features]):
        end = begin + width
        weights = [given[begin:end]]
        for j, inner in enumerate(list(generator.inner)[:i]):
            past = sum([8, 10][: j + 1])
            weights.append(inner.weight[begin - past : end - past])
        out = x @ torch.cat(weights, dim=1).T + generator.base.bias[begin:end]
        if i < 2:
            mean, var = out.mean(0), out.var(0, unbiased=False)
            x = torch.cat([x, torch.relu((out - mean) / torch.sqrt(var + 1e-5))], dim=1)
        begin = end
    assert torch.allclose(got, out, atol=2e-4)


def test_first_weights_leave_the_global_state_alone():
    before = torch.random.get_rng_state()
    one, _ = build_networks(LAYOUT, DISCRETE, ClassicConfig(), noise())
    two, _ = build_networks(LAYOUT, DISCRETE, ClassicConfig(), noise())
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
