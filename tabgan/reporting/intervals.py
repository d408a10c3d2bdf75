"""Intervals of shares, medians and risks; 95 % where no other level is named."""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import binom, norm

from tabgan.reporting.columns import Floats

Z = 1.96


class Estimate(NamedTuple):
    """A figure and the bounds of its interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Estimate":
        """All three times a factor above 0."""
        return Estimate(*(factor * x for x in self))


def around(value: float, error: float, low: float = 0.0, high: float = 1.0, *, z: float = Z) -> Estimate:
    """An estimate from its standard error, within what is possible."""
    return Estimate(value, max(low, value - z * error), min(high, value + z * error))


def wilson(successes: float, n: int, z: float = Z) -> Estimate:
    """A share with Wilson's score interval (1927).

    Raises
    ------
    ZeroDivisionError
        When `n` is 0.
    """
    middle, half = wilson_centre(successes, n, z)
    return Estimate(successes / n, max(0.0, middle - half), min(1.0, middle + half))


def wilson_centre(successes: float, n: int, z: float = Z) -> tuple[float, float]:
    """The middle and the half width of Wilson's interval."""
    spread = math.sqrt(max(successes * (n - successes) / n, 0.0) + z * z / 4)
    return (successes + z * z / 2) / (n + z * z), z * spread / (n + z * z)


def excess_risk(attack: int, n_attack: int, control: int, n_control: int, z: float = Z) -> Estimate:
    """How much of what the control leaves open the attack wins: (attack - control) / (1 - control).

    Rates are the middles of Wilson's intervals, whose half widths are propagated. Source: Giomi et al. 2023
    (arXiv 2211.10459), section 4.
    """
    won, won_half = wilson_centre(attack, n_attack, z)
    base, base_half = wilson_centre(control, n_control, z)
    risk = (won - base) / (1 - base)
    half = math.hypot(won_half / (1 - base), (1 - won) * base_half / (1 - base) ** 2)
    return Estimate(risk, max(-1.0, risk - half), min(1.0, risk + half))


def simultaneous(n_intervals: int) -> float:
    """The z with which 95 % of the times all of several intervals hold (Bonferroni)."""
    return float(norm.ppf(1 - 0.025 / max(n_intervals, 1)))


def median_estimate(values: Floats) -> Estimate:
    """The median, between the order statistics that bound it (the least and the largest of fewer than six)."""
    ordered = np.sort(values)
    low = max(
        0, int(binom.ppf(0.025, len(values), 0.5)) - 1
    )  # below the true median lie so few in under 2.5 %
    return Estimate(float(np.median(ordered)), float(ordered[low]), float(ordered[-1 - low]))
