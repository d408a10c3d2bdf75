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


def compared(table, seeds=(0, 1, 2), **settings):
    """Alone and in packs of ten, per seed: how the model fared, and how many modes it covers."""
    packs = (1, 10)
    return [
        [played(table, random_state=seed, epochs=15, batch_size=200, pac=pac, **settings) for pac in packs]
        for seed in seeds
    ]


@pytest.mark.slow
def test_a_collapse_on_the_ring_is_told_and_packs_mend_it():
    runs = compared(ring())
    for (alone, few), (_, more) in runs:
        assert few <= 5
        assert told(alone)
        lost = alone.history_.iloc[-1]
        assert lost["lost_pairs"] > max(
            0.2, lost["lost_levels"]
        )  # each coordinate still has most of its modes
        assert more > few
    assert sum(more for _, (_, more) in runs) >= sum(few for (_, few), _ in runs) + 5
    assert sum(told(packed) for _, (packed, _) in runs) < len(runs)


@pytest.mark.slow
def test_packs_cover_the_grid():
    runs = compared(grid(), generator_lr=3e-2, discriminator_lr=1e-3)
    for (alone, few), (_, more) in runs:
        assert few <= 13
        assert told(alone)
        assert more >= 15
    assert sum(told(packed) for _, (packed, _) in runs) < len(runs)
