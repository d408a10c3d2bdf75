"""Give a trained generator the marginals of its table.

Dropout, averaged weights and stopping early leave each column's shares a little off, and every later column is told
what was drawn before it. So rows are drawn column by column, and before a column is drawn the biases of its head are
moved until the mean of what the head says is what the table has: iterative proportional fitting (Deming & Stephan
1940, Annals of Mathematical Statistics 11, section 3) of one margin at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.config import SAMPLE_PASS
from tabgan.encoding.layout import Layout
from tabgan.networks.filling import EVERY_ROW, Canvas, blank, fill_symbol, noise_dtype
from tabgan.networks.generator import Generator

Array = NDArray[Any]
MOST_ROWS = 32_768
MOST_CELLS = 2**22  # rows times symbols
ROUNDS = 10
BLOCKS = 64  # of equal mass on a number's line: cells of a block move together, as one alone has few rows
CAUTION = 4.0  # rows: a level of which so many are expected goes half of the way


def frequencies(layout: Layout, codes: Array) -> list[Tensor]:
    """How many rows (N, S) have each code of each symbol, (K,) a symbol."""
    counts = []
    for s, symbol in enumerate(layout.symbols):
        column = codes[:, s]
        counts.append(torch.from_numpy(np.bincount(column[column >= 0], minlength=symbol.n_levels)).double())
    return counts


def counted(layout: Layout, codes: Array) -> list[Tensor | None]:
    """How many rows (N, S) have each code; None for columns with hidden cells, whose rows may be no fair sample."""
    hidden = {
        layout.symbol_column[s]
        for s, symbol in enumerate(layout.symbols)
        if symbol.parent is None and (codes[:, s] < 0).any()
    }
    counts = frequencies(layout, codes)
    return [None if layout.symbol_column[s] in hidden else count for s, count in enumerate(counts)]


@torch.no_grad()
def meet_marginals(
    generator: Generator, counts: list[Tensor | None], n_rows: int, noise: torch.Generator
) -> None:
    """Move the heads' biases until drawn rows have the shares of ``counts``.

    Parameters
    ----------
    generator : its biases change.
    counts : how many rows of the table have each code of a symbol, (K,); None: the symbol stays as it is.
    n_rows : how many rows are drawn; fewer where there are many symbols.
    """
    tables, device = generator.tables, generator.levels.device
    n_rows = max(min(n_rows, MOST_ROWS, MOST_CELLS // max(tables.n_symbols, 1)), 1)
    uniforms = torch.rand(
        n_rows,
        tables.n_columns,
        generator=noise,
        device=device,
        dtype=noise_dtype(device),
    )
    pass_rows = SAMPLE_PASS if device.type == "cpu" else n_rows
    canvases = [
        Canvas(generator, *blank(generator, len(part)), part) for part in torch.split(uniforms, pass_rows)
    ]
    for symbol, wanted in enumerate(counts):
        if wanted is not None:
            move_bias(generator, canvases, symbol, wanted.to(generator.levels))
        for canvas in canvases:
            fill_symbol(canvas, symbol, EVERY_ROW, 1.0)


def move_bias(generator: Generator, canvases: list[Canvas], symbol: int, counts: Tensor) -> None:
    """Add to the biases of a symbol what takes the mean of what its head says to the shares of ``counts`` (K,)."""
    if not counts.any():
        return
    block = blocks_of(counts, generator.heads.free[symbol])
    said = torch.cat([in_blocks(_said(canvas, symbol), block) for canvas in canvases])
    if not len(said):
        return
    added = log_factors(said, in_blocks(counts, block) / counts.sum())[block]
    bucket, place = generator.heads.place_of[symbol]
    generator.heads.last_bias[bucket].data[place, 0, : len(added)] += added


def _said(canvas: Canvas, symbol: int) -> Tensor:
    """Probabilities of the codes of a symbol in the rows to which it applies, (n, K)."""
    said = torch.softmax(canvas.logits(symbol, EVERY_ROW, 1.0), 1)
    applies = canvas.applies(symbol, EVERY_ROW)
    return said if applies is None else said[applies]


def blocks_of(counts: Tensor, free: int) -> Tensor:
    """Which codes (K,) move together: each before ``free`` moves alone, the cells after it in blocks."""
    cells = counts[free:]
    middle = (cells.cumsum(0) - cells / 2) / cells.sum().clamp(min=1)
    own = torch.arange(free, device=counts.device)
    block = torch.cat([own, free + (middle * BLOCKS).long()])
    new = torch.diff(block, prepend=block[:1]) > 0
    return new.cumsum(0)


def in_blocks(values: Tensor, block: Tensor) -> Tensor:
    """Sums (..., blocks) of values (..., K) whose blocks are told, (K,).

    In 64 bits where there are: products of 32 may be rounded, see `matmul_precision`.
    """
    sums = values.new_zeros(*values.shape[:-1], int(block[-1]) + 1)
    return sums.index_add_(-1, block, values).to(noise_dtype(values.device))


def log_factors(said: Tensor, shares: Tensor) -> Tensor:
    """Logarithms (K,) of factors that, put on probabilities (n, K) and normalised, make their means ``shares`` (K,).

    Shares of which few rows are expected among n stay near to the means as they are.
    """
    factors, few, mean = torch.ones_like(shares), CAUTION / len(said), said.mean(0)
    wanted = (shares * shares + few * mean) / (shares + few)
    wanted = wanted / wanted.sum()
    for _ in range(ROUNDS):
        factors = factors * wanted / mean.clamp(min=1e-30)
        mean = factors * (1 / (said @ factors) @ said) / len(said)
    return (factors / factors.mean()).log()
