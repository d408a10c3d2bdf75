"""A table of any size with numbers, categories and dependence, for measuring how costs grow.

A standard normal runs along the columns: each is correlated with the one before it (`LINK`), and every column shows
its own in its own way. So neighbours depend strongly, columns further apart less, and n rows of C columns cost
n · C draws. Columns of even position are numbers, of odd position categories.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import ndtr

LINK = 0.8  # correlation of what neighbouring columns show
LEVELS = (2, 5, 12, 3, 30, 8)  # of the categories, in turn
MANY = "many"  # name of the column whose number of levels is asked for
PART_ROWS = 500_000  # rows drawn at once: memory does not grow with their number

Floats = NDArray[np.float64]


def chain_table(
    n_rows: int, n_columns: int = 12, *, n_levels: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """Draw rows.

    Parameters
    ----------
    n_levels : a last column ``many`` is a category of up to so many levels; None: there is none.
    """
    return pd.concat(_parts(n_rows, n_columns, n_levels, seed), ignore_index=True)


def write_chain(
    path: Path, n_rows: int, n_columns: int = 12, *, n_levels: int | None = None, seed: int = 0
) -> None:
    """Write the rows of `chain_table` as Parquet, part by part."""
    writer = None
    for frame in _parts(n_rows, n_columns, n_levels, seed):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def categories(frame: pd.DataFrame) -> list[str]:
    """Names of the categories of such a table."""
    return [name for name in frame.columns if name == MANY or name.startswith("kind")]


def _parts(n_rows: int, n_columns: int, n_levels: int | None, seed: int) -> Iterator[pd.DataFrame]:
    for part in range(max(-(-n_rows // PART_ROWS), 1)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(part,)))
        yield _draw(rng, min(PART_ROWS, n_rows - part * PART_ROWS), n_columns, n_levels)


def _draw(rng: np.random.Generator, n_rows: int, n_columns: int, n_levels: int | None) -> pd.DataFrame:
    columns: dict[str, NDArray[np.generic]] = {}
    shown = rng.standard_normal(n_rows)
    for place in range(n_columns):
        turn = place // 2
        if place % 2 == 0:
            columns[f"number {turn}"] = _number(shown, turn)
        else:
            columns[f"kind {turn}"] = _category(shown, LEVELS[turn % len(LEVELS)])
        shown = LINK * shown + np.sqrt(1 - LINK**2) * rng.standard_normal(n_rows)
    if n_levels is not None:
        columns[MANY] = _category(shown, n_levels)
    return pd.DataFrame(columns)


def _number(shown: Floats, turn: int) -> NDArray[np.generic]:
    """A bell, money with a third of zeros, a whole number, two bumps: in turn."""
    ways = (
        lambda: 50 + 10 * shown,
        lambda: np.where(shown < -0.43, 0.0, np.round(np.exp(3 + shown), 2)),
        lambda: np.round(40 + 12 * shown).astype(np.int64),
        lambda: shown + 2 * np.sign(shown),
    )
    return np.asarray(ways[turn % len(ways)]())


def _category(shown: Floats, n_levels: int) -> NDArray[np.object_]:
    """Levels with shares like 1 / rank, so that some are rare."""
    share = 1 / np.arange(1, n_levels + 1)
    bounds = np.cumsum(share / share.sum())[:-1]
    names = np.array([f"level {level}" for level in range(n_levels)], dtype=object)
    return np.asarray(names[np.searchsorted(bounds, ndtr(shown), side="right")])
