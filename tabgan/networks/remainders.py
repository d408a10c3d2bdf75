"""What the known columns of a sum leave for another one, in its own cells.

Where rows are filled in symbol by symbol, a sum has two features: what the known ones add up to, and how many they
are.
"""

from __future__ import annotations

from itertools import permutations

import torch
from torch import Tensor, nn

from tabgan.encoding.layout import Layout
from tabgan.encoding.pointers import STEPS
from tabgan.networks.tables import FRACTION_STEPS


class RemainderTables(nn.Module):
    """The M members of the G sums of a `Layout` as tensors; not saved with a model."""

    worth: Tensor
    start: Tensor
    source: Tensor
    symbol: Tensor
    number: Tensor
    group: Tensor
    amount: Tensor
    coefficient: Tensor
    first: Tensor
    starts: Tensor
    told_to: Tensor
    told_by: Tensor

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        members = [member for total in layout.sums for member in total.members]
        self.groups = [g for g, total in enumerate(layout.sums) for _ in total.members]
        self.members, self.count, self.n_sums = members, len(members), len(layout.sums)
        worth = [torch.as_tensor(member.worth).flatten() for member in members]
        starts = torch.full((self.count, max((len(m.starts) for m in members), default=0)), torch.inf)
        for place, member in enumerate(members):
            starts[place, : len(member.starts)] = torch.as_tensor(member.starts)
        pairs = [(c, m) for c, m in permutations(range(self.count), 2) if self.groups[c] == self.groups[m]]
        constants = {
            "worth": torch.cat(worth) if worth else torch.zeros(0),
            "start": torch.tensor([0, *(len(part) for part in worth)]).cumsum(0)[:-1],
            "source": _integers([layout.numbers[member.number].symbols[-1] for member in members]),
            "symbol": _integers([member.symbol for member in members]),
            "number": _integers([member.number for member in members]),
            "group": _integers(self.groups),
            "amount": torch.tensor([layout.sums[g].amount for g in self.groups]),
            "coefficient": torch.tensor([member.coefficient for member in members]),
            "first": _integers([member.first for member in members]),
            "starts": starts,
            "told_to": _integers([c for c, _ in pairs]),
            "told_by": _integers([m for _, m in pairs]),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.of_number: dict[int, list[int]] = {}
        for place, member in enumerate(members):
            self.of_number.setdefault(member.number, []).append(place)

    def of_rows(self, codes: Tensor, fractions: Tensor) -> Tensor:
        """The features of each sum, (2 G, B), where codes (B, S) and fractions (B, R) are known."""
        found = torch.stack(self._worth(self.start, codes.T[self.source], fractions.T[self.number]))
        sums = found.new_zeros(2, self.n_sums, len(codes)).index_add_(1, self.group, found)
        return sums.transpose(0, 1).flatten(0, 1)

    def of_one(self, number: int, code: Tensor, fraction: Tensor) -> Tensor:
        """What one number adds to the features, (B, 2 G); code and fraction (B,)."""
        added = torch.zeros(len(code), 2 * self.n_sums, device=code.device)
        for place in self.of_number.get(number, []):
            at = 2 * self.groups[place]
            worth, known = self._worth(self.start[place], code, fraction)
            added[:, at] += worth
            added[:, at + 1] += known
        return added

    def before(self, codes: Tensor, fractions: Tensor, known: Tensor) -> Tensor:
        """The code told to each member plus one, (M, B): what those leave that come before it; 0: none does.

        ``known`` (O, S, S) flags where symbol t (last axis) comes before symbol s, for O groups of as many rows.
        """
        if not self.count:
            return torch.zeros(0, len(codes), device=codes.device)
        worth, counts = self._worth(self.start, codes.T[self.source], fractions.T[self.number])
        rows = torch.stack([worth, counts]).view(2, self.count, len(known), -1)
        # added one by one: a matrix product may round what it adds, see `matmul_precision`
        earlier = known[:, self.symbol[self.told_to], self.source[self.told_by]].T[..., None]  # (pairs, O, 1)
        added = torch.where(earlier, rows[:, self.told_by], 0.0)
        sums, counts = torch.zeros_like(rows).index_add_(1, self.told_to, added).flatten(2)
        return self._code(torch.arange(self.count, device=codes.device), sums, counts)

    def told(self, place: int, features: Tensor) -> Tensor:
        """The code told to one member plus one, (B,), by the features (B, 2 G)."""
        at = 2 * self.groups[place]
        member = torch.full((1,), place, device=features.device)
        return self._code(member, features[:, at][None], features[:, at + 1][None])[0]

    def _worth(self, start: Tensor, code: Tensor, fraction: Tensor) -> tuple[Tensor, Tensor]:
        """What numbers add to their sums, and 1 where they are known, else 0 and 0."""
        part = fraction.long() * STEPS // FRACTION_STEPS
        worth = self.worth[start.unsqueeze(-1) + code.clamp(min=0) * STEPS + part]
        known = (code >= 0) & ~worth.isnan()
        return torch.where(known, worth, 0.0), known.float()

    def _code(self, member: Tensor, sums: Tensor, counts: Tensor) -> Tensor:
        """Cells (n, B) in which members (n,) lie that make up for sums (n, B), plus one."""
        left = (self.amount[member, None] - sums) / self.coefficient[member, None]
        cell = torch.searchsorted(self.starts[member], left.contiguous(), right=True)
        return torch.where(counts > 0, self.first[member, None] + cell + 1, 0).float()


def _integers(values: list[int]) -> Tensor:
    return torch.tensor(values, dtype=torch.long)
