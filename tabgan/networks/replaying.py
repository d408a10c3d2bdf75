"""Draw rows again with their own noise: what stands in a row says which uniforms would have drawn it.

The draw inverts a cumulative distribution, symbol by symbol: a code tells the interval that its uniform lay in, a
number where in its cell it lies. With these uniforms and the same known columns a row comes back as it was; with
others each column takes the same place in its new distribution (its rank: abduction, action, prediction, as in
Pearl 2009, Causality, section 7.1, with the model's order of columns in place of a causal graph).

DIFF: `fill` takes one uniform a column, and what a number leaves of it for the number after it. Here a day and
its time of day have one each: both are told by the row, and need not fit one uniform.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tabgan.encoding.layout import Layout
from tabgan.networks.filling import EVERY_ROW, Canvas, fill_symbol, running_sums
from tabgan.networks.generator import Generator

ALMOST_ONE = 1.0 - 2.0**-53


@torch.no_grad()
def replay(
    generator: Generator,
    layout: Layout,
    row: tuple[Tensor, Tensor],
    changed: tuple[Tensor, Tensor],
    hidden: list[bool],
    noise: Tensor,
) -> tuple[Tensor, Tensor]:
    """Draw the columns flagged as ``hidden`` again, given changed other columns.

    Parameters
    ----------
    row : codes (B, S), and where in their cells the numbers lie, (B, R) in [0, 1).
    changed : codes (B, S) and fractions (B, R) bytes of what is known now; those of hidden columns are not read.
    hidden : one flag a column.
    noise : (B, C) float64 in [0, 1): which of the uniforms that the codes allow.

    Returns
    -------
    codes (B, S) and fractions (B, R) in [0, 1).
    """
    codes, inside = row
    steps = (inside * 256).floor().clamp(0, 255)
    before = Canvas(generator, codes, steps.to(torch.uint8), hidden, noise)
    after = Canvas(generator, *changed, hidden, noise)
    for chain in chains(layout):
        column = layout.symbol_column[chain[0]]
        if hidden[column]:
            after.noise[:, column] = take_back(before, chain, codes, inside, noise[:, column])
            for symbol in chain:
                fill_symbol(after, symbol, EVERY_ROW, 1.0)
    return after.codes, after.inside


def chains(layout: Layout) -> list[tuple[int, ...]]:
    """Symbols that share one uniform, in canonical order: those of a number, or of a category."""
    found = {number.symbols[0]: tuple(number.symbols) for number in layout.numbers}
    numeric = {symbol for chain in found.values() for symbol in chain}
    of_column: dict[int, list[int]] = {}
    for symbol, column in enumerate(layout.symbol_column):
        if symbol not in numeric:
            of_column.setdefault(column, []).append(symbol)
    found |= {symbols[0]: tuple(symbols) for symbols in of_column.values()}
    return [found[first] for first in sorted(found)]


def take_back(canvas: Canvas, chain: tuple[int, ...], codes: Tensor, inside: Tensor, noise: Tensor) -> Tensor:
    """The uniforms (B,) that draw the given codes of a chain, which are put on the canvas."""
    uniform, ends = noise, []
    for symbol in chain:
        ends.append(interval(canvas.logits(symbol, EVERY_ROW, 1.0), codes[:, symbol], noise))
        canvas.put(symbol, EVERY_ROW, codes[:, symbol], noise)
        if symbol in canvas.generator.tables.number_of_last:
            uniform = inside[:, canvas.generator.tables.number_of_last[symbol]]
            canvas.put_number(symbol, EVERY_ROW, uniform, noise)
    for low, high in reversed(ends):
        uniform = low + (high - low) * uniform
    return uniform.clamp(0.0, ALMOST_ONE)


def interval(logits: Tensor, code: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """Which uniforms draw a code (B,) from logits (B, K): (B,) to (B,); all of them where it does not apply."""
    summed = running_sums(logits).to(like.dtype)
    cumulative = summed / summed[:, -1:]
    high = cumulative.gather(1, code.clamp(min=0).unsqueeze(1)).squeeze(1)
    low = cumulative.gather(1, (code - 1).clamp(min=0).unsqueeze(1)).squeeze(1)
    low = torch.where(code > 0, low, 0.0)
    return low, torch.where(code < 0, 1.0, high)
