"""A column as the user wants it: another kind, or facts that stand above what was inferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tabgan.errors import ColumnError
from tabgan.schema.decisions import integer_origin
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.patterns import identifier_pattern, running_pattern, text_pattern
from tabgan.schema.reading import Species
from tabgan.schema.schema import change_kind
from tabgan.schema.summary import ColumnSummary
from tabgan.schema.text_dates import format_unit

_NAMED = (Species.STRING, Species.CATEGORY, Species.INTEGER)  # what can be an identifier


def as_wished(
    column: Column, summary: ColumnSummary, wanted: Kind | None, facts: Mapping[str, Any]
) -> Column:
    """`column` as the kind `wanted` (None: as it is), with `facts` in place of what was inferred.

    Raises
    ------
    ColumnError
        The values cannot be of that kind, or do not agree with a fact.
    """
    if wanted is not None and wanted is not column.kind:
        column = _of_kind(column, summary, wanted)
    style = facts.get("format")
    if style is not None and style != column.format:
        column = _in_format(column, summary, style)
    facts = {key: value for key, value in facts.items() if value != getattr(column, key)}
    return replace(column, **facts) if facts else column


def _of_kind(column: Column, summary: ColumnSummary, wanted: Kind) -> Column:
    bare = Column(name=column.name, kind=Kind.CATEGORY, dtype=column.dtype, missing=column.missing)
    if wanted in (Kind.IDENTIFIER, Kind.TEXT):
        if summary.species not in _NAMED:
            raise ColumnError(
                f"column {column.name!r}: {summary.species} cannot be {wanted}; convert it with astype(str)"
            )
        return replace(bare, kind=wanted, pattern=_pattern(summary, wanted))
    if wanted is Kind.INTEGER and summary.species is Species.INTEGER:  # it was taken for a key or for dates
        return replace(bare, kind=wanted, origin=integer_origin(summary))
    if wanted is Kind.FLOAT and summary.species is Species.FLOAT:
        return replace(bare, kind=wanted, decimals=summary.decimals)
    if wanted is Kind.CATEGORY and summary.species is Species.CATEGORY:  # it was taken for identifiers
        return replace(bare, levels=summary.declared, ordered=summary.ordered)
    return change_kind(column, wanted)


def _pattern(summary: ColumnSummary, wanted: Kind) -> str:
    sample = [str(value) for value in summary.distinct.values]
    if wanted is Kind.TEXT:
        return text_pattern(sample)
    return running_pattern(summary.high) if summary.species is Species.INTEGER else identifier_pattern(sample)


def _in_format(column: Column, summary: ColumnSummary, style: str) -> Column:
    """A date format that the user chose among those that fit all rows."""
    fitting = summary.formats or frozenset()
    if style not in fitting:
        known = ", ".join(sorted(fitting)) or "none"
        raise ColumnError(
            f"column {column.name!r}: format must fit every row; found {style!r}, fitting: {known}"
        )
    unit = format_unit(style)
    return replace(column, kind=Kind.DATETIME, format=style, unit=unit, levels=None, pattern=None, note="")
