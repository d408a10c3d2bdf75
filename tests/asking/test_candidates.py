"""Rows filled in are nearer to what plain order says of them the more candidates they are chosen from."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tabgan.asking.candidates import chosen, how_many
from tabgan.conditioning.known import Known
from tabgan.config import Config
from tabgan.model import FittedModel
from tests.networks.examples import all_rows, make_generator, tiny_layout

N_ROWS = 20_000
HIDDEN = [True, True, False, True, False]


@pytest.fixture(scope="module")
def model():
    """Networks as they are before training: what they say depends on the order in which they are asked."""
    layout = tiny_layout()
    generator = make_generator(layout)
    with torch.no_grad():
        for weight in generator.parameters():
            weight.mul_(0.6)
    return FittedModel(SimpleNamespace(layout=layout), generator, Config(matmul_precision="highest"), 0)


def known_rows(n_rows):
    codes = np.repeat([[1, 3, 1, 2, 0, 1]], n_rows, axis=0).astype(np.int64)
    return Known(codes, np.full((n_rows, 1), 77, np.uint8), np.repeat([HIDDEN], n_rows, axis=0), {})


def distance_from_plain(model, n_candidates):
    """Total variation between rows as chosen and rows with the known cells, as plain order has them."""
    layout, known, rng = model.encoder.layout, known_rows(N_ROWS), np.random.default_rng(0)
    noise, chances = rng.random((n_candidates, N_ROWS, 5)), rng.random((n_candidates, N_ROWS))
    codes, _ = chosen(model, known, noise, chances)
    rows = all_rows(layout)
    given = ~torch.tensor(HIDDEN)[list(layout.symbol_column)]
    rows = rows[(rows == torch.from_numpy(known.codes[0]))[:, given].all(1)]
    plain = torch.arange(layout.n_symbols)[None]
    with torch.no_grad():
        fractions = torch.full((len(rows), 1), 77, dtype=torch.uint8)
        log_prob = model.generator.log_prob(rows, fractions, plain).sum(0).double()
    expected = torch.softmax(log_prob, 0).numpy()
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}
    observed = np.bincount([place[tuple(row)] for row in codes.tolist()], minlength=len(rows)) / N_ROWS
    return np.abs(observed - expected).sum() / 2


def test_rows_come_nearer_to_plain_order_with_more_candidates(model):
    one, four, many = (distance_from_plain(model, n) for n in (1, 4, 32))
    assert one > 0.3
    assert four < 0.6 * one
    assert many < 0.1 * one


def test_one_candidate_does_where_the_order_does_not_matter(model):
    noise = np.random.default_rng(0).random((4, 300, 5))
    assert how_many(model, known_rows(300), noise) == 4
    alike = make_generator(model.encoder.layout)
    with torch.no_grad():
        for weight in (alike.levels, alike.waves):
            weight.zero_()
    deaf = FittedModel(model.encoder, alike, model.config, 0)
    assert how_many(deaf, known_rows(300), noise) == 1
