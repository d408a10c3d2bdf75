"""Fill the hidden cells of a batch, one symbol after the other.

The noise is one uniform per row and column: a symbol takes from it what it needs through its inverse
cumulative distribution, and what is left over is again uniform for the next symbol of the column.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from tabgan.networks.generator import Generator
from tabgan.networks.heads import cooled
from tabgan.networks.precision import activation_dtype
from tabgan.networks.tables import FRACTION_STEPS

Rows = Tensor | slice
EVERY_ROW = slice(None)


class Canvas:
    """Rows that are being filled in, and their running context.

    Attributes
    ----------
    codes : (B, S), -1 where hidden or not applicable.
    inside : (B, R) in [0, 1), where in its cell each number lies; given ones are at the middle of their byte.
    noise : (B, C), what is left of the uniforms.
    context : (B, H), the sum of the embeddings of all that is known.
    blank : nothing is known yet, so all rows have the same context.
    hide : (S,) flags that hold in all rows, or (B, S).
    never_missing : symbols whose first code, which means missing, is not drawn.
    """

    def __init__(
        self,
        generator: Generator,
        codes: Tensor,
        fractions: Tensor,
        hidden: list[bool] | Tensor,
        noise: Tensor,
        never_missing: Collection[int] = (),
    ) -> None:
        tables = generator.tables
        self.generator, self.noise, self.never_missing = generator, noise.clone(), never_missing
        self.blocks = generator.heads.trunk.weights(activation_dtype(codes.device))
        columns = torch.tensor(tables.symbol_column, device=codes.device, dtype=torch.long)
        self.hide = torch.as_tensor(hidden, dtype=torch.bool, device=codes.device)[..., columns]
        self.flags = self._flags(hidden)
        self.codes = torch.where(self.hide, -1, codes)  # a hidden symbol adds nothing to the context
        self.inside = (fractions.to(noise.dtype) + 0.5) / FRACTION_STEPS
        self.context = generator.levels.new_zeros(len(codes), generator.n_told)
        self.blank = bool(self.flags) and all(self.flags)
        if self.hide.ndim == 2:
            self.context = generator.known(self.codes, fractions)
        elif not self.blank:
            self.context = generator.known(self.codes, fractions, ~self.hide)

    def _flags(self, hidden: list[bool] | Tensor) -> list[bool]:
        """The flags that hold in all rows, where they need not be asked of a device; none if rows differ."""
        if self.hide.ndim == 2:
            return []
        told = hidden if isinstance(hidden, list) else hidden.tolist()
        return [bool(told[column]) for column in self.generator.tables.symbol_column]

    def rows(self, symbol: int) -> Rows | None:
        """Rows in which a symbol is hidden; None: there are none."""
        if self.hide.ndim == 1:
            return EVERY_ROW if self.flags[symbol] else None
        index = self.hide[:, symbol].nonzero().squeeze(1)
        return index if len(index) else None

    def applies(self, symbol: int, rows: Rows) -> Tensor | None:
        """Where a symbol means something, given its parent; None: in all rows."""
        parent = self.generator.tables.parents[symbol]
        if parent is None:
            return None
        return self.codes[rows, parent] >= self.generator.tables.applies_from[symbol]

    def logits(self, symbol: int, rows: Rows, temperature: float) -> Tensor:
        """What the head of a symbol says of some rows, (rows, K); of blank ones it is asked once."""
        context = self.context[:1] if self.blank else self.context[rows]
        logits = self.generator.heads.one(symbol, context, self.blocks)
        if symbol in self.never_missing:
            logits[:, 0] = -torch.inf
        logits = cooled(logits, temperature)
        return logits.expand(len(self.context), -1) if self.blank else logits

    def put(self, symbol: int, rows: Rows, code: Tensor, left: Tensor) -> None:
        """Write a symbol's codes, and the uniforms that it left; both (rows,)."""
        tables = self.generator.tables
        self.codes[rows, symbol] = code
        self.noise[rows, tables.symbol_column[symbol]] = left
        self.add(rows, self.generator.level(torch.where(code < 0, 0, code + tables.starts[symbol])))

    def put_number(self, symbol: int, rows: Rows, inside: Tensor, left: Tensor) -> None:
        """Where in its cell a number lies that ends with this symbol: a fraction (rows,), and the uniforms left."""
        number = self.generator.tables.number_of_last[symbol]
        self.noise[rows, self.generator.tables.symbol_column[symbol]] = left
        self.inside[rows, number] = inside
        step = (inside * FRACTION_STEPS).floor()
        self.add(rows, number_context(self.generator, number, self.codes[rows], step))

    def add(self, rows: Rows, embedded: Tensor) -> None:
        """Embeddings (rows, H) of what has become known."""
        self.blank = False
        if isinstance(rows, slice):
            self.context.add_(embedded)
        else:
            self.context.index_add_(0, rows, embedded)


@torch.no_grad()
def fill(
    generator: Generator,
    codes: Tensor,
    fractions: Tensor,
    hidden: list[bool] | Tensor,
    noise: Tensor,
    *,
    temperature: float = 1.0,
    never_missing: Collection[int] = (),
    until: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw the hidden cells given the others.

    Parameters
    ----------
    codes : (B, S) integers; those of hidden cells are not read.
    fractions : (B, R) bytes; those of hidden cells are not read.
    hidden : one flag a column of the layout, or (B, C) one flag a cell.
    noise : (B, C) float64 in [0, 1), one column of it per column of the layout.
    temperature : divides the logits of all that is drawn.
    never_missing : symbols whose first code, which means missing, is not drawn.
    until : symbols from this one on stay hidden; None draws all.

    Returns
    -------
    codes (B, S) and fractions (B, R) float64 in [0, 1): given ones are at the middle of their byte.
    """
    canvas = Canvas(generator, codes, fractions, hidden, noise, never_missing)
    for symbol in range(generator.tables.n_symbols if until is None else until):
        rows = canvas.rows(symbol)
        if rows is not None:
            fill_symbol(canvas, symbol, rows, temperature)
    return canvas.codes, canvas.inside


def blank(generator: Generator, n_rows: int) -> tuple[Tensor, Tensor, list[bool]]:
    """Codes (n, S), fractions (n, R) and flags of n rows of which nothing is known, as `fill` takes them."""
    tables, device = generator.tables, generator.levels.device
    codes = torch.zeros(n_rows, tables.n_symbols, dtype=torch.long, device=device)
    fractions = torch.zeros(n_rows, tables.n_numbers, dtype=torch.uint8, device=device)
    return codes, fractions, [True] * tables.n_columns


def fill_symbol(canvas: Canvas, symbol: int, rows: Rows, temperature: float) -> None:
    """Draw one symbol of some rows, and the place in its cell where a number ends with it."""
    tables = canvas.generator.tables
    uniform = canvas.noise[rows, tables.symbol_column[symbol]]
    code, left = draw(canvas.logits(symbol, rows, temperature), uniform)
    applies = canvas.applies(symbol, rows)
    if applies is not None:
        code, left = torch.where(applies, code, -1), torch.where(applies, left, uniform)
    canvas.put(symbol, rows, code, left)
    if symbol in tables.number_of_last:
        canvas.put_number(symbol, rows, left, leftover(left))


def leftover(uniform: Tensor) -> Tensor:
    """What of a uniform its first byte does not tell: uniform again."""
    scaled = uniform * FRACTION_STEPS
    return scaled - scaled.floor()


def noise_dtype(device: torch.device) -> torch.dtype:
    """Type of the uniforms: 64 bits, as several symbols share one; MPS has only 32."""
    return torch.float32 if device.type == "mps" else torch.float64


def number_context(generator: Generator, number: int, codes: Tensor, fraction: Tensor) -> Tensor:
    """What one number adds to the context as a number; codes (B, S), fraction (B,) to (B, H)."""
    tables = generator.tables
    mode, place = tables.number_ends[number]
    waves = tables.rank_features_of(number, codes[:, mode], codes[:, place], fraction)
    context = waves @ generator.waves[number]
    if not generator.pointers.n_features:
        return context
    return torch.cat([context, generator.pointers.of_one(number, codes[:, mode], fraction)], 1)


def draw(logits: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Inverse-CDF draw: logits (B, K) and noise (B,) float64 to codes (B,) and the noise left (B,)."""
    return invert(running_sums(logits), noise)


def running_sums(logits: Tensor) -> Tensor:
    """Of weights in proportion to the probabilities, (B, K)."""
    return (logits - logits.amax(1, keepdim=True)).exp_().cumsum(1)


def draw_weighted(weights: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """`draw` from weights (B, K) that need not sum to 1; a code without weight is never drawn."""
    return invert(weights.cumsum(1), noise)


def invert(summed: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Codes (B,) whose share of running sums of weights (B, K) holds the noise (B,), and the noise left (B,).

    Codes are found among sums as they are: to turn them all into 64 bits takes longer than all the rest.
    """
    total = summed[:, -1:]
    sought = noise.unsqueeze(1) * total  # 64 bits, for what is left
    below = total * (
        1 - torch.finfo(summed.dtype).eps
    )  # where rounding would pass the last code that has weight
    code = torch.searchsorted(summed, torch.minimum(sought.to(summed.dtype), below), right=True)
    code.clamp_(max=summed.shape[1] - 1)
    high = summed.gather(1, code).to(noise.dtype)
    low = torch.where(code > 0, summed.gather(1, (code - 1).clamp(min=0)), 0.0).to(noise.dtype)
    left = (sought - low) / (high - low).clamp(min=1e-300)
    return code.squeeze(1), left.squeeze(1).clamp(0.0, 1.0 - 2.0**-53)
