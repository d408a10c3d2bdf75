"""Rows of a fitted model, block by block.

Rows come in blocks of fixed size, each with a seed of its own: the batch size does not change them, and a sample is
the beginning of every longer one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from tabgan.asking.pool import Pool
from tabgan.config import SAMPLE_BLOCK, SAMPLE_PASS
from tabgan.model import FittedModel
from tabgan.networks.filling import fill, noise_dtype
from tabgan.networks.tables import FRACTION_STEPS


def sample_frames(
    model: FittedModel, pool: Pool, n: int, batch_size: int, seed: int
) -> Iterator[pd.DataFrame]:
    """Frames of ``batch_size`` rows (the last may be shorter), n rows together."""
    waiting: list[pd.DataFrame] = []
    ready = 0
    for block in range(-(-n // SAMPLE_BLOCK)):
        rows = min(SAMPLE_BLOCK, n - block * SAMPLE_BLOCK)
        frame = sample_block(model, pool, block, rows, seed)
        while ready + len(frame) >= batch_size:
            part, frame = frame.iloc[: batch_size - ready], frame.iloc[batch_size - ready :]
            yield _join([*waiting, part])
            waiting, ready = [], 0
        if len(frame):
            waiting.append(frame)
            ready += len(frame)
    if waiting:
        yield _join(waiting)


def sample_block(model: FittedModel, pool: Pool, block: int, rows: int, seed: int) -> pd.DataFrame:
    """Rows of one block; a whole block is drawn even where fewer are wanted, so that sums round alike."""
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
    noise = source.random((SAMPLE_BLOCK, len(model.encoder.layout.columns)))
    known = pool.condition.known.rows(block * SAMPLE_BLOCK, SAMPLE_BLOCK)
    codes, fractions = (torch.from_numpy(part).to(model.device) for part in (known.codes, known.fractions))
    pattern = known.pattern()
    hidden = torch.from_numpy(known.hidden).to(model.device) if pattern is None else pattern
    drafts = pool.block(model, noise, source) if pool.parts else None
    if drafts is not None:
        codes[:, list(pool.symbols)] = drafts.codes
        fractions[:, list(pool.numbers)] = (drafts.inside * FRACTION_STEPS).to(torch.uint8)
        hidden = pool.hidden()
    drawn, inside = fill_block(model, codes, fractions, hidden, torch.from_numpy(noise), pool.temperature)
    if drafts is not None:
        inside[:, list(pool.numbers)] = drafts.inside  # the context knows them to one byte
    cells = model.encoder.decode(
        drawn.cpu().numpy()[:rows], inside.cpu().double().numpy()[:rows], source, start=block * SAMPLE_BLOCK
    )
    cells = known.rows(0, rows).restore(cells)  # exactly the values asked for, not ones of their codes
    for constraint in pool.condition.constraints:
        cells[constraint.column] = constraint.allowed.snap(cells[constraint.column])
    return model.encoder.frame(cells)


def fill_block(
    model: FittedModel,
    codes: Tensor,
    fractions: Tensor,
    hidden: list[bool] | Tensor,
    noise: Tensor,
    temperature: float,
    never_missing: Collection[int] = (),
) -> tuple[Tensor, Tensor]:
    """`fill` for many rows, as many at once as the device likes: codes (B, S) and fractions (B, R) in [0, 1)."""
    device = model.device
    size = SAMPLE_PASS if device.type == "cpu" else SAMPLE_BLOCK
    noise = noise.to(noise_dtype(device)).to(device)
    passes = []
    for start in range(0, len(noise), size):
        part = slice(start, start + size)
        flags = hidden if isinstance(hidden, list) else hidden[part]
        passes.append(
            fill(
                model.generator,
                codes[part],
                fractions[part],
                flags,
                noise[part],
                temperature=temperature,
                never_missing=never_missing,
            )
        )
    drawn, inside = (torch.cat(parts) for parts in zip(*passes, strict=True))
    return drawn, inside


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
