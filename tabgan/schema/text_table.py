"""Plain text tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_WIDTH = 60  # characters of one cell; longer ones are cut


def text_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], max_width: int | None = MAX_WIDTH
) -> str:
    """Return rows under a header, columns aligned, without trailing spaces; cells show as `one_line` has them."""
    cells = [list(header), *([one_line(str(value), max_width) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    rule = "  ".join("-" * width for width in [*widths[:-1], len(header[-1])])  # the last column may be wide
    return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:]])


def one_line(text: str, max_width: int | None = None) -> str:
    """`text` with control characters escaped, as a column's name may hold a newline, cut to `max_width`."""
    kept = text if max_width is None else text[: max_width + 1]
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in kept)
    return shown if max_width is None or len(shown) <= max_width else shown[: max_width - 1] + "…"
