"""Where training runs: device, memory per step, and the weights' running average."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.config import MICRO_BATCH_BYTES
from tabgan.encoding.layout import Layout

# Arrays of context size that a step has at once: counted with a memory profiler, tables of 12 to 48 symbols.
ACTIVATIONS = 11


def resolve_device(device: str) -> torch.device:
    """Turn a name into a device; "auto" is CUDA, else MPS, else CPU.

    Raises
    ------
    ValueError
        The device is unknown to torch, or not on this machine.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.zeros(1, device=found)
    except (RuntimeError, AssertionError) as error:
        message = f"device must be 'auto', 'cpu' or an accelerator of this machine, got {device!r}"
        raise ValueError(message) from error
    return found


@dataclass(frozen=True)
class Rows:
    """Encoded rows on the device: codes (N, S) small integers, fractions (N, R) bytes."""

    codes: Tensor
    fractions: Tensor

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Some rows, codes as 64-bit integers."""
        return self.codes[index].long(), self.fractions[index]


def whole_rows(rows: Rows, layout: Layout) -> Rows:
    """The rows of which no cell is hidden: every symbol that hangs on no other has a code."""
    roots = [s for s, symbol in enumerate(layout.symbols) if symbol.parent is None]
    whole = (rows.codes[:, roots] >= 0).all(1)
    return rows if bool(whole.all()) else Rows(rows.codes[whole], rows.fractions[whole])


def place_rows(codes: NDArray[Any], fractions: NDArray[np.uint8], device: torch.device) -> Rows:
    """Copy encoded rows to the device once; afterwards only indices travel."""
    return Rows(torch.from_numpy(codes).to(device), torch.from_numpy(fractions).to(device))


def micro_batch(layout: Layout, width: int, batch_size: int) -> int:
    """Rows that may pass the networks at once, so that memory does not grow with the number of columns."""
    per_row = max(layout.n_symbols, 1) * width * 4 * ACTIVATIONS
    most = int(np.clip(MICRO_BATCH_BYTES // per_row, 1, batch_size))
    return -(-batch_size // -(-batch_size // most))  # of equal size, so that none is nearly empty


class Average:
    """An exponential average of a module's weights (Polyak averaging), faster at the start.

    ``weights`` is a module of its own: it shares no memory with the live one.
    """

    def __init__(self, live: nn.Module, decay: float) -> None:
        self.weights = copy.deepcopy(live).requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, live: nn.Module) -> None:
        """One step towards the live weights."""
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (10 + self.steps))
        mine = [parameter.detach() for parameter in self.weights.parameters()]
        torch._foreach_lerp_(mine, [parameter.detach() for parameter in live.parameters()], 1 - keep)


def snapshot(module: nn.Module, held: dict[str, Tensor] | None = None) -> dict[str, Tensor]:
    """A copy of the weights that later steps do not change, in the place of one that is no longer needed."""
    weights = {name: value.detach() for name, value in module.state_dict().items()}
    if held is None:
        return {name: value.clone() for name, value in weights.items()}
    for name, value in weights.items():
        held[name].copy_(value)
    return held
