"""The report on one screen of text."""

from collections.abc import Iterable, Mapping
from typing import Any

from tabgan.reporting.verdict import Verdict
from tabgan.schema.text_table import text_table

MARKS = {"good": "+", "fair": "~", "poor": "!", "unknown": "?"}
WIDTH = 110


def summary(
    about: Mapping[str, Any], verdicts: Iterable[Verdict], scores: Mapping[str, Mapping[str, Any]]
) -> str:
    """Verdicts, then every score beside its floor and interval."""
    rows = about["rows"]
    counts = f"{rows['synthetic']:,} synthetic rows against {rows['real']:,} real ones"
    if rows["holdout"]:
        counts += f", {rows['holdout']:,} held out"
    parts = [f"{counts}; {about['columns']:,} columns"]
    parts.append("\n".join(_verdict(verdict) for verdict in verdicts))
    lines = [line for section in scores.values() for line in map(_line, section.items())]
    parts.append(text_table(("score", "value", "95 % interval", "real rows get", "best", "meaning"), lines))
    return "\n\n".join(parts)


def _verdict(verdict: Verdict) -> str:
    name = f"{verdict.question.capitalize()}?"
    return f"{MARKS[verdict.level]} {name:<10} {verdict.level:<8} {verdict.sentence}"


def _line(item: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, score = item
    interval = "" if score["low"] is None else f"{figure(score['low'])} to {figure(score['high'])}"
    floor = "" if score["floor"] is None else figure(score["floor"])
    value = "none" if score["value"] is None else f"{figure(score['value'])}{' %' if score['unit'] else ''}"
    return name, value, interval, floor, figure(score["best"]), score["label"]


def figure(value: float) -> str:
    """Three figures that tell, without an exponent."""
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"
