"""A schema as a table of text."""

from __future__ import annotations

from collections.abc import Sequence

from tabgan.schema.kinds import Column, Kind
from tabgan.schema.text_table import one_line, text_table

_WIDEST = 32


def schema_table(columns: Sequence[Column]) -> str:
    """One line a column: name, kind, dtype, whether values are missing, and what else is known."""
    rows = [
        (
            _clip(str(column.name)),
            column.kind,
            _clip(column.dtype),
            "yes" if column.missing else "",
            details(column),
        )
        for column in columns
    ]
    return text_table(("column", "kind", "dtype", "missing", "known"), rows, max_width=None)


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
    return one_line(text, _WIDEST)
