"""A number's cells and point masses in the order of their values: its quantiles from the mass of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.encoding.numeric import NumericEncoder, difference

Array = NDArray[Any]


@dataclass(frozen=True)
class Segments:
    """Point masses, and cells cut where a point mass lies inside; ascending, shapes (Q,).

    Attributes
    ----------
    first, second : codes of mode and place.
    low, share : where in the cell a segment begins, and which share of the cell it is; 0 and 1 for a point mass.
    """

    first: Array
    second: Array
    low: Array
    share: Array

    @classmethod
    def of(cls, encoder: NumericEncoder) -> Segments:
        """The segments of a number."""
        points = np.arange(len(encoder.points))
        # A point mass comes before the other values from this position on: knots count those only.
        position = encoder.points - points if encoder.on_grid else encoder.points
        cells = np.arange(encoder.n_cells)
        edges = encoder.edges if encoder.n_cells else np.zeros(1)
        start = np.concatenate([edges[:-1], position[(position > edges[0]) & (position < edges[-1])]])
        start = np.unique(start) if encoder.n_cells else start[:0]
        cell = np.searchsorted(edges, start, side="right") - 1
        stop = np.append(start[1:], edges[-1:])[: len(start)]
        width = encoder.widths()[cell] if encoder.n_cells else np.zeros(0)
        low, share = (
            (difference(start, edges[cell]) / width, difference(stop, start) / width)
            if len(cells)
            else ([], [])
        )
        order = np.lexsort(
            (np.r_[points, np.zeros(len(start))], np.r_[points * 0, start * 0 + 1], np.r_[position, start])
        )
        mode = np.r_[points + int(encoder.has_missing), encoder.first_continuous + cell // encoder.n_places]
        place = np.r_[points * 0, cell % encoder.n_places]
        low, share = np.r_[points * 0.0, low], np.r_[points * 0.0 + 1, share]
        return cls(mode[order].astype(np.int64), place[order].astype(np.int64), low[order], share[order])

    def invert(self, mass: Array, rank: Array) -> tuple[Array, Array, Array]:
        """Where the mass of the segments reaches a rank.

        Parameters
        ----------
        mass : (n, F, P) mass of each cell; that of a point mass is in the first place. Missing is left out.
        rank : (n,) in [0, 1].

        Returns
        -------
        codes (n, 2), -1 for the place of a point mass; fractions (n,) in the cell; what is left of the rank
        within a point mass, (n,).
        """
        parts = mass[:, self.first, self.second] * self.share
        cumulative = np.cumsum(parts, axis=1)
        target = np.asarray(rank) * cumulative[:, -1]
        at = np.minimum(
            (cumulative <= target[:, None]).sum(1),
            np.max(np.where(parts > 0, np.arange(parts.shape[1]), 0), 1),
        )
        row = np.arange(len(at))
        own = np.maximum(parts[row, at], np.finfo(float).tiny)
        left = np.clip((target - cumulative[row, at] + parts[row, at]) / own, 0.0, 1 - 2.0**-53)
        fraction = np.minimum(self.low[at] + left * self.share[at], 1 - 2.0**-53)
        return np.stack([self.first[at], self.second[at]], axis=1), fraction, left


def within_value(encoder: NumericEncoder, codes: Array, fractions: Array, left: Array) -> tuple[Array, Array]:
    """Fractions (n, 1) moved to the middle of their grid value, and the rank (n,) that is left within that value.

    ``left`` (n,) is what is left within a point mass.
    """
    rest = codes[:, 0] >= encoder.first_continuous
    middle, within = fractions.copy(), left.copy()
    if rest.any():
        place = codes[rest, 1] if encoder.n_places > 1 else 0
        width = encoder.widths()[(codes[rest, 0] - encoder.first_continuous) * encoder.n_places + place]
        offset = np.floor(fractions[rest, 0] * width)
        within[rest] = fractions[rest, 0] * width - offset
        middle[rest, 0] = (offset + 0.5) / width
    return middle, within
