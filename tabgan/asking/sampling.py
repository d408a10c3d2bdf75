"""Rows of a fitted model, block by block.

Rows come in blocks of fixed size, each with a seed of its own: the batch size does not change them, and a sample is
the beginning of every longer one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from tabgan.asking.picking import pick
from tabgan.asking.pool import Pool
from tabgan.asking.weighing import weighed
from tabgan.config import SAMPLE_BLOCK
from tabgan.model import FittedModel


def sample_frames(
    model: FittedModel, pool: Pool, n: int, batch_size: int, seed: int
) -> Iterator[pd.DataFrame]:
    """Frames of ``batch_size`` rows (the last may be shorter), n rows together."""
    waiting: list[pd.DataFrame] = []
    ready = 0
    some = pool.picked is not None or pool.cap is not None
    for frame in _some_of_blocks(model, pool, n, seed) if some else _blocks(model, pool, n, seed):
        while ready + len(frame) >= batch_size:
            part, frame = frame.iloc[: batch_size - ready], frame.iloc[batch_size - ready :]
            yield _join([*waiting, part])
            waiting, ready = [], 0
        if len(frame):
            waiting.append(frame)
            ready += len(frame)
    if waiting:
        yield _join(waiting)


def _blocks(model: FittedModel, pool: Pool, n: int, seed: int) -> Iterator[pd.DataFrame]:
    for block in range(-(-n // SAMPLE_BLOCK)):
        yield sample_block(model, pool, block, min(SAMPLE_BLOCK, n - block * SAMPLE_BLOCK), seed)


def _some_of_blocks(model: FittedModel, pool: Pool, n: int, seed: int) -> Iterator[pd.DataFrame]:
    """As many rows at a time as are kept of a block: of plain rows, or of rows that are weighed."""
    found, block = 0, 0
    while found < n:
        source, noise = _block_noise(model, block, seed)
        if pool.picked is not None:
            drawn, inside = pick(model, pool.condition, noise, pool.temperature)
        else:
            drawn, inside = weighed(model, pool, noise, source)
        drawn, inside = drawn[: n - found], inside[: n - found]
        if len(drawn):
            yield decode_block(model, pool, drawn, inside, source, found)
        found += len(drawn)
        block += 1


def sample_block(model: FittedModel, pool: Pool, block: int, rows: int, seed: int) -> pd.DataFrame:
    """Rows of one block; a whole block is drawn even where fewer are wanted, so that sums round alike."""
    source, noise = _block_noise(model, block, seed)
    drawn, inside = pool.rows(model, noise, source, block * SAMPLE_BLOCK)
    return decode_block(model, pool, drawn[:rows], inside[:rows], source, block * SAMPLE_BLOCK)


def _block_noise(
    model: FittedModel, block: int, seed: int
) -> tuple[np.random.Generator, NDArray[np.float64]]:
    """A block's own source of random numbers, and the uniforms (B, C) of its rows, the first drawn from it."""
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
    return source, source.random((SAMPLE_BLOCK, len(model.encoder.layout.columns)))


def decode_block(
    model: FittedModel, pool: Pool, drawn: Tensor, inside: Tensor, source: np.random.Generator, start: int
) -> pd.DataFrame:
    """Rows from ``start`` on, with exactly the values asked for, not ones of their codes."""
    codes, fractions = drawn.cpu().numpy(), inside.cpu().double().numpy()
    cells = model.encoder.decode(codes, fractions, source, start=start)
    known = pool.condition.known.rows(start, len(drawn))
    free = known.hidden.copy()
    free[:, [constraint.column for constraint in pool.condition.constraints]] = False
    cells = model.encoder.rules.reconciled(codes, fractions, known.restore(cells), free)
    for constraint in pool.condition.constraints:
        cells[constraint.column] = constraint.allowed.snap(cells[constraint.column])
    return model.encoder.frame(cells)


def empty_frame(model: FittedModel) -> pd.DataFrame:
    """No rows, but all columns with their dtypes."""
    layout = model.encoder.layout
    rng = np.random.default_rng(0)
    return model.encoder.decode_frame(
        np.zeros((0, layout.n_symbols), np.int64), np.zeros((0, layout.n_numbers)), rng
    )


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    joined = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return joined.reset_index(drop=True)
