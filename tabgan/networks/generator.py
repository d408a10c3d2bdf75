"""The conditional generator: any columns known, the others filled in one by one.

The context of a symbol is the SUM of the embeddings of all symbols known before it, so that training
evaluates every head in one pass (NADE: Larochelle & Murray 2011; any order: Uria et al. 2014, section 3) and
sampling a row costs about one pass of a plain network.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from tabgan.encoding.layout import Layout
from tabgan.networks.heads import Heads, cooled
from tabgan.networks.pointing import PointerTables
from tabgan.networks.tables import (
    FRACTION_STEPS,
    WAVES,
    SymbolTables,
    Waves,
    buffer,
    first_cells,
    waves_of_levels,
)
from tabgan.networks.telling import told


class Generator(nn.Module):
    """Embeddings of symbols and numbers, and one head per symbol.

    Shape
    -----
    codes (B, S) integers, -1 where a symbol does not apply; fractions (B, R) bytes; embeddings (S, B, H). What is
    known of a row that is filled in is (B, H + F): after H features those F of pointers and sums, see
    `PointerTables`.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        width: int,
        hidden: int,
        blocks: int,
        generator: torch.Generator,
        waves: Waves = WAVES,
    ) -> None:
        super().__init__()
        self.width = width
        self.style = waves
        self.tables = SymbolTables(layout, waves)
        scale = 1 / math.sqrt(max(layout.n_symbols, 1))
        table = torch.randn(layout.n_levels + 1, width, generator=generator) * scale
        free = first_cells(layout, waves)
        parts = [torch.arange(n) < f for n, f in zip(self.tables.sizes, free, strict=True)]
        embedded = torch.cat([torch.zeros(1, dtype=torch.bool), *parts])
        table *= embedded.unsqueeze(1)  # nothing known, and cells known by their waves: padding keeps them so
        self.levels = nn.Parameter(table)
        self.register_buffer("embedded", embedded.long() * torch.arange(len(table)), persistent=False)
        self.pointers = PointerTables(layout)
        self.n_told = width + self.pointers.n_features
        n_features = 1 + 2 * len(waves.read)
        numbers = torch.randn(layout.n_numbers, n_features, width, generator=generator)
        self.waves = nn.Parameter(numbers * scale / math.sqrt(n_features))
        self.heads = Heads(
            self.tables.sizes,
            width,
            hidden,
            blocks=blocks,
            free=free,
            waves=waves_of_levels(layout, waves),
            pointers=self.pointers,
            generator=generator,
        )

    def embed(self, codes: Tensor, fractions: Tensor) -> Tensor:
        """Codes (B, S) and fractions (B, R) to embeddings (S, B, H)."""
        level = buffer(self, "embedded")[self.tables.levels(codes)]
        embedded = nn.functional.embedding(level, self.levels, padding_idx=0)
        if not self.tables.n_numbers:
            return embedded
        features = self.tables.rank_features(codes, fractions)
        if self.tables.all_numbers:  # one pass less each way
            return torch.baddbmm(embedded, features, self.waves)
        return embedded.index_add_(0, self.tables.number_last, torch.bmm(features, self.waves))

    def known(self, codes: Tensor, fractions: Tensor, symbols: Tensor | None = None) -> Tensor:
        """What rows tell a head that comes after all, (B, H + F); codes (B, S) are -1 where hidden.

        ``symbols`` (S,) flags those that are hidden in no row, where that is known: the others cost nothing then.
        """
        if symbols is None:
            context = self.embed(codes, fractions).sum(0)
        else:
            context = self.embed_some(codes, fractions, symbols).sum(0)
        told = self.pointers.of_rows(codes, fractions)
        return torch.cat([context, told.T], 1) if len(told) else context

    def level(self, index: Tensor) -> Tensor:
        """What levels add to the context, by their rows in the table of all levels: (...,) to (..., H + F)."""
        return self.pointers.pad(nn.functional.embedding(index, self.levels, padding_idx=0))

    def level_contexts(self, symbol: int) -> Tensor:
        """What each level of a symbol adds to the context, (K, H); a cell stands for its middle."""
        start = self.tables.starts[symbol]
        levels = self.levels[start : start + self.tables.sizes[symbol]]
        number = self.tables.number_of_last.get(symbol)
        if number is None or self.tables.parents[symbol] is not None:
            return levels
        code = torch.arange(len(levels), device=levels.device)
        half = torch.full_like(code, FRACTION_STEPS // 2)
        return levels + self.tables.rank_features_of(number, code, code, half) @ self.waves[number]

    def embed_some(self, codes: Tensor, fractions: Tensor, symbols: Tensor) -> Tensor:
        """Embeddings (n, B, H) of the symbols flagged in ``symbols`` (S,) only, in their order."""
        level = buffer(self, "embedded")[self.tables.levels(codes)[symbols]]
        embedded = nn.functional.embedding(level, self.levels, padding_idx=0)
        numbers = symbols[self.tables.number_last].nonzero().squeeze(1)
        if len(numbers):
            place = (symbols.cumsum(0) - 1)[self.tables.number_last[numbers]]
            waves = torch.bmm(self.tables.rank_features(codes, fractions, numbers), self.waves[numbers])
            embedded.index_add_(0, place, waves)
        return embedded

    def logits(
        self,
        codes: Tensor,
        fractions: Tensor,
        orders: Tensor,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[Tensor]:
        """Logits of every symbol in the given orders (see `told`), by bucket of `Heads`."""
        pointed = self.pointers.before(codes, fractions, orders)
        contexts = told(self.embed(codes, fractions), orders)
        return self.heads.forward(contexts, pointed, dropout, generator)

    def log_prob(
        self,
        codes: Tensor,
        fractions: Tensor,
        orders: Tensor,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
        *,
        temperature: float = 1.0,
    ) -> Tensor:
        """Log-probability of each symbol's code in nats, (S, B); 0 where a symbol does not apply.

        ``orders`` (G, S) or (G, S, S) are as `told` takes them; ``temperature`` divides the logits.
        """
        if not self.tables.n_symbols:
            return self.levels.new_zeros(0, len(codes))
        logits = self.logits(codes, fractions, orders, dropout, generator)
        parts = []
        for scores, code in zip(logits, self.heads.by_bucket(codes.T), strict=True):
            loss = nn.functional.cross_entropy(
                cooled(scores, temperature).flatten(0, 1), code.flatten(), ignore_index=-1, reduction="none"
            )
            parts.append(-loss.view(code.shape))
        if len(parts) == 1:
            return parts[0]
        return torch.cat(parts).index_select(0, buffer(self.heads, "places"))
