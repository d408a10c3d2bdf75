"""Small layouts and generators that the tests of networks and of training share."""

import itertools

import numpy as np
import torch

from tabgan.conditioning.orders import symbol_order
from tabgan.encoding.layout import Layout, NumberTable, Symbol, build_layout
from tabgan.networks.critic import Critic
from tabgan.networks.generator import Generator


def number(n_missing: int, n_points: int, n_modes: int, n_places: int):
    """Symbols and table of a number: modes in the order missing, point masses, continuous modes."""
    first = n_missing + n_points
    low = np.full((first + n_modes, n_places), -1.0, np.float32)
    width = np.zeros_like(low)
    low[n_missing:first] = np.linspace(0.05, 0.3, n_points, dtype=np.float32)[:, None]
    edges = np.linspace(0.3, 1.0, n_modes * n_places + 1, dtype=np.float32)
    low[first:] = edges[:-1].reshape(n_modes, n_places)
    width[first:] = np.diff(edges).reshape(n_modes, n_places)
    symbols = [Symbol(role="mode", n_levels=first + n_modes)]
    if n_places > 1:
        symbols.append(Symbol(role="place", n_levels=n_places, parent=0, applies_from=first))
    return symbols, [NumberTable(symbols=tuple(range(len(symbols))), rank_low=low, rank_width=width)]


def level(n_levels: int):
    """One symbol of a category."""
    return [Symbol(role="level", n_levels=n_levels)], []


def tiny_layout() -> Layout:
    """A category, a key without symbols, a number with all kinds of modes, a grouped category, a flag."""
    grouped = [
        Symbol(role="group", n_levels=3),
        Symbol(role="member", n_levels=2, parent=0, applies_from=1),
    ]
    return build_layout(
        [
            ("kind", *level(2)),
            ("key", [], []),
            ("size", *number(1, 1, 2, 3)),
            ("place", grouped, []),
            ("flag", *level(2)),
        ]
    )


def mixed_layout() -> Layout:
    """Heads of several sizes: one bucket holds two symbols of different size, a column has two numbers."""
    day, day_table = number(1, 2, 4, 8)
    clock, clock_table = number(0, 1, 3, 5)
    moment = [
        Symbol(role=s.role, n_levels=s.n_levels, parent=s.parent, applies_from=s.applies_from) for s in clock
    ]
    moment[1] = Symbol(role="place", n_levels=5, parent=2, applies_from=1)
    table = NumberTable(
        symbols=(2, 3), rank_low=clock_table[0].rank_low, rank_width=clock_table[0].rank_width
    )
    return build_layout(
        [
            ("wide", *level(40)),
            ("few", *level(3)),
            ("when", [*day, *moment], [*day_table, table]),
            ("grid", *number(0, 6, 0, 1)),
        ]
    )


def celled_layout() -> Layout:
    """A category, and numbers whose cells are modes of their own, as a fitted table has them."""
    return build_layout(
        [("kind", *level(3)), ("size", *number(0, 2, 12, 1)), ("length", *number(1, 2, 6, 1))]
    )


def make_generator(layout: Layout, *, width: int = 12, hidden: int = 10, seed: int = 0) -> Generator:
    """A generator whose every weight is random, so that nothing is uniform or independent by chance."""
    seeded = torch.Generator().manual_seed(seed)
    made = Generator(layout, width=width, hidden=hidden, blocks=3, generator=seeded)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "last" in name or "smooth" in name:
                parameter.add_(torch.randn(parameter.shape, generator=seeded) * 0.6)
    return made


def make_critic(layout: Layout, *, hidden: int = 16, pac: int = 1, seed: int = 1) -> Critic:
    return Critic(layout, hidden=hidden, pac=pac, generator=torch.Generator().manual_seed(seed))


def all_rows(layout: Layout) -> torch.Tensor:
    """Every valid combination of codes, (rows, S): -1 exactly where a symbol does not apply."""
    rows = itertools.product(*[range(-1, symbol.n_levels) for symbol in layout.symbols])
    valid = [
        row
        for row in rows
        if all(
            (code < 0) == (symbol.parent is not None and row[symbol.parent] < symbol.applies_from)
            for code, symbol in zip(row, layout.symbols, strict=True)
        )
    ]
    return torch.tensor(valid)


def order(layout: Layout, runs=None) -> torch.Tensor:
    """One order for the whole batch, (1, S): canonical, or columns of lower runs first."""
    runs = np.zeros(len(layout.columns), np.int64) if runs is None else np.asarray(runs, np.int64)
    return torch.from_numpy(symbol_order(layout.symbol_column, runs))[None]


def random_rows(layout: Layout, n_rows: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Valid rows with every level equally likely: codes (n, S) and fractions (n, R) bytes."""
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, s.n_levels, n_rows) for s in layout.symbols], axis=1)
    for at, symbol in enumerate(layout.symbols):
        if symbol.parent is not None:
            codes[codes[:, symbol.parent] < symbol.applies_from, at] = -1
    fractions = rng.integers(0, 256, (n_rows, layout.n_numbers), dtype=np.uint8)
    return torch.from_numpy(codes), torch.from_numpy(fractions)
