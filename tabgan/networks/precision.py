"""How exact matrix products are: some processors have units for rounded ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

UNITS = ("amx_bf16", "avx512_bf16")  # as torch names them: AMX tiles; AVX-512 instructions (Zen 4 and later)


class Precision:
    """The setting of the process, and how many are within `matmul_precision`: the last one to leave puts it back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.within = 0
        self.before = ""

    def enter(self, wish: str, device: torch.device) -> bool:
        """Set what is wished; False where the user has set backends one by one, which stays as it is."""
        with self.lock:
            if not self.within:
                try:
                    self.before = torch.get_float32_matmul_precision()
                except RuntimeError:  # torch tells no common one
                    return False
            self.within += 1
            if wish == "auto":
                wish = "medium" if self.before == "highest" and has_units(device) else self.before
            if wish != torch.get_float32_matmul_precision():
                torch.set_float32_matmul_precision(wish)
            return True

    def leave(self) -> None:
        """Put back what was set before."""
        with self.lock:
            self.within -= 1
            if not self.within:
                torch.set_float32_matmul_precision(self.before)


OF_PROCESS = Precision()


@contextmanager
def matmul_precision(wish: str, device: torch.device) -> Iterator[None]:
    """Within it products of 32-bit floats are as `torch.set_float32_matmul_precision` says; afterwards as before.

    "auto" is "medium" (factors rounded to bfloat16, sums in 32 bits) on processors that are made for it, see
    `has_units`; elsewhere, and where the user has chosen another precision than torch's own, it changes nothing. The
    setting is one of the process: products in other threads have it, too.
    """
    entered = OF_PROCESS.enter(wish, device)
    try:
        yield
    finally:
        if entered:
            OF_PROCESS.leave()


def has_units(device: torch.device) -> bool:
    """The device is a processor with units for products of bfloat16 whose sums have 32 bits."""
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # older torch does not tell
    if device.type != "cpu" or capabilities is None:
        return False
    found = capabilities()
    return any(found.get(name, False) for name in UNITS)


def activation_dtype(device: torch.device) -> torch.dtype:
    """Type of what layers pass to one another: bfloat16 where products round to it anyway.

    So within `matmul_precision` on processors with units for it; elsewhere 32 bits.
    """
    rounded = OF_PROCESS.within and torch.get_float32_matmul_precision() == "medium"
    return torch.bfloat16 if rounded and has_units(device) else torch.float32
