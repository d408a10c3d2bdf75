"""Constrained draws against the exact distribution of small random networks, which can be enumerated."""

import numpy as np
import pytest
import torch
from scipy import stats

from tabgan.encoding.window import Pieces, Window
from tabgan.networks.constrained import Part, draw_constrained, draw_weighted
from tabgan.networks.filling import fill
from tests.networks.examples import all_rows, make_generator, order, random_rows, tiny_layout

N_DRAWN = 20_000
COLUMN = {"kind": 0, "size": 2, "place": 3, "flag": 4}


def number_window(shares, pieces):
    """A window on `size`: codes missing, point, two modes of three places; pieces are (cell, low, width)."""
    cell, low, width = (np.array(column, float) for column in zip(*pieces, strict=True))
    return Window((0, 1), np.array([shares], float), 0, Pieces(cell.astype(int), low, width, width))


WINDOWS = {
    "kind": Window((0,), np.array([[[1.0], [0.0]]])),
    "flag": Window((0,), np.array([[[0.0], [1.0]]])),
    "place": Window((0, 1), np.array([[[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]])),
    "size": number_window(
        [[0, 0, 0], [1, 1, 1], [0, 0.25, 1], [1, 0.5, 0]],
        [(7, 0.75, 0.25), (8, 0, 1), (9, 0, 1), (10, 0.0, 0.125), (10, 0.5, 0.375)],
    ),
}


def part(name, layout):
    return Part(WINDOWS[name], COLUMN[name], layout, torch.zeros(1, dtype=torch.float64))


def uniforms(n, seed):
    return torch.from_numpy(np.random.default_rng(seed).random((n, 5)))


def share_of(rows, name, layout):
    """Allowed share of each row's cell, (n,), and the bytes of the fraction that are allowed, with their shares."""
    window, own = WINDOWS[name], rows[:, layout.symbols_of(COLUMN[name])]
    second = own[:, 1].clamp(min=0) if own.shape[1] > 1 else torch.zeros(len(own), dtype=torch.long)
    return torch.from_numpy(window.share[0])[own[:, 0], second]


def allowed_bytes(row, layout):
    """How much of each of the 256 steps within a row's cell of `size` is allowed, (256,) that sum to its share."""
    first, second = (int(code) for code in row[layout.symbols_of(2)])
    pieces, cell = WINDOWS["size"].pieces, first * 3 + max(second, 0)
    own = pieces.cell == cell
    if not own.any():
        return np.full(256, WINDOWS["size"].share[0, first, max(second, 0)] / 256)
    edges = np.arange(257) / 256
    inside = [
        np.minimum(edges[1:], low + width) - np.maximum(edges[:-1], low)
        for low, width in zip(pieces.low[own], pieces.width[own], strict=True)
    ]
    return np.clip(inside, 0, None).sum(0)


def exact(generator, layout, names):
    """Every row and its unnormalised probability under the constraints: constrained columns first."""
    rows = all_rows(layout)
    hidden = [column not in [COLUMN[name] for name in names] for column in range(5)]
    weight = torch.ones(len(rows), dtype=torch.float64)
    for name in names:
        if name != "size":
            weight *= share_of(rows, name, layout)
    steps = (
        np.stack([allowed_bytes(row, layout) for row in rows])
        if "size" in names
        else np.full((len(rows), 256), 1 / 256)
    )
    total = np.zeros(len(rows))
    for step in range(256):  # the columns after a number are told where in its cell it lies
        fractions = torch.full((len(rows), 1), step, dtype=torch.uint8)
        log_prob = generator.log_prob(rows, fractions, order(layout, hidden)).detach().double()
        total += log_prob.sum(0).exp().numpy() * steps[:, step]
    return rows, total * weight.numpy()


def drawn_rows(generator, layout, names, n=N_DRAWN):
    codes, fractions = random_rows(layout, n)
    noise = uniforms(n, seed=1)
    parts = [[part(name, layout)] for name in names]
    codes, inside, log_mass, log_share = draw_constrained(
        generator, codes, fractions, [True] * 5, parts, noise
    )
    hidden = [column not in [COLUMN[name] for name in names] for column in range(5)]
    filled, _ = fill(generator, codes, (inside * 256).to(torch.uint8), hidden, noise)
    return filled, inside, log_mass, log_share


@pytest.mark.parametrize("name", WINDOWS)
def test_one_constrained_column_is_drawn_exactly(name):
    layout = tiny_layout()
    generator = make_generator(layout)
    drawn, _, log_mass, _ = drawn_rows(generator, layout, [name])
    rows, weight = exact(generator, layout, [name])
    assert torch.allclose(
        log_mass.exp(), torch.tensor(weight.sum()), atol=1e-5
    )  # the same mass in every draft
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    observed = np.bincount([place[tuple(row)] for row in drawn.tolist()], minlength=len(rows))
    expected = weight / weight.sum() * N_DRAWN
    assert observed[expected == 0].sum() == 0
    common = expected >= 5
    table = np.array(
        [[*observed[common], observed[~common].sum()], [*expected[common], expected[~common].sum()]]
    )
    table = table[:, table[1] > 0]
    assert stats.chisquare(table[0], table[1] * N_DRAWN / table[1].sum()).pvalue > 0.01


@pytest.mark.parametrize(
    "names", [["kind", "size"], ["size", "place"], ["kind", "size", "flag"], ["kind", "flag"]]
)
def test_weighted_drafts_have_the_exact_distribution(names):
    layout = tiny_layout()
    generator = make_generator(layout)
    drawn, _, log_mass, _ = drawn_rows(generator, layout, names)
    rows, weight = exact(generator, layout, names)
    weights = log_mass.exp().numpy()
    assert weights.mean() == pytest.approx(weight.sum(), abs=4 * weights.std() / N_DRAWN**0.5 + 1e-6)
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    index = [place[tuple(row)] for row in drawn.tolist()]
    observed = np.bincount(index, weights=weights / weights.sum(), minlength=len(rows))
    effective = weights.sum() ** 2 / (weights**2).sum()
    p = weight / weight.sum()
    spread = np.sqrt(p * (1 - p) / effective)
    assert (np.abs(observed - p) <= 4.5 * spread + 1e-9).all()


def test_masking_in_place_is_seen_by_the_same_comparison():
    layout = tiny_layout()
    generator = make_generator(layout)
    noise = uniforms(N_DRAWN, seed=2)
    codes, fractions = random_rows(layout, N_DRAWN)
    codes, inside = fill(generator, codes, fractions, [True] * 5, noise)
    hidden = [False, False, False, False, True]
    codes, inside, *_ = draw_constrained(
        generator,
        codes,
        (inside * 256).to(torch.uint8),
        hidden,
        [[part("flag", layout)]],
        uniforms(N_DRAWN, seed=3),
    )
    rows, weight = exact(generator, layout, ["flag"])
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    observed = np.bincount([place[tuple(row)] for row in codes.tolist()], minlength=len(rows)) / N_DRAWN
    p = weight / weight.sum()
    assert (np.abs(observed - p) > 4.5 * np.sqrt(p * (1 - p) / N_DRAWN)).any()


def test_places_are_uniform_within_the_allowed_pieces():
    layout = tiny_layout()
    drawn, inside, _, log_share = drawn_rows(make_generator(layout), layout, ["size"])
    own = drawn[:, layout.symbols_of(2)]
    torn = (own[:, 0] == 3) & (own[:, 1] == 1)
    within = inside[torn, 0].numpy()
    assert ((within < 0.125) | ((within >= 0.5) & (within < 0.875))).all()
    unfolded = np.where(within < 0.125, within, within - 0.375) / 0.5
    assert stats.kstest(unfolded, "uniform").pvalue > 0.01
    assert torch.allclose(log_share[torn].exp(), torch.tensor(0.5, dtype=torch.float64))
    whole = (own[:, 0] == 2) & (own[:, 1] == 2)
    assert stats.kstest(inside[whole, 0].numpy(), "uniform").pvalue > 0.01


def test_known_columns_are_taken_into_account():
    layout = tiny_layout()
    generator = make_generator(layout)
    rows, _ = exact(generator, layout, ["kind"])
    known = torch.tensor([1, 0, -1, 2, 1, 0])
    codes, fractions = known.repeat(N_DRAWN, 1), torch.zeros(N_DRAWN, 1, dtype=torch.uint8)
    hidden = [True, True, False, False, False]
    drawn, _, log_mass, _ = draw_constrained(
        generator, codes, fractions, hidden, [[part("kind", layout)]], uniforms(N_DRAWN, seed=4)
    )
    assert (drawn[:, 0] == 0).all()
    candidates = rows[(rows[:, 1:] == known[1:]).all(1)]
    log_prob = generator.log_prob(
        candidates, torch.zeros(len(candidates), 1, dtype=torch.uint8), order(layout, hidden)
    )
    mass = float(log_prob.detach()[0, candidates[:, 0] == 0].exp().sum())
    assert float(log_mass[0].exp()) == pytest.approx(mass, rel=1e-4)


def test_temperature_sharpens_constrained_draws():
    layout = tiny_layout()
    generator = make_generator(layout)
    codes, fractions = random_rows(layout, N_DRAWN)
    wide = Window((0,), np.ones((1, 2, 1)))
    parts = [[Part(wide, 0, layout, torch.zeros(1, dtype=torch.float64))]]
    shares = []
    for temperature in (0.2, 1.0, 5.0):
        drawn, _, log_mass, _ = draw_constrained(
            generator, codes, fractions, [True] * 5, parts, uniforms(N_DRAWN, seed=5), temperature=temperature
        )
        shares.append(abs(float((drawn[:, 0] == 0).double().mean()) - 0.5))
        assert torch.allclose(log_mass, torch.zeros_like(log_mass), atol=1e-6)
    assert shares[0] > shares[1] > shares[2]


@pytest.mark.parametrize("uniform", [0.0, 0.3, 1 - 2.0**-53])
def test_a_code_without_weight_is_never_drawn(uniform):
    weights = torch.tensor([[0.0, 1e-30, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1e-300]], dtype=torch.float64)
    code, left = draw_weighted(weights, torch.full((2,), uniform, dtype=torch.float64))
    assert code[0] in (1, 3)
    assert code[1] == 4
    assert ((left >= 0) & (left < 1)).all()
