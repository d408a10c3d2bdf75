import time

import pytest
import torch

from tabgan.training import trainer as trainer_module
from tabgan.training.marginals import (
    BLOCKS,
    CAUTION,
    MOST_ROWS,
    blocks_of,
    counted,
    log_factors,
    meet_marginals,
)
from tabgan.training.validation import draw_rows
from tests.networks.examples import celled_layout, make_generator, mixed_layout, random_rows, tiny_layout
from tests.training.toys import make_trainer, toy_codes, toy_layout, weights_of


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def farthest(layout, drawn, wanted):
    """Greatest total variation distance over the symbols, among rows to which they apply."""
    pairs = zip(counted(layout, drawn.numpy()), counted(layout, wanted.numpy()), strict=True)
    return max(float((one / one.sum() - two / two.sum()).abs().sum()) / 2 for one, two in pairs)


@pytest.mark.parametrize("make", [tiny_layout, mixed_layout, celled_layout])
def test_drawn_rows_have_the_shares_of_the_table(make):
    layout = make()
    generator = make_generator(layout)
    wanted, _ = random_rows(layout, 20_000, seed=3)
    noise = torch.rand(20_000, len(layout.columns), generator=seeded(1), dtype=torch.float64)
    before = farthest(layout, draw_rows(generator, noise), wanted)
    meet_marginals(generator, counted(layout, wanted.numpy()), 20_000, seeded(2))
    after = farthest(layout, draw_rows(generator, noise), wanted)
    assert before > 0.1
    assert after < 0.03


def test_factors_take_means_to_shares_and_nothing_else_changes():
    said = torch.softmax(torch.randn(5_000, 6, generator=seeded()) * 2, 1)
    shares = torch.tensor([0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
    added = log_factors(said, shares)
    moved = torch.softmax(said.log() + added, 1)
    assert torch.allclose(moved.mean(0), shares, atol=2e-3)
    odds = moved[:, 0] / moved[:, 1] / (said[:, 0] / said[:, 1])
    assert torch.allclose(odds, odds[:1], rtol=1e-3)  # the same change whatever is known


def test_shares_of_few_rows_hardly_move():
    n = 1_000
    said = torch.tensor([[0.9, 0.1 - 2e-3, 2e-3]]).expand(n, 3)
    few = 0.1 * CAUTION / n
    moved = torch.softmax(said.log() + log_factors(said, torch.tensor([0.5, 0.5 - few, few])), 1).mean(0)
    assert moved[0] == pytest.approx(0.5, abs=0.01)
    assert moved[2] == pytest.approx(2e-3, rel=0.15)  # far from `few`


def test_cells_move_in_blocks_of_equal_mass_and_levels_alone():
    counts = torch.cat([torch.tensor([5.0, 0.0, 700.0]), torch.ones(1_000)])
    block = blocks_of(counts, 3)
    assert block[:3].tolist() == [0, 1, 2]
    sizes = torch.bincount(block)[3:]
    assert len(sizes) == BLOCKS
    assert sizes.max() - sizes.min() <= 1
    assert (block.diff() >= 0).all()
    alone = blocks_of(counts, len(counts))
    assert alone.tolist() == list(range(len(counts)))


def test_a_column_with_hidden_cells_stays_as_it_is():
    layout = tiny_layout()
    codes, _ = random_rows(layout, 500)
    of_size = layout.symbols_of(2)
    codes[:100, of_size] = -1
    counts = counted(layout, codes.numpy())
    assert [count is None for count in counts] == [
        s in range(of_size.start, of_size.stop) for s in range(len(counts))
    ]
    generator, other = make_generator(layout), make_generator(layout)
    meet_marginals(generator, counts, 500, seeded())
    biases = [
        torch.stack([g.heads.last_bias[b][i, 0, 0] for b, i in map(g.heads.place_of.get, range(len(counts)))])
        for g in (generator, other)
    ]
    assert torch.equal(biases[0] == biases[1], torch.tensor([count is None for count in counts]))


def test_training_ends_with_the_marginals_of_all_rows_and_without_them_below_200(monkeypatch):
    codes, _ = toy_codes(600)
    trained = make_trainer(600, epochs=2).run()
    drawn = draw_rows(trained.generator, torch.rand(20_000, 3, generator=seeded(), dtype=torch.float64))
    assert farthest(toy_layout(), drawn, torch.from_numpy(codes)) < 0.03
    few = make_trainer(150, epochs=2).run()
    monkeypatch.setattr(trainer_module, "meet_marginals", None)  # not called
    again = make_trainer(150, epochs=2).run()
    assert torch.equal(weights_of(few.generator), weights_of(again.generator))


def test_rows_too_few_to_tell_shares_move_nothing(monkeypatch):
    drawn = []
    monkeypatch.setattr(trainer_module, "meet_marginals", lambda *given: drawn.append(given[2]))
    make_trainer(600, deadline=time.monotonic() - 1).run()
    assert drawn == []
    trainer = make_trainer(600, epochs=1_000_000, deadline=time.monotonic() + 1.5)
    trainer.run()
    assert len(drawn) == 1
    assert trainer_module.LEAST_ROWS <= drawn[0] <= MOST_ROWS


def test_an_interruption_of_the_last_part_is_told(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer_module, "meet_marginals", interrupt)
    trained = make_trainer(600, epochs=2).run()
    assert trained.interrupted
    assert bool(weights_of(trained.generator).isfinite().all())
