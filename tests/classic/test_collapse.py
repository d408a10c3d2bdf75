"""Mode collapse, provoked on the ring and on the grid: it is told, and pac mends it at equal settings."""

import pytest

from tabgan import CTGAN
from tabgan_datasets.gaussians import grid, ring

PROVOKED = {  # a game without a penalty, a hasty generator, hardly any noise
    "objective": "minimax",
    "generator_lr": 2e-2,
    "discriminator_lr": 2e-3,
    "embedding_dim": 2,
    "generator_dim": (64, 64),
    "discriminator_dim": (64, 64),
    "random_state": 0,
}


def played(table, **settings):
    model = CTGAN(**{**PROVOKED, **settings}).fit(table.simulate(5000, seed=0), [])
    return model, table.coverage(model.sample(5000)).n_covered


def told(model):
    return any("mode collapse" in note for note in model.notes_)


@pytest.mark.slow
def test_a_collapse_on_the_ring_is_told_and_packs_mend_it():
    alone, few = played(ring(), epochs=15, batch_size=200, pac=1)
    packed, more = played(ring(), epochs=15, batch_size=200, pac=10)
    assert few <= 5
    assert more >= 7
    assert told(alone)
    assert alone.history_["lost_levels"].iloc[-1] == 0  # each coordinate still has all of its modes
    assert alone.history_["lost_pairs"].iloc[-1] > 0.3
    assert not told(packed)


@pytest.mark.slow
def test_packs_cover_the_grid():
    settings = {"epochs": 15, "batch_size": 200, "generator_lr": 3e-2, "discriminator_lr": 1e-3}
    alone, few = played(grid(), pac=1, **settings)
    packed, more = played(grid(), pac=10, **settings)
    assert few <= 13
    assert more >= 15
    assert told(alone)
    assert not told(packed)
