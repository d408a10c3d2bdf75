"""Plain text tables for the terminal."""

from collections.abc import Iterable, Sequence

MAX_WIDTH = 60  # characters of one cell; longer ones are cut


def text_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows under a header, columns aligned, without trailing spaces.

    Cells show on one line: control characters are escaped, as a column's name may hold a newline.
    """
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:]])


def _cell(value: object) -> str:
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(value))
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + "…"
