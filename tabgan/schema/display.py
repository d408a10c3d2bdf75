"""A schema as a table of text."""

from __future__ import annotations

from collections.abc import Sequence

from tabgan.schema.kinds import Column, Kind

_WIDEST = 32


def schema_table(columns: Sequence[Column]) -> str:
    """One line a column: name, kind, dtype, whether values are missing, and what else is known."""
    head = ("column", "kind", "dtype", "missing", "known")
    rows = [
        (
            _clip(str(column.name)),
            str(column.kind),
            _clip(column.dtype),
            "yes" if column.missing else "",
            details(column),
        )
        for column in columns
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in [head, tuple("-" * width for width in [*widths, 5]), *rows]
    ]
    return "\n".join(lines)


def details(column: Column) -> str:
    """What is known of a column beside its kind, in a few words."""
    parts: list[str] = []
    if column.kind is Kind.CONSTANT:
        parts.append("always missing" if column.value is None else f"always {_clip(repr(column.value))}")
    if column.decimals is not None:
        parts.append("whole numbers" if column.decimals == 0 else f"{column.decimals} decimals")
    if column.levels is not None:
        shown = ", ".join(_clip(str(level)) for level in column.levels[:4])
        parts.append(f"{len(column.levels)} levels: {shown}{', …' if len(column.levels) > 4 else ''}")
    if column.ordered:
        parts.append("ordered")
    parts.extend(_clip(part) for part in (column.format, column.pattern) if part)
    if column.note:
        parts.append(column.note)
    return "; ".join(parts)


def _clip(text: str) -> str:
    """`text` on one line, at most `_WIDEST` characters, control characters written out."""
    text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[: _WIDEST + 1])
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
