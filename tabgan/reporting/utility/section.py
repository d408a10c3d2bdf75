"""The report on utility: is what a model learns from synthetic rows worth as much as from real ones?

For the target, or for each column in turn: a model trained on synthetic rows, one trained on as many real
rows and one trained on both are graded on real test rows. Intervals hold for other test rows (`influence`)
and for other training rows, whose effect two models of different real rows show.
"""

import math
import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tabgan.reporting.influence import Measured, mean_of, standard_error
from tabgan.reporting.intervals import Estimate, around, simultaneous
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables
from tabgan.reporting.utility.prediction import MAX_CLASSES, MAX_NUMBER_CLASSES, CannotPredictError
from tabgan.reporting.utility.sources import Sources, draw_sources
from tabgan.reporting.utility.trial import Trial, run_trial
from tabgan.reporting.wording import shorten

NAMED_ROWS = (20_000, 20_000)  # to learn from and to test on, when a target is named
ROWS = (10_000, 5_000)  # when each column is predicted in turn
LEAST_ROWS, MAX_CELLS = 5_000, 1_000_000  # of a table of many columns, to learn from
ALL_TARGETS = 20  # up to as many columns each is predicted
SOME_TARGETS, LEAST_TARGETS = 800, 6  # of more columns 800 / columns are, 6 at least
IMPORTANCE_TARGETS, LEAST_IMPORTANCE = 600, 3  # and 600 / columns, 3 at least, tell what matters to them
SHOWN_COLUMNS = 20  # of one target's importances
MAX_THREADS = 8
SHOWN_NAMES = 12  # of columns in a note
NO_TARGET = "no column could be predicted: there is no other one, too few rows, or one value only"
NOTHING = "no column matters to the prediction of another"
MEASURES = {"classification": ("AUC", 0.5), "regression": ("R²", 0.0)}  # and what guessing gets


def judge_utility(tables: Tables) -> Section:
    """Judge by models: scores `tstr`, `tstr_gap`, `augmentation`, `importance_agreement`; details `utility`."""
    targets, n_columns = choose_targets(tables), tables.real.shape[1]
    sources = draw_sources(tables, *_sizes(tables))
    trials, failed = _try_all(tables, sources, targets)
    judged_of = n_columns if tables.target is None else 1
    details = {
        "targets": [_target(trial, simultaneous(len(trials))) for trial in trials],
        "tested_on": "hold-out" if tables.holdout is not None else "a part of the real rows left out of both",
        "importance": list(_importances(tables, trials)),
    }
    return Section(
        scores=_scores(trials, judged_of if len(targets) < judged_of else len(trials)),
        details={"utility": details},
        notes=tuple(_notes(tables, sources, targets, trials, failed)),
    )


def _try_all(
    tables: Tables, sources: Sources, targets: Sequence[Hashable]
) -> tuple[list[Trial], list[tuple[Hashable, str]]]:
    """Try the targets side by side; those that cannot be predicted come with the reason.

    One thread each: the models are so small that threads inside of one wait for each other most of the time.
    """
    n_compared = max(IMPORTANCE_TARGETS // tables.real.shape[1], LEAST_IMPORTANCE)

    def attempt(place: int) -> Trial | str:
        with threadpool_limits(1, user_api="openmp"):
            try:
                return run_trial(tables, sources, targets[place], compare=place < n_compared)
            except CannotPredictError as error:
                return str(error)

    with ThreadPoolExecutor(min(os.cpu_count() or 1, MAX_THREADS)) as pool:
        found = list(zip(targets, pool.map(attempt, range(len(targets))), strict=True))
    trials = [made for _, made in found if isinstance(made, Trial)]
    return trials, [(target, made) for target, made in found if isinstance(made, str)]


def choose_targets(tables: Tables) -> list[Hashable]:
    """The target; or all columns; or of many some, spread evenly over numbers and levels from a random start."""
    if tables.target is not None:
        return [tables.target]
    names = [*tables.numeric, *tables.categorical]
    if len(names) > ALL_TARGETS:
        n_chosen = min(max(SOME_TARGETS // len(names), LEAST_TARGETS), ALL_TARGETS)
        start = tables.rng("targets").random()
        names = [names[int((k + start) * len(names) / n_chosen)] for k in range(n_chosen)]
    chosen = set(names)
    return [name for name in tables.real.columns if name in chosen]


def _sizes(tables: Tables) -> tuple[int, int]:
    if tables.target is not None:
        return NAMED_ROWS
    return min(ROWS[0], max(LEAST_ROWS, MAX_CELLS // tables.real.shape[1])), ROWS[1]


def _scores(trials: Sequence[Trial], judged_of: int) -> dict[str, Score]:
    n_rows = min((trial.n_train for trial in trials), default=0)

    def score(label: str, found: Estimate | None, note: str, **more: Any) -> Score:
        value, low, high = found or (None, None, None)
        note = note if found else NOTHING if trials else NO_TARGET
        return Score(label=label, value=value, low=low, high=high, n_rows=n_rows, note=note, **more)

    real = _mean(trials, judged_of, lambda trial: trial.real, 1)
    fresh = [trial.fresh_gain for trial in trials if trial.fresh_gain is not None]
    measures = _measures(trials)
    return {
        "tstr": score(
            "Trained on synthetic, tested on real",
            _mean(trials, judged_of, lambda trial: trial.synthetic, 1, most=1.0),
            better="high",
            best=1.0,
            floor=real.value if real else None,
            note=f"{measures}; beside it what as many real rows teach",
        ),
        "tstr_gap": score(
            "Lost against real rows",
            _mean(trials, judged_of, lambda trial: trial.lost, 2),
            better="low",
            best=0.0,
            floor=0.0 if trials else None,
            note=f"{measures}: trained on real rows less trained on as many synthetic ones",
        ),
        "augmentation": score(
            "Gain of real and synthetic rows over real ones",
            _mean(trials, judged_of, lambda trial: trial.gained, 1),
            better="high",
            best=1.0 - (real.value if real else 0.0),
            floor=float(np.mean(fresh)) if fresh else None,
            note=f"{measures}: what as many synthetic rows add to the real ones; "
            + ("beside it what fresh real rows add" if fresh else "too few real rows to say what those add"),
        ),
        "importance_agreement": score(
            "Agreement of importances",
            _agreement(trials),
            better="high",
            best=1.0,
            floor=_agreement_floor(trials),
            note="rank correlation of what matters to a model of real rows and to one of synthetic rows",
        ),
    }


def _mean(
    trials: Sequence[Trial],
    judged_of: int,
    part: Callable[[Trial], Measured],
    n_trainings: int,
    most: float = math.inf,
) -> Estimate | None:
    """Mean over the targets, and its interval over test rows, trainings and, where some were drawn, targets."""
    if not trials:
        return None
    found = [part(trial) for trial in trials]
    mean, n = mean_of(found), len(found)
    variance = standard_error(mean.terms) ** 2
    variance += n_trainings * sum(trial.training**2 for trial in trials) / n**2
    if 1 < n < judged_of:
        variance += (1 - n / judged_of) * float(np.var([one.value for one in found], ddof=1)) / n
    return around(mean.value, math.sqrt(variance), -math.inf, most)


def _agreement(trials: Sequence[Trial]) -> Estimate | None:
    judged = [trial.comparison for trial in trials if trial.comparison is not None]
    judged = [one for one in judged if one.agreement is not None]
    if not judged:
        return None
    value = float(np.mean([one.agreement for one in judged]))
    draws = np.array([one.draws for one in judged])
    known = ~np.isnan(draws)
    counts = known.sum(axis=0)
    means = np.where(known, draws, 0.0).sum(axis=0)[counts > 0] / counts[counts > 0]
    return around(value, float(means.std()), -1.0, 1.0)


def _agreement_floor(trials: Sequence[Trial]) -> float | None:
    floors = [trial.comparison.floor for trial in trials if trial.comparison is not None]
    known = [floor for floor in floors if floor is not None]
    return float(np.mean(known)) if known else None


def _measures(trials: Sequence[Trial]) -> str:
    """What the figures are the mean of: "mean of 9 AUC (guessing: 0.5) and 6 R² (guessing: 0)"."""
    counts = [(sum(trial.task == task for trial in trials), *MEASURES[task]) for task in MEASURES]
    if len(trials) == 1:
        return next(f"{name} (guessing: {naive:g})" for n, name, naive in counts if n)
    return "mean of " + " and ".join(f"{n} {name} (guessing: {naive:g})" for n, name, naive in counts if n)


def _target(trial: Trial, z: float) -> dict[str, Any]:
    """One target's figures; `real_low`, a bound by `z`, says whether real rows teach anything about it."""
    metric, naive = MEASURES[trial.task]
    estimates = {
        key: around(
            part.value, math.hypot(standard_error(part.terms), n**0.5 * trial.training), -math.inf, top
        )
        for key, part, n, top in (("score", trial.synthetic, 1, 1.0), ("lost", trial.lost, 2, math.inf))
    }
    return {
        "column": str(trial.target),
        "task": trial.task,
        "metric": metric,
        "synthetic": trial.synthetic.value,
        "real": trial.real.value,
        "real_low": trial.real.value - z * math.hypot(standard_error(trial.real.terms), trial.training),
        "augmented": trial.augmented.value,
        "naive": naive,
        "low": estimates["score"].low,
        "high": estimates["score"].high,
        "lost": trial.lost.value,
        "lost_low": estimates["lost"].low,
        "lost_high": estimates["lost"].high,
        "n_train": trial.n_train,
        "n_test": trial.n_test,
    }


def _importances(tables: Tables, trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    for trial in trials:
        if trial.comparison is None:
            continue
        names = [str(name) for name in tables.real.columns if name != trial.target]
        real, synthetic = trial.comparison.real, trial.comparison.synthetic
        shown = np.argsort(-np.maximum(real, synthetic), kind="stable")[:SHOWN_COLUMNS]
        yield {
            "column": str(trial.target),
            "names": [names[k] for k in shown],
            "real": real[shown].tolist(),
            "synthetic": synthetic[shown].tolist(),
            "agreement": trial.comparison.agreement,
        }


def _notes(
    tables: Tables,
    sources: Sources,
    targets: Sequence[Hashable],
    trials: Sequence[Trial],
    failed: Sequence[tuple[Hashable, str]],
) -> Iterator[str]:
    n_columns = tables.real.shape[1]
    if tables.target is None and len(targets) < n_columns:
        yield f"{len(targets)} of {n_columns:,} columns were predicted, drawn at random: {_listed(targets)}."
    for why in dict.fromkeys(why for _, why in failed):
        yield f"Not predicted, since {why}: {_listed([name for name, reason in failed if reason == why])}."
    if not trials:
        return
    yield (
        "Models are scikit-learn's gradient-boosted trees with fixed settings, trained on "
        f"{sources.n_train:,} of {sources.n_real:,} real and as many of {len(tables.synthetic):,} synthetic "
        f"rows, and tested on {len(sources.frames['test']):,} of {sources.n_test:,} real rows."
    )
    if tables.holdout is None:
        yield (
            "Without a hold-out a third of the real rows was kept to test on. The synthetic rows were made from "
            "those too, which flatters them where they copy."
        )
    if any(trial.task == "regression" for trial in trials):
        yield (
            "Numbers are predicted as their rank among the real rows: R² is that of the ranks, in which a "
            "heavy tail weighs no more than its share of rows."
        )
    if any(trial.task == "classification" for trial in trials):
        yield (
            "AUC is the mean over the classes, each against the rest; those below 0.5 % of the rows, and those "
            f"beyond the {MAX_CLASSES} most frequent, count as one. Numbers of up to {MAX_NUMBER_CLASSES} values "
            "are classes too."
        )


def _listed(names: Sequence[Hashable]) -> str:
    shown = ", ".join(shorten(name, 60) for name in names[:SHOWN_NAMES])
    return shown if len(names) <= SHOWN_NAMES else f"{shown} and {len(names) - SHOWN_NAMES} more"
