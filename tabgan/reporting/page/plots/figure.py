"""One plot as plain data, and the pieces that several plots share."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tabgan.reporting.page.plots.palette import CLEAR, REAL, REAL_FILL, SYNTHETIC
from tabgan.reporting.wording import is_number, plot_text

Trace = dict[str, Any]

SHARES = {"tickformat": ".0%", "rangemode": "tozero", "nticks": 4, "fixedrange": True}


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One plot.

    Attributes
    ----------
    says : a sentence with the numbers, for those who do not see the plot.
    data, layout : what `plotly.graph_objects.Figure` takes, without fonts, grid and background (the page adds them).
    height : pixels.
    """

    says: str
    data: list[Trace]
    layout: dict[str, Any]
    height: int = 200

    def as_data(self) -> dict[str, Any]:
        """The figure as plotly takes it."""
        return {"data": self.data, "layout": {**self.layout, "height": self.height}}

    def as_json(self) -> str:
        """The figure as ASCII JSON that an HTML script element can hold: no `<`, `>` or `&` in it."""
        text = json.dumps(self.as_data(), separators=(",", ":"), allow_nan=False)
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def rounded(values: Iterable[Any], digits: int = 4) -> list[float | None]:
    """Numbers to so many significant digits, which keeps a page small; None where there is no number."""
    return [_significant(value, digits) if is_number(value) else None for value in values]


def shares(values: Iterable[Any]) -> list[float | None]:
    """Shares to a thousandth of a percent: tooltips show a hundredth."""
    return rounded(round(value, 5) if is_number(value) else None for value in values)


def grid(rows: Sequence[Sequence[Any]], digits: int = 3) -> list[list[float | None]]:
    """A matrix of numbers, rounded."""
    return [rounded(row, digits) for row in rows]


def positions(names: Sequence[object], limit: int = 18, most: int | None = None) -> dict[str, Any]:
    """An axis with one place per name: 0, 1, ... with the names as text.

    Places instead of plotly's own categories, because two names may be cut to the same text, and because
    plotly takes the names "1" and "2020-01-01" for a number and a date.

    Parameters
    ----------
    limit
        Characters of a name.
    most
        Names shown; others are left out evenly.
    """
    step = 1 if most is None else max(1, math.ceil(len(names) / most))
    places = list(range(0, len(names), step))
    texts = [plot_text(names[place], limit) for place in places]
    return {"tickmode": "array", "tickvals": places, "ticktext": texts, "showgrid": False}


def downwards(axis: dict[str, Any], n: int) -> dict[str, Any]:
    """The axis with its first place on top."""
    return {**axis, "range": [n - 0.5, -0.5]}


def filled(**values: Any) -> Trace:
    """Bars of real rows."""
    look = {"color": REAL_FILL, "line": {"color": REAL, "width": 1}}
    return {"type": "bar", "marker": look, "hoverinfo": "skip", **values}


def outlined(**values: Any) -> Trace:
    """Bars of synthetic rows."""
    look = {"color": CLEAR, "line": {"color": SYNTHETIC, "width": 2}}
    return {"type": "bar", "marker": look, "hoverinfo": "skip", **values}


def _significant(value: float, digits: int) -> float | int:
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
