"""A row as the classic CTGAN's networks see it: one alpha per Gaussian number, one-hot blocks for all symbols.

Features (B, F) are A alphas, then the L levels of all symbols. A condition is one bit for each of the K levels of
the discrete columns' symbols; as one or two of them are set, it is given as their positions (B, P), K for none.
Every offset is the layout's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from tabgan.conditioning.by_sampling import LevelTable
from tabgan.encoding.layout import Layout
from tabgan.encoding.mixture import GAUSSIAN
from tabgan.networks.tables import buffer


class RowBlocks(nn.Module):
    """Where everything lies in features and conditions, as constant tensors; nothing of it is saved.

    Parameters
    ----------
    layout : of the table.
    discrete : positions of the columns that conditions speak of.
    """

    starts: Tensor
    size: Tensor
    members: Tensor
    gate_from: Tensor
    is_root: Tensor
    ancestor: Tensor
    alpha_gate: Tensor
    bit_level: Tensor
    bit_symbol: Tensor
    alpha_symbol: Tensor
    alpha_from: Tensor

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
        self.n_bits = sum(sizes[s] for s in asked)
        self.largest_asked = max((sizes[s] for s in asked), default=0)
        self.first_bit = dict(zip(asked, np.cumsum([0, *(sizes[s] for s in asked)]).tolist(), strict=False))
        owner = np.repeat(np.arange(layout.n_symbols), sizes)
        members = np.eye(layout.n_symbols, dtype=np.float32)[owner]  # (L, S)
        self.groups, paddings = _paddings(layout)
        self.depth, gates = _gates(layout)
        alpha_gate = np.zeros((self.n_levels, self.n_alphas), np.float32)
        for a, r in enumerate(self.gaussian):
            (symbol,) = layout.numbers[r].symbols
            begin = int(layout.offsets[symbol])
            alpha_gate[begin + layout.symbols[symbol].applies_from : begin + sizes[symbol], a] = 1.0
        bit_symbol = np.repeat(np.array(asked, np.int64), [sizes[s] for s in asked])
        constants: dict[str, Any] = {
            "starts": layout.offsets,
            "size": np.array(sizes, np.int64),
            "members": members,
            "alpha_gate": alpha_gate,
            "bit_level": np.flatnonzero(np.isin(owner, asked)),
            "bit_symbol": bit_symbol,
            "alpha_symbol": np.array([layout.numbers[r].symbols[0] for r in self.gaussian], np.int64),
            "alpha_from": np.array(
                [layout.symbols[layout.numbers[r].symbols[0]].applies_from for r in self.gaussian], np.int64
            ),
            **{f"padding_{i}": levels for i, levels in enumerate(paddings)},
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

    def bits(self, levels: LevelTable) -> Tensor:
        """Positions (V + 1, P) of the bits of each level; the last line, which -1 finds, is none: K."""
        parts = np.full((len(levels.codes) + 1, 2), self.n_bits)
        for part in (0, 1):
            symbol, code = levels.symbols[levels.owner, part], levels.codes[:, part]
            first = np.array([self.first_bit.get(s, 0) for s in range(self.n_symbols)] or [0])
            parts[:-1, part] = np.where(code >= 0, first[symbol] + code, self.n_bits)
        width = 2 if (levels.symbols[:, 1] >= 0).any() else 1
        return torch.as_tensor(parts[:, :width]).to(self.members.device)

    def activate(self, raw: Tensor, gumbel: Tensor, temperature: float) -> Tensor:
        """Gumbel-softmax of every block and tanh of every alpha at once; raw (B, F), gumbel (B, L) to (B, F).

        Where a symbol does not apply (its parent says so) its block fades to zero, as it is in real rows;
        likewise the alpha of a mode that has no width.
        """
        logits = (raw[:, self.n_alphas :] + gumbel) / temperature
        hot = torch.as_tensor(
            BlockSoftmax.apply(logits, self.block_max(logits), self.members)  # type: ignore[no-untyped-call]
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
            for i, symbols in enumerate(self.groups):
                levels = buffer(self, f"padding_{i}")  # (symbols, size)
                block = padded[:, levels.flatten()].view(len(logits), *levels.shape)
                out[:, symbols] = block.amax(2)
            return out

    def cross_entropy(self, raw: Tensor, bits: Tensor) -> Tensor:
        """Mean over B of minus the log-probability of the asked bits (B, P); K asks for nothing."""
        if not self.n_bits:
            return raw.new_zeros(())
        at = bits.clamp(max=self.n_bits - 1).flatten()
        symbol, level = self.bit_symbol[at], self.bit_level[at]
        step = torch.arange(self.largest_asked, device=raw.device)
        first, size = self.starts[symbol, None], self.size[symbol, None]
        place = self.n_alphas + torch.minimum(first + step, first + size - 1)
        block = raw.repeat_interleave(bits.shape[1], 0) if bits.shape[1] > 1 else raw
        block = block.gather(1, place).masked_fill(step >= size, -torch.inf)
        loss = functional.cross_entropy(block, level - self.starts[symbol], reduction="none")
        return (loss * (bits.flatten() < self.n_bits)).sum() / len(raw)

    def draw(self, raw: Tensor, gumbel: Tensor) -> tuple[Tensor, Tensor]:
        """Exact draws from the blocks: codes (B, S), -1 where one does not apply, and alphas (B, A).

        An alpha is 0 in a mode of no width.
        """
        perturbed = raw[:, self.n_alphas :] + gumbel
        codes = torch.zeros(len(raw), self.n_symbols, dtype=torch.long, device=raw.device)
        start = 0
        for symbol, size in enumerate(self.sizes):
            codes[:, symbol] = perturbed[:, start : start + size].argmax(1)
            start += size
        for symbol, (parent, applies_from) in enumerate(self.parents):
            if parent is not None:
                codes[:, symbol] = torch.where(codes[:, parent] >= applies_from, codes[:, symbol], -1)
        has_width = codes[:, self.alpha_symbol] >= self.alpha_from
        return codes, torch.tanh(raw[:, : self.n_alphas]) * has_width

    def feature_columns(self, layout: Layout) -> list[int]:
        """The column of each feature, (F,)."""
        owners = [layout.number_column[r] for r in self.gaussian]
        pairs = zip(layout.symbol_column, self.sizes, strict=True)
        return owners + [column for column, size in pairs for _ in range(size)]


class BlockSoftmax(torch.autograd.Function):
    """Softmax over each of many blocks side by side, by sums of blocks instead of a loop over them.

    logits (B, L), their block maxima (B, S), members (L, S) 1 where a level is of a block. Spreading a block's value
    over its levels is a product with ``members.T``: each sum has one term, so it is exact.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, largest: Tensor, members: Tensor) -> Tensor:
        """Probabilities (B, L)."""
        raised = torch.addmm(logits, largest, members.T, alpha=-1.0).exp_()
        hot = raised.mul_((raised @ members).reciprocal_() @ members.T)
        ctx.save_for_backward(hot, members)
        return hot

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        """Slopes by the logits: p (g - sum of p g over the block)."""
        hot, members = ctx.saved_tensors
        weighted = hot * slopes[0]
        return weighted.addcmul_(hot, (weighted @ members) @ members.T, value=-1.0), None, None


def gumbel(shape: tuple[int, int], noise: torch.Generator) -> Tensor:
    """Standard Gumbel noise."""
    uniform = torch.rand(shape, generator=noise, device=noise.device)
    return uniform.clamp_(1e-20, 1 - 1e-7).log_().neg_().log_().neg_()


def _paddings(layout: Layout) -> tuple[list[list[int]], list[NDArray[np.int64]]]:
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
        out.append(at)
    return list(groups.values()), out


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
