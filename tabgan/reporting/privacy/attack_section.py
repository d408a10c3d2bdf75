"""The report on attacks: who attacked what, knowing what, and with what success beyond chance."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.reporting.columns import Floats
from tabgan.reporting.intervals import Estimate, around, excess_risk, simultaneous
from tabgan.reporting.privacy.attribute_inference import FEW, Inference, infer_attributes
from tabgan.reporting.privacy.membership import LEAST_HOLDOUT, LogProb, Played, attack_membership
from tabgan.reporting.privacy.neighbours import ComparableRows
from tabgan.reporting.privacy.ranking import LEAST_OTHERS, Measured, auc, roc, strongest, tpr_at_low_fpr
from tabgan.reporting.privacy.singling_out import Guesses, single_out
from tabgan.reporting.score import Score, Section, join_sections
from tabgan.reporting.tables import Tables
from tabgan.reporting.wording import shorten

N_FROM_ROWS = 3  # membership attacks that need no model
LEAST_SIDE = 10  # members, and others, in each half for an AUC of the most exposed
LABELS = {
    "mia_auc": "Strongest membership attack (AUC)",
    "mia_tpr": "Training rows found at 1 % false alarms",
    "mia_exposed_auc": "The same on the most exposed tenth (AUC)",
    "singling_out": "Singling out, beyond chance",
    "attribute_inference": "Attribute inference, beyond chance",
}
MEMBERSHIP = {"mia_auc": (0.5, ""), "mia_tpr": (1.0, "%"), "mia_exposed_auc": (0.5, "")}  # what guessing gets
CHOSEN = "The strongest attack is chosen on one half of the judged rows and measured on the other, and the other way."


def judge_attacks(tables: Tables, rows: list[ComparableRows], log_prob: LogProb | None = None) -> Section:
    """Scores `mia_*`, `singling_out`, `attribute_inference`; details of the same names, and `cannot_judge`."""
    if why := _obstacle(tables):
        scores = {name: _score(name, None, note=why) for name in LABELS}
        nothing = dict.fromkeys(("membership", "singling_out", "attribute_inference"))
        return Section(scores=scores, details={**nothing, "cannot_judge": why})
    parts = [
        judge_membership(tables, attack_membership(tables, rows, log_prob)),
        judge_singling_out(tables, single_out(tables)),
        judge_inference(tables, infer_attributes(tables, rows) if tables.real.shape[1] > 1 else []),
        Section(
            scores={},
            details={"cannot_judge": None},
            notes=(
                "Attacks assume a hold-out drawn at random from the rows that the training rows come from: one "
                "from elsewhere can be told from them whatever the synthetic rows give away.",
            ),
        ),
    ]
    return join_sections(parts)


def _obstacle(tables: Tables) -> str:
    if tables.holdout is not None and len(tables.holdout) >= LEAST_HOLDOUT:
        return ""
    found = "there is none" if tables.holdout is None else f"it has {len(tables.holdout)} rows"
    return (
        f"It takes a hold-out of at least {LEAST_HOLDOUT} real rows that the synthetic ones were not made from, "
        f"and {found}. Rows that resemble the training rows resemble the whole population: only beside people "
        "who were left out does it show whether being in the training table gives somebody away."
    )


def _score(name: str, found: Estimate | None, n_rows: int = 0, note: str = "") -> Score:
    best, unit = MEMBERSHIP.get(name, (0.0, "%"))
    return Score(
        label=LABELS[name],
        value=None if found is None else found.value,
        better="low",
        best=best,
        unit="%" if unit == "%" else "",
        floor=None if found is None else best,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        n_rows=n_rows,
        note=note,
    )


def judge_membership(tables: Tables, played: Played) -> Section:
    """The scores of the strongest attack and the table of all."""
    trial = played.trial
    members, others = np.flatnonzero(trial.member), np.flatnonzero(~trial.member)
    folds = [np.concatenate([members[half::2], others[half::2]]) for half in (0, 1)]
    attacks = {attack.name: attack.scores for attack in played.attacks}
    rng = tables.rng("ties")
    scores: dict[str, Score] = {}
    judges: dict[str, tuple[Callable[[Floats, NDArray[np.intp]], Measured], str]] = {
        "mia_auc": (lambda s, r: auc(s[r], trial.member[r]), ""),
        "mia_tpr": (
            lambda s, r: tpr_at_low_fpr(s[r], trial.member[r], rng),
            _too_few(folds, ~trial.member, LEAST_OTHERS),
        ),
        "mia_exposed_auc": (
            lambda s, r: auc(s[r][played.exposed[r]], trial.member[r][played.exposed[r]]),
            _too_few(folds, played.exposed & trial.member, LEAST_SIDE)
            or _too_few(folds, played.exposed & ~trial.member, LEAST_SIDE),
        ),
    }
    for name, (judge, obstacle) in judges.items():
        found = None if obstacle else strongest(attacks, folds, judge)
        if found is not None and name == "mia_tpr":
            found = found.times(100)
        scores[name] = _score(name, found, len(members), obstacle or _membership_note(name, played))
    return Section(
        scores=scores,
        details={"membership": _membership_details(played, partial(tpr_at_low_fpr, rng=rng))},
        notes=_membership_notes(tables, played),
    )


def _too_few(folds: Sequence[NDArray[np.intp]], counted: NDArray[np.bool_], least: int) -> str:
    found = min(int(counted[fold].sum()) for fold in folds)
    return (
        ""
        if found >= least
        else f"needs more held-out rows: {least} in each half of the judged, found {found}"
    )


def _membership_note(name: str, played: Played) -> str:
    told = f"The strongest of {len(played.attacks)} attacks; 0.5 is guessing."
    if name == "mia_tpr":
        return f"The strongest of {len(played.attacks)} attacks; guessing finds 1 %."
    if name == "mia_exposed_auc":
        return f"{told} Exposed are the rows whose fifth-nearest row of the attacker's reference is farthest."
    return told


def _membership_details(played: Played, tpr: Callable[..., Measured]) -> dict[str, Any]:
    member, exposed = played.trial.member, played.exposed
    entries = []
    for attack in played.attacks:
        area = around(*auc(attack.scores, member))
        enough = (~member).sum() >= LEAST_OTHERS
        rate = around(*tpr(attack.scores, member)).times(100) if enough else None
        both = 0 < (member & exposed).sum() < exposed.sum()
        entries.append(
            {
                "name": attack.name,
                "knows": attack.knows,
                **_named("auc", area),
                **_named("tpr", rate),
                "exposed_auc": auc(attack.scores[exposed], member[exposed]).value if both else None,
            }
        )
    best = int(np.argmax([auc(attack.scores, member).value for attack in played.attacks]))
    return {
        "attacks": entries,
        "strongest": entries[best]["name"],
        "roc": roc(played.attacks[best].scores, member),
        "n_members": int(member.sum()),
        "n_non_members": int((~member).sum()),
        "n_reference": len(played.trial.reference),
    }


def _named(name: str, found: Estimate | None) -> dict[str, float | None]:
    value, low, high = (None, None, None) if found is None else found
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _membership_notes(tables: Tables, played: Played) -> tuple[str, ...]:
    n_judged = int(played.trial.member.sum())
    assert tables.holdout is not None
    notes = [
        f"Membership inference attacked {n_judged:,} of the {len(tables.real):,} training rows, mixed with as many "
        f"of the {len(tables.holdout):,} held-out rows; the attacker holds the synthetic rows and "
        f"{len(played.trial.reference):,} further held-out rows as a reference. {CHOSEN}"
    ]
    if len(played.attacks) > N_FROM_ROWS:
        notes.append(
            "The attacks by likelihood suppose that the attacker holds the model, not its rows only."
        )
    return tuple(notes)


def judge_singling_out(tables: Tables, found: Sequence[Guesses]) -> Section:
    """The score of the worst of both attacks, and the table."""
    found = [guesses for guesses in found if guesses.n_attacks]
    if not found:
        none = "no description by the judged columns fits one synthetic row alone"
        return Section(
            scores={"singling_out": _score("singling_out", None, note=none)}, details={"singling_out": None}
        )
    risks = _risks(found)
    worst = _worst(risks)
    assert tables.holdout is not None
    n_rows = min(len(tables.real), len(tables.holdout))
    score = _score(
        "singling_out",
        risks[worst].times(100),
        found[worst].n_attacks,
        f"Descriptions by {found[worst].name} that fit one training row alone, beyond those that fit one of "
        f"{n_rows:,} held-out rows alone{_weak(found[worst])}.",
    )
    knows = (
        "the synthetic rows and how many people there are; the descriptions are of synthetic rows that they fit "
        f"alone, tried on {n_rows:,} training rows and on as many held-out ones"
    )
    entries = [{"name": g.name, **_counted(g)} for g in found]
    return Section(
        scores={"singling_out": score}, details={"singling_out": {"attacks": entries, "knows": knows}}
    )


def judge_inference(tables: Tables, found: Sequence[Inference]) -> Section:
    """The score of the worst column, and the table."""
    if not found:
        none = "needs two columns: one to know and one to guess"
        return Section(
            scores={"attribute_inference": _score("attribute_inference", None, note=none)},
            details={"attribute_inference": None},
        )
    risks = _risks(found)
    worst = _worst(risks)
    score = _score(
        "attribute_inference",
        risks[worst].times(100),
        found[worst].n_attacks,
        f"The worst of {len(found)} attacks: column {shorten(found[worst].column, 60)} from {found[worst].n_known} "
        f"others, beyond the same guesses of held-out rows{_weak(found[worst])}.",
    )
    n_known = tables.real.shape[1] - 1
    near = "within 5 % of the number, of times within 5 % of their range, and any other cell exactly"
    what = (
        f"of the person and the synthetic rows, and guesses what the nearest of these holds: right is {near}"
    )
    entries = [(i.n_known, {"column": str(i.column), **_counted(i)}) for i in found]
    details: dict[str, Any] = {
        "columns": [entry for known, entry in entries if known == n_known],
        "knows": f"all other columns {what}",
        "n_known": n_known,
    }
    if few := [entry for known, entry in entries if known != n_known]:
        details["few"] = {
            "columns": few,
            "knows": f"{FEW} other columns drawn at random {what}",
            "n_known": FEW,
        }
    n_columns = tables.real.shape[1]
    told = (
        f"{len(details['columns'])} of the {n_columns} columns were"
        if len(details["columns"]) < n_columns
        else "each was"
    )
    notes = (
        f"Attribute inference: {told} guessed of {found[0].n_attacks:,} training rows and as many held-out ones, "
        f"once from all other columns and once from {FEW}; the risk shown is of the worst, and its interval "
        "allows for that.",
    )
    return Section(
        scores={"attribute_inference": score}, details={"attribute_inference": details}, notes=notes
    )


def _risks(found: Sequence[Guesses] | Sequence[Inference]) -> list[Estimate]:
    """Excess risks with intervals that hold all together."""
    z = simultaneous(len(found))
    return [excess_risk(f.success, f.n_attacks, f.control, f.n_attacks, z) for f in found]


def _worst(risks: Sequence[Estimate]) -> int:
    """The risk that is surest to be large: by its lower bound."""
    return int(np.argmax([risk.low for risk in risks]))


def _weak(found: Guesses | Inference) -> str:
    """A warning where the attack does no better than guessing: it then says nothing of the risk."""
    return "; the attack is no better than guessing" if found.success <= found.naive else ""


def _counted(found: Guesses | Inference) -> dict[str, Any]:
    risk = excess_risk(found.success, found.n_attacks, found.control, found.n_attacks)
    rates = {key: 100 * getattr(found, key) / found.n_attacks for key in ("success", "control", "naive")}
    return {
        **rates,
        "risk": 100 * risk.value,
        "low": 100 * risk.low,
        "high": 100 * risk.high,
        "n_attacks": found.n_attacks,
    }
