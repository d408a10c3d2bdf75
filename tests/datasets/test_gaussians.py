"""Ring and grid: the draws have the modes they should, and lost modes are counted."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from tabgan_datasets import Gaussians, grid, ring


@pytest.fixture(params=[ring(), grid()], ids=["ring", "grid"])
def truth(request):
    return request.param


def test_centres_lie_on_the_ring_and_on_the_grid():
    assert ring().modes() == pytest.approx(
        np.array([[np.cos(k * np.pi / 4), np.sin(k * np.pi / 4)] for k in range(8)])
    )
    places = (-4.0, -2.0, 0.0, 2.0, 4.0)
    assert sorted(map(tuple, grid().modes())) == [(x, y) for x in places for y in places]
    assert ring(3, radius=2.0).modes()[0] == pytest.approx([2.0, 0.0])


def test_true_rows_cover_every_mode_in_equal_shares(truth):
    frame = truth.simulate(20_000, seed=1)
    found = truth.coverage(frame)
    assert found.near == pytest.approx(1 - np.exp(-4.5), abs=0.004)  # of a round Gaussian within 3 std
    assert found.n_covered == len(truth.modes())
    assert found.shares == pytest.approx(np.full(len(truth.modes()), 1 / len(truth.modes())), abs=0.012)
    first = frame[np.linalg.norm(frame.to_numpy() - truth.modes()[0], axis=1) < 10 * truth.std]
    assert first.std().to_numpy() == pytest.approx([truth.std] * 2, rel=0.1)


def test_lost_modes_are_counted(truth):
    frame = truth.simulate(5_000, seed=2)
    nearest = np.linalg.norm(frame.to_numpy()[:, None] - truth.modes(), axis=2).argmin(axis=1)
    found = truth.coverage(frame[nearest < 3])
    assert found.n_covered == 3
    assert found.covered[:3].all()
    few = pd.concat([frame[nearest < 3], frame[nearest == 3].iloc[:2]])  # a trace of a mode is not the mode
    assert truth.coverage(few).n_covered == 3
    assert truth.coverage(few, due=1e-9).n_covered == 4


def test_rows_between_modes_are_near_none(truth):
    frame = truth.simulate(1_000, seed=3)
    wide = frame + np.random.default_rng(0).normal(0, 20 * truth.std, frame.shape)
    assert truth.coverage(wide).near < 0.2
    middle = pd.DataFrame({"x": [truth.modes()[:2, 0].mean()], "y": [truth.modes()[:2, 1].mean()]})
    assert truth.coverage(middle).near == 0
    assert truth.coverage(middle).n_covered == 0


def test_log_likelihood_is_that_of_the_mixture():
    truth = grid(2, std=0.7)
    frame = truth.simulate(50, seed=4)
    density = np.mean(
        [multivariate_normal(centre, 0.7**2 * np.eye(2)).pdf(frame) for centre in truth.modes()], axis=0
    )
    assert truth.log_likelihood(frame) == pytest.approx(np.log(density))


def test_the_same_seed_gives_the_same_rows(truth):
    pd.testing.assert_frame_equal(truth.simulate(50, 3), truth.simulate(50, 3))
    assert not truth.simulate(50, 3).equals(truth.simulate(50, 4))


def test_what_is_no_mixture_is_refused():
    with pytest.raises(ValueError, match=r"shape \(modes, 2\); found \(3,\)"):
        Gaussians(centres=np.zeros(3), std=1.0)
    with pytest.raises(ValueError, match="std must be above 0; found 0"):
        ring(std=0.0)
