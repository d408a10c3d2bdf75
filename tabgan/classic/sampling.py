"""Rows of a fitted classic CTGAN, block by block.

Every block of rows has a seed of its own and is drawn whole, so a sample is the beginning of every longer one.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.classic.model import ClassicModel
from tabgan.classic.reading import DISCRETE
from tabgan.config import SAMPLE_BLOCK
from tabgan.errors import ConditionError

Array = NDArray[Any]
DECODING = 2**32 - 1  # the spawn key of what no code tells


def sample_rows(model: ClassicModel, n: int, level: int | None, seed: int) -> pd.DataFrame:
    """A frame of n rows; ``level`` is what is asked of all of them, None: levels by their frequency."""
    layout = model.encoder.layout
    codes = np.empty((n, layout.n_symbols), layout.code_dtype())
    fractions = np.empty((n, layout.n_numbers))
    for block, start in enumerate(range(0, n, SAMPLE_BLOCK)):
        part = slice(start, min(start + SAMPLE_BLOCK, n))
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
        drawn, inside = sample_block(model, level, rng)
        codes[part], fractions[part] = drawn[: part.stop - start], inside[: part.stop - start]
    rest = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(DECODING,)))
    return model.encoder.decode_frame(codes, fractions, rest)


@torch.no_grad()
def sample_block(model: ClassicModel, level: int | None, rng: np.random.Generator) -> tuple[Array, Array]:
    """Codes (B, S) and fractions (B, R) of one block; all noise is numpy's, whatever the device."""
    blocks, device, size = model.generator.blocks, model.device, SAMPLE_BLOCK
    levels = model.levels.draw(size, rng, log_frequency=model.config.log_frequency_sampling)
    if level is not None:
        levels = np.full(size, level)
    noise = torch.from_numpy(rng.standard_normal((size, model.generator.noise_width), np.float32)).to(device)
    wait = rng.standard_exponential((size, blocks.n_levels), np.float32)
    gumbels = torch.from_numpy(-np.log(np.maximum(wait, 1e-20))).to(device)
    bits = blocks.bits(model.levels)[torch.from_numpy(levels).to(device)]
    codes, alphas = blocks.draw(model.generator(noise, bits), gumbels)
    fractions = rng.random((size, model.encoder.layout.n_numbers))
    fractions[:, blocks.gaussian] = (alphas.cpu().double().numpy() + 1) / 2
    return codes.cpu().numpy(), fractions


def read_level(model: ClassicModel, name: Hashable, value: Any) -> int:
    """The level that a condition asks for.

    Raises
    ------
    ConditionError
        There is no such column, it is not discrete, or the value was not seen in fit.
    """
    names = model.encoder.schema.names
    if name not in names:
        raise ConditionError(f"The column_name `{name}` doesn't exist in the data.")
    position = names.index(name)
    if position not in model.levels.columns:
        choices = [names[i] for i in model.levels.columns]
        kind = model.encoder.schema.columns[position].kind
        what = "has no levels" if kind in DISCRETE else f"is a {kind}"
        raise ConditionError(
            f"column {name!r}: condition_column must be discrete, and this one {what}; choose one of {choices}"
        )
    codes, _ = model.encoder.encode_value(names[position], value)
    return int(model.levels.level_of(position, codes[None])[0])
