"""One safe file for a fitted model: safetensors, one JSON text beside the tensors, one checksum over both.

Layout of ``name.tabgan``, format 1.0::

    8 bytes   length of the header, little-endian
    header    JSON of safetensors: name, dtype, shape and place of each tensor, and ``__metadata__`` with
              ONE key, ``tabgan``: the canonical JSON of {checksum, format, kind, metadata, tensors}
    data      the tensors, without gaps

The checksum is the SHA-256 of the whole file with its own 64 digits set to zero. It finds damage; it is no
signature. Reading runs no code from the file, and allocates no more than the file's own size.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from tabgan.data.replacing import replacing
from tabgan.errors import DataError, ModelFileError

FORMAT = (1, 0)  # another major version is refused; a later minor one may only add what readers can ignore
MAX_HEADER = 100_000_000  # bytes; the limit of safetensors itself

_KEY = "tabgan"
_NO_CHECKSUM = "0" * 64
# "checksum" sorts first in the canonical JSON. Quotes inside of any string of the header are escaped, so that
# these bytes can stand nowhere but at the start of our own metadata.
_BEFORE_CHECKSUM = rb'"tabgan":"{\"checksum\":\"'
_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}
_OTHER_FORMATS = {
    b"\x80": "a pickle",
    b"PK": "a zip archive (torch.save writes these)",
    b"\x1f\x8b": "a gzip file",
}


def save_model(
    path: str | os.PathLike[str], *, kind: str, metadata: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> None:
    """Write a model file; the file that stood there stays whole until the new one is complete.

    Parameters
    ----------
    path : path
        Where to write. A link is followed.
    kind : str
        What the file holds; the reader compares it.
    metadata : mapping
        Plain JSON values: strings, finite numbers, booleans, None, lists, dicts with text keys.
    tensors : mapping of str to ndarray
        Numbers and booleans of any shape; floating ones must be finite.

    Raises
    ------
    ModelFileError
        Something cannot be stored, or the place cannot be written.
    """
    content = _to_bytes(kind, metadata, tensors)
    try:
        with replacing(path) as file:
            file.write(content)
    except DataError as error:
        raise ModelFileError(str(error)) from error.__cause__


def load_model(path: str | os.PathLike[str]) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    """Read a model file and check all of it: version, checksum, every tensor.

    Returns
    -------
    kind, metadata, tensors
        As given to `save_model`; JSON has made lists of tuples.

    Raises
    ------
    ModelFileError
        There is no such file, it is damaged or from a newer version, or it is another kind of file.
    """
    content = _read(path)
    try:
        header = _parse_header(content)
        manifest = _parse_manifest(header)
        _check_checksum(content, manifest["checksum"])
        tensors = _parse_tensors(content, header, manifest["tensors"])
    except ModelFileError as error:
        raise ModelFileError(f"{os.fspath(path)}: {error}") from error.__cause__
    return manifest["kind"], manifest["metadata"], tensors


# ---- writing -----------------------------------------------------------------------------------------------


def _to_bytes(kind: str, metadata: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> bytearray:
    arrays = {name: _storable(name, array) for name, array in tensors.items()}
    manifest = {
        "checksum": _NO_CHECKSUM,
        "format": list(FORMAT),
        "kind": kind,
        "metadata": metadata,
        "tensors": {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()},
    }
    try:
        if _has_other_keys(metadata):  # JSON would turn a key 1 into "1" and say nothing
            raise TypeError("every key of a dict must be text")
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(f"a model's metadata must be plain JSON values: {error}") from error
    content = bytearray(safetensors.numpy.save(arrays, metadata={_KEY: text}))
    length = int.from_bytes(content[:8], "little")
    if length > MAX_HEADER:
        raise ModelFileError(
            f"the header of a model file must be at most {MAX_HEADER:,} bytes, this one has {length:,}; "
            "store large tables as tensors"
        )
    start = _checksum_start(content)
    content[start : start + 64] = hashlib.sha256(content).hexdigest().encode()
    return content


def _has_other_keys(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(not isinstance(key, str) or _has_other_keys(inner) for key, inner in value.items())
    return isinstance(value, list | tuple) and any(map(_has_other_keys, value))


def _storable(name: str, array: np.ndarray) -> np.ndarray:
    if str(array.dtype.newbyteorder("=")) not in _DTYPES.values():
        raise ModelFileError(
            f"tensor {name!r}: dtype {array.dtype} cannot be stored; use one of {', '.join(_DTYPES.values())}"
        )
    if name == "__metadata__":
        raise ModelFileError(
            "tensor '__metadata__': the file format keeps this name for itself; choose another"
        )
    _check_finite(name, array)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)


# ---- reading -----------------------------------------------------------------------------------------------


def _read(path: str | os.PathLike[str]) -> bytes:
    """Return the file's bytes, all from one open file, so that a writer's rename cannot mix two models."""
    name = os.fspath(path)
    if "\0" in name:
        raise ModelFileError(f"{name!r}: a path must not hold a NUL character; choose another name")
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):  # opening a pipe would wait for ever
            raise ModelFileError(f"{name}: a model file must be a regular file, found a folder or a device")
        with open(name, "rb") as file:
            start = file.read(8)
            _check_start(name, start, os.fstat(file.fileno()).st_size)
            return start + file.read()
    except OSError as error:
        raise ModelFileError(
            f"{name}: could not be read ({error.strerror or error}); check the path"
        ) from error


def _check_start(name: str, start: bytes, size: int) -> None:
    """Refuse, before anything is read into memory, what is no model file or is cut short."""
    length = int.from_bytes(start, "little")
    if len(start) == 8 and 2 <= length <= min(MAX_HEADER, size - 8):
        return
    for magic, what in _OTHER_FORMATS.items():
        if start.startswith(magic):
            raise ModelFileError(f"{name}: not a tabgan model file but {what}; it was not opened")
    raise ModelFileError(
        f"{name}: not a tabgan model file, or cut short ({size:,} bytes); save the model again"
    )


def _parse_header(content: bytes) -> dict[str, Any]:
    end = 8 + int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8:end])
    except (ValueError, RecursionError) as error:
        raise ModelFileError("not a tabgan model file, or damaged: its header is no JSON") from error
    if not isinstance(header, dict):
        raise ModelFileError("not a tabgan model file: its header is no JSON object")
    return header


def _parse_manifest(header: dict[str, Any]) -> dict[str, Any]:
    metadata = header.get("__metadata__")
    text = metadata.get(_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ModelFileError(f"a safetensors file, but not a tabgan model: it has no {_KEY!r} metadata")
    try:
        manifest: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError("damaged: its description is no JSON; save the model again") from error
    _check_version(manifest)  # first, since all else may mean something else in another version
    types = {"checksum": str, "kind": str, "metadata": dict, "tensors": dict}
    for key, kind in types.items():
        if not isinstance(manifest.get(key), kind):
            raise ModelFileError(
                f"damaged: {key!r} in its description must be a {kind.__name__}; save the model again"
            )
    return manifest


def _check_version(manifest: Any) -> None:
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if not (isinstance(version, list) and len(version) == 2 and all(type(part) is int for part in version)):
        raise ModelFileError("damaged: it names no format version; save the model again")
    if version[0] != FORMAT[0]:
        raise ModelFileError(
            f"format {version[0]}.{version[1]}; this version of tabgan reads {FORMAT[0]}.x; install a "
            f"{'newer' if version[0] > FORMAT[0] else 'fitting'} tabgan or fit the model again"
        )


def _check_checksum(content: bytes, stated: str) -> None:
    start = _checksum_start(content)
    digest = hashlib.sha256(content[:start])
    digest.update(_NO_CHECKSUM.encode())
    digest.update(memoryview(content)[start + 64 :])
    if digest.hexdigest() != stated:
        raise ModelFileError("damaged: its checksum does not match; fetch it again or save the model again")


def _checksum_start(content: bytes | bytearray) -> int:
    start = content.find(_BEFORE_CHECKSUM, 8, 8 + int.from_bytes(content[:8], "little"))
    if start < 0:
        raise ModelFileError("damaged: the place of its checksum was not found; save the model again")
    return start + len(_BEFORE_CHECKSUM)


def _parse_tensors(content: bytes, header: dict[str, Any], stated: dict[str, Any]) -> dict[str, np.ndarray]:
    found = {name: _described(entry) for name, entry in header.items() if name != "__metadata__"}
    if found != stated:
        wrong = sorted(name for name in found.keys() | stated.keys() if found.get(name) != stated.get(name))
        raise ModelFileError(
            f"damaged: tensors differ from their description: {', '.join(map(repr, wrong[:5]))}"
        )
    try:
        tensors = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError) as error:
        raise ModelFileError(f"damaged: {error}") from error
    for name, array in tensors.items():
        _check_finite(name, array)
    return {
        name: array.copy() for name, array in tensors.items()
    }  # copies can be written to, views of bytes cannot


def _described(entry: Any) -> list[Any]:
    """Return [dtype, shape] of an entry of the header, in the terms of our own description."""
    return [_DTYPES.get(str(entry.get("dtype"))), entry.get("shape")] if isinstance(entry, dict) else []


def _check_finite(name: str, array: np.ndarray) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ModelFileError(
            f"tensor {name!r}: every number must be finite, found {count:,} that are not; fit the model again"
        )
