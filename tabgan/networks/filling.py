"""Fill the hidden columns of a batch, one symbol after the other.

The noise is one uniform per row and column: a symbol takes from it what it needs through its inverse
cumulative distribution, and what is left over is again uniform for the next symbol of the column.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tabgan.networks.generator import Generator
from tabgan.networks.tables import FRACTION_STEPS


@torch.no_grad()
def fill(
    generator: Generator, codes: Tensor, fractions: Tensor, hidden: list[bool], noise: Tensor
) -> tuple[Tensor, Tensor]:
    """Draw the hidden columns given the others.

    Parameters
    ----------
    codes : (B, S) integers; those of hidden columns are not read.
    fractions : (B, R) bytes; those of hidden columns are not read.
    hidden : one flag a column of the layout.
    noise : (B, C) float64 in [0, 1), one column of it per column of the layout.

    Returns
    -------
    codes (B, S) and fractions (B, R) float64 in [0, 1): given ones are at the middle of their byte.
    """
    tables = generator.tables
    symbol_hidden = [hidden[column] for column in tables.symbol_column]
    hide = torch.tensor(symbol_hidden, dtype=torch.bool, device=codes.device)
    known = torch.where(hide, -1, codes)  # a hidden symbol adds nothing to the context
    context = generator.levels.new_zeros(len(codes), generator.width)
    if not all(symbol_hidden):
        context = generator.embed(known, fractions)[~hide].sum(0)  # (B, H)
    codes, noise = known.clone(), noise.clone()
    inside = (fractions.to(noise.dtype) + 0.5) / FRACTION_STEPS
    for symbol in range(tables.n_symbols):
        if not symbol_hidden[symbol]:
            continue
        column, parent = tables.symbol_column[symbol], tables.parents[symbol]
        code, left = draw(generator.heads.one(symbol, context), noise[:, column])
        if parent is not None:
            applies = codes[:, parent] >= tables.applies_from[symbol]
            code = torch.where(applies, code, -1)
            left = torch.where(applies, left, noise[:, column])
        codes[:, symbol], noise[:, column] = code, left
        level = torch.where(code < 0, 0, code + tables.first_level[symbol])
        context.add_(generator.levels[level])
        number = tables.number_of_last.get(symbol)
        if number is not None:
            step = (left * FRACTION_STEPS).floor()
            noise[:, column] = left * FRACTION_STEPS - step
            inside[:, number] = left
            context.add_(number_context(generator, number, codes, step))
    return codes, inside


def noise_dtype(device: torch.device) -> torch.dtype:
    """Type of the uniforms: 64 bits, as several symbols share one; MPS has only 32."""
    return torch.float32 if device.type == "mps" else torch.float64


def number_context(generator: Generator, number: int, codes: Tensor, fraction: Tensor) -> Tensor:
    """What one number adds to the context as a number; codes (B, S), fraction (B,) to (B, H)."""
    tables = generator.tables
    mode = codes[:, int(tables.number_mode[number])]
    place = codes[:, int(tables.number_place[number])]
    return tables.rank_features_of(number, mode, place, fraction) @ generator.waves[number]


def draw(logits: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Inverse-CDF draw: logits (B, K) and noise (B,) float64 to codes (B,) and the noise left (B,)."""
    cumulative = torch.softmax(logits, dim=1).cumsum(1).to(noise.dtype)
    cumulative[:, -1] = 1.0
    code = torch.searchsorted(cumulative, noise.unsqueeze(1).contiguous(), right=True).clamp_(
        max=logits.shape[1] - 1
    )
    high = cumulative.gather(1, code)
    low = torch.where(code > 0, cumulative.gather(1, (code - 1).clamp(min=0)), 0.0)
    left = (noise.unsqueeze(1) - low) / (high - low).clamp(min=1e-300)
    return code.squeeze(1), left.squeeze(1).clamp(0.0, 1.0 - 2.0**-53)
