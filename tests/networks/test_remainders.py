"""Remainders: what the known columns of a sum leave for another one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.networks.filling import Canvas, fill
from tabgan.networks.pointing import PointerTables
from tabgan.networks.precision import matmul_precision
from tabgan.networks.telling import before_of
from tabgan.schema import infer_schema
from tabgan.training.validation import draw_rows
from tests.encoding.test_sums import invoices
from tests.networks.examples import make_generator, order
from tests.training.toys import make_trainer

WIDTH = 12


@pytest.fixture(scope="module")
def table():
    source = open_source(invoices())
    return fit_table(source, infer_schema(source))[1]


def rows_of(table, n_rows):
    return torch.from_numpy(table.codes[:n_rows]).long(), torch.from_numpy(table.fractions[:n_rows])


def made(table):
    generator = make_generator(table.layout)
    with torch.no_grad():
        for parameter in generator.heads.bands.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(5))
    return generator


@pytest.mark.parametrize("runs", [None, [4, 3, 2, 1, 0], [1, 0, 2, 0, 1]])
def test_a_member_is_told_the_cell_of_what_those_before_it_leave(table, runs):
    codes, fractions = rows_of(table, 100)
    (total,) = table.layout.sums
    known = before_of(order(table.layout, runs))[0].numpy()
    told = PointerTables(table.layout).before(codes, fractions, order(table.layout, runs))
    told = told[len(table.layout.pointers) :].numpy()
    worth = np.stack([m.worth[codes[:, m.symbol], fractions[:, m.number] // 16] for m in total.members])
    for place, member in enumerate(total.members):
        before = [known[member.symbol, other.symbol] for other in total.members]
        if not any(before):
            assert not told[place].any()
            continue
        left = (total.amount - worth[before].sum(0)) / member.coefficient
        expected = member.first + np.searchsorted(member.starts, left, side="right") + 1
        assert np.mean(told[place] == expected) > 0.97  # but for rounding at the ends of cells


def test_what_is_told_is_not_rounded_where_products_are(table):
    codes, fractions = rows_of(table, 100)
    tables, orders = PointerTables(table.layout), order(table.layout, None)
    exact = tables.before(codes, fractions, orders)
    with matmul_precision("medium", codes.device):
        assert torch.equal(tables.before(codes, fractions, orders), exact)


def test_one_head_and_all_heads_agree(table):
    generator, layout = made(table), table.layout
    codes, fractions = rows_of(table, 64)
    for runs in (None, [4, 3, 2, 1, 0], [0, 2, 1, 2, 0]):
        together = generator.log_prob(codes, fractions, order(layout, runs))
        known = torch.full_like(codes, -1)
        for symbol in order(layout, runs)[0].tolist():
            logits = generator.heads.one(symbol, generator.known(known, fractions))
            alone = torch.log_softmax(logits, 1).gather(1, codes[:, symbol : symbol + 1]).squeeze(1)
            near = torch.isclose(alone, together[symbol], atol=1e-3)
            assert near.float().mean() > 0.95, (runs, symbol)  # sums differ in their last digits
            known[:, symbol] = codes[:, symbol]


def test_rows_that_are_filled_in_know_what_embedded_ones_know(table):
    generator = made(table)
    noise = torch.from_numpy(np.random.default_rng(3).random((40, 5)))
    empty = torch.zeros(40, 5, dtype=torch.long), torch.zeros(40, 5, dtype=torch.uint8)
    codes, inside = fill(generator, *empty, [True] * 5, noise)
    steps = (inside * 256).floor().to(torch.uint8)
    last = Canvas(generator, codes, steps, [True] * 5, noise)
    for symbol in range(5):
        last.put(symbol, slice(None), codes[:, symbol], noise[:, symbol])
        if symbol in generator.tables.number_of_last:
            number = generator.tables.number_of_last[symbol]
            last.put_number(symbol, slice(None), inside[:, number], noise[:, symbol])
    known = generator.known(codes, steps)
    assert last.context.shape == known.shape == (40, WIDTH + generator.pointers.n_features)
    assert torch.allclose(last.context[:, WIDTH:], known[:, WIDTH:], rtol=1e-4, atol=1e-3)


def test_hidden_members_leave_a_sum_as_it_is(table):
    codes, fractions = rows_of(table, 20)
    tables = PointerTables(table.layout)
    features = tables.of_rows(torch.full_like(codes, -1), fractions)
    assert not features.any()
    (total,) = table.layout.sums
    codes[:, total.members[0].symbol] = -1
    worth, count = tables.of_rows(codes, fractions)[-2:]
    assert (count == 3).all()
    others = [m.worth[codes[:, m.symbol], fractions[:, m.number] // 16] for m in total.members[1:]]
    assert np.allclose(worth.numpy(), np.sum(others, axis=0), rtol=1e-4, atol=1e-3)


def test_drawn_totals_keep_to_their_parts_better_with_the_sum_than_without(table):
    (total,) = table.layout.sums
    errors = {}
    for sums in ((), table.layout.sums):
        layout = replace(table.layout, sums=sums)
        data = table.codes, table.fractions
        trained = make_trainer(layout=layout, data=data, epochs=20, width=32, hidden=32).run()
        noise = torch.from_numpy(np.random.default_rng(0).random((2_000, 5)))
        codes = draw_rows(trained.generator, noise).numpy()
        drawn = np.sum([m.worth[codes[:, m.symbol], 8] for m in total.members], axis=0)
        errors[bool(sums)] = np.median(np.abs(drawn - total.amount))
    assert errors[True] < 0.7 * errors[False], errors
