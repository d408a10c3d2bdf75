"""Freed memory is kept for the next step.

A step frees arrays of some hundred megabytes, and the C library hands what is free at the end of its heap back to the
system; the next step must then be given it again, page by page, each wiped. That took a fifth of a step.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# of glibc's malloc.h
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST_ON_HEAP = 32 * 2**20  # the most that glibc lets arrays on the heap be, and comes to by itself
NEVER = 2**31 - 1


@contextmanager
def kept_memory() -> Iterator[None]:
    """Within it the process keeps what it frees; afterwards it hands back what it does not use.

    With glibc only (Linux); elsewhere nothing changes.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(M_MMAP_THRESHOLD, LARGEST_ON_HEAP)
    library.mallopt(M_TRIM_THRESHOLD, NEVER)
    try:
        yield
    finally:
        library.mallopt(M_TRIM_THRESHOLD, 2 * LARGEST_ON_HEAP)  # as glibc's own rule has it
        library.malloc_trim(0)


def _glibc() -> Any:
    """The C library of this process where it is glibc, else None."""
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - no other C library has it
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        library.malloc_trim.argtypes = [ctypes.c_size_t]
    except (OSError, TypeError, AttributeError):  # Windows refuses None
        return None
    return library
