"""Pieces of the pictures of the pages, in the colours of the report, and how figures become SVG files."""

import re
import shutil
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from tabgan.reporting.page.plots.figure import filled, outlined
from tabgan.reporting.page.plots.palette import CLEAR, INK, LINE, MUTED, REAL, REAL_FILL, SURFACE, SYNTHETIC

WIDTH = 760
POINT = re.compile(  # a round point as plotly writes it, in 250 characters
    r'<path class="point" transform="translate\(([\d.-]+),([\d.-]+)\)" d="M([\d.]+),0A[^"]*" '
    r'style="opacity: 1; stroke-width: 0px; fill: rgb\(([^"]*)\); fill-opacity: 1;"/>'
)
GAP = 0.11  # between panels, of the width
LEGEND = 28  # pixels of its line
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
Figure = dict[str, Any]


def figure(
    data: Sequence[Figure],
    titles: Sequence[str],
    axes: Mapping[str, Any],
    height: int,
    *,
    widths: Sequence[float] | None = None,
    legend: bool = False,
) -> Figure:
    """Panels side by side under their titles, the legend between; ``axes`` as plotly names them: ``xaxis2``."""
    n = max(len(titles), 1)
    lines = max((title.count("<br>") + 1 for title in titles), default=0)
    over = LEGEND if legend else 6
    layout: dict[str, Any] = {
        "width": WIDTH,
        "height": height,
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": SURFACE,
        "plot_bgcolor": SURFACE,
        "margin": {"l": 56, "r": 12, "t": 12 + 17 * lines + over, "b": 52},
        "barmode": "overlay",
        "legend": {
            "orientation": "h",
            "x": -0.02,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "itemsizing": "constant",
        },
        "showlegend": legend,
        "annotations": [],
    }
    share_of = np.array(widths or [1.0] * n)
    share_of = share_of / share_of.sum() * (1 - GAP * (n - 1))
    for i, title in enumerate(titles or [""]):
        number = "" if i == 0 else str(i + 1)
        left = float(share_of[:i].sum() + GAP * i)
        own_x, own_y = axes.get(f"xaxis{number}", {}), axes.get(f"yaxis{number}", {})
        layout[f"xaxis{number}"] = {
            **axis(own_x),
            "domain": [left, left + float(share_of[i])],
            "anchor": f"y{number}",
        }
        layout[f"yaxis{number}"] = {**axis(own_y), "anchor": f"x{number}"}
        if title:
            layout["annotations"].append(heading(title, left, over))
    return {"data": list(data), "layout": layout}


def heading(title: str, left: float, over: float) -> Figure:
    """What stands above a panel: the first line strong, the next muted."""
    first, _, rest = title.partition("<br>")
    text = f"<b>{first}</b>" + (f'<br><span style="color:{MUTED}">{rest}</span>' if rest else "")
    place = {"x": left, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": text, **place, "yshift": over, "showarrow": False, "align": "left", "font": {"size": 12}}


def axis(own: Mapping[str, Any]) -> dict[str, Any]:
    """An axis in the looks of the report."""
    title = {"text": own.get("title", ""), "font": {"size": 12, "color": MUTED}, "standoff": 8}
    looks = {
        "gridcolor": LINE,
        "linecolor": LINE,
        "zeroline": False,
        "tickfont": {"size": 11, "color": MUTED},
    }
    return {**looks, **own, "title": title}


def percent() -> dict[str, Any]:
    """An axis of shares."""
    return {"tickformat": ".0%", "rangemode": "tozero", "nticks": 6}


def thousands() -> dict[str, Any]:
    """A logarithmic axis with few, whole ticks."""
    values = [500, 2000, 5000, 10_000, 20_000, 50_000, 100_000]
    return {"tickvals": values, "ticktext": [f"{v / 1000:g}k" for v in values]}


def hidden() -> dict[str, Any]:
    """An axis whose numbers say nothing."""
    return {"showticklabels": False, "showgrid": False, "rangemode": "tozero"}


def histogram(values: Any, edges: Any, *, real: bool) -> Figure:
    """Shares by bin as a step: filled for real rows, a line for synthetic ones."""
    heights = np.histogram(values, edges)[0] / len(values)
    look = {"fill": "tozeroy", "fillcolor": REAL_FILL} if real else {}
    colour = REAL if real else SYNTHETIC
    return {
        "type": "scatter",
        "mode": "lines",
        "x": plain(edges),
        "y": plain([*heights, heights[-1]]),
        "line": {"shape": "hv", "width": 1 if real else 2, "color": colour},
        "name": "real" if real else "synthetic",
        **look,
    }


def bars(
    levels: Sequence[str], real: Any, synthetic: Any, *, axis: int, legend: bool = False
) -> list[Figure]:
    """Real shares as filled bars, synthetic ones as outlines."""
    place = {"x": list(levels), "xaxis": f"x{axis}", "yaxis": f"y{axis}", "width": 0.6, "showlegend": legend}
    return [
        filled(y=plain(real), name="real", **place),
        outlined(y=plain(synthetic), name="synthetic", **place),
    ]


def dots(x: Any, y: Any, name: str, colour: str, *, size: int, symbol: str = "circle") -> Figure:
    """Points."""
    marker = {"color": colour, "size": size, "symbol": symbol}
    if symbol.endswith("open"):
        marker["line"] = {"width": 2, "color": colour}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": plain(x),
        "y": plain(y),
        "name": name,
        "marker": marker,
    }


def line(x: Any, y: Any, colour: str, width: float, name: str = "") -> Figure:
    """A line."""
    look = {"color": colour, "width": width}
    return {"type": "scatter", "mode": "lines", "x": plain(x), "y": plain(y), "name": name, "line": look}


def box(x: int, y: int) -> Figure:
    """A frame around a cell of a heat map."""
    edges = {"x0": x - 0.48, "x1": x + 0.48, "y0": y - 0.46, "y1": y + 0.46}
    return {"type": "rect", **edges, "line": {"color": INK, "width": 1.5}}


def share(values: Any, levels: Sequence[Any]) -> list[float]:
    """The share of each level."""
    return plain(pd.Series(values).value_counts(normalize=True).reindex(list(levels)).fillna(0.0))


def reliability(chance: Any, happened: Any, groups: int = 8) -> tuple[list[float], list[float], list[float]]:
    """Mean chance, share that happened, and half its 95 % interval, in equal groups by chance."""
    which = pd.qcut(chance, groups, labels=False, duplicates="drop")
    by = pd.DataFrame({"chance": chance, "happened": happened}).groupby(which)
    mean, n = by.mean(), by.size()
    error = 1.96 * np.sqrt(mean["happened"] * (1 - mean["happened"]) / n)
    return plain(mean["chance"]), plain(mean["happened"]), plain(error)


def cell_text(value: Any) -> str:
    """A cell as a picture shows it."""
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%b %y}"
    if isinstance(value, float | np.floating):
        return f"{value:,.0f}" if value >= 1000 or float(value).is_integer() else f"{value:.2f}"
    text = f"{value:,}" if isinstance(value, int | np.integer) and not isinstance(value, bool) else str(value)
    return text if len(text) < 9 else text[:7] + "…"


def plain(values: Any) -> list[Any]:
    """Numbers, short, as JSON takes them; None for what is none."""
    found = values.tolist() if hasattr(values, "tolist") else list(values)
    return [
        (None if isinstance(v, float) and not np.isfinite(v) else float(f"{v:.5g}"))
        if isinstance(v, float)
        else v
        for v in found
    ]


def write_svgs(figures: Mapping[str, Figure], folder: Path) -> None:
    """Draw figures in a browser and write one file each."""
    from playwright.sync_api import sync_playwright
    from plotly.offline import get_plotlyjs

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    draw = "f => Plotly.toImage(f, {format: 'svg', width: f.layout.width, height: f.layout.height})"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found)
        page = browser.new_page()
        page.set_content("<!doctype html><meta charset=utf-8><body>")
        page.add_script_tag(content=get_plotlyjs())
        for name, made in figures.items():
            address = page.evaluate(draw, made)
            text = tidy(unquote(address.split(",", 1)[1]))
            (folder / f"{name}.svg").write_text(text + "\n", encoding="utf-8")
        browser.close()


def tidy(svg: str) -> str:
    """The same file for the same figure: names that plotly draws at random become numbers."""
    numbers = count()
    found = dict.fromkeys(re.findall(r"(?:clip|legend|topdefs|defs|cb|trace)([0-9a-f]{6})", svg))
    for name in found:
        svg = svg.replace(name, f"n{next(numbers)}")
    return POINT.sub(r'<circle cx="\1" cy="\2" r="\3" fill="rgb(\4)"/>', svg)
