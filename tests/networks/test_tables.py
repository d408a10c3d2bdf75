import math
from dataclasses import replace

import numpy as np
import torch

from tabgan.networks.tables import (
    OLD_WAVES,
    WAVES,
    SymbolTables,
    first_cells,
    rank_waves,
    waves_for,
    waves_of_levels,
)
from tests.networks.examples import celled_layout, mixed_layout, random_rows, tiny_layout

READ, WRITTEN = torch.tensor(WAVES.read), torch.tensor(WAVES.written)
STRENGTH = torch.tensor([1.0, *(k**-0.5 for k in WAVES.read * 2)])


def test_rank_waves_are_the_rank_cosines_and_sines():
    ranks = torch.tensor([0.0, 0.25, 0.5, 1.0], dtype=torch.float64)
    for rank, row in zip(ranks.tolist(), rank_waves(ranks, torch.tensor([1, 2, 12])).tolist(), strict=True):
        expected = [2 * rank - 1]
        expected += [math.cos(math.pi * k * rank) for k in (1, 2, 12)]
        expected += [math.sin(math.pi * k * rank) for k in (1, 2, 12)]
        assert np.allclose(row, expected, atol=1e-6)


def test_levels_are_rows_of_one_table_that_no_two_symbols_share():
    layout = mixed_layout()
    tables = SymbolTables(layout)
    seen = [
        int(tables.levels(torch.where(torch.arange(layout.n_symbols) == s, code, -1)[None])[s, 0])
        for s, symbol in enumerate(layout.symbols)
        for code in range(symbol.n_levels)
    ]
    assert seen == list(range(1, layout.n_levels + 1))
    assert not tables.levels(torch.full((2, layout.n_symbols), -1)).any()


def test_rank_features_follow_the_number_table():
    layout = mixed_layout()
    codes, fractions = random_rows(layout, 64)
    got = SymbolTables(layout).rank_features(codes, fractions)
    for r, number in enumerate(layout.numbers):
        for row in range(len(codes)):
            mode = int(codes[row, number.symbols[0]])
            place = max(int(codes[row, number.symbols[-1]]), 0) if len(number.symbols) > 1 else 0
            low, width = number.rank_low[mode, place], number.rank_width[mode, place]
            inside = (float(fractions[row, r]) + 0.5) / 256
            expected = rank_waves(torch.tensor(low + width * inside), READ) * float(low >= 0)
            assert torch.allclose(got[r, row], expected * STRENGTH, atol=1e-4), (r, row)


def test_a_missing_or_unknown_number_has_no_rank():
    tables = SymbolTables(tiny_layout())
    codes = torch.tensor([[0, 0, -1, 0, -1, 0], [0, -1, -1, 0, -1, 0], [0, 1, -1, 0, -1, 0]])
    features = tables.rank_features(codes, torch.full((3, 1), 7, dtype=torch.uint8))[0]
    assert features.abs().sum(1).gt(0).tolist() == [False, False, True]


def test_rank_features_of_one_number_equal_those_of_all():
    layout = mixed_layout()
    tables = SymbolTables(layout)
    codes, fractions = random_rows(layout, 50)
    together = tables.rank_features(codes, fractions)
    for r, number in enumerate(layout.numbers):
        alone = tables.rank_features_of(
            r, codes[:, number.symbols[0]], codes[:, number.symbols[-1]], fractions[:, r]
        )
        assert torch.equal(alone, together[r])


def test_levels_on_a_line_get_the_waves_of_their_mean_rank():
    layout = tiny_layout()
    waves = waves_of_levels(layout, OLD_WAVES)
    table = layout.numbers[0]
    middle = (table.rank_low + table.rank_width / 2).mean(axis=1)
    assert [tuple(w.shape) for w in waves] == [(s.n_levels, 17) for s in layout.symbols]
    assert not waves[0].any()  # a category lies on no line
    assert not waves[1][0].any()  # missing
    expected = rank_waves(torch.as_tensor(middle[1:]), torch.tensor(OLD_WAVES.written))
    assert torch.allclose(waves[1][1:], expected)
    assert torch.allclose(waves[2][:, 0], torch.tensor([-2 / 3, 0, 2 / 3]), atol=1e-6)  # 2r - 1 of thirds


def test_levels_between_two_jumps_of_the_density_share_a_weight():
    layout = celled_layout()
    pieces = np.array([0, 0, *[1] * 4, *[2] * 6, *[3] * 2])  # point masses, then cells
    numbers = (replace(layout.numbers[0], pieces=pieces), layout.numbers[1])
    jumping, plain = replace(layout, numbers=numbers), waves_of_levels(layout, WAVES)
    for with_pieces, without in zip(waves_of_levels(jumping, WAVES), plain, strict=True):
        assert torch.equal(with_pieces[:, :-3], without)
    assert waves_of_levels(jumping, WAVES)[1][:, -3:].tolist() == np.eye(4)[pieces][:, 1:].tolist()
    assert not waves_of_levels(jumping, WAVES)[2][:, -3:].any()  # a line without jumps
    old = waves_of_levels(jumping, replace(WAVES, pieces=False))  # models of older files
    assert all(torch.equal(a, b) for a, b in zip(old, plain, strict=True))


def test_fast_waves_count_less():
    ranks = torch.linspace(0, 1, 5)
    plain, damped = rank_waves(ranks, WRITTEN), WAVES.along(ranks)
    ratio = (damped.abs().sum(0) / plain.abs().sum(0)).tolist()
    expected = [1.0, *(k**-WAVES.damping for k in WAVES.written * 2)]
    told = [(r, e) for r, e, wave in zip(ratio, expected, plain.T, strict=True) if wave.abs().sum() > 1e-3]
    assert len(told) > len(WAVES.written)
    assert all(abs(r - e) < 1e-5 for r, e in told)


def test_fast_waves_are_read_more_softly_but_not_in_the_first_files():
    layout = celled_layout()
    codes, fractions = random_rows(layout, 50)
    now, first = (
        SymbolTables(layout, replace(WAVES, read_damping=d)).rank_features(codes, fractions) for d in (0.5, 0)
    )
    assert torch.allclose(now, first * STRENGTH, atol=1e-6)
    assert (WAVES.read_damping, OLD_WAVES.read_damping) == (0.5, 0)


def test_cells_are_the_levels_after_missing_and_point_masses():
    layout = celled_layout()
    assert first_cells(layout, OLD_WAVES) == [3, 14, 9]
    assert first_cells(layout, WAVES) == [3, 2, 3]
    assert first_cells(mixed_layout(), WAVES) == SymbolTables(mixed_layout()).sizes  # with places


def test_more_rows_are_written_in_faster_waves():
    assert [len(waves_for(n).written) for n in (10, 10_000, 24_000, 10**7)] == [8, 20, 48, 48]
    assert waves_for(10).read == WAVES.read
