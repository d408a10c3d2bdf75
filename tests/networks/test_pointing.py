"""Pointers: which cell of a column the value of another known column lies in, and what a head makes of it."""

from dataclasses import replace

import numpy as np
import torch

from tabgan.encoding.layout import NumberTable, Pointer
from tabgan.encoding.pointers import MIDDLE, N_BANDS, bands_around
from tabgan.networks.filling import Canvas, fill
from tabgan.networks.pointing import PointerTables
from tests.networks.examples import celled_layout, make_generator, order, random_rows

WIDTH = 12


def pointing_layout():
    """`celled_layout` where "length" is told the cell of "size", and "size" that of "length"."""
    layout = celled_layout()
    to_length = np.random.default_rng(0).integers(-1, 9, (14, 16)).astype(np.int32)
    to_size = np.random.default_rng(1).integers(-1, 14, (9, 16)).astype(np.int32)
    size, length = (bands_around(number) for number in layout.numbers)
    return replace(
        layout,
        pointers=(
            Pointer(2, 0, to_length, length),
            Pointer(1, 1, to_size, size),
            Pointer(2, 0, to_length, length),
        ),
    )


def made():
    layout = pointing_layout()
    generator = make_generator(layout)
    with torch.no_grad():
        for parameter in generator.heads.bands.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(5))
    return layout, generator


def test_features_are_the_codes_told_plus_one():
    layout, _ = made()
    codes, fractions = random_rows(layout, 200)
    told = PointerTables(layout).of_rows(codes, fractions)
    for row in range(200):
        expected = layout.pointers[0].codes[codes[row, 1], fractions[row, 0] // 16] + 1
        assert told[0, row] == expected
    codes[:, 1] = -1
    assert not PointerTables(layout).of_rows(codes, fractions)[0].any()


def test_one_head_and_all_heads_agree():
    layout, generator = made()
    codes, fractions = random_rows(layout, 64)
    for runs in (None, [2, 1, 0], [0, 2, 1]):
        told = generator.log_prob(codes, fractions, order(layout, runs))
        first = [0, 1, 2] if runs is None else np.argsort(runs, kind="stable").tolist()
        known = torch.full_like(codes, -1)
        for symbol in first:
            context = generator.known(known, fractions)
            alone = torch.log_softmax(generator.heads.one(symbol, context), 1)
            picked = alone.gather(1, codes[:, symbol : symbol + 1]).squeeze(1)
            assert torch.allclose(picked, told[symbol], atol=1e-4), (runs, symbol)
            known[:, symbol] = codes[:, symbol]


def test_bands_change_the_cells_around_the_one_that_is_told_as_their_definition_says():
    layout, generator = made()
    codes, fractions = random_rows(layout, 50)
    codes[:, 2] = -1
    context = generator.known(codes, fractions)
    with_bands = generator.heads.one(2, context)
    bias = torch.linspace(1, 9, N_BANDS)
    with torch.no_grad():
        generator.heads.bands.weight.zero_()
        generator.heads.bands.bias.zero_()
        without = generator.heads.one(2, context)
        generator.heads.bands.bias[0] = bias
    assert not torch.allclose(with_bands, without)
    change = generator.heads.one(2, context) - without
    assert torch.allclose(
        generator.heads.bands.one(2, without, context[:, :10], context[:, WIDTH:]),
        without + change,
        atol=1e-5,
    )
    told = layout.pointers[0].codes[codes[:, 1], fractions[:, 0] // 16]
    first = 3  # missing, two point masses, then six cells
    for row, code in enumerate(told):
        expected = torch.zeros(9)
        if code >= first:
            for cell in range(first, 9):
                distance = abs(cell - code)
                band = 0 if distance == 0 else 1 + int(np.ceil(np.log2(distance)))
                expected[cell] = bias[MIDDLE + int(np.sign(cell - code)) * band]
        elif code >= 0:  # the point masses (and missing) lie below all cells
            expected[code] = bias[MIDDLE]
            for cell in range(first, 9):
                expected[cell] = bias[MIDDLE + 1 + int(np.ceil(np.log2(cell - first + 1)))]
        assert torch.allclose(change[row], expected, atol=1e-4), (row, code)


def test_a_point_mass_lies_between_cells():
    number = NumberTable(
        symbols=(0,),
        rank_low=np.array([[-1], [0.5], [0.0], [0.25], [0.6], [0.8]], np.float32),
        rank_width=np.array([[0], [0], [0.25], [0.25], [0.2], [0.2]], np.float32),
    )
    bands = bands_around(number)
    assert bands.shape == (6, N_BANDS)
    assert bands[1].tolist() == [
        2,
        *[2] * 6,
        3,
        4,
        4,
        5,
        *[6] * 6,
    ]  # two cells below, two above, none its own
    assert bands[3].tolist() == [2, *[2] * 6, 2, 3, 4, 5, *[6] * 6]


def test_rows_that_are_filled_in_know_what_embedded_ones_know():
    _, generator = made()
    noise = torch.from_numpy(np.random.default_rng(3).random((40, 3)))
    empty = torch.zeros(40, 3, dtype=torch.long), torch.zeros(40, 2, dtype=torch.uint8)
    codes, inside = fill(generator, *empty, [True] * 3, noise)
    steps = (inside * 256).floor().to(torch.uint8)
    for hidden in ([True] * 3, [False, True, True], [False, False, True]):
        canvas = Canvas(generator, codes, steps, hidden, noise)
        known = torch.where(torch.tensor(hidden), -1, codes)
        assert torch.equal(canvas.context[:, WIDTH:], generator.known(known, steps)[:, WIDTH:])
    canvas = Canvas(generator, codes, steps, torch.zeros(40, 3, dtype=torch.bool), noise)
    assert torch.equal(canvas.context[:, WIDTH:], generator.pointers.of_rows(codes, steps).T)


def test_bands_learn_where_something_is_told():
    layout, generator = made()
    codes, fractions = random_rows(layout, 128)
    generator.log_prob(codes, fractions, order(layout)).sum().backward()
    slope = generator.heads.bands.weight.grad
    assert slope[0].abs().sum() > 0  # "length" comes after "size"
    assert not slope[1].any()  # "size" comes before "length"
