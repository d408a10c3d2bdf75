"""Ring and grid: mixtures of round Gaussians in the plane, on which mode collapse can be counted.

The simulators of the CTGAN paper (Xu et al. 2019, arXiv 1907.00503, section 5.1), with the sizes of PacGAN (Lin et
al. 2018, arXiv 1712.04086, section 4.1).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ModeCoverage:
    """Which modes a sample has.

    Attributes
    ----------
    near : share of the rows that lie near any centre.
    shares : share of the rows near each centre, (modes,).
    covered : whether each mode has its due, (modes,).
    """

    near: float
    shares: Floats
    covered: NDArray[np.bool_]

    @property
    def n_covered(self) -> int:
        """How many modes are there."""
        return int(self.covered.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Gaussians:
    """Round Gaussians of equal weight and width, columns x and y.

    `centres` has shape (modes, 2); `std` is that of each coordinate around its centre.
    """

    centres: Floats
    std: float

    def __post_init__(self) -> None:
        """Check shape and width."""
        if self.centres.ndim != 2 or self.centres.shape[1] != 2:
            raise ValueError(f"centres must have shape (modes, 2); found {self.centres.shape}")
        if not self.std > 0:
            raise ValueError(f"std must be above 0; found {self.std}")

    def modes(self) -> Floats:
        """Centres of the modes, (modes, 2)."""
        return self.centres.copy()

    def simulate(self, n_rows: int, seed: int) -> pd.DataFrame:
        """Draw rows."""
        rng = np.random.default_rng(seed)
        mode = rng.integers(0, len(self.centres), n_rows)
        points = self.centres[mode] + rng.normal(0, self.std, (n_rows, 2))
        return pd.DataFrame(points, columns=["x", "y"])

    def log_likelihood(self, frame: pd.DataFrame) -> Floats:
        """Exact log-density of each row in nats, shape (n,)."""
        exponent = -(self._distances(frame) ** 2) / (2 * self.std**2)
        top = exponent.max(axis=1)
        mass = np.exp(exponent - top[:, None]).mean(axis=1)
        return np.asarray(top + np.log(mass) - np.log(2 * np.pi * self.std**2))

    def coverage(self, frame: pd.DataFrame, *, within: float = 3.0, due: float = 0.2) -> ModeCoverage:
        """Which modes a sample has.

        Parameters
        ----------
        within
            A row is near its nearest centre up to this many std: 98.9 % of true rows are, at 3.
        due
            A mode is covered with at least this part of its share (1 / modes) near its centre.
        """
        distances = self._distances(frame)
        nearest = distances.argmin(axis=1)
        near = distances.min(axis=1) <= within * self.std
        shares = np.bincount(nearest[near], minlength=len(self.centres)) / max(len(frame), 1)
        covered = shares >= due / len(self.centres)
        return ModeCoverage(near=float(near.sum() / max(len(frame), 1)), shares=shares, covered=covered)

    def _distances(self, frame: pd.DataFrame) -> Floats:
        points = frame[["x", "y"]].to_numpy(dtype=np.float64)
        return np.asarray(np.linalg.norm(points[:, None] - self.centres[None], axis=2))


def ring(n_modes: int = 8, *, radius: float = 1.0, std: float = 0.01) -> Gaussians:
    """Modes at equal angles on a circle."""
    angle = 2 * np.pi * np.arange(n_modes) / n_modes
    return Gaussians(centres=radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), std=std)


def grid(side: int = 5, *, spacing: float = 2.0, std: float = 0.05) -> Gaussians:
    """Modes on a square, `side` times `side`, around the origin."""
    line = spacing * (np.arange(side) - (side - 1) / 2)
    x, y = np.meshgrid(line, line, indexing="ij")
    return Gaussians(centres=np.stack([x.ravel(), y.ravel()], axis=1), std=std)
