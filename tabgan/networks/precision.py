"""How exact matrix products are: some processors have units for rounded ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def matmul_precision(wish: str, device: torch.device) -> Iterator[None]:
    """Within it products of 32-bit floats are as `torch.set_float32_matmul_precision` says; afterwards as before.

    "auto" is "medium" (factors rounded to bfloat16, sums in 32 bits) on processors with AMX, which are made for it;
    elsewhere, and where the user has chosen another precision than torch's own, it changes nothing. The setting is
    one of the process: products in other threads have it, too.
    """
    before = _in_force()
    chosen = "medium" if wish == "auto" and before == "highest" and has_units(device) else wish
    if before is None or chosen in ("auto", before):
        yield
        return
    torch.set_float32_matmul_precision(chosen)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def has_units(device: torch.device) -> bool:
    """The device is a processor that multiplies bfloat16 in units of their own (AMX)."""
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # older torch does not tell
    return bool(device.type == "cpu" and capabilities is not None and capabilities().get("amx_bf16"))


def _in_force() -> str | None:
    """The precision of the process; None where the user has set backends one by one, which stays as it is."""
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:
        return None
