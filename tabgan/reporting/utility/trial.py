"""One target put to the test: models trained on synthetic rows, on real rows and on both, graded on real rows."""

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from tabgan.reporting.columns import Floats
from tabgan.reporting.influence import Measured, gap
from tabgan.reporting.tables import Tables
from tabgan.reporting.utility.importance import Importance, agreement, agreement_draws, importance
from tabgan.reporting.utility.prediction import Learnt, Prediction, pose
from tabgan.reporting.utility.sources import Sources

IMPORTANCE_ROWS, IMPORTANCE_CELLS = 2_000, 200_000  # that columns are shuffled in; 500 rows at least
N_DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What matters to the models of real and of synthetic rows.

    Attributes
    ----------
    real, synthetic : loss of score when a column is shuffled, shape (columns but the target,).
    agreement, floor : rank correlation of both, and of two models of real rows; None where nothing matters.
    draws : the agreement on other test rows and after other trainings, shape (200,).
    """

    real: Floats
    synthetic: Floats
    agreement: float | None
    floor: float | None
    draws: Floats


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came out for one target.

    Attributes
    ----------
    synthetic, real, augmented : scores of models of synthetic rows, of real ones, and of both together.
    fresh_gain : what as many fresh real rows add to the real ones; None where there are too few.
    training : standard deviation of a score over draws of training rows.
    n_train, n_test : rows; of `augmented` twice as many.
    """

    target: Hashable
    task: str
    synthetic: Measured
    real: Measured
    augmented: Measured
    fresh_gain: float | None
    training: float
    n_train: int
    n_test: int
    comparison: Comparison | None

    @property
    def lost(self) -> Measured:
        """What training on synthetic rows loses against training on real ones."""
        return gap(self.real, self.synthetic)

    @property
    def gained(self) -> Measured:
        """What adding synthetic rows to the real ones gains."""
        return gap(self.augmented, self.real)


def run_trial(tables: Tables, sources: Sources, target: Hashable, *, compare: bool) -> Trial:
    """Train and grade; `compare` also asks what matters to the models.

    Raises
    ------
    CannotPredictError
        The column is no target.
    """
    asked = pose(tables, sources, target)
    rows = slice(0, asked.n_train)
    real, synthetic = asked.learn(("real", rows)), asked.learn(("synthetic", rows))
    on_real = asked.score(real)
    pair, shrink = _two_real(asked, real)
    spread = [asked.score(learnt).value for learnt in pair]
    fresh_gain = None
    if "fresh" in asked.features:
        fresh_gain = asked.score(asked.learn(("real", rows), ("fresh", rows))).value - on_real.value
    return Trial(
        target=target,
        task=asked.task,
        synthetic=asked.score(synthetic),
        real=on_real,
        augmented=asked.score(asked.learn(("real", rows), ("synthetic", rows))),
        fresh_gain=fresh_gain,
        training=abs(spread[0] - spread[1]) * shrink / math.sqrt(2),
        n_train=asked.n_train,
        n_test=len(asked.answers["test"]),
        comparison=_compare(tables, asked, real, synthetic, pair, shrink) if compare else None,
    )


def _two_real(asked: Prediction, real: Learnt) -> tuple[tuple[Learnt, Learnt], float]:
    """Two models of different real rows, and what brings their difference to the size of the training.

    The second is one of fresh rows; where there are too few, both have half of the real rows.
    """
    n_rows = asked.n_train
    if "fresh" in asked.features:
        return (real, asked.learn(("fresh", slice(0, n_rows)))), 1.0
    halves = slice(0, n_rows // 2), slice(n_rows // 2, n_rows)
    first, second = (asked.learn(("real", half)) for half in halves)
    return (first, second), math.sqrt(0.5)


def _compare(
    tables: Tables,
    asked: Prediction,
    real: Learnt,
    synthetic: Learnt,
    pair: tuple[Learnt, Learnt],
    shrink: float,
) -> Comparison | None:
    n_columns = asked.features["test"].shape[1]
    n_rows = int(np.clip(IMPORTANCE_CELLS // max(n_columns, 1), 500, IMPORTANCE_ROWS))
    asked = asked.with_fewer_tests(n_rows)
    if n_columns < 2 or not asked.can_grade:
        return None
    rng = tables.rng("importance")
    order = rng.permutation(len(asked.features["test"]))
    found: dict[int, Importance] = {}
    for learnt in (real, synthetic, *pair):
        if id(learnt) not in found:
            found[id(learnt)] = importance(asked, learnt, order)
    first, second = (found[id(learnt)] for learnt in pair)
    ours, theirs = found[id(real)], found[id(synthetic)]
    weights = rng.normal(size=(N_DRAWS, len(asked.tested)))
    spread = np.abs(first.drops - second.drops) * shrink / math.sqrt(2)
    return Comparison(
        real=ours.drops,
        synthetic=theirs.drops,
        agreement=agreement(ours.drops, theirs.drops),
        floor=agreement(first.drops, second.drops),
        draws=agreement_draws(ours, theirs, weights, spread, rng),
    )
