"""Values of a column as the text and the edges that the report's plots show."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.tables import Tables

MAX_TEXT = 240  # characters of a level that are kept
MISSING = "(missing)"
STEPS = (86_400.0, 3_600.0, 60.0, 1.0)  # grids that times may keep to, in seconds


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What the numbers of a column mean: numbers, or seconds of a moment or of a span of time.

    `decimals`: digits after the point that the column keeps to; None is continuous.
    """

    kind: Literal["number", "moment", "span"] = "number"
    decimals: int | None = None

    def text(self, value: float) -> str:
        """One value."""
        if not math.isfinite(value):
            return str(value)
        if self.kind == "span":
            return str(pd.Timedelta(round(value * 1e6), unit="us"))
        if self.kind == "moment":
            whole = float(value).is_integer()
            moment = np.datetime64(int(value), "s") if whole else np.datetime64(round(value * 1e6), "us")
            return str(moment)
        if self.decimals is not None and abs(value) < 1e15 and self.on_grid(np.array([value])).all():
            return f"{value:.{max(self.decimals, 0)}f}"
        return number_text(value)

    def between(self, low: float, high: float) -> str:
        """A range of values, as in "12.5 to 13.1"."""
        first, last = self.text(low).removesuffix("T00:00:00"), self.text(high).removesuffix("T00:00:00")
        return first if first == last else f"{first} to {last}"

    def edge(self, value: float) -> float | str:
        """An edge of a plot's bins: a number, or the text of a time."""
        return float(f"{value:.10g}") if self.kind == "number" else self.text(value)

    def on_grid(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which values keep to the column's digits, shape (n,); those of float32 are forgiven their rounding."""
        if self.decimals is None:
            return np.ones(len(values), dtype=np.bool_)
        with np.errstate(over="ignore"):  # beyond all floats no digits are left to look at
            scaled = values * 10.0**self.decimals
        tolerance = np.minimum(0.25, 1e-6 + 6e-8 * np.abs(scaled))
        finite = np.isfinite(scaled)
        held = np.where(finite, scaled, 0)
        return np.asarray(~finite | (np.abs(held - np.rint(held)) <= tolerance))

    def step(self, values: NDArray[np.float64]) -> float | None:
        """The distance of neighbouring values that finite values of the column may have; None is any."""
        if self.kind == "number":
            return None if self.decimals is None else 10.0**-self.decimals
        return next((step for step in STEPS if (values % step == 0).all()), None)


def scale_of(tables: Tables, name: Hashable) -> Scale:
    """The scale of a numeric column."""
    if name in tables.times:
        span = pd.api.types.is_timedelta64_dtype(tables.real[name].dtype)
        return Scale(kind="span" if span else "moment")
    return Scale(decimals=tables.decimals.get(name))


def number_text(value: float) -> str:
    """Four significant digits, whole numbers in full."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.3e}"
    text = f"{value:.{max(0, 3 - math.floor(math.log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_text(level: object) -> str:
    """A level of bounded length; a missing one by its name."""
    if level is None or level is pd.NA or (isinstance(level, float) and math.isnan(level)):
        return MISSING
    text = str(level)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
