"""One target: what is asked, what is learnt and how it is graded."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.influence import standard_error
from tabgan.reporting.tables import make_tables
from tabgan.reporting.utility.importance import importance
from tabgan.reporting.utility.prediction import CannotPredictError, pose
from tabgan.reporting.utility.sources import draw_sources
from tests.reporting.planted import linked_rows

ALL = slice(None)


def ask(target, real, synthetic=None, holdout=None):
    synthetic, holdout = (real if frame is None else frame for frame in (synthetic, holdout))
    tables = make_tables(real, synthetic, holdout)
    sources = draw_sources(tables, 10_000, 10_000)
    return pose(tables, sources, target), sources


def test_a_number_is_asked_as_its_rank_among_the_real_rows():
    real = linked_rows(300, 0)
    asked, sources = ask("y", real, holdout=linked_rows(200, 1))
    assert asked.task == "regression"
    known = sources.frames["real"]["y"].dropna().to_numpy()[: asked.n_train]
    tested = sources.frames["test"]["y"].dropna().to_numpy()
    expected = [np.mean(known < value) + np.mean(known == value) / 2 for value in tested]
    assert asked.answers["test"] == pytest.approx(expected)
    assert asked.tested.sum() == len(tested)


def test_a_heavy_tail_weighs_no_more_than_its_rows():
    real, holdout = linked_rows(600, 0), linked_rows(400, 1)
    scores = []
    for stretch in (lambda y: y, lambda y: np.exp(np.minimum(y, 300))):
        asked, _ = ask("y", *(f.assign(y=stretch(f["y"])) for f in (real, real, holdout)))
        scores.append(asked.score(asked.learn(("real", ALL))).value)
    assert scores[0] > 0.6
    assert scores[1] == pytest.approx(scores[0])


def test_infinite_and_constant_answers_do_no_harm():
    real = linked_rows(300, 0)
    asked, _ = ask("y", real.assign(y=real["y"].where(real["y"] < 5, np.inf)))
    assert 0 < asked.score(asked.learn(("real", ALL))).value < 1
    for constant in (7.5, "same"):
        with pytest.raises(CannotPredictError, match="one value"):
            ask("y", real.assign(y=constant))


def test_times_and_numbers_are_regressed_and_levels_and_few_numbers_classified():
    real = linked_rows(400, 0)
    assert ask("day", real)[0].task == "regression"
    assert ask("few", real)[0].task == "classification"
    asked, _ = ask("few", real, real.assign(few=real["few"] + 0.3))
    assert (asked.answers["synthetic"] < asked.n_graded).mean() > 0.97  # the nearest of the real values


def test_rare_classes_and_those_beyond_thirty_are_one():
    rng = np.random.default_rng(0)
    levels = np.array([f"v{i:02}" for i in range(50)])
    real = linked_rows(3_000, 0).assign(many=levels[np.minimum(rng.geometric(0.05, 3_000) - 1, 49)])
    asked, sources = ask("many", real)
    assert asked.n_classes == 31
    held = sources.frames["real"]["many"].to_numpy()
    frequent = pd.Series(held).value_counts().index[:29]
    assert set(held[asked.answers["real"] == 30]) & set(frequent) == set()
    rare = linked_rows(3_000, 0)
    rare["level"] = rare["level"].where(np.arange(3_000) > 5, "rare")
    asked, _ = ask("level", rare, holdout=linked_rows(500, 1))
    assert (asked.n_classes, asked.n_graded) == (5, 4)  # "rare" is too rare for an AUC of its own


def test_a_class_that_training_lacks_gets_one_half():
    real = linked_rows(600, 0)
    synthetic = real.assign(flag="no")
    asked, _ = ask("flag", real, synthetic, linked_rows(300, 1))
    found = asked.score(asked.learn(("synthetic", ALL)))
    assert found.value == 0.5
    assert standard_error(found.terms) == 0
    assert asked.score(asked.learn(("real", ALL))).value > 0.75


def test_many_classes_are_learnt_without_losing_the_rare_ones():
    rng = np.random.default_rng(0)
    shares = 0.75 ** np.arange(20)
    frames = []
    for n_rows in (6_000, 3_000):
        code = rng.choice(20, n_rows, p=shares / shares.sum())
        frames.append(
            pd.DataFrame(
                {
                    "code": code + rng.random(n_rows) / 2,
                    "level": [f"v{i:02}" for i in code],
                    "noise": rng.normal(size=n_rows),
                }
            )
        )
    asked, _ = ask("level", frames[0], holdout=frames[1])
    assert asked.score(asked.learn(("real", ALL))).value > 0.99


def test_what_matters_is_what_the_target_was_made_from():
    real = linked_rows(800, 0)
    real["made"] = np.where(real["x"] + 0.1 * np.random.default_rng(0).normal(size=800) > 0, "up", "down")
    asked, _ = ask("made", real[["x", "day", "made"]])
    learnt = asked.learn(("real", ALL))
    rows = np.random.default_rng(0).permutation(len(asked.answers["test"]))
    found = importance(asked, learnt, rows)
    assert found.drops[0] > 0.3
    assert found.drops[1] == pytest.approx(0, abs=0.01)
    assert found.terms.shape == (2, 800)


def test_fewer_tests_are_the_first_ones():
    asked, sources = ask("y", linked_rows(300, 0))
    fewer = asked.with_fewer_tests(40)
    n_known = sources.frames["test"]["y"][:40].notna().sum()
    assert len(fewer.answers["test"]) == len(fewer.features["test"]) == fewer.tested.sum() == n_known
    assert (fewer.answers["test"] == asked.answers["test"][:n_known]).all()


@pytest.mark.parametrize("hidden", ["real", "synthetic", "holdout"])
def test_a_target_without_values_is_refused(hidden):
    frames = {name: linked_rows(100, seed) for seed, name in enumerate(("real", "synthetic", "holdout"))}
    frames[hidden] = frames[hidden].assign(y=frames[hidden]["y"].where(np.arange(100) < 4))
    with pytest.raises(CannotPredictError, match="too few rows"):
        ask("y", **frames)


def test_a_column_alone_is_refused():
    with pytest.raises(CannotPredictError, match="no other column"):
        ask("x", linked_rows(100, 0)[["x"]])
