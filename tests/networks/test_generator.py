import numpy as np
import pytest
import torch

from tabgan.conditioning.orders import draw_runs
from tabgan.networks.tables import WAVES, waves_of_levels
from tabgan.networks.telling import before_of, told
from tests.networks.examples import (
    all_rows,
    celled_layout,
    make_generator,
    mixed_layout,
    order,
    random_rows,
    tiny_layout,
)

NOTHING_TOLD = torch.zeros(0, 1)


def orders(layout, n):
    """The canonical order and ``n`` random ones, (1, S)."""
    rng = np.random.default_rng(3)
    yield order(layout)
    for _ in range(n):
        yield order(layout, draw_runs(len(layout.columns), rng))


@pytest.mark.parametrize("make", [tiny_layout, mixed_layout])
def test_logits_depend_on_earlier_symbols_only(make):
    layout = make()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 6)
    for before in orders(layout, 4):
        embedded = generator.embed(codes, fractions).detach().requires_grad_(True)
        logits = generator.heads.forward(told(embedded, before), NOTHING_TOLD, 0.0, None)
        for symbol, size in enumerate(generator.heads.sizes):
            bucket, place = generator.heads.place_of[symbol]
            mixed = (logits[bucket][place, :, :size] * torch.arange(1, size + 1)).sum()
            (slope,) = torch.autograd.grad(mixed, embedded, retain_graph=True)
            reached = slope.abs().sum((1, 2)) > 0
            assert torch.equal(reached, before_of(before)[0, symbol]), symbol


def test_log_prob_of_a_symbol_ignores_codes_and_fractions_of_later_ones():
    layout = mixed_layout()
    generator = make_generator(layout)
    rows, fractions = random_rows(layout, 40, seed=1)
    others, other_fractions = random_rows(layout, 40, seed=2)
    owner = torch.tensor(layout.symbol_column)
    number_owner = torch.tensor(layout.number_column)
    canonical = order(layout)
    first = generator.log_prob(rows, fractions, canonical)
    for column in range(len(layout.columns)):
        changed = torch.where(owner > column, others, rows)
        changed_fractions = torch.where(number_owner >= column, other_fractions, fractions)
        second = generator.log_prob(changed, changed_fractions, canonical)
        kept = owner <= column
        if column == 2:  # two numbers: the place of the first in its cell may be known to the second
            kept = kept & (torch.arange(layout.n_symbols) != 4) & (torch.arange(layout.n_symbols) != 5)
        assert torch.allclose(first[kept], second[kept], atol=1e-6)


def test_probabilities_of_all_rows_sum_to_one_in_every_order():
    layout = tiny_layout()
    generator = make_generator(layout)
    codes = all_rows(layout)
    assert len(codes) == 2 * (2 + 2 * 3) * (1 + 2 * 2) * 2
    for fraction in (0, 200):
        fractions = torch.full((len(codes), 1), fraction, dtype=torch.uint8)
        for before in orders(layout, 5):
            total = generator.log_prob(codes, fractions, before).detach().sum(0).exp().sum()
            assert float(total) == pytest.approx(1, abs=1e-5)


def test_every_group_of_a_batch_has_its_own_order():
    layout = mixed_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 12)
    three = list(orders(layout, 2))
    together = generator.log_prob(codes, fractions, torch.cat(three))
    for group, before in enumerate(three):
        rows = slice(4 * group, 4 * group + 4)
        alone = generator.log_prob(codes[rows], fractions[rows], before)
        assert torch.allclose(together[:, rows], alone, atol=1e-5)
    swapped = generator.log_prob(codes, fractions, torch.cat(three[::-1]))
    assert not torch.allclose(together, swapped, atol=1e-2)


def test_log_prob_is_zero_where_a_symbol_does_not_apply():
    layout = tiny_layout()
    codes, fractions = random_rows(layout, 100)
    canonical = order(layout)
    log_prob = make_generator(layout).log_prob(codes, fractions, canonical)
    assert torch.equal(log_prob == 0, codes.T < 0)


@pytest.mark.parametrize("make", [tiny_layout, mixed_layout])
def test_one_head_equals_the_batched_heads(make):
    layout = make()
    generator = make_generator(layout)
    contexts = torch.randn(layout.n_symbols, 9, 12, generator=torch.Generator().manual_seed(5))
    batched = generator.heads.forward(contexts.clone(), NOTHING_TOLD, 0.0, None)  # which is written over
    for symbol, size in enumerate(generator.heads.sizes):
        bucket, place = generator.heads.place_of[symbol]
        one = generator.heads.one(symbol, contexts[symbol])
        assert one.shape == (9, size)
        assert torch.allclose(one, batched[bucket][place, :, :size], atol=1e-5)


def test_padding_has_no_probability_and_no_gradient():
    layout = mixed_layout()
    generator = make_generator(layout)
    contexts = torch.randn(layout.n_symbols, 9, 12, generator=torch.Generator().manual_seed(5)) * 10
    logits = generator.heads.forward(contexts, NOTHING_TOLD, 0.0, None)
    shared = [b for b, members in enumerate(generator.heads.buckets) if len(members) > 1]
    padded = 0
    for b in shared:
        torch.logsumexp(logits[b], dim=2).sum().backward(retain_graph=True)
        for place, symbol in enumerate(generator.heads.buckets[b]):
            size = generator.heads.sizes[symbol]
            padded += logits[b].shape[2] - size
            assert not torch.softmax(logits[b][place], dim=1)[:, size:].any()
            assert not generator.heads.last[b].grad[place, :, size:].any()
            assert not generator.heads.last_bias[b].grad[place, :, size:].any()
    assert padded > 0


def test_training_starts_at_the_marginal_frequencies():
    layout = tiny_layout()
    generator = make_generator(layout)
    counts = [torch.arange(1, s.n_levels + 1).double() for s in layout.symbols]
    generator.heads.start_at(counts)
    for weight in generator.heads.last:
        weight.data.zero_()
    generator.heads.smooth.data.zero_()
    for symbol, count in enumerate(counts):
        got = torch.softmax(generator.heads.one(symbol, torch.randn(1, 12))[0].double(), dim=0)
        assert torch.allclose(got, (count + 0.5) / (count + 0.5).sum(), atol=1e-6)


def test_smooth_weights_move_neighbouring_levels_together():
    layout = tiny_layout()
    generator = make_generator(layout)
    context = torch.randn(4, 12, generator=torch.Generator().manual_seed(0))
    plain = generator.heads.one(1, context)
    with torch.no_grad():
        generator.heads.smooth[1] += 1
    moved = generator.heads.one(1, context) - plain
    waves = waves_of_levels(layout, WAVES)[1].sum(1)
    assert torch.allclose(moved, moved[:, 1:2] / waves[1] * waves, atol=1e-3)
    assert moved[:, 1:].abs().min() > 0
    assert not moved[:, 0].any()  # missing lies on no line


def test_a_cell_is_known_by_its_waves_alone():
    layout = celled_layout()
    generator = make_generator(layout)
    symbol = len(layout.symbols) - 1  # missing, two point masses, six cells
    start = int(generator.tables.first_level[symbol])
    own = generator.levels[start : start + 9].detach().abs().sum(1) > 0
    assert own.tolist() == [True] * 3 + [False] * 6
    codes, fractions = random_rows(layout, 256)
    generator.log_prob(codes, fractions, order(layout)).sum().backward()
    touched = generator.levels.grad[start : start + 9].abs().sum(1)
    assert not touched.any()  # the last column tells nobody anything
    first = order(layout, [1] * (len(layout.columns) - 1) + [0])
    generator.log_prob(codes, fractions, first).sum().backward()
    touched = generator.levels.grad[start : start + 9].abs().sum(1) > 0
    assert touched.tolist() == [True] * 3 + [False] * 6
    bucket, _ = generator.heads.place_of[symbol]
    assert generator.heads.last[bucket].shape[2] == 3
    one = generator.heads.one(symbol, torch.zeros(2, 12))
    with torch.no_grad():
        generator.heads.smooth[symbol] = 0
    flat = generator.heads.one(symbol, torch.zeros(2, 12))
    assert torch.equal(one[:, 0], flat[:, 0])
    assert (one[:, 3:] - flat[:, 3:]).abs().min() > 0


def test_what_a_level_adds_to_the_context_is_what_embedding_a_row_says():
    layout = celled_layout()
    generator = make_generator(layout)
    for number in layout.numbers:
        symbol = number.symbols[-1]
        if len(number.symbols) > 1:
            continue
        codes = torch.full((layout.symbols[symbol].n_levels, layout.n_symbols), -1)
        codes[:, symbol] = torch.arange(len(codes))
        middle = torch.full((len(codes), layout.n_numbers), 128, dtype=torch.uint8)
        expected = generator.embed(codes, middle).sum(0)
        assert torch.allclose(generator.level_contexts(symbol), expected, atol=1e-5)


def test_weights_and_dropout_follow_the_generator_given():
    layout = tiny_layout()
    one, same, other = (make_generator(layout, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.levels, same.levels)
    assert not torch.equal(one.levels, other.levels)
    codes, fractions = random_rows(layout, 20)
    canonical = order(layout)
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    first, second, third = (
        one.log_prob(codes, fractions, canonical, 0.5, torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(torch.random.get_rng_state(), before)
