"""Columns that look like personal data: a hint for the user, not a proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from tabgan.schema.kinds import Column, Kind
from tabgan.schema.patterns import EMAIL, UUID

ENOUGH = 0.5  # share of the values that must look alike
_SAMPLE = 500
_PHONE = re.compile(r"[+(]?\d[\d ()./-]{5,17}\d")
_NAME_PART = re.compile(r"[^\W\d_][\w.'’-]*")
_BIRTH = re.compile(r"birth|\bdob\b|geburt", re.IGNORECASE)
_TOLD_BY_NAME = (
    (re.compile(r"(^|[\W_])(e_?-?mail|mail)([\W_]|$)", re.IGNORECASE), "e-mail addresses"),
    (re.compile(r"(^|[\W_])(phone|tele?phone|mobile|fax|tel)([\W_]|$)", re.IGNORECASE), "phone numbers"),
    (
        re.compile(r"(^|[\W_])(ssn|passport|iban|tax_?id|social_security)([\W_]|$)", re.IGNORECASE),
        "official numbers",
    ),
    (re.compile(r"(^|[\W_])(street|address|addr)([\W_]|$)", re.IGNORECASE), "addresses"),
    (
        re.compile(
            r"(^|_)((first|last|middle|given|family|full|sur|user|customer|patient|client)_?-? ?name|surname)$",
            re.IGNORECASE,
        ),
        "names of people",
    ),
)
_PERSON_NAME = re.compile(r"(^|[\W_])name$|[a-z]Name$", re.IGNORECASE)


def looks_personal(column: Column, values: Iterable[Any]) -> str | None:
    """What personal data a column seems to hold; None when nothing is seen.

    Parameters
    ----------
    column : what is known of it.
    values : some of its values.
    """
    texts = [str(value) for value in list(values)[:_SAMPLE] if isinstance(value, str) and value.strip()]
    name = str(column.name)
    for looks, told in ((_is_email, "e-mail addresses"), (UUID.fullmatch, "unique codes")):
        if _most(texts, looks):
            return told
    if column.kind not in (Kind.BOOLEAN, Kind.CONSTANT):
        for pattern, told in _TOLD_BY_NAME:
            if pattern.search(name):
                return told
    if column.format is None and _most(texts, _is_phone):
        return "phone numbers"
    if column.kind is Kind.DATETIME and _BIRTH.search(name):
        return "dates of birth"
    many = column.kind in (Kind.TEXT, Kind.IDENTIFIER) or len(set(texts)) > 0.5 * len(texts)
    if many and _most(texts, _is_person) and (column.kind is not Kind.CATEGORY or _PERSON_NAME.search(name)):
        return "names of people"
    if column.kind is Kind.IDENTIFIER:
        return "unique codes"
    return "free text" if column.kind is Kind.TEXT else None


def _most(texts: list[str], looks: Callable[[str], Any]) -> bool:
    return bool(texts) and sum(bool(looks(text)) for text in texts) > ENOUGH * len(texts)


def _is_email(text: str) -> bool:
    return EMAIL.fullmatch(text.strip()) is not None


def _is_phone(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return 7 <= digits <= 15 and text[0] in "+(0" and _PHONE.fullmatch(text.strip()) is not None


def _is_person(text: str) -> bool:
    """Two to four capitalised words, without digits."""
    words = text.replace(",", " ").split()
    return 2 <= len(words) <= 4 and all(_NAME_PART.fullmatch(w) and w[0].isupper() for w in words)
