"""Which cell of a column the value of another known column lies in, and what heads make of it.

A pointer's feature is 0 while the other number is unknown, else the code that it points to plus one. Where rows are
filled in symbol by symbol, features stand after those of the context: each is added once, when the other number
becomes known. What the known columns of a sum leave for another one is told in the same way (`RemainderTables`).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout, Member, Pointer
from tabgan.encoding.pointers import MIDDLE, N_BANDS, STEPS
from tabgan.networks.remainders import RemainderTables
from tabgan.networks.tables import FRACTION_STEPS, buffer
from tabgan.networks.telling import before_of

FORBIDDEN = -8.0  # nats on the side of the other value on which none was seen


class PointerTables(nn.Module):
    """The P pointers of a `Layout` as tensors, and the M members of its G sums; not saved with a model.

    Attributes
    ----------
    targets : the P pointers, then the M members of sums: whatever tells a symbol a code.
    n_features : F = P + 2 G.
    """

    start: Tensor
    codes: Tensor
    source: Tensor
    symbol: Tensor
    number: Tensor

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.count = len(layout.pointers)
        self.sums = RemainderTables(layout)
        self.targets: tuple[Pointer | Member, ...] = (*layout.pointers, *self.sums.members)
        self.n_features = self.count + 2 * self.sums.n_sums
        sizes = [pointer.codes.size for pointer in layout.pointers]
        source = [layout.numbers[pointer.number].symbols[-1] for pointer in layout.pointers]
        flat = [torch.as_tensor(pointer.codes).flatten().long() for pointer in layout.pointers]
        constants = {
            "start": torch.tensor([0, *sizes]).cumsum(0)[:-1],
            "codes": torch.cat(flat) if flat else torch.zeros(0, dtype=torch.long),
            "source": torch.tensor(source, dtype=torch.long),
            "symbol": torch.tensor([pointer.symbol for pointer in layout.pointers], dtype=torch.long),
            "number": torch.tensor([pointer.number for pointer in layout.pointers], dtype=torch.long),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.of_number: dict[int, list[int]] = {}
        for place, pointer in enumerate(layout.pointers):
            self.of_number.setdefault(pointer.number, []).append(place)

    def of_rows(self, codes: Tensor, fractions: Tensor) -> Tensor:
        """The features (F, B), where codes (B, S) and fractions (B, R) are known."""
        if not self.n_features:
            return torch.zeros(0, len(codes), device=codes.device)
        return torch.cat([self._of_pointers(codes, fractions), self.sums.of_rows(codes, fractions)])

    def of_one(self, number: int, code: Tensor, fraction: Tensor) -> Tensor:
        """What one number adds to the features, (B, F); code and fraction (B,)."""
        added = torch.zeros(len(code), self.count, device=code.device)
        for place in self.of_number.get(number, []):
            added[:, place] = self._point(self.start[place], code, fraction)
        return torch.cat([added, self.sums.of_one(number, code, fraction)], 1)

    def pad(self, context: Tensor) -> Tensor:
        """A context (..., H) with F features that are 0."""
        return functional.pad(context, (0, self.n_features)) if self.n_features else context

    def before(self, codes: Tensor, fractions: Tensor, orders: Tensor) -> Tensor:
        """The code that each target is told plus one, (P + M, B); 0 where nothing that tells comes before its symbol.

        ``orders`` are as `tabgan.networks.telling.told` takes them; all cells are known.
        """
        if not self.targets:
            return torch.zeros(0, len(codes), device=codes.device)
        known = before_of(orders) if orders.ndim == 2 else orders > 0  # (G, S, S)
        earlier = known[:, self.symbol, self.source].T.repeat_interleave(len(codes) // len(known), dim=1)
        pointed = self._of_pointers(codes, fractions) * earlier
        return torch.cat([pointed, self.sums.before(codes, fractions, known)])

    def told(self, target: int, features: Tensor) -> Tensor:
        """The code that one target is told plus one, (B,), by the features (B, F)."""
        if target < self.count:
            return features[:, target].long()
        return self.sums.told(target - self.count, features[:, self.count :]).long()

    def _of_pointers(self, codes: Tensor, fractions: Tensor) -> Tensor:
        return self._point(self.start, codes.T[self.source], fractions.T[self.number])

    def _point(self, start: Tensor, code: Tensor, fraction: Tensor) -> Tensor:
        part = fraction.long() * STEPS // FRACTION_STEPS
        told = self.codes[start.unsqueeze(-1) + code.clamp(min=0) * STEPS + part] + 1
        return torch.where(code < 0, 0, told).float()


class Bands(nn.Module):
    """Changes of a head's logits in bands of cells around the one that a pointer tells.

    So a head can say: the very same value; a little more; never less. What it says depends on its hidden units.

    Shape
    -----
    hidden units x (symbols, B, D), told (P + M, B) and logits (symbols, B, K) as in `Heads`.
    """

    jumps: Tensor
    forbidden: Tensor

    def __init__(
        self, pointers: PointerTables, buckets: Sequence[Sequence[int]], sizes: Sequence[int], hidden: int
    ) -> None:
        super().__init__()
        self.pointers, targets = pointers, pointers.targets
        self.weight = nn.Parameter(torch.zeros(len(targets), hidden, N_BANDS))
        self.bias = nn.Parameter(torch.zeros(len(targets), 1, N_BANDS))
        self.register_buffer("jumps", _jumps(), persistent=False)
        self.register_buffer("forbidden", _forbidden(targets), persistent=False)
        self.of_symbol: dict[int, list[int]] = {}
        for place, target in enumerate(targets):
            self.of_symbol.setdefault(target.symbol, []).append(place)
        # of a target: its bucket, and its place among the starts there
        self.home: dict[int, tuple[int, int]] = {}
        for b, members in enumerate(buckets):
            lines = [i for i, symbol in enumerate(members) if symbol in self.of_symbol]
            own = [(p, lines.index(i), i) for i in lines for p in self.of_symbol[members[i]]]
            width = max(sizes[symbol] for symbol in members)
            starts = torch.full((len(own), width + 1, N_BANDS + 2), width)  # unknown: beyond the last code
            for place, (p, _, i) in enumerate(own):
                starts[place, 1 : sizes[members[i]] + 1] = _starts(targets[p])
                self.home[p] = b, place
            self.register_buffer(f"listed{b}", torch.tensor(own).reshape(-1, 3), persistent=False)
            self.register_buffer(f"lines{b}", torch.tensor(lines, dtype=torch.long), persistent=False)
            self.register_buffer(f"starts{b}", starts, persistent=False)

    def forward(self, bucket: int, logits: Tensor, x: Tensor, told: Tensor) -> Tensor:
        """The logits (S, B, K) of a bucket, which are written over, with the changes; x (S, B, D) of its symbols."""
        pointer, line, member = buffer(self, f"listed{bucket}").unbind(1)
        if not len(pointer):
            return logits
        lines, starts = buffer(self, f"lines{bucket}"), buffer(self, f"starts{bucket}")
        code = told[pointer].long()  # (pointers, B)
        jumps = torch.baddbmm(
            self.biases(pointer) @ self.jumps, x.index_select(0, member), self.weight[pointer] @ self.jumps
        )  # (pointers, B, N)
        batch, width = logits.shape[1], logits.shape[2] + 1
        row = line[:, None] * batch + torch.arange(batch, device=code.device)
        at = row.unsqueeze(2) * width + starts[torch.arange(len(pointer), device=code.device)[:, None], code]
        change = logits.new_zeros(len(lines) * batch * width).index_add_(0, at.flatten(), jumps.flatten())
        change = change.view(len(lines), batch, width).cumsum(2)[..., :-1]
        return logits.index_add_(0, lines, change)

    def biases(self, target: Tensor | int) -> Tensor:
        """What a target's bands are changed by whatever the hidden units say, (..., 1, N_BANDS)."""
        return self.bias[target] + self.forbidden[target]

    def one(self, symbol: int, logits: Tensor, x: Tensor, told: Tensor) -> Tensor:
        """The logits (B, K) of one symbol with the changes; x (B, D) and features told (B, F)."""
        for pointer in self.of_symbol.get(symbol, []):
            bucket, place = self.home[pointer]
            starts = buffer(self, f"starts{bucket}")[place, self.pointers.told(pointer, told)]
            jumps = torch.addmm(self.biases(pointer) @ self.jumps, x, self.weight[pointer] @ self.jumps)
            change = logits.new_zeros(len(logits), logits.shape[1] + 1)
            change.scatter_add_(1, starts.clamp(max=logits.shape[1]), jumps)
            logits = logits + change.cumsum(1)[:, :-1]
        return logits


def _starts(pointer: Pointer | Member) -> Tensor:
    """Where logits jump, by the code told, (L, N_BANDS + 2): at each band, at the code told and after it."""
    bands = torch.as_tensor(pointer.bands).long()
    code = torch.arange(len(bands)).unsqueeze(1)
    return torch.cat([bands, code, code + 1], 1)


def _forbidden(targets: Sequence[Pointer | Member]) -> Tensor:
    """What bands are changed by on the side on which a pointer's cells never lie, (P + M, 1, N_BANDS)."""
    found = torch.zeros(len(targets), 1, N_BANDS)
    for place, target in enumerate(targets):
        side = target.side if isinstance(target, Pointer) else 0
        if side:
            found[place, 0, : MIDDLE - 1] = FORBIDDEN if side < 0 else 0.0
            found[place, 0, MIDDLE + 2 :] = FORBIDDEN if side > 0 else 0.0
    return found


def _jumps() -> Tensor:
    """Changes in bands to the jumps between them, (N_BANDS, N_BANDS + 2); the code told is a band by itself."""
    change = torch.eye(N_BANDS)
    change[MIDDLE] = 0
    before = functional.pad(change, (1, 0))[:, :-1]
    same = torch.zeros(N_BANDS, 2)
    same[MIDDLE] = torch.tensor([1.0, -1.0])
    return torch.cat([change - before, same], 1)
