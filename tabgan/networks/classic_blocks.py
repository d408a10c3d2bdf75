"""A row as the classic CTGAN's networks see it: one alpha per Gaussian number, one-hot blocks for all symbols.

Features (B, F) are A alphas, then the L levels of all symbols; a condition (B, K) has the levels of the
discrete columns only. Every offset is the layout's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout
from tabgan.encoding.mixture import GAUSSIAN


class RowBlocks(nn.Module):
    """Where everything lies in features and conditions, as constant tensors; nothing of it is saved.

    Parameters
    ----------
    layout : of the table.
    discrete : positions of the columns that conditions speak of.
    """

    starts: Tensor
    owner: Tensor
    members: Tensor
    gate_from: Tensor
    is_root: Tensor
    ancestor: Tensor
    alpha_gate: Tensor
    condition_start: Tensor

    def __init__(self, layout: Layout, discrete: Sequence[int]) -> None:
        super().__init__()
        sizes = [symbol.n_levels for symbol in layout.symbols]
        self.sizes = sizes
        self.parents = [(symbol.parent, symbol.applies_from) for symbol in layout.symbols]
        self.n_symbols, self.n_levels = layout.n_symbols, layout.n_levels
        self.gaussian = [
            r for r, number in enumerate(layout.numbers) if layout.symbols[number.symbols[0]].role == GAUSSIAN
        ]
        self.n_alphas = len(self.gaussian)
        self.n_features = self.n_alphas + self.n_levels
        asked = [s for s, column in enumerate(layout.symbol_column) if column in set(discrete)]
        self.n_condition = sum(sizes[s] for s in asked)
        starts = np.full(layout.n_symbols, -1)
        starts[asked] = np.cumsum([0, *(sizes[s] for s in asked)])[: len(asked)]
        owner = np.repeat(np.arange(layout.n_symbols), sizes)
        members = np.eye(layout.n_symbols, dtype=np.float32)[owner]  # (L, S)
        self.paddings = _paddings(layout)
        self.depth, gates = _gates(layout)
        alpha_gate = np.zeros((self.n_levels, self.n_alphas), np.float32)
        for a, r in enumerate(self.gaussian):
            (symbol,) = layout.numbers[r].symbols
            begin = int(layout.offsets[symbol])
            alpha_gate[begin + layout.symbols[symbol].applies_from : begin + sizes[symbol], a] = 1.0
        constants: dict[str, Any] = {
            "starts": layout.offsets,
            "owner": owner,
            "members": members,
            "alpha_gate": alpha_gate,
            "condition_start": starts,
            **gates,
        }
        for name, value in constants.items():
            self.register_buffer(name, torch.as_tensor(value), persistent=False)

    def features(self, codes: Tensor, alphas: Tensor) -> Tensor:
        """Real rows, codes (B, S) and alphas (B, A), as features (B, F); zeros where a symbol does not apply."""
        out = torch.zeros(len(codes), self.n_features, device=alphas.device, dtype=alphas.dtype)
        out[:, : self.n_alphas] = alphas
        applies = codes >= 0
        at = codes.clamp(min=0) + self.starts + self.n_alphas
        return out.scatter_(1, at, applies.to(out.dtype))

    def condition(self, codes: Tensor) -> Tensor:
        """Codes (B, S), -1 where nothing is asked, as condition bits (B, K)."""
        out = torch.zeros(len(codes), self.n_condition + 1, device=codes.device)
        at = torch.where((codes >= 0) & (self.condition_start >= 0), codes + self.condition_start + 1, 0)
        return out.scatter_(1, at, 1.0)[:, 1:]

    def activate(self, raw: Tensor, gumbel: Tensor, temperature: float) -> Tensor:
        """Gumbel-softmax of every block and tanh of every alpha at once; raw (B, F), gumbel (B, L) to (B, F).

        Where a symbol does not apply (its parent says so) its block fades to zero, as it is in real rows;
        likewise the alpha of a mode that has no width.
        """
        logits = (raw[:, self.n_alphas :] + gumbel) / temperature
        hot = torch.as_tensor(
            BlockSoftmax.apply(logits, self.block_max(logits), self.owner, self.members)  # type: ignore[no-untyped-call]
        )
        if self.depth:
            gate = hot @ self.gate_from + self.is_root  # (B, S)
            for _ in range(self.depth - 1):
                gate = gate * gate[:, self.ancestor]
            hot = hot * (gate @ self.members.T)
        alphas = torch.tanh(raw[:, : self.n_alphas]) * (hot @ self.alpha_gate)
        return torch.cat([alphas, hot], dim=1)

    def block_max(self, logits: Tensor) -> Tensor:
        """Largest logit of each block, (B, L) to (B, S); no gradient."""
        with torch.no_grad():
            out = logits.new_empty(len(logits), self.n_symbols)
            padded = functional.pad(logits, (0, 1), value=-torch.inf)
            for symbols, levels in self.paddings:
                block = padded[:, levels.to(logits.device).flatten()].view(len(logits), *levels.shape)
                out[:, symbols] = block.amax(2)
            return out

    def cross_entropy(self, raw: Tensor, asked: Tensor) -> Tensor:
        """Mean over B of minus the log-probability of the asked codes (B, S), -1 where nothing is asked."""
        logits = raw[:, self.n_alphas :]
        row, symbol = torch.nonzero(asked >= 0, as_tuple=True)
        if not len(row):
            return raw.new_zeros(())
        size = max(self.sizes)
        step = torch.arange(size, device=raw.device)
        sizes = torch.as_tensor(self.sizes, device=raw.device)[symbol]
        at = (self.starts[symbol, None] + step).clamp(max=self.n_levels - 1)
        block = logits[row[:, None], at].masked_fill(step >= sizes[:, None], -torch.inf)
        return functional.cross_entropy(block, asked[row, symbol], reduction="sum") / len(raw)

    def draw(self, raw: Tensor, gumbel: Tensor) -> tuple[Tensor, Tensor]:
        """Exact draws from the blocks: codes (B, S), -1 where one does not apply, and alphas (B, A)."""
        perturbed = raw[:, self.n_alphas :] + gumbel
        blocks = torch.split(perturbed, self.sizes, dim=1)
        codes = (
            torch.stack([block.argmax(1) for block in blocks], dim=1)
            if blocks and self.sizes
            else torch.zeros(len(raw), 0, dtype=torch.long, device=raw.device)
        )
        for symbol, (parent, applies_from) in enumerate(self.parents):
            if parent is not None:
                codes[:, symbol] = torch.where(codes[:, parent] >= applies_from, codes[:, symbol], -1)
        return codes, torch.tanh(raw[:, : self.n_alphas])


class BlockSoftmax(torch.autograd.Function):
    """Softmax over each of many blocks side by side, by sums of blocks instead of a loop over them.

    logits (B, L), their block maxima (B, S), owner (L,) block of each level, members (L, S) the same one-hot.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, largest: Tensor, owner: Tensor, members: Tensor) -> Tensor:
        """Probabilities (B, L)."""
        raised = (logits - largest[:, owner]).exp_()
        hot = raised / (raised @ members)[:, owner]
        ctx.save_for_backward(hot, owner, members)
        return hot

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None, None]:
        """Slopes by the logits: p (g - sum of p g over the block)."""
        hot, owner, members = ctx.saved_tensors
        weighted = hot * slopes[0]
        return weighted - hot * (weighted @ members)[:, owner], None, None, None


def gumbel(shape: tuple[int, int], noise: torch.Generator) -> Tensor:
    """Standard Gumbel noise."""
    wait = torch.empty(shape, device=noise.device).exponential_(generator=noise)
    return -wait.clamp_(min=1e-20).log_()


def _paddings(layout: Layout) -> list[tuple[list[int], Tensor]]:
    """Blocks of like size together: their symbols, and positions (blocks, size) of their levels, L for padding."""
    groups: dict[int, list[int]] = {}
    for s, symbol in enumerate(layout.symbols):
        groups.setdefault(max(symbol.n_levels - 1, 1).bit_length() // 2, []).append(s)
    out = []
    for symbols in groups.values():
        size = max(layout.symbols[s].n_levels for s in symbols)
        at = np.full((len(symbols), size), layout.n_levels)
        for i, s in enumerate(symbols):
            n = layout.symbols[s].n_levels
            at[i, :n] = layout.offsets[s] + np.arange(n)
        out.append((symbols, torch.as_tensor(at)))
    return out


def _gates(layout: Layout) -> tuple[int, dict[str, Any]]:
    """How deep symbols hang on others, and which levels (L, S) of a parent let a symbol apply."""
    gate_from = np.zeros((layout.n_levels, layout.n_symbols), np.float32)
    is_root = np.ones(layout.n_symbols, np.float32)
    ancestor = np.arange(layout.n_symbols)
    depth = np.zeros(layout.n_symbols, int)
    for s, symbol in enumerate(layout.symbols):
        if symbol.parent is not None:
            begin = int(layout.offsets[symbol.parent])
            end = begin + layout.symbols[symbol.parent].n_levels
            gate_from[begin + symbol.applies_from : end, s] = 1.0
            is_root[s], ancestor[s] = 0.0, symbol.parent
            depth[s] = depth[symbol.parent] + 1
    found = {"gate_from": gate_from, "is_root": is_root, "ancestor": ancestor}
    return int(depth.max(initial=0)), found
