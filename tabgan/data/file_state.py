"""Whether a file that is read several times is still the same."""

from __future__ import annotations

from pathlib import Path

from tabgan.errors import DataError


def file_state(path: Path) -> tuple[int, int]:
    """Size and time of the last change."""
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read; {error.strerror}") from None
    return state.st_size, state.st_mtime_ns


def check_unchanged(path: Path, state: tuple[int, int]) -> None:
    """Refuse to go on with another file than the one that the first pass saw.

    Raises
    ------
    DataError
        The file has changed.
    """
    if file_state(path) != state:
        raise DataError(f"{path}: must not change while it is read; it did; copy it first, then fit the copy")
