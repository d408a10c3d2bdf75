"""Which kind a column is, from its summary: the rules, one function for each sort of values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tabgan.errors import ColumnError
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.patterns import identifier_pattern, is_prose, running_pattern, text_pattern
from tabgan.schema.reading import Species
from tabgan.schema.scalars import to_plain
from tabgan.schema.summary import ColumnSummary
from tabgan.schema.text_dates import FORMATS, INTEGER_FORMAT, format_unit

UNIQUE_SHARE = 0.95  # distinct values per row from which text is an identifier or prose
PROSE_SHARE = 0.5  # the same for long text
PROSE_LENGTH = 40  # mean letters of long text
FEWEST_UNIQUE = 10  # rows below which different texts prove nothing
FEWEST_RUNNING = 100  # rows from which consecutive numbers are a row number, whatever their name
FEWEST_DATES = 10  # distinct dates from which numbers such as 20240131 are dates
_KEY_NAME = re.compile(r"(?i:(^|[\W_])(id|uuid|guid|key|row_?(id|num)|index))$|[a-z](Id|ID|Key|UUID|GUID)$")
_PAIRS = (("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"))
_NUMERIC_DTYPE = {"Int64": "int64", "Float64": "float64", "boolean": "bool"}
_TEXT_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_OTHER_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*%?\s*")
_MARKS = re.compile(r"[,%\s]")


def decide(summary: ColumnSummary, *, own_dtypes: bool = True) -> Column:
    """The column that a summary describes.

    Parameters
    ----------
    summary : of all rows.
    own_dtypes : whether the dtypes are the user's; else a nullable dtype was a reader's precaution, which a
        column without missing values does not need.

    Raises
    ------
    ColumnError
        Numbers that do not fit 64 bits.
    """
    dtype = summary.dtype
    if not own_dtypes and not summary.n_missing:
        dtype = _NUMERIC_DTYPE.get(dtype, dtype)
    known: dict[str, Any] = {"name": summary.name, "dtype": dtype, "missing": summary.n_missing > 0}
    if not summary.n_present or summary.distinct.count == 1:
        return Column(**known, **_constant(summary))
    return Column(**known, **_RULES[summary.species](summary))


def integer_origin(summary: ColumnSummary) -> int:
    """What to subtract from integers so that they fit 64 bits with a sign."""
    origin = 2**63 if summary.high >= 2**63 else 0
    if origin and summary.low < 0:
        raise ColumnError(
            f"column {summary.name!r} must fit 64 bits; found {summary.low} to {summary.high}; "
            "convert it with astype(float)"
        )
    return origin


def _constant(summary: ColumnSummary) -> dict[str, Any]:
    known: dict[str, Any] = {"kind": Kind.CONSTANT, "unit": summary.unit, "zone": summary.zone}
    known |= {"levels": summary.declared, "ordered": summary.ordered}
    if not summary.n_present:
        return known | {"note": "no values"}
    if summary.species is Species.DECIMAL:
        known["decimals"] = summary.decimals
    return known | {"value": to_plain(summary.example)}


def _integer(summary: ColumnSummary) -> dict[str, Any]:
    if summary.dtype.startswith("period"):
        return {"kind": Kind.INTEGER, "note": "periods, counted"}
    if _is_key(summary):
        pattern = running_pattern(summary.high)
        return {"kind": Kind.IDENTIFIER, "pattern": pattern, "note": "unique: new numbers are made"}
    if summary.integer_dates and summary.distinct.count >= FEWEST_DATES:
        return {"kind": Kind.DATETIME, "unit": "D", "format": INTEGER_FORMAT}
    return {"kind": Kind.INTEGER, "origin": integer_origin(summary)}


def _is_key(summary: ColumnSummary) -> bool:
    """All different, and called a key or exactly consecutive."""
    if not summary.distinct.covers(summary.n_present):
        return False
    if isinstance(summary.name, str) and _KEY_NAME.search(summary.name):
        return summary.n_present >= FEWEST_UNIQUE
    return summary.high - summary.low == summary.n_present - 1 and summary.n_present >= FEWEST_RUNNING


def _float(summary: ColumnSummary) -> dict[str, Any]:
    if summary.integer_dates and summary.decimals == 0 and summary.distinct.count >= FEWEST_DATES:
        return {"kind": Kind.DATETIME, "unit": "D", "format": INTEGER_FORMAT}
    return {"kind": Kind.FLOAT, "decimals": summary.decimals}


def _decimal(summary: ColumnSummary) -> dict[str, Any]:
    decimals = summary.decimals or 0
    if max(abs(summary.low), abs(summary.high)) * 10.0**decimals > 2.0**53:
        raise ColumnError(
            f"column {summary.name!r}: decimals must have at most 15 digits; found {summary.low} to "
            f"{summary.high} with {decimals} after the point; convert it with astype(float)"
        )
    return {"kind": Kind.FLOAT, "decimals": decimals}


def _text(summary: ColumnSummary) -> dict[str, Any]:
    sample = [str(text) for text in summary.distinct.values]
    if summary.formats:
        return _dates(sorted(summary.formats, key=FORMATS.index))
    if summary.distinct.count == 2:
        pair = {text.lower(): text for text in sample}
        for no, yes in _PAIRS:
            if set(pair) == {no, yes}:
                return {"kind": Kind.BOOLEAN, "levels": (pair[no], pair[yes])}
    return _unique_text(summary, sample) or {"kind": Kind.CATEGORY, "note": _number_note(sample)}


def _category(summary: ColumnSummary) -> dict[str, Any]:
    """Declared levels; where they are as many as the rows, they are identifiers all the same."""
    textual = all(isinstance(level, str) for level in summary.declared or ())
    if textual and (unique := _unique_text(summary, summary.distinct.values)):
        return unique
    return {"kind": Kind.CATEGORY, "levels": summary.declared, "ordered": summary.ordered}


def _unique_text(summary: ColumnSummary, sample: list[str]) -> dict[str, Any] | None:
    """Text or identifier, where (nearly) every row has its own."""
    share = summary.distinct.count / summary.n_present
    if summary.n_present < FEWEST_UNIQUE:
        return None
    length = sum(map(len, sample)) / len(sample)
    if is_prose(sample) and share > (PROSE_SHARE if length > PROSE_LENGTH else UNIQUE_SHARE):
        note = "free text: replaced by made-up text"
        return {"kind": Kind.TEXT, "pattern": text_pattern(sample), "note": note}
    if share <= UNIQUE_SHARE:
        return None
    note = "unique: new ones are made" if share > 0.98 else "almost unique: new ones are made"
    note = "; ".join(filter(None, (note, _number_note(sample))))
    return {"kind": Kind.IDENTIFIER, "pattern": identifier_pattern(sample), "note": note}


def _dates(formats: list[str]) -> dict[str, Any]:
    """The first format that fits; when day and month can be exchanged in all rows, the user is told."""
    twins = [style for style in formats if style != formats[0]]
    note = f"could also be {twins[0]}: set its format in a schema file" if twins else ""
    return {"kind": Kind.DATETIME, "unit": format_unit(formats[0]), "format": formats[0], "note": note}


def _number_note(sample: list[str]) -> str:
    """A column of numbers with a few words in it probably has its own mark for missing values.

    One of numbers such as 1,5 or 1,234 or 5 % is text, which its user may not have expected.
    """
    if len(sample) >= 10 and all(map(_OTHER_NUMBER.fullmatch, sample)) and any(map(_MARKS.search, sample)):
        return "numbers with commas, blanks or %: to learn them as numbers, write them like 1234.5"
    words = [text for text in sample if not _TEXT_NUMBER.fullmatch(text)]
    if len(sample) >= 10 and 0 < len(words) <= 3:
        return f"numbers but for {', '.join(map(repr, sorted(words)))}: if that means missing, use --na"
    return ""


_RULES: dict[Species, Callable[[ColumnSummary], dict[str, Any]]] = {
    Species.INTEGER: _integer,
    Species.FLOAT: _float,
    Species.DECIMAL: _decimal,
    Species.STRING: _text,
    Species.CATEGORY: _category,
    Species.BOOLEAN: lambda _: {"kind": Kind.BOOLEAN, "levels": (False, True)},
    Species.DATETIME: lambda summary: {"kind": Kind.DATETIME, "unit": summary.unit, "zone": summary.zone},
    Species.TIMEDELTA: lambda summary: {"kind": Kind.TIMEDELTA, "unit": summary.unit},
}
