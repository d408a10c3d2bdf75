"""The distribution of one column given a context, as the mass of its cells."""

from __future__ import annotations

import torch
from torch import Tensor

from tabgan.networks.filling import noise_dtype
from tabgan.networks.generator import Generator


@torch.no_grad()
def cell_masses(generator: Generator, first: int, second: int | None, context: Tensor) -> Tensor:
    """Probability of each pair of codes of two symbols, (B, F, P) in 64 bits where there are, for contexts (B, H).

    ``second`` hangs on ``first``; where it does not apply, all mass is in its first code. None: P is 1.
    """
    tables, heads, dtype = generator.tables, generator.heads, noise_dtype(context.device)
    mass = torch.softmax(heads.one(first, context).to(dtype), dim=1).unsqueeze(2)
    if second is None:
        return mass
    out = mass * (torch.arange(tables.sizes[second], device=context.device) == 0)
    start = tables.starts[first]
    for code in range(tables.applies_from[second], tables.sizes[first]):
        places = heads.one(second, context + generator.pointers.pad(generator.levels[start + code]))
        out[:, code] = mass[:, code] * torch.softmax(places.to(dtype), dim=1)
    return out
