"""The three questions of a person who holds synthetic rows, each answered in a sentence or two from the scores.

The levels are conventions, written down here and nowhere else; a sentence always names the figures it rests on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tabgan.reporting.score import Score

Level = Literal["good", "fair", "poor", "unknown"]
Question = Literal["faithful", "useful", "private"]
Scores = Mapping[str, Score]
Finding = tuple[Level, str]  # a level and what is told of it, which may be nothing

DETECTION_LOSS = (0.10, 0.50)  # of the two-sample score against fresh real rows: good up to, fair up to
ERROR_EXCESS = (2.0, 5.0)  # times the error of fresh real rows
LEAST_ERROR = 0.1  # %: below it, a multiple of the fresh rows' error says nothing
COVERED_LOSS = (2.0, 10.0)  # points of real mass in levels, modes and combinations that never appear
UTILITY_KEPT = (0.95, 0.80)  # share of what a model learns from real rows beyond guessing
CHANCE = 0.5  # AUC of a guess
ATTACK_AUC = 0.55  # a membership attack above it (and above chance) is poor; between chance and it, fair
COPY_EXCESS = (1.0, 2.0)  # points of copies beyond what the hold-out has by chance
RISK = (1.0, 5.0)  # % of attacks that succeed beyond the control's
LEARNABLE = 0.01  # of AUC or R² beyond guessing: below it there is nothing to learn, and nothing to lose
_ORDER: tuple[Level, ...] = ("good", "fair", "poor")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to one question, in a word and a sentence."""

    question: Question
    level: Level
    sentence: str


def verdicts(scores: Scores, details: Mapping[str, Any]) -> tuple[Verdict, Verdict, Verdict]:
    """The answers on fidelity, utility and privacy."""
    return _faithful(scores), _useful(scores, details), _private(scores, details)


def _faithful(scores: Scores) -> Verdict:
    found = [*_detected(scores), *_errors(scores), *_gaps(scores)]
    return _verdict("faithful", found)


def _detected(scores: Scores) -> Iterator[Finding]:
    score = _known(scores, "c2st")
    if score is not None:
        value = _value(score)
        level = _below((1.0 if score.floor is None else score.floor) - value, DETECTION_LOSS)
        can = {"good": "hardly tells", "fair": "partly tells", "poor": "readily tells"}[level]
        fresh = "" if score.floor is None else f"; fresh real rows: {score.floor:.2f}"
        yield (
            level,
            f"A classifier {can} synthetic rows from real ones (score {value:.2f}, 1 is best{fresh}).",
        )


def _errors(scores: Scores) -> Iterator[Finding]:
    for name, noun in (("shape", "Single columns"), ("trend", "Pairs of columns")):
        score = _known(scores, name)
        if score is not None and score.floor is not None:
            level = _below(_value(score) / max(score.floor, LEAST_ERROR), ERROR_EXCESS)
            yield level, f"{noun} are off by {_value(score):.2g} % (fresh real rows: {score.floor:.2g} %)."


def _gaps(scores: Scores) -> Iterator[Finding]:
    """What never appears, beyond what a fresh real sample misses too; the greatest gap only."""
    gaps = []
    for noun in ("levels", "modes", "combinations"):
        score = _known(scores, f"{noun}_covered")
        if score is not None:
            gaps.append(((100.0 if score.floor is None else score.floor) - _value(score), noun))
    if gaps:
        gap, noun = max(gaps)
        level = _below(gap, COVERED_LOSS)
        told = f"{noun.capitalize()} that hold {gap:.1f} % of the real rows never appear."
        yield level, "" if level == "good" else told


def _useful(scores: Scores, details: Mapping[str, Any]) -> Verdict:
    targets = (details.get("utility") or {}).get("targets") or []
    learnt = [t for t in targets if None not in (t["synthetic"], t["real"], t["naive"])]
    learnt = [t for t in learnt if t["real"] - t["naive"] > LEARNABLE]
    learnt = [t for t in learnt if t.get("real_low", t["real"]) > t["naive"]]  # by chance some do better
    if not learnt:
        tstr = scores.get("tstr")
        why = tstr.note if tstr is not None and tstr.value is None else ""
        return Verdict(
            question="useful",
            level="unknown",
            sentence=f"It could not be judged: {why or 'real rows teach nothing of a column beyond guessing'}.",
        )
    kept = sum(t["synthetic"] - t["naive"] for t in learnt) / sum(t["real"] - t["naive"] for t in learnt)
    if len(learnt) == 1:
        t = learnt[0]
        sentence = (
            f"A model trained on synthetic rows predicts {t['column']!r} of real rows with {t['metric']} "
            f"{t['synthetic']:.3f}; one trained on real rows with {t['real']:.3f}."
        )
    else:
        sentence = (
            f"Over {len(learnt)} columns predicted in turn, models trained on synthetic rows keep {100 * kept:.0f} % "
            "of what models trained on real rows have beyond guessing."
        )
    level: Level = "good" if kept >= UTILITY_KEPT[0] else "fair" if kept >= UTILITY_KEPT[1] else "poor"
    return Verdict(question="useful", level=level, sentence=sentence)


def _private(scores: Scores, details: Mapping[str, Any]) -> Verdict:
    exact = (details.get("copies") or {}).get("exact") or {}
    attacked = _attacked(scores, details.get("membership") or {})
    found = [*_copied(scores, exact), *_near(scores), *attacked, *_found(scores), *_risks(scores)]
    if _known(scores, "mia_auc") is None:
        why = str(details.get("cannot_judge") or "there is no hold-out").rstrip(".")
        level: Level = "poor" if "poor" in [level for level, _ in found] else "unknown"
        return _verdict("private", [*found, (level, f"Attacks could not be judged: {why}.")], level)
    return _verdict("private", [*found, ("good", "That no attack succeeds is no proof of privacy.")])


def _copied(scores: Scores, exact: Mapping[str, Any]) -> Iterator[Finding]:
    """Copies that chance does not make: the lower bound of what is beyond it says whether there are any."""
    for name, what in (("exact_copies", "rows"), ("copied_cells_excess", "cells of a column")):
        score = _known(scores, name)
        if score is not None:
            excess, low = _value(score) - (score.floor or 0.0), score.low
            if name == "exact_copies":  # its bounds are of the copies, those of chance among them
                excess, low = exact.get("excess", excess), exact.get("excess_low")
            sure = low is None or low > 0
            told = f"Beyond chance, {excess:.1f} % of the {what} are copies from the training rows."
            yield _below(excess, COPY_EXCESS) if sure else "good", told if sure and excess >= 0.05 else ""


def _near(scores: Scores) -> Iterator[Finding]:
    """Near copies, which are no equal rows: nearer than unseen rows, and far nearer to one row than to a second."""
    share, ratio = _known(scores, "quantile_dcr_2"), _known(scores, "nndr")
    if share is None or ratio is None:
        return
    chance, high = share.floor or 0.0, 1.0 if ratio.high is None else ratio.high
    if (share.low or 0.0) > chance and high < (ratio.floor or 0.0):
        told = f"{_value(share):.1f} % of the synthetic rows are nearer to one training row than the nearest "
        told += f"{chance:.0f} % of unseen rows are."
        yield _below(_value(share) - chance, RISK), told


def _attacked(scores: Scores, membership: Mapping[str, Any]) -> Iterator[Finding]:
    score = _known(scores, "mia_auc")
    if score is not None:
        value = _value(score)
        low = value if score.low is None else score.low
        level: Level = "good" if low <= CHANCE else "fair" if value <= ATTACK_AUC else "poor"
        than = "no better than chance" if level == "good" else "better than chance"
        interval = "" if score.high is None else f", {low:.2f} to {score.high:.2f}"
        attack = f"The strongest attack tried{_by_whom(membership)} tells training rows from others {than}"
        yield level, f"{attack} (AUC {value:.2f}{interval}; {CHANCE} is chance)."
        rows_alone = [a["auc"] for a in membership.get("attacks", ()) if "model" not in a["knows"]]
        if level != "good" and "model" in _by_whom(membership) and rows_alone:
            yield "good", f"Without the model, the strongest reaches AUC {max(rows_alone):.2f}."


def _found(scores: Scores) -> Iterator[Finding]:
    """Single training rows that an attack is sure of, which the AUC over all rows need not show."""
    score = _known(scores, "mia_tpr")
    if score is not None and (score.low or 0.0) > (chance := score.floor or 0.0):
        told = (
            f"An attack finds {_value(score):.1f} % of the training rows where guessing finds {chance:.0f} %."
        )
        yield _below(_value(score) - chance, RISK), told


def _by_whom(membership: Mapping[str, Any]) -> str:
    """The strongest attack and what its attacker knows; nothing where it is not told."""
    for attack in membership.get("attacks", ()):
        if attack["name"] == membership.get("strongest"):
            return f" ({attack['name']}; the attacker knows {attack['knows']})"
    return ""


def _risks(scores: Scores) -> Iterator[Finding]:
    for name, what in (("singling_out", "single out a person"), ("attribute_inference", "infer a secret")):
        score = _known(scores, name)
        if score is not None and (score.low or 0.0) > 0:
            told = f"Attempts to {what} succeed {_value(score):.1f} % more often than against others."
            yield _below(_value(score), RISK), told


def _verdict(question: Question, found: Sequence[Finding], level: Level | None = None) -> Verdict:
    """The worst level of all findings, or the one given, and what they tell."""
    levels = [level for level, _ in found if level != "unknown"]
    worst: Level = max(levels, key=_ORDER.index) if levels else "unknown"
    sentence = " ".join(told for _, told in found if told) or "It could not be judged."
    return Verdict(question=question, level=level or worst, sentence=sentence)


def _known(scores: Scores, name: str) -> Score | None:
    score = scores.get(name)
    return score if score is not None and score.value is not None else None


def _value(score: Score) -> float:
    assert score.value is not None
    return score.value


def _below(value: float, bounds: tuple[float, float]) -> Level:
    return "good" if value <= bounds[0] else "fair" if value <= bounds[1] else "poor"
