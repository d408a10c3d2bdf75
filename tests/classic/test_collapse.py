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


def compared(table, **settings):
    """Alone and in packs of ten, per seed: how the model fared, and how many modes it covers.

    A single game goes otherwise on another processor, as it goes with another seed: what holds is said of all.
    """
    packs = (1, 10)
    return [
        [played(table, random_state=seed, epochs=15, batch_size=200, pac=pac, **settings) for pac in packs]
        for seed in range(6)
    ]


@pytest.mark.slow
def test_a_collapse_on_the_ring_is_told_and_packs_mend_it():
    runs = compared(ring())
    assert all(few <= 6 and told(alone) for (alone, few), _ in runs)
    last = [alone.history_.iloc[-1] for (alone, _), _ in runs]
    pairs, levels = (sum(line[lost] for line in last) / len(runs) for lost in ("lost_pairs", "lost_levels"))
    assert pairs > max(0.2, 3 * levels)  # each coordinate still has most of its modes
    assert sum(more for _, (_, more) in runs) >= sum(few for (_, few), _ in runs) + 5
    assert sum(told(packed) for _, (packed, _) in runs) < len(runs) / 2


@pytest.mark.slow
def test_packs_cover_the_grid():
    runs = compared(grid(), generator_lr=3e-2, discriminator_lr=1e-3)
    assert all(few <= 13 and told(alone) for (alone, few), _ in runs)
    assert sum(more for _, (_, more) in runs) >= 2 * sum(few for (_, few), _ in runs)
    assert sum(told(packed) for _, (packed, _) in runs) < len(runs)
