import numpy as np
import pytest
import torch
from scipy import stats

from tabgan.networks.filling import draw, fill
from tests.networks.examples import all_rows, make_generator, mixed_layout, order, random_rows, tiny_layout

TOP = 1 - 2.0**-53
N_DRAWN = 20_000
HIDDEN = {
    "all": [True, True, True, True, True],
    "number first": [True, True, False, True, True],
    "last first": [True, True, True, True, False],
    "group first": [True, False, True, False, True],
    "one left": [False, False, True, False, False],
}


def uniforms(n_rows, n_columns, seed):
    return torch.from_numpy(np.random.default_rng(seed).random((n_rows, n_columns)))


def exact_conditional(generator, layout, hidden, known, known_fraction):
    """All rows that agree with the known columns, and the probability of each given them."""
    given = ~torch.tensor(hidden)[list(layout.symbol_column)]
    rows = all_rows(layout)
    rows = rows[(rows == known)[:, given].all(1)]
    number_hidden = hidden[layout.number_column[0]]
    total = torch.zeros(len(rows))
    steps = range(256) if number_hidden else [known_fraction]
    for step in steps:  # where in its cell a number lies is uniform
        fractions = torch.full((len(rows), 1), step, dtype=torch.uint8)
        log_prob = generator.log_prob(rows, fractions, order(layout, hidden)).detach()
        total += log_prob[~given].sum(0).exp()
    return rows, total.double().numpy() / len(steps)


@pytest.mark.parametrize("name", HIDDEN)
def test_rows_are_drawn_with_their_probability_given_the_known_columns(name):
    layout, hidden = tiny_layout(), HIDDEN[name]
    generator = make_generator(layout)
    known = torch.tensor([1, 3, 1, 2, 0, 1])
    fractions = torch.full((N_DRAWN, 1), 77, dtype=torch.uint8)
    drawn, _ = fill(generator, known.repeat(N_DRAWN, 1), fractions, hidden, uniforms(N_DRAWN, 5, seed=1))
    rows, expected = exact_conditional(generator, layout, hidden, known, 77)
    assert expected.sum() == pytest.approx(1, abs=1e-5)
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    observed = np.bincount([place[tuple(row)] for row in drawn.tolist()], minlength=len(rows))
    common = expected * N_DRAWN >= 5
    table = np.array(
        [
            [*observed[common], observed[~common].sum()],
            [*expected[common] * N_DRAWN, expected[~common].sum() * N_DRAWN],
        ]
    )
    table = table[:, table[1] > 0]
    p_value = stats.chisquare(table[0], table[1] * N_DRAWN / table[1].sum()).pvalue
    assert p_value > 0.01


def test_given_rows_keep_their_known_columns_and_the_middle_of_their_byte():
    layout = mixed_layout()
    codes, fractions = random_rows(layout, 300)
    hidden = [True, False, False, True]
    drawn, inside = fill(make_generator(layout), codes, fractions, hidden, uniforms(300, 4, seed=0))
    assert torch.equal(drawn[:, 1:6], codes[:, 1:6])
    assert torch.allclose(inside[:, :2], (fractions[:, :2].double() + 0.5) / 256)
    assert not torch.equal(drawn[:, 0], codes[:, 0])


def test_what_hidden_columns_held_is_not_read():
    layout = mixed_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 200, seed=1)
    others, other_fractions = random_rows(layout, 200, seed=2)
    hidden = [False, True, True, False]
    hide = torch.tensor(hidden)[list(layout.symbol_column)]
    hide_number = torch.tensor(hidden)[list(layout.number_column)]
    noise = uniforms(200, 4, seed=3)
    first = fill(generator, codes, fractions, hidden, noise)
    second = fill(
        generator,
        torch.where(hide, others, codes),
        torch.where(hide_number, other_fractions, fractions),
        hidden,
        noise,
    )
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


@pytest.mark.parametrize("hidden", [[True] * 4, [False, True, True, True], [True, True, False, True]])
def test_draws_are_the_inverse_cdf_of_the_trained_heads(hidden):
    layout = mixed_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 400)
    noise = uniforms(400, 4, seed=5)
    drawn, inside = fill(generator, codes, fractions, hidden, noise)
    step = (inside * 256).floor().to(torch.uint8)
    logits = generator.logits(drawn, step, order(layout, hidden))
    for column in np.flatnonzero(hidden):
        symbol = layout.symbols_of(int(column)).start
        bucket, place = generator.heads.place_of[symbol]
        cumulative = torch.softmax(logits[bucket][place].detach().double(), dim=1).cumsum(1)
        low = torch.cat([torch.zeros(400, 1), cumulative], dim=1).gather(1, drawn[:, symbol, None])[:, 0]
        high = cumulative.gather(1, drawn[:, symbol, None])[:, 0]
        agrees = (noise[:, column] >= low - 1e-5) & (noise[:, column] <= high + 1e-5)
        assert bool(agrees.all()), column


@pytest.mark.parametrize("make", [tiny_layout, mixed_layout])
def test_symbols_are_left_out_exactly_where_their_parent_says_so(make):
    layout = make()
    n_columns = len(layout.columns)
    codes, fractions = random_rows(layout, 3000)
    noise = uniforms(3000, n_columns, seed=0)
    drawn, inside = fill(make_generator(layout), codes, fractions, [True] * n_columns, noise)
    for at, symbol in enumerate(layout.symbols):
        left_out = drawn[:, at] < 0
        if symbol.parent is None:
            assert not left_out.any()
        else:
            assert torch.equal(left_out, drawn[:, symbol.parent] < symbol.applies_from)
            assert 0 < int(left_out.sum()) < 3000
        assert set(drawn[:, at].tolist()) <= set(range(-1, symbol.n_levels))
    assert 0 <= float(inside.min()) <= float(inside.max()) < 1


def test_the_place_within_a_cell_is_uniform():
    layout = tiny_layout()
    codes, fractions = random_rows(layout, 5000)
    noise = uniforms(5000, 5, seed=8)
    drawn, inside = fill(make_generator(layout), codes, fractions, [True] * 5, noise)
    continuous = drawn[:, 2] >= 0
    assert stats.kstest(inside[continuous, 0].numpy(), "uniform").pvalue > 0.01
    for place in range(3):
        assert stats.kstest(inside[drawn[:, 2] == place, 0].numpy(), "uniform").pvalue > 0.01


def test_a_row_depends_on_its_own_noise_only():
    layout = mixed_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, 64)
    noise = uniforms(64, 4, seed=0)
    whole = fill(generator, codes, fractions, [True] * 4, noise)
    part = fill(generator, codes[10:20], fractions[10:20], [True] * 4, noise[10:20])
    assert torch.equal(whole[0][10:20], part[0])
    assert torch.allclose(
        whole[1][10:20], part[1], atol=0.01
    )  # sums of 32 bits round by the shape of a product


@pytest.mark.parametrize("never_missing", [(), (0,)])
def test_blank_rows_are_drawn_as_rows_of_which_each_is_asked(never_missing):
    generator = make_generator(mixed_layout())
    codes, fractions = random_rows(mixed_layout(), 64)
    noise = uniforms(64, 4, seed=0)
    blank, cell_by_cell = (
        fill(generator, codes, fractions, flags, noise, temperature=0.7, never_missing=never_missing)
        for flags in ([True] * 4, torch.ones(64, 4, dtype=torch.bool))
    )
    assert torch.equal(blank[0], cell_by_cell[0])
    assert torch.allclose(blank[1], cell_by_cell[1], atol=0.01)


def test_draws_follow_the_probabilities_and_leave_a_uniform():
    probabilities = torch.tensor([0.02, 0.5, 0.0, 0.28, 0.2])
    noise = torch.from_numpy(np.random.default_rng(2).random(30_000))
    code, left = draw(probabilities.log().expand(30_000, 5), noise)
    counts = torch.bincount(code, minlength=5).numpy()
    assert counts[2] == 0
    seen = np.array([0, 1, 3, 4])
    assert stats.chisquare(counts[seen], probabilities.double().numpy()[seen] * 30_000).pvalue > 0.01
    assert stats.kstest(left.numpy(), "uniform").pvalue > 0.01
    for level in seen:
        assert stats.kstest(left[code == level].numpy(), "uniform").pvalue > 0.01


@pytest.mark.parametrize("n_levels", [1, 2, 5, 300])
@pytest.mark.parametrize("spread", [0.0, 1.0, 60.0])
def test_extreme_uniforms_give_valid_codes(n_levels, spread):
    logits = torch.randn(40, n_levels, generator=torch.Generator().manual_seed(1)) * spread
    for noise in (0.0, 2.0**-53, 0.5, TOP):
        code, left = draw(logits, torch.full((40,), noise, dtype=torch.float64))
        assert 0 <= int(code.min()) <= int(code.max()) < n_levels
        assert 0 <= float(left.min()) <= float(left.max()) < 1


def test_the_smallest_and_the_greatest_uniform_skip_levels_without_probability():
    logits = torch.tensor([[-1e4, -1e4, 0.0, 0.0, -1e4]])
    assert draw(logits, torch.zeros(1, dtype=torch.float64))[0].tolist() == [2]
    half = draw(logits, torch.tensor([0.5], dtype=torch.float64))
    assert half[0].tolist() == [3]
    assert half[1].tolist() == [0.0]
    assert draw(logits, torch.tensor([TOP], dtype=torch.float64))[0].tolist() == [3]


def test_no_row_draws_padding():
    layout = mixed_layout()
    noise = torch.full((50, 4), TOP, dtype=torch.float64)
    codes, fractions = random_rows(layout, 50)
    drawn, _ = fill(make_generator(layout), codes, fractions, [True] * 4, noise)
    sizes = torch.tensor([symbol.n_levels for symbol in layout.symbols])
    assert bool((drawn < sizes).all())
    assert torch.equal(drawn[0], torch.where(drawn[0] < 0, -1, sizes - 1))


def test_the_lowest_temperatures_draw_the_likeliest_code():
    generator = make_generator(mixed_layout())
    codes, fractions = random_rows(mixed_layout(), 64)
    noise = uniforms(64, 4, seed=0)
    coldest, cold = (
        fill(generator, codes, fractions, [True] * 4, noise, temperature=t)[0] for t in (1e-300, 1e-6)
    )
    assert torch.equal(coldest, cold)
    assert coldest[:, 0].unique().numel() == 1
