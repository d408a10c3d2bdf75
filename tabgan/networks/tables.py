"""The layout of a table as tensors: what generator and critic both need to read codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout

FRACTION_STEPS = 256
ALL = slice(None)


@dataclass(frozen=True)
class Waves:
    """How networks read and write where a number lies: the waves of its rank.

    Attributes
    ----------
    read : the k of cos πkr and sin πkr by which a known number enters the context.
    written : the same for the logits along a line. All up to the fastest one: with gaps between them a narrow
        peak would have echoes.
    damping : a written wave counts k**-damping, so that slow ones are learnt first.
    read_damping : the same for waves that are read.
    own_cells : cells between knots have embeddings and weights of their own, too; else a cell is known by its
        waves alone, and neighbours learn from one another.
    pieces : logits have a part that is the same all over a piece of the line, and jumps where the density does.
    """

    read: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64)
    written: tuple[int, ...] = tuple(range(1, 49))
    damping: float = 0.25
    read_damping: float = 0.5
    own_cells: bool = False
    pieces: bool = True

    def along(self, rank: Tensor) -> Tensor:
        """The waves that logits along a line are made of, (...,) to (..., F)."""
        return rank_waves(rank, torch.tensor(self.written)) * damped(self.written, self.damping)


def rank_waves(rank: Tensor, frequencies: Tensor) -> Tensor:
    """A rank in [0, 1] as (2r - 1, cos πkr, sin πkr for each k); (...,) to (..., F).

    In the manner of periodic embeddings of numbers (Gorishniy et al. 2022, arXiv 2203.05556, eq. 2), with
    fixed frequencies.
    """
    angle = rank.unsqueeze(-1) * (frequencies * torch.pi).to(rank.dtype)
    return torch.cat([2 * rank.unsqueeze(-1) - 1, torch.cos(angle), torch.sin(angle)], dim=-1)


def damped(frequencies: tuple[int, ...], damping: float) -> Tensor:
    """What each of the features of `rank_waves` counts, (F,): 1, and k**-damping."""
    return torch.tensor([1.0, *(k**-damping for k in frequencies * 2)])


WAVES = Waves()
ROWS_PER_WAVE = 500  # a narrower peak is told from noise by more rows only


def waves_for(n_rows: int) -> Waves:
    """How a table of so many rows is read and written: the more rows, the finer."""
    fastest = min(max(n_rows // ROWS_PER_WAVE, 8), WAVES.written[-1])
    return replace(WAVES, written=WAVES.written[:fastest])


SLOW = tuple(range(1, 9))
OLD_WAVES = Waves(
    read=SLOW, written=SLOW, damping=0.0, read_damping=0.0, own_cells=True, pieces=False
)  # of the first model files


class SymbolTables(nn.Module):
    """Constant look-up tables of a `Layout` (S symbols, R numeric parts, L levels of all symbols).

    Not saved with a model: they follow from the layout.
    """

    first_level: Tensor
    number_mode: Tensor
    number_place: Tensor
    number_last: Tensor
    rank_offset: Tensor
    rank_places: Tensor
    rank_low: Tensor
    rank_width: Tensor
    frequencies: Tensor
    strength: Tensor

    def __init__(self, layout: Layout, waves: Waves = WAVES) -> None:
        super().__init__()
        self.n_symbols = layout.n_symbols
        self.n_numbers = layout.n_numbers
        self.n_levels = layout.n_levels
        self.starts: list[int] = (layout.offsets + 1).tolist()  # level 0: nothing known, embedded as zero
        self.sizes = [symbol.n_levels for symbol in layout.symbols]
        self.parents = [symbol.parent for symbol in layout.symbols]
        self.applies_from = [symbol.applies_from for symbol in layout.symbols]
        self.symbol_column = list(layout.symbol_column)
        self.n_columns = len(layout.columns)
        self.number_of_last = {number.symbols[-1]: r for r, number in enumerate(layout.numbers)}
        self.number_ends = [(number.symbols[0], number.symbols[-1]) for number in layout.numbers]
        self.all_numbers = list(self.number_of_last) == list(range(layout.n_symbols))
        modes = [number.symbols[0] for number in layout.numbers]
        lasts = [number.symbols[-1] for number in layout.numbers]
        places = [number.rank_low.shape[1] for number in layout.numbers]
        cells = [number.rank_low.size for number in layout.numbers]
        low = [number.rank_low.ravel() for number in layout.numbers]
        width = [number.rank_width.ravel() for number in layout.numbers]
        constants = {
            "first_level": torch.tensor(self.starts, dtype=torch.long),
            "number_mode": torch.tensor(modes, dtype=torch.long),
            "number_place": torch.tensor(lasts, dtype=torch.long),
            "number_last": torch.tensor(lasts, dtype=torch.long),
            "frequencies": torch.tensor(waves.read, dtype=torch.float32),
            "strength": damped(waves.read, waves.read_damping),
            "rank_offset": torch.tensor(np.cumsum([0, *cells])[:-1], dtype=torch.long),
            "rank_places": torch.tensor(places, dtype=torch.long),
            "rank_low": torch.as_tensor(np.concatenate([*low, np.zeros(0, np.float32)])),
            "rank_width": torch.as_tensor(np.concatenate([*width, np.zeros(0, np.float32)])),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def levels(self, codes: Tensor) -> Tensor:
        """Rows in a table of all levels; codes (B, S) to (S, B), 0 where a symbol does not apply."""
        codes = codes.T
        return torch.where(codes < 0, 0, codes + self.first_level[:, None])

    def rank_features(self, codes: Tensor, fractions: Tensor, numbers: Tensor | slice = ALL) -> Tensor:
        """Ranks of (some) numbers, as waves; codes (B, S) and fractions (B, R) bytes to (R, B, F)."""
        mode = codes.T[self.number_mode[numbers]]
        place = codes.T[self.number_place[numbers]]
        offset, places = self.rank_offset[numbers, None], self.rank_places[numbers, None]
        return self._features(mode, place, fractions.T[numbers], offset, places)

    def rank_features_of(self, number: int, mode: Tensor, place: Tensor, fraction: Tensor) -> Tensor:
        """Ranks of one number, as waves; mode, place and fraction (B,) to (B, F)."""
        return self._features(mode, place, fraction, self.rank_offset[number], self.rank_places[number])

    def _features(
        self, mode: Tensor, place: Tensor, fraction: Tensor, offset: Tensor, places: Tensor
    ) -> Tensor:
        place = torch.where(places > 1, place.clamp(min=0), 0)
        cell = (offset + mode.clamp(min=0) * places + place).reshape(-1)
        low = self.rank_low[cell].reshape(mode.shape)
        inside = (fraction.to(low.dtype) + 0.5) / FRACTION_STEPS
        rank = low + self.rank_width[cell].reshape(mode.shape) * inside
        known = ((low >= 0) & (mode >= 0)).to(low.dtype).unsqueeze(-1)
        return rank_waves(rank, self.frequencies) * self.strength * known


def waves_of_levels(layout: Layout, waves: Waves) -> list[Tensor]:
    """Waves of each level's rank and its piece of the line, (K, F) a symbol; zeros where it lies on none."""
    n_waves = 1 + 2 * len(waves.written)
    pieces = [number.pieces if waves.pieces else None for number in layout.numbers]
    n_pieces = max((int(p.max()) for p in pieces if p is not None), default=0)
    found = [torch.zeros(symbol.n_levels, n_waves + n_pieces) for symbol in layout.symbols]
    for number, piece in zip(layout.numbers, pieces, strict=True):
        rank = torch.as_tensor((number.rank_low + number.rank_width / 2).mean(axis=1))
        known = torch.as_tensor(number.rank_low[:, 0] >= 0)
        found[number.symbols[0]][:, :n_waves] = waves.along(rank) * known.unsqueeze(1)
        if piece is not None:
            flags = functional.one_hot(torch.as_tensor(piece), n_pieces + 1)
            found[number.symbols[0]][:, n_waves:] = flags[:, 1:]
        if len(number.symbols) > 1:
            n_places = number.rank_low.shape[1]
            found[number.symbols[1]][:, :n_waves] = waves.along((torch.arange(n_places) + 0.5) / n_places)
    return found


def first_cells(layout: Layout, waves: Waves) -> list[int]:
    """The first level of each symbol that is known by its waves alone, (S,); all after it are, too."""
    first = [symbol.n_levels for symbol in layout.symbols]
    for number in layout.numbers:
        if len(number.symbols) == 1 and not waves.own_cells:
            first[number.symbols[0]] = number.first_cell
    return first


def buffer(module: nn.Module, name: str) -> Tensor:
    """A registered buffer, typed."""
    return cast(Tensor, getattr(module, name))
