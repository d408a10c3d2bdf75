"""Scores -> cards: each figure in words, and its place on a scale between its floor and its best value."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tabgan.reporting.wording import count, figure, interval, is_number

ScoreData = Mapping[str, Any]  # Score.as_data()

GROUPS = {  # of the cards of a part; a score that stands in none comes last, under "More"
    "Columns and pairs": ("shape", "trend", "trend_published", "wnmis"),
    "Whole rows": ("c2st", "c2st_auc", "c2st_xgb", "c2st_unseen", "alpha_precision", "beta_recall"),
    "Coverage": ("levels_covered", "modes_covered", "combinations_covered", "strange_values"),
    "Models": ("tstr", "tstr_gap", "augmentation", "importance_agreement"),
    "Copies": ("exact_copies", "copied_cells", "copied_cells_excess"),
    "Distances to training rows": ("dcr_share", "nndr", "quantile_dcr_2", "quantile_dcr_5"),
    "Attacks": ("mia_auc", "mia_tpr", "mia_exposed_auc", "singling_out", "attribute_inference"),
}
_ROOM = 1.15  # of the line beyond the furthest mark
_NEAREST = 0.05  # of the natural scale (0 to 1, 0 to 100 %) that a line shows at least around a best value
_NEAREST_ZERO = 0.01  # the same where the best is 0, as for errors
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # where a scale may end, times a power of ten


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Places of a figure on a line, in percent of its length.

    Attributes
    ----------
    value : place of the figure.
    low, high : bounds of its interval; None when there is none.
    floor : what real rows get; None when unknown.
    best : the best value.
    start, end : what the ends of the line stand for, as text.
    """

    value: float
    low: float | None
    high: float | None
    floor: float | None
    best: float
    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One score as it is shown."""

    name: str
    label: str
    value: str
    interval: str
    floor: str
    best: str
    n_rows: str
    note: str
    scale: Scale | None

    @property
    def says(self) -> str:
        """The card's drawing in a sentence."""
        parts = [f"{self.label}: {self.value}"]
        parts += [f"95 % interval {self.interval}"] if self.interval else []
        parts += [f"fresh real rows get {self.floor}"] if self.floor else []
        return f"{', '.join(parts)}; {self.best} is best."


def make_card(name: str, score: ScoreData) -> Card:
    """One score in words and on its scale."""
    unit, value = score.get("unit") or "", score.get("value")
    known = is_number(value)
    return Card(
        name=name,
        label=str(score.get("label") or name),
        value=figure(value, unit) if known else "not judged",
        interval=interval(score.get("low"), score.get("high"), unit) if known else "",
        floor=figure(score["floor"], unit) if is_number(score.get("floor")) else "",
        best=figure(score.get("best"), unit),
        n_rows=count(score["n_rows"]) if known and score.get("n_rows") else "",
        note=str(score.get("note") or ""),
        scale=scale(score) if known else None,
    )


def grouped(scores: Mapping[str, ScoreData]) -> Iterator[tuple[str, list[Card]]]:
    """The cards of one part by group, in the order of `GROUPS`; empty groups are left out."""
    left = dict(scores)
    for title, names in GROUPS.items():
        cards = [make_card(name, left.pop(name)) for name in names if name in left]
        if cards:
            yield title, cards
    if left:
        yield "More", [make_card(name, score) for name, score in left.items()]


def scale(score: ScoreData) -> Scale:
    """Where a judged score, its interval, its floor and its best value lie on one line."""
    start, end = _ends(score)
    unit = score.get("unit") or ""

    def place(value: Any) -> float | None:
        if not is_number(value):
            return None
        share = (float(value) - start) / (end - start)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    return Scale(
        value=place(score["value"]) or 0.0,
        low=place(score.get("low")) if is_number(score.get("high")) else None,
        high=place(score.get("high")) if is_number(score.get("low")) else None,
        floor=place(score.get("floor")),
        best=place(score.get("best")) or 0.0,
        start=_end_text(start, unit),
        end=_end_text(end, unit),
    )


def _ends(score: ScoreData) -> tuple[float, float]:
    """The values at the ends of the line: near enough to tell marks apart, never so near that noise looks large."""
    keys = ("value", "low", "high", "floor", "best")
    known = [float(score[key]) for key in keys if is_number(score.get(key))]
    natural = 100.0 if score.get("unit") == "%" else 1.0
    best = float(score["best"]) if is_number(score.get("best")) else max(known)
    below, above = best - min(known), max(known) - best
    least = min(abs(best), _NEAREST * natural) or _NEAREST_ZERO * natural
    reach = max(_rounded_up(_ROOM * max(below, above)), least)
    lowest = 0.0 if min(known) >= 0 else -math.inf
    highest = natural if max(known) <= natural else math.inf
    start = best if below <= 0 and best == 0.0 else max(best - reach, lowest)
    end = best if above <= 0 < below and best == 0.0 else min(best + reach, highest)
    return _outward(start, end)


def _outward(start: float, end: float) -> tuple[float, float]:
    """Both ends moved outwards to numbers that read well."""
    digits = 1 - math.floor(math.log10(end - start))
    step = 10.0**-digits
    return round(math.floor(start / step + 1e-9) * step, digits), round(
        math.ceil(end / step - 1e-9) * step, digits
    )


def _rounded_up(value: float) -> float:
    """The next number that reads well."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def _end_text(value: float, unit: str) -> str:
    text = f"{value:g}".replace("-", "−")
    return f"{text}\u202f%" if unit == "%" else text
