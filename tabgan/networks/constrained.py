"""Draw columns that must lie in a set or range: their heads masked to the mass that is allowed.

Of each first symbol (mode, group) a code counts with its probability times the allowed mass inside of it, which
the head of the second symbol tells where only a part is allowed; then the place and the fraction within the cell
are drawn truncated. So one column is exact under the model. The mass of all windows of a row is its weight.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tabgan.encoding.layout import Layout
from tabgan.encoding.window import Window
from tabgan.networks.filling import EVERY_ROW, Canvas, draw_weighted, fill_symbol, leftover
from tabgan.networks.generator import Generator
from tabgan.networks.heads import cooled


class Part:
    """A `Window` of a column as tensors.

    Attributes
    ----------
    first, second : positions of the symbols within the row; second is None where there is one.
    share : (W, F, P), see `Window`.
    torn : codes of the first symbol of which only some places are allowed.
    """

    def __init__(self, window: Window, column: int, layout: Layout, noise: Tensor) -> None:
        start = layout.symbols_of(column).start
        self.column = column
        self.first = start + window.symbols[0]
        self.second = start + window.symbols[1] if len(window.symbols) > 1 else None
        self.last = start + window.symbols[-1]
        self.share = torch.from_numpy(window.share).to(noise)
        differ = (window.share != window.share[:, :, :1]).any(axis=(0, 2))
        self.torn = [int(code) for code in differ.nonzero()[0]] if self.second is not None else []
        self.is_number = window.number is not None
        self.variants = window.variants
        if window.variants is not None:
            self.day = slice(start, start + len(window.variants.day.symbols))
            self.day_number = layout.numbers_of(column).start
        self.pieces = (
            _PieceTensors(window, noise) if window.pieces is not None and len(window.pieces.cell) else None
        )

    def variant(self, canvas: Canvas) -> Tensor:
        """Which of the W variants holds in each row, (B,)."""
        if self.variants is None:
            return torch.zeros(len(canvas.codes), dtype=torch.long, device=canvas.codes.device)
        codes = canvas.codes[:, self.day].cpu().numpy()
        inside = canvas.inside[:, self.day_number, None].cpu().double().numpy()
        return torch.from_numpy(self.variants.of(codes, inside)).to(canvas.codes.device)


class _PieceTensors:
    """`Pieces`, and for each cell (W · F · P,) which are its own."""

    def __init__(self, window: Window, noise: Tensor) -> None:
        pieces = window.pieces
        assert pieces is not None
        cells = torch.arange(window.share.size + 1)
        first = torch.searchsorted(torch.from_numpy(pieces.cell).contiguous(), cells)
        self.first, self.last = first[:-1].to(noise.device), (first[1:] - 1).to(noise.device)
        weight = torch.from_numpy(pieces.weight)
        self.start = (weight.cumsum(0) - weight).to(noise)  # a running sum over all pieces
        self.weight = weight.to(noise)
        self.low, self.width = (
            torch.from_numpy(pieces.low).to(noise),
            torch.from_numpy(pieces.width).to(noise),
        )

    def place(self, cell: Tensor, uniform: Tensor) -> Tensor:
        """Where in its cell (B,) each row lies, by a uniform (B,) over the allowed pieces of the cell."""
        first, last = self.first[cell], self.last[cell]
        some = last >= first  # point masses have no pieces
        first, last = torch.where(some, first, 0), torch.where(some, last, 0)
        begin = self.start[first]
        target = begin + uniform * (self.start[last] + self.weight[last] - begin)
        piece = torch.searchsorted(self.start, target, right=True) - 1
        piece = torch.minimum(torch.maximum(piece, first), last)
        along = ((target - self.start[piece]) / self.weight[piece]).clamp(0.0, 1.0 - 2.0**-53)
        return torch.where(some, self.low[piece] + along * self.width[piece], uniform).clamp(
            0.0, 1.0 - 2.0**-53
        )


@torch.no_grad()
def draw_constrained(
    generator: Generator,
    codes: Tensor,
    fractions: Tensor,
    hidden: list[bool],
    parts: Sequence[Sequence[Part]],
    noise: Tensor,
    *,
    temperature: float = 1.0,
    alike: bool = False,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw the constrained columns, one after the other, given the known ones.

    Parameters
    ----------
    codes, fractions, hidden, noise, temperature : as in `fill`.
    parts : the windows of each constrained column, in canonical order.
    alike : what is known is the same in all rows, so that one row tells what the first window's heads say.

    Returns
    -------
    codes (B, S) and fractions (B, R) in [0, 1), of which those of known and constrained columns are set; the log of
    the allowed mass (B,): how much of what the heads would have drawn was allowed; and the log of the share (B,)
    of the drawn cells that was allowed.
    """
    tables = generator.tables
    canvas = Canvas(generator, codes, fractions, hidden, noise)
    log_mass, log_share = torch.zeros_like(noise[:, 0]), torch.zeros_like(noise[:, 0])
    for windows in parts:
        by_symbol = {part.first: part for part in windows}
        covered = {part.second for part in windows}
        column = windows[0].column
        for symbol in (
            s for s, owner in enumerate(tables.symbol_column) if owner == column and s not in covered
        ):
            if symbol not in by_symbol:
                fill_symbol(canvas, symbol, EVERY_ROW, temperature)
                continue
            mass, share = draw_part(canvas, by_symbol[symbol], temperature, alike)
            log_mass += mass.log()
            log_share += share.log()
            alike = False  # the rows differ from now on
    return canvas.codes, canvas.inside, log_mass, log_share


def draw_part(canvas: Canvas, part: Part, temperature: float, alike: bool = False) -> tuple[Tensor, Tensor]:
    """Draw the symbols of one window; returns its allowed mass, and the allowed share of the drawn cell, (B,)."""
    variant = part.variant(canvas)
    share = part.share[variant] if len(part.share) > 1 else part.share  # (B or 1, F, P)
    places = _every_place(canvas, part, temperature) if alike and part.second is not None else None
    rows = slice(0, 1) if alike else EVERY_ROW
    mass = torch.softmax(canvas.logits(part.first, rows, temperature).to(share.dtype), 1)
    mass = (mass * _inside(canvas, part, share, places, temperature)).expand(len(canvas.codes), -1)
    uniform = canvas.noise[:, part.column].clone()
    code, left = draw_weighted(mass, uniform)
    total = mass.sum(1)
    applies = canvas.applies(part.first, EVERY_ROW)
    if applies is not None:
        code, left = torch.where(applies, code, -1), torch.where(applies, left, uniform)
        total = torch.where(applies, total, 1.0)
        share = torch.where(applies[:, None, None], share, 1.0)
    canvas.put(part.first, EVERY_ROW, code, left)
    place = torch.zeros_like(code)
    if part.second is not None:
        place, left = _draw_second(canvas, part, share, places, left, temperature)
    if part.is_number:
        inside = left
        if part.pieces is not None:
            _, n_first, n_second = part.share.shape
            cell = (variant * n_first + code.clamp(min=0)) * n_second + place.clamp(min=0)
            inside = part.pieces.place(cell, left)
        canvas.put_number(part.last, EVERY_ROW, inside, leftover(left))
    return total, _of_row(share, code)[torch.arange(len(code), device=code.device), place.clamp(min=0)]


def _every_place(canvas: Canvas, part: Part, temperature: float) -> Tensor:
    """Probabilities of the second symbol after each code of the first, (F, P), where all rows are told the same."""
    assert part.second is not None
    generator, start = canvas.generator, canvas.generator.tables.starts[part.first]
    levels = generator.levels[start : start + part.share.shape[1]]
    contexts = canvas.context[:1] + generator.pointers.pad(levels)
    logits = cooled(generator.heads.one(part.second, contexts), temperature)
    return torch.softmax(logits.to(part.share.dtype), 1)


def _inside(canvas: Canvas, part: Part, share: Tensor, places: Tensor | None, temperature: float) -> Tensor:
    """How much of the mass of each code of the first symbol is allowed, (B or 1, F)."""
    inside = share[:, :, 0].clone()
    generator, start = canvas.generator, canvas.generator.tables.starts[part.first]
    for code in part.torn:
        if places is None:
            assert part.second is not None
            context = canvas.context + generator.pointers.pad(generator.levels[start + code])
            logits = cooled(generator.heads.one(part.second, context), temperature)
            told = (torch.softmax(logits.to(share.dtype), 1) * share[:, code]).sum(1)
            inside = inside.expand(len(told), -1).clone() if len(inside) == 1 else inside
        else:
            told = (places[code] * share[:, code]).sum(1)
        inside[:, code] = told
    return inside


def _draw_second(
    canvas: Canvas, part: Part, share: Tensor, places: Tensor | None, left: Tensor, temperature: float
) -> tuple[Tensor, Tensor]:
    """Draw the second symbol among the allowed codes; returns it and the uniforms left, both (B,)."""
    assert part.second is not None
    code = canvas.codes[:, part.first]
    if places is None:
        told = torch.softmax(canvas.logits(part.second, EVERY_ROW, temperature).to(share.dtype), 1)
    else:
        told = places[code]
    place, rest = draw_weighted(told * _of_row(share, code), left)
    applies = canvas.applies(part.second, EVERY_ROW)
    if applies is not None:
        place, rest = torch.where(applies, place, -1), torch.where(applies, rest, left)
    canvas.put(part.second, EVERY_ROW, place, rest)
    return place, rest


def _of_row(share: Tensor, code: Tensor) -> Tensor:
    """Shares (B, P) of the places of each row's first code, from (B or 1, F, P)."""
    row = torch.arange(len(code), device=code.device) if len(share) > 1 else 0
    return share[row, code.clamp(min=0)]
