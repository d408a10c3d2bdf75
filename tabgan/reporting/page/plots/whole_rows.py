"""Plots on whole rows: precision and recall by level, and what gave the synthetic rows away."""

from collections.abc import Sequence
from typing import Any

from tabgan.reporting.page.plots.figure import Plot, Trace, downwards, positions, rounded
from tabgan.reporting.page.plots.palette import MUTED, REAL, SYNTHETIC, SYNTHETIC_FILL
from tabgan.reporting.wording import figure, is_number, percent, plot_tooltip, shorten


def support_plot(support: dict[str, Any]) -> Plot | None:
    """Precision and recall of the synthetic rows at each level, from `details["support"]`."""
    levels = support.get("levels") or []
    if len(levels) < 2 or not support.get("precision") or not support.get("recall"):
        return None
    looks = {
        "precision": {"name": "precision", "line": {"color": SYNTHETIC, "width": 2}},
        "recall": {"name": "recall", "line": {"color": SYNTHETIC, "width": 2, "dash": "dash"}},
        "recall_floor": {"name": "recall of real rows", "line": {"color": REAL, "width": 2, "dash": "dash"}},
    }
    lines = [_line(levels, support[key], look) for key, look in looks.items() if support.get(key)]
    ideal = _line([0, 1], [0, 1], {"name": "ideal", "line": {"color": MUTED, "width": 1, "dash": "dot"}})
    middle = len(levels) // 2
    at = f"At level {percent(levels[middle])}"
    says = f"{at}: precision {percent(support['precision'][middle])}, recall {percent(support['recall'][middle])}"
    if support.get("recall_floor"):
        says += f", recall of fresh real rows {percent(support['recall_floor'][middle])}"
    axis = {"tickformat": ".0%", "range": [0, 1.02], "nticks": 6}
    layout = {
        "xaxis": {**axis, "title": {"text": "share of the most typical rows asked for"}},
        "yaxis": {**axis, "title": {"text": "share of rows found inside"}},
        "hovermode": "x",
    }
    return Plot(says=f"{says}.", data=[*lines, {**ideal, "hoverinfo": "skip"}], layout=layout, height=340)


def giveaway_plot(found: dict[str, Any]) -> Plot | None:
    """What the judge loses when a column is shuffled, from one entry of `details["detection"]`."""
    columns = [entry for entry in found.get("columns") or [] if is_number(entry.get("drop"))]
    if not columns:
        return None
    names, lines = [entry["name"] for entry in columns], list(range(len(columns)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": rounded(entry["drop"] for entry in columns),
        "y": lines,
        "width": 0.7,
        "marker": {"color": SYNTHETIC_FILL, "line": {"color": SYNTHETIC, "width": 1}},
        "customdata": [plot_tooltip(name) for name in names],
        "hovertemplate": "%{customdata}<br>AUC falls by %{x:.3f}<extra></extra>",
    }
    first = f"{shorten(names[0], 60)} matters most: without it the AUC falls by {figure(columns[0]['drop'])}"
    layout = {
        "xaxis": {"title": {"text": "what the judge loses in AUC"}, "rangemode": "tozero", "nticks": 5},
        "yaxis": downwards(positions(names), len(names)),
        "hovermode": "y",
        "hoverdistance": -1,
    }
    return Plot(says=f"{first}.", data=[bars], layout=layout, height=max(150, 20 * len(names) + 70))


def _line(x: Sequence[float], y: Sequence[Any], look: dict[str, Any]) -> Trace:
    told = f"{look['name']} %{{y:.1%}}<extra></extra>"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(x),
        "y": rounded(y),
        "hovertemplate": told,
        **look,
    }
