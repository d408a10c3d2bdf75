"""Membership inference: who can tell the rows trained on from rows of the same kind that were not?"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingRegressor

from tabgan.reporting.columns import Floats
from tabgan.reporting.privacy.neighbours import ComparableRows, Floats32, Index, Rows, affordable
from tabgan.reporting.privacy.ranking import Mask
from tabgan.reporting.tables import Tables

LogProb = Callable[[pd.DataFrame], Any]  # rows as given -> log-likelihood of each, shape (n,)
LEAST_HOLDOUT = 20  # rows: half of them is the attacker's reference
MAX_JUDGED = 10_000  # members, and as many others
N_REFERENCE = 5  # neighbours that estimate the density of the reference
SMOOTHING = 0.2  # of the reference's median nearest distance, added to distances before their logarithm
N_TREES = 100
MAX_TRAINING = 160_000  # rows of a side times √columns: what keeps the classifier within seconds
EXPOSED_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attack: what the attacker knows, and how likely each judged row seems to have been trained on."""

    name: str
    knows: str
    scores: Floats


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The judged rows, in one random order, and the attacker's reference.

    Attributes
    ----------
    member : whether a judged row is a training row, shape (n,); half of them are.
    place : its number in `tables.real` or `tables.holdout`, shape (n,).
    reference : numbers of the hold-out rows that the attacker has.
    """

    member: Mask
    place: Rows
    reference: Rows


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it: all attacks on the same rows, and the rows most exposed among them."""

    trial: Trial
    attacks: tuple[Attack, ...]
    exposed: Mask


def attack_membership(tables: Tables, rows: list[ComparableRows], log_prob: LogProb | None = None) -> Played:
    """Attack as many training rows as held-out rows by every means there is.

    Parameters
    ----------
    rows
        Synthetic, real and held-out rows, from `comparable_rows`; at least 20 held out.
    """
    assert tables.holdout is not None
    synthetic, real, holdout = rows
    rng = tables.rng("membership")
    index = Index(synthetic)
    order = rng.permutation(len(holdout))
    half = len(order) // 2
    known = Index(holdout.take(order[:half][:MAX_JUDGED]))
    n_judged = min(half, len(order) - half, len(real), MAX_JUDGED, affordable(index, known) // 2)
    trial = _draw(rng, len(real), order[half:], n_judged, order[:half][:MAX_JUDGED])
    judged = _joined(
        real.take(trial.place[trial.member]), holdout.take(trial.place[~trial.member]), trial.member
    )
    to_synthetic = index.nearest(judged).distance[:, 0]
    to_reference = known.nearest(judged, N_REFERENCE).distance
    attacks = [
        Attack(
            name="nearest synthetic row", knows="the synthetic rows", scores=-to_synthetic.astype(np.float64)
        ),
        Attack(
            name="density ratio",
            knows="the synthetic rows and other rows of the same population (DOMIAS)",
            scores=density_ratio(to_synthetic, to_reference),
        ),
        Attack(
            name="classifier",
            knows="the synthetic rows and other rows of the same population",
            scores=synthetic_odds(synthetic, known.others, judged, rng),
        ),
    ]
    if log_prob is not None:
        attacks += by_likelihood(tables, trial, synthetic, judged, log_prob)
    return Played(trial=trial, attacks=tuple(attacks), exposed=most_isolated(to_reference[:, -1], rng))


def _draw(rng: np.random.Generator, n_real: int, others: Rows, n_judged: int, reference: Rows) -> Trial:
    members = rng.choice(n_real, n_judged, replace=False)
    place = np.concatenate([members, others[:n_judged]])
    member = np.arange(len(place)) < n_judged
    order = rng.permutation(len(place))
    return Trial(member=member[order], place=place[order], reference=reference)


def _joined(members: ComparableRows, others: ComparableRows, member: Mask) -> ComparableRows:
    """Rows of both sides in the order of the trial."""
    place = np.empty(len(member), dtype=np.intp)
    place[np.concatenate([np.flatnonzero(member), np.flatnonzero(~member)])] = np.arange(len(member))
    return members.followed_by(others).take(place)


def density_ratio(to_synthetic: Floats32, to_reference: Floats32) -> Floats:
    """Logarithm of the density under the synthetic rows over that under the reference, shape (n,).

    Both densities from nearest neighbours; up to a factor and a constant this is the difference of the
    logarithms of distances. Source: van Breugel et al. 2023 (arXiv 2302.12580), equation 3.
    DIFF: one neighbour stands for the synthetic density, since a memorised row has one near copy; the mean
    logarithm of five for the reference, which need not be as sharp.

    Parameters
    ----------
    to_synthetic
        Distance to the nearest synthetic row, shape (n,).
    to_reference
        Distances to the nearest rows of the reference, shape (n, k).
    """
    near = to_reference[:, 0]
    small = SMOOTHING * float(np.median(near)) or SMOOTHING * float(near.mean()) or 1e-6
    return np.asarray(
        np.log(to_reference.astype(np.float64) + small).mean(axis=1)
        - np.log(to_synthetic.astype(np.float64) + small)
    )


def synthetic_odds(
    synthetic: ComparableRows, reference: ComparableRows, judged: ComparableRows, rng: np.random.Generator
) -> Floats:
    """How synthetic each judged row looks to trees that tell synthetic rows from the reference, shape (n,).

    Trees grown to single rows, at random splits: a copy of a training row draws it to its leaf.
    """
    features = [_features(part, rng) for part in (synthetic, reference)]
    truth = np.repeat([1, 0], [len(part) for part in features])
    model = ExtraTreesClassifier(N_TREES, random_state=int(rng.integers(2**31)), n_jobs=-1)
    model.fit(np.vstack(features), truth)
    return np.asarray(model.predict_proba(_features(judged))[:, 1])


def _features(rows: ComparableRows, rng: np.random.Generator | None = None) -> Floats32:
    """Numbers and codes side by side; with a generator at most so many rows as can be trained on."""
    if rng is not None and len(rows) > (most := _trainable(rows)):
        rows = rows.take(rng.choice(len(rows), most, replace=False))
    return np.hstack([rows.numbers, rows.codes.astype(np.float32)])


def _trainable(rows: ComparableRows) -> int:
    return int(MAX_TRAINING / math.sqrt(max(rows.width, 10)))


def by_likelihood(
    tables: Tables, trial: Trial, synthetic: ComparableRows, judged: ComparableRows, log_prob: LogProb
) -> list[Attack]:
    """The attacks of somebody who holds the model, as it is and calibrated.

    What the likelihood of a row should be is learnt from the synthetic rows, by a regression of theirs on
    their cells; what remains is what the model knows of the row itself. Source of the idea: difficulty
    calibration (Watson et al. 2022, arXiv 2111.08440).
    """
    rng = tables.rng("likelihood")
    assert tables.holdout is not None
    assert tables.source_holdout is not None
    found = np.empty(len(trial.place))
    for side, frame, source in (
        (trial.member, tables.real, tables.source_real),
        (~trial.member, tables.holdout, tables.source_holdout),
    ):
        found[side] = likelihoods(tables, log_prob, frame, source, trial.place[side])
    some = np.sort(rng.permutation(len(synthetic))[: _trainable(synthetic)])
    known = likelihoods(tables, log_prob, tables.synthetic, tables.source_synthetic, some)
    return [
        Attack(name="likelihood", knows="the model", scores=found),
        Attack(
            name="calibrated likelihood",
            knows="the model and rows that it made",
            scores=_beyond_expected(found, judged, known, synthetic.take(some)),
        ),
    ]


def likelihoods(
    tables: Tables, log_prob: LogProb, frame: pd.DataFrame, source: pd.DataFrame, rows: Rows
) -> Floats:
    """Log-likelihoods of some rows as given, shape (n,).

    Rows with a level, or a missing cell, that no training row has in its column are not shown to the
    function, which may refuse them; to it they are impossible: -inf. So is what it calls NaN.

    Raises
    ------
    ValueError
        When the function does not return one number for each row.
    """
    possible = _possible(tables, frame.iloc[rows])
    values = np.full(len(rows), -np.inf)
    if possible.any():
        found = np.asarray(log_prob(source.iloc[rows[possible]]), dtype=np.float64)
        if found.shape != (int(possible.sum()),):
            raise ValueError(
                f"log_prob must return one number for each of {int(possible.sum())} rows; found shape {found.shape}"
            )
        values[possible] = np.where(np.isnan(found), -np.inf, found)
    return values


def _possible(tables: Tables, rows: pd.DataFrame) -> Mask:
    possible = np.ones(len(rows), dtype=np.bool_)
    for name in tables.real.columns:
        if name in set(tables.categorical):
            possible &= rows[name].isin(tables.real[name].unique()).to_numpy(dtype=np.bool_)
        elif not tables.real[name].isna().any():
            possible &= rows[name].notna().to_numpy(dtype=np.bool_)
    return possible


def _beyond_expected(
    found: Floats, judged: ComparableRows, known: Floats, synthetic: ComparableRows
) -> Floats:
    """Likelihoods minus what those of the synthetic rows let expect of such a row."""
    finite = np.isfinite(known)
    if finite.sum() < 2:
        return found
    low, high = np.quantile(known[finite], [0.001, 0.999])  # single extremes would bend the regression
    model = HistGradientBoostingRegressor(random_state=0)
    model.fit(_features(synthetic)[finite], np.clip(known[finite], low, high))
    return np.asarray(found - model.predict(_features(judged)))


def most_isolated(distance: Floats32, rng: np.random.Generator) -> Mask:
    """The tenth of the judged rows whose fifth-nearest row of the reference is farthest, shape (n,).

    It depends neither on membership nor on any attack; ties are broken at random.
    """
    order = np.lexsort((rng.permutation(len(distance)), distance))
    exposed = np.zeros(len(distance), dtype=np.bool_)
    exposed[order[len(order) - int(np.ceil(EXPOSED_SHARE * len(order))) :]] = True
    return exposed
