"""Plots of pairs of columns: heat maps of all pairs, and the joint tables of the worst."""

from collections.abc import Sequence
from typing import Any

from tabgan.reporting.page.plots.figure import Plot, Trace, downwards, grid, positions
from tabgan.reporting.page.plots.palette import (
    AMOUNT,
    ASSOCIATION,
    DIFFERENCE,
    SHARE_REAL,
    SHARE_SYNTHETIC,
)
from tabgan.reporting.wording import figure, is_number, percent, plot_tooltip, shorten

MAX_NAMED = 20  # names along an axis that stay readable; with more, tooltips alone tell them
_BAR = {  # of the colours, above the map
    "orientation": "h",
    "thickness": 7,
    "len": 1,
    "outlinewidth": 0,
    "x": 0.5,
    "y": 1.02,
    "yanchor": "bottom",
    "ypad": 0,
    "xpad": 0,
    "nticks": 5,
    "tickangle": 0,
    "tickfont": {"size": 10},
    "ticklabelposition": "outside top",
}
Matrix = Sequence[Sequence[Any]]


def pair_maps(pairs: dict[str, Any]) -> dict[str, Plot]:
    """Heat maps of `details["pairs"]`: "real", "synthetic" and "error"; empty without pairs."""
    names = pairs.get("names") or []
    if len(names) < 2 or not all(pairs.get(key) for key in ("real", "synthetic", "error")):
        return {}
    ends = f"{len(names)} columns, {pairs.get('association') or 'association'}"
    whole = {"zmin": -1, "zmax": 1, "colorscale": ASSOCIATION}
    worst = max((v for row in pairs["error"] for v in row if is_number(v)), default=0.0)
    errors = {"zmin": 0, "zmax": max(worst, 1.0), "colorscale": AMOUNT}
    strongest = {key: _strongest(names, pairs[key]) for key in ("real", "synthetic", "error")}
    return {
        "real": _map(names, pairs["real"], f"Real rows: {ends}. {strongest['real']}", "%{z:.2f}", whole),
        "synthetic": _map(
            names, pairs["synthetic"], f"Synthetic rows: {ends}. {strongest['synthetic']}", "%{z:.2f}", whole
        ),
        "error": _map(
            names,
            pairs["error"],
            f"Error of each pair in percent. {strongest['error']}",
            "%{z:.2f} %",
            errors,
        ),
    }


def joint_maps(pair: dict[str, Any]) -> dict[str, Plot]:
    """The joint table of one entry of `details["pairs"]["worst"]`: "real", "synthetic", "difference"."""
    plot = pair.get("plot") or {}
    if plot.get("type") != "table" or not plot.get("real") or not plot.get("synthetic"):
        return {}
    real, synthetic = plot["real"], plot["synthetic"]
    gaps = [
        [(s or 0) - (r or 0) for r, s in zip(*rows, strict=True)]
        for rows in zip(real, synthetic, strict=True)
    ]
    most = max(v or 0 for table in (real, synthetic) for row in table for v in row) or 1.0
    furthest = max(abs(v) for row in gaps for v in row) or 1.0
    both = f"{shorten(pair['first'], 40)} and {shorten(pair['second'], 40)}"
    share, ends = {"zmin": 0, "zmax": most}, {"zmin": -furthest, "zmax": furthest}
    tables = {
        "real": (real, f"Real rows by {both}", {**share, "colorscale": SHARE_REAL}),
        "synthetic": (synthetic, f"Synthetic rows by {both}", {**share, "colorscale": SHARE_SYNTHETIC}),
        "difference": (gaps, _furthest(both, plot, gaps), {**ends, "colorscale": DIFFERENCE}),
    }
    return {
        key: _table(pair, values, says, look, signed=key == "difference")
        for key, (values, says, look) in tables.items()
    }


def _map(names: Sequence[object], values: Matrix, says: str, shown: str, look: dict[str, Any]) -> Plot:
    axis = positions(names, 12 if len(names) <= MAX_NAMED else 40)
    axis = {**axis, "showticklabels": len(names) <= MAX_NAMED, "tickfont": {"size": 10}, "ticks": ""}
    trace = _heat(values, f"%{{y}} × %{{x}}<br>{shown}<extra></extra>", look)
    if len(names) <= MAX_NAMED:  # the axis has them cut, so the tooltip needs them whole
        told = [plot_tooltip(name) for name in names]
        trace["customdata"] = [[f"{second}<br>× {first}" for first in told] for second in told]
        trace["hovertemplate"] = f"%{{customdata}}<br>{shown}<extra></extra>"
    layout = {
        "xaxis": {**axis, "tickangle": 90, "fixedrange": True},
        "yaxis": {**downwards(axis, len(names)), "fixedrange": True},
    }
    return Plot(says=says, data=[trace], layout=layout, height=380)


def _table(pair: dict[str, Any], values: Matrix, says: str, look: dict[str, Any], *, signed: bool) -> Plot:
    rows, columns = pair["plot"]["rows"], pair["plot"]["columns"]
    shown = "%{z:+.2%}" if signed else "%{z:.2%}"
    trace = _heat(values, f"%{{customdata}}<br>{shown} of the rows<extra></extra>", look)
    told = [[plot_tooltip(name, 120) for name in side] for side in (rows, columns)]
    trace["customdata"] = [[f"{row}<br>{column}" for column in told[1]] for row in told[0]]
    small = {"tickfont": {"size": 10}, "ticks": "", "fixedrange": True}
    layout = {
        "xaxis": {
            **positions(columns, 12),
            **small,
            "tickangle": 90,
            "title": {"text": _title(pair["second"])},
        },
        "yaxis": {
            **downwards(positions(rows, 12), len(rows)),
            **small,
            "title": {"text": _title(pair["first"])},
        },
    }
    return Plot(says=f"{says}.", data=[trace], layout=layout, height=300)


def _heat(values: Matrix, told: str, look: dict[str, Any]) -> Trace:
    bar = {**_BAR, "tickformat": ".2~%"} if look["zmax"] <= 1 and look["zmin"] != -1 else _BAR
    gap = {"xgap": 1, "ygap": 1} if len(values) <= MAX_NAMED else {}
    return {"type": "heatmap", "z": grid(values), "hovertemplate": told, "colorbar": bar, **gap, **look}


def _title(name: object) -> str:
    return plot_tooltip(name, 30)


def _strongest(names: Sequence[object], values: Matrix) -> str:
    found = [
        (abs(value), row, column)
        for row, line in enumerate(values)
        for column, value in enumerate(line)
        if column < row and is_number(value)
    ]
    if not found:
        return ""
    _, row, column = max(found)
    first, second = shorten(names[column], 40), shorten(names[row], 40)
    return f"Largest: {first} and {second}, {figure(values[row][column])}."


def _furthest(both: str, plot: dict[str, Any], gaps: Matrix) -> str:
    _, row, column = max((abs(v), r, c) for r, line in enumerate(gaps) for c, v in enumerate(line))
    cell = f"{shorten(plot['rows'][row], 40)} and {shorten(plot['columns'][column], 40)}"
    real, synthetic = percent(plot["real"][row][column]), percent(plot["synthetic"][row][column])
    return f"Synthetic less real rows by {both}. Furthest apart at {cell}: real {real}, synthetic {synthetic}"
