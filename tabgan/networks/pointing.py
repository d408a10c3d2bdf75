"""Which cell of a column the value of another known column lies in, as part of the context.

A pointer has a feature of its own after those of the context: 0 while the other number is unknown, else the code that
it points to plus one. As contexts are sums, each is added once: when the other number becomes known.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.encoding.layout import Layout
from tabgan.encoding.pointers import STEPS
from tabgan.networks.tables import FRACTION_STEPS


class PointerTables(nn.Module):
    """The P pointers of a `Layout` as tensors; not saved with a model."""

    start: Tensor
    codes: Tensor
    source: Tensor
    number: Tensor
    feature: Tensor

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.count = len(layout.pointers)
        sizes = [pointer.codes.size for pointer in layout.pointers]
        source = [layout.numbers[pointer.number].symbols[-1] for pointer in layout.pointers]
        flat = [torch.as_tensor(pointer.codes).flatten().long() for pointer in layout.pointers]
        constants = {
            "start": torch.tensor([0, *sizes]).cumsum(0)[:-1],
            "codes": torch.cat(flat) if flat else torch.zeros(0, dtype=torch.long),
            "source": torch.tensor(source, dtype=torch.long),
            "number": torch.tensor([pointer.number for pointer in layout.pointers], dtype=torch.long),
            "feature": torch.arange(self.count),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.of_number: dict[int, list[int]] = {}
        for place, pointer in enumerate(layout.pointers):
            self.of_number.setdefault(pointer.number, []).append(place)

    def of_rows(self, codes: Tensor, fractions: Tensor) -> Tensor:
        """The feature of each pointer, (P, B), where codes (B, S) and fractions (B, R) are known."""
        if not self.count:
            return torch.zeros(0, len(codes), device=codes.device)
        return self._point(self.start, codes.T[self.source], fractions.T[self.number])

    def of_one(self, number: int, code: Tensor, fraction: Tensor) -> Tensor:
        """What one number adds to the features, (B, P); code and fraction (B,)."""
        added = torch.zeros(len(code), self.count, device=code.device)
        for place in self.of_number.get(number, []):
            added[:, place] = self._point(self.start[place], code, fraction)
        return added

    def pad(self, context: Tensor) -> Tensor:
        """A context (..., H) with P features that are 0."""
        return functional.pad(context, (0, self.count)) if self.count else context

    def put(self, embedded: Tensor, told: Tensor) -> Tensor:
        """Embeddings (S, B, H) with the features (P, B) at the symbols that tell them, (S, B, H + P)."""
        if not self.count:
            return embedded
        width, rows = embedded.shape[2], torch.arange(embedded.shape[1], device=embedded.device)
        at = (self.source[:, None], rows[None], width + self.feature[:, None])
        return self.pad(embedded).index_put(at, told)

    def put_some(self, embedded: Tensor, told: Tensor, symbols: Tensor) -> Tensor:
        """`put` for embeddings (n, B, H) of the symbols flagged in ``symbols`` (S,) only."""
        if not self.count:
            return embedded
        known = symbols[self.source]
        width, rows = embedded.shape[2], torch.arange(embedded.shape[1], device=embedded.device)
        place = (symbols.cumsum(0) - 1)[self.source[known]]
        at = (place[:, None], rows[None], width + self.feature[known][:, None])
        return self.pad(embedded).index_put(at, told[known])

    def _point(self, start: Tensor, code: Tensor, fraction: Tensor) -> Tensor:
        part = fraction.long() * STEPS // FRACTION_STEPS
        told = self.codes[start.unsqueeze(-1) + code.clamp(min=0) * STEPS + part] + 1
        return torch.where(code < 0, 0, told).float()
