"""Which type the cells of a CSV column have, as far as all of them agree."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# No leading zeros, no plus sign: what is read as a number can be written as it was.
_WHOLE = r"^-?(0|[1-9][0-9]*)$"
_NUMBER = r"^-?(((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|inf)$"
_SAFE_DIGITS = 18  # that surely fit 64 bits


class CellTypes:
    """The narrowest type that holds every cell of a column so far: integers, numbers, else text."""

    def __init__(self) -> None:
        self._seen = False
        self._signed = False  # whether some integer has a minus sign
        self._types: list[Any] = [pa.int64(), pa.uint64(), pa.float64(), pa.string()]

    @property
    def arrow_type(self) -> Any:
        """The type; text for a column without a value."""
        return self._types[0] if self._seen else pa.string()

    def observe(self, cells: Any) -> None:
        """Add an Arrow array of text; null is missing."""
        cells = cells.drop_null()
        if not len(cells):
            return
        self._seen = True
        if self._types[0] == pa.int64():
            self._signed |= pc.any(pc.starts_with(cells, "-")).as_py()
        while self._types[0] != pa.string() and not self._fits(cells):
            # Whole numbers beyond 64 bits would lose digits as floats, so they stay text.
            huge = self._types[0] == pa.uint64() and _all_match(cells, _WHOLE)
            self._types = self._types[-1:] if huge else self._types[1:]

    def _fits(self, cells: Any) -> bool:
        """Whether the first type holds these cells and those before."""
        return not (self._types[0] == pa.uint64() and self._signed) and _holds(self._types[0], cells)


def _holds(kind: Any, cells: Any) -> bool:
    if kind == pa.float64():
        return _all_match(cells, _NUMBER)
    if not _all_match(cells, _WHOLE):
        return False
    if pc.max(pc.binary_length(cells)).as_py() <= _SAFE_DIGITS and kind == pa.int64():
        return True
    try:
        cells.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _all_match(cells: Any, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(cells, pattern)).as_py())
