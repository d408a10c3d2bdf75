"""Plots of utility: what models trained on either table score, and what they look at."""

from collections.abc import Sequence
from typing import Any

from tabgan.reporting.page.plots.figure import Plot, Trace, downwards, filled, outlined, positions, rounded
from tabgan.reporting.page.plots.palette import CLEAR, INK, LINE, MUTED, REAL, SYNTHETIC
from tabgan.reporting.wording import figure, is_number, plot_tooltip, shorten

MARKS: dict[str, dict[str, Any]] = {  # trained on -> its mark
    "naive": {"symbol": "line-ns-open", "color": MUTED, "size": 12, "line": {"width": 2, "color": MUTED}},
    "synthetic": {"symbol": "circle", "color": SYNTHETIC, "size": 11},
    "real": {"symbol": "square", "color": REAL, "size": 10},
    "augmented": {"symbol": "diamond-open", "color": INK, "size": 11, "line": {"width": 2, "color": INK}},
}


def target_plots(utility: dict[str, Any]) -> list[tuple[str, Plot]]:
    """A dumbbell per target of `details["utility"]`, one plot per measure: [(measure, plot)]."""
    targets = [
        t for t in utility.get("targets") or [] if is_number(t.get("synthetic")) or is_number(t.get("real"))
    ]
    measures = dict.fromkeys(str(target.get("metric")) for target in targets)
    return [
        (measure, _dumbbells([t for t in targets if str(t.get("metric")) == measure])) for measure in measures
    ]


def importance_plot(target: dict[str, Any]) -> Plot | None:
    """Importance of the columns to a model of either table, from an entry of `utility["importance"]`."""
    names = target.get("names") or []
    if not names or not target.get("real") or not target.get("synthetic"):
        return None
    order = sorted(range(len(names)), key=lambda place: -(target["real"][place] or 0))
    real = rounded(target["real"][place] for place in order)
    synthetic = rounded(target["synthetic"][place] for place in order)
    lines = list(range(len(order)))
    flat = {"orientation": "h", "y": lines, "width": 0.7}
    told: Trace = {
        "type": "scatter",
        "mode": "markers",
        "marker": {"color": CLEAR},
        "x": [max(r or 0, s or 0) for r, s in zip(real, synthetic, strict=True)],
        "y": lines,
        "customdata": [
            [plot_tooltip(names[p]), r, s] for p, r, s in zip(order, real, synthetic, strict=True)
        ],
        "hovertemplate": "%{customdata[0]}<br>real %{customdata[1]:.3f}<br>"
        "synthetic %{customdata[2]:.3f}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": "importance"}, "nticks": 5},
        "yaxis": downwards(positions([names[place] for place in order]), len(order)),
        "barmode": "overlay",
        "hovermode": "y",
        "hoverdistance": -1,
    }
    says = (
        f"Predicting {shorten(target['column'], 60)}: agreement of importances {figure(target.get('agreement'))}, "
        f"most important on real rows {shorten(names[order[0]], 60)}."
    )
    data = [filled(x=real, **flat), outlined(x=synthetic, **flat), told]
    return Plot(says=says, data=data, layout=layout, height=max(150, 18 * len(order) + 70))


def _dumbbells(targets: Sequence[dict[str, Any]]) -> Plot:
    names, measure = [target["column"] for target in targets], str(targets[0].get("metric"))
    data = [_links(targets)]
    for key, mark in MARKS.items():
        shown = [(line, t) for line, t in enumerate(targets) if is_number(t.get(key))]
        if shown:
            data.append(_marks(key, mark, shown))
    layout = {
        "xaxis": {"title": {"text": f"{plot_tooltip(measure)} on real rows"}, "nticks": 6},
        "yaxis": downwards(positions(names), len(names)),
        "hovermode": "closest",
    }
    says = "; ".join(_says(target) for target in targets[:5])
    return Plot(says=f"{measure}. {says}.", data=data, layout=layout, height=max(150, 34 * len(names) + 75))


def _marks(key: str, mark: dict[str, Any], shown: Sequence[tuple[int, dict[str, Any]]]) -> Trace:
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(target[key] for _, target in shown),
        "y": [line for line, _ in shown],
        "marker": mark,
        "customdata": [plot_tooltip(target["column"]) for _, target in shown],
        "hovertemplate": f"%{{customdata}}<br>{_trained_on(key)}: %{{x:.3f}}<extra></extra>",
    }
    if key == "synthetic" and all(is_number(t.get("low")) and is_number(t.get("high")) for _, t in shown):
        above = rounded(max(t["high"] - t[key], 0) for _, t in shown)
        below = rounded(max(t[key] - t["low"], 0) for _, t in shown)
        trace["error_x"] = {"type": "data", "array": above, "arrayminus": below, "thickness": 1.5, "width": 4}
    return trace


def _links(targets: Sequence[dict[str, Any]]) -> Trace:
    """A line from the synthetic to the real mark of each target."""
    x: list[Any] = []
    y: list[Any] = []
    for line, target in enumerate(targets):
        x += [*rounded([target.get("synthetic"), target.get("real")]), None]
        y += [line, line, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": LINE, "width": 4},
        "hoverinfo": "skip",
    }


def _trained_on(key: str) -> str:
    return {"naive": "no model", "augmented": "trained on real and synthetic rows"}.get(
        key, f"trained on {key} rows"
    )


def _says(target: dict[str, Any]) -> str:
    scored = [f"{key} {figure(target[key])}" for key in ("synthetic", "real") if is_number(target.get(key))]
    return f"{shorten(target['column'], 60)}: trained on {', '.join(scored)}"
