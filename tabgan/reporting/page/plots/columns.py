"""Plots of single columns: real and synthetic rows drawn over each other on shared bins or levels."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tabgan.reporting.page.plots.figure import (
    SHARES,
    Plot,
    Trace,
    downwards,
    filled,
    outlined,
    positions,
    rounded,
    shares,
)
from tabgan.reporting.page.plots.palette import CLEAR, REAL, REAL_FILL, SYNTHETIC
from tabgan.reporting.wording import figure, is_number, number, percent, plot_tooltip, shorten

_TOLD = "%{customdata[0]}<br>real %{customdata[1]:.2%}<br>synthetic %{customdata[2]:.2%}<extra></extra>"
_EVEN = 0.02  # widths of bins that differ by less than this share count as equal
_DIGITS = 7  # of an edge; fewer would merge the bins of large numbers that lie close


def column_plot(column: dict[str, Any]) -> Plot | None:
    """The plot of one entry of `details["columns"]`; None when the entry holds nothing to draw."""
    plot = column.get("plot") or {}
    if not plot.get("real") or not plot.get("synthetic"):
        return None
    if plot.get("type") == "histogram":
        return _histogram(column, plot)
    return _ordered_bars(column, plot) if plot.get("ordered") else _level_bars(column, plot)


def step_line(bins: Trace, heights: Sequence[Any], *, real: bool) -> Trace:
    """A histogram as a step: filled for real rows, a line for synthetic ones.

    Parameters
    ----------
    bins
        Where the bins start, as `bin_places` gives it.
    heights
        One per bin.
    """
    look = {"fill": "tozeroy", "fillcolor": REAL_FILL} if real else {}
    return {
        "type": "scatter",
        "mode": "lines",
        **bins,
        "y": [*heights, heights[-1]],
        "line": {"shape": "hv", "width": 1 if real else 2, "color": REAL if real else SYNTHETIC},
        "hoverinfo": "skip",
        **look,
    }


def bin_names(edges: Sequence[Any]) -> list[str]:
    """Each bin in words: "12.5 to 13.1"."""
    texts = [_edge_text(edge) for edge in edges]
    return [f"{first} to {second}" for first, second in pairwise(texts)]


def told_points(names: Sequence[str], real: Sequence[Any], synthetic: Sequence[Any], **place: Any) -> Trace:
    """Points that nobody sees, which carry the tooltip of each bin or level."""
    told = [[name, *pair] for name, *pair in zip(names, shares(real), shares(synthetic), strict=True)]
    unseen = {"mode": "markers", "marker": {"color": CLEAR}}
    return {"type": "scatter", **unseen, "customdata": told, "hovertemplate": _TOLD, **place}


def bin_places(edges: Sequence[Any]) -> tuple[Trace, Trace, dict[str, Any]]:
    """Where the bins start, where their middles are (as a trace has it), and the axis that shows them."""
    if all(is_number(edge) for edge in edges):
        return *_places(list(map(float, edges)), float(edges[0])), {"nticks": 6}
    try:
        moments = [datetime.fromisoformat(edge) for edge in edges]
    except (TypeError, ValueError):  # durations, and years that datetime does not have
        return {"x0": 0, "dx": 1}, {"x0": 0.5, "dx": 1}, positions(edges, 14, most=5)
    since = [(moment - moments[0]).total_seconds() * 1_000 for moment in moments]
    starts, middles = _places(since, 0.0)
    return _dated(starts, moments[0]), _dated(middles, moments[0]), {"nticks": 6, "type": "date"}


def _places(edges: Sequence[float], first: float) -> tuple[Trace, Trace]:
    """Starts and middles of the bins: first place and step where all are of one width, which takes less room."""
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    step = (edges[-1] - edges[0]) / len(middles)
    if all(abs(right - left - step) <= _EVEN * step for left, right in pairwise(edges)):
        places, width = rounded([first, middles[0]], _DIGITS), rounded([step], _DIGITS)[0]
        return {"x0": places[0], "dx": width}, {"x0": places[1], "dx": width}
    return {"x": rounded(edges, _DIGITS)}, {"x": rounded(middles, _DIGITS)}


def _dated(places: Trace, start: datetime) -> Trace:
    """Milliseconds since the start as the moments that plotly knows."""

    def moment(milliseconds: float) -> str:
        return (start + timedelta(milliseconds=milliseconds)).replace(tzinfo=None).isoformat(" ", "seconds")

    if "x" in places:
        return {"x": [moment(place) for place in places["x"]]}
    return {"x0": moment(places["x0"]), "dx": places["dx"]}


def _histogram(column: dict[str, Any], plot: dict[str, Any]) -> Plot:
    edges, real, synthetic = plot["edges"], shares(plot["real"]), shares(plot["synthetic"])
    y_axis: dict[str, Any] = SHARES
    if (widths := _uneven_widths(edges)) is not None:
        real, synthetic = _density(real, widths), _density(synthetic, widths)
        y_axis = {"showticklabels": False, "rangemode": "tozero", "fixedrange": True}
    starts, middles, x_axis = bin_places(edges)
    names = bin_names(edges)
    told = told_points(names, plot["real"], plot["synthetic"], **middles, y=real)
    return Plot(
        says=_says(column, names, plot),
        data=[step_line(starts, real, real=True), step_line(starts, synthetic, real=False), told],
        layout={
            "xaxis": {"showgrid": False, **x_axis, "fixedrange": True},
            "yaxis": y_axis,
            "hovermode": "x",
            "hoverdistance": -1,
        },
        height=170,
    )


def _level_bars(column: dict[str, Any], plot: dict[str, Any]) -> Plot:
    """One line per level, so that names stay readable."""
    names, n = plot["levels"], len(plot["levels"])
    real, synthetic, lines = shares(plot["real"]), shares(plot["synthetic"]), list(range(n))
    flat = {"orientation": "h", "y": lines, "width": 0.7}
    told = [plot_tooltip(name) for name in names]
    points = told_points(told, plot["real"], plot["synthetic"], x=_upper(real, synthetic), y=lines)
    return Plot(
        says=_says(column, [shorten(name, 60) for name in names], plot),
        data=[filled(x=real, **flat), outlined(x=synthetic, **flat), points],
        layout={
            "xaxis": {**SHARES, "showgrid": True},
            "yaxis": {**downwards(positions(names), n), "fixedrange": True},
            "barmode": "overlay",
            "hovermode": "y",
            "hoverdistance": -1,
        },
        height=max(170, 16 * n + 40),
    )


def _ordered_bars(column: dict[str, Any], plot: dict[str, Any]) -> Plot:
    """Upright bars in the order of the levels, as for a number with few values."""
    names, n = plot["levels"], len(plot["levels"])
    real, synthetic, places = shares(plot["real"]), shares(plot["synthetic"]), list(range(n))
    told = [plot_tooltip(name) for name in names]
    points = told_points(told, plot["real"], plot["synthetic"], x=places, y=_upper(real, synthetic))
    return Plot(
        says=_says(column, [shorten(name, 60) for name in names], plot),
        data=[filled(x=places, y=real, width=0.8), outlined(x=places, y=synthetic, width=0.8), points],
        layout={
            "xaxis": {**positions(names, 10, most=9), "range": [-0.6, n - 0.4], "fixedrange": True},
            "yaxis": SHARES,
            "barmode": "overlay",
            "hovermode": "x",
            "hoverdistance": -1,
        },
        height=170,
    )


def _says(column: dict[str, Any], names: Sequence[str], plot: dict[str, Any]) -> str:
    """The error, the floor, and where the two differ most."""
    said = (
        f"{shorten(column['name'], 60)}: {column.get('metric', 'error')} {figure(column.get('error'), '%')}"
    )
    if is_number(column.get("floor")):
        said += f", floor {figure(column['floor'], '%')}"
    gaps = [abs(r - s) for r, s in zip(plot["real"], plot["synthetic"], strict=True)]
    worst = gaps.index(max(gaps))
    real, synthetic = percent(plot["real"][worst]), percent(plot["synthetic"][worst])
    return f"{said}. Furthest apart at {names[worst]}: real {real}, synthetic {synthetic}."


def _upper(real: Sequence[Any], synthetic: Sequence[Any]) -> list[float]:
    return [max(r or 0, s or 0) for r, s in zip(real, synthetic, strict=True)]


def _uneven_widths(edges: Sequence[Any]) -> list[float] | None:
    """The widths of the bins, in mean widths; None when all are alike, so that heights may show shares."""
    if not all(is_number(edge) for edge in edges):
        return None
    widths = [second - first for first, second in pairwise(edges)]
    if max(widths) <= (1 + _EVEN) * min(widths) or min(widths) <= 0:
        return None
    mean = sum(widths) / len(widths)
    return [width / mean for width in widths]


def _density(shares: Sequence[Any], widths: Sequence[float]) -> list[float | None]:
    return rounded((share or 0) / width for share, width in zip(shares, widths, strict=True))


def _edge_text(edge: Any) -> str:
    if isinstance(edge, str):
        return shorten(edge.removesuffix("T00:00:00").replace("T", " "), 30)
    return number(edge)
