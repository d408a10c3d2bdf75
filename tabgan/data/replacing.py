"""A file that stands under its name when it is complete, so that nobody meets half of one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tabgan.errors import DataError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a file to write that takes the place of `path` when the block ends well, in one step.

    The content goes to a file of its own beside the target, reaches the disk, and is renamed; whoever reads
    meanwhile sees the old file or the new one. Of two writers the later to finish wins. A failure leaves the
    old file. A link is followed.

    Raises
    ------
    DataError
        The place cannot be written, or is a folder or a device.
    """
    name = os.fspath(path)
    if "\0" in name:
        raise DataError(f"{name!r}: a path must not hold a NUL character; choose another name")
    target = Path(os.path.realpath(name))
    part = target.parent / f".{target.name[:32]}.{secrets.token_hex(8)}.part"
    try:
        if target.exists() and not target.is_file():
            raise DataError(f"{target}: must be a file, found a folder or a device; choose another name")
        file = part.open("xb")  # unlike a tempfile, it takes the permissions that the user's files have
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
        _sync_folder(target.parent)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(target, error) from error
        raise


def _unwritable(target: Path, error: OSError) -> DataError:
    return DataError(
        f"{target}: could not be written ({error.strerror or error}); what stood there is unchanged; "
        "check that the folder exists, can be written and has space"
    )


def _sync_folder(folder: Path) -> None:
    """Bring the renaming itself to the disk."""
    if os.name == "nt":  # Windows opens no folders, and orders renames by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
