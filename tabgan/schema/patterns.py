"""What new identifiers and texts look like: a pattern drawn from a sample of the old ones.

The syntax is told at `Column.pattern`. A pattern holds no identifier, and no more of one than the characters
that all of the sample share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
EMAIL_PATTERN = r"[a-z]{10}@example.com"
UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
FALLBACK = "[a-z0-9]{12}"

_RUNS = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|[^A-Za-z0-9]+")
_SPECIAL = re.compile(r"([\\\[\]{}#])")
# From narrow to wide: the first that holds all characters is taken.
_CLASSES = tuple(
    (name, frozenset(letters))
    for name, letters in (
        ("[0-9]", "0123456789"),
        ("[A-Z]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("[a-z]", "abcdefghijklmnopqrstuvwxyz"),
        ("[0-9a-f]", "0123456789abcdef"),
        ("[0-9A-F]", "0123456789ABCDEF"),
        ("[A-Z0-9]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        ("[a-z0-9]", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("[A-Za-z0-9]", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    )
)


def identifier_pattern(sample: Sequence[str]) -> str:
    """A pattern that new identifiers can follow, from at least a few old ones."""
    if not sample:
        return FALLBACK
    if all(UUID.fullmatch(text) for text in sample):
        upper = any(letter in "ABCDEF" for text in sample for letter in text)
        return UUID_PATTERN.replace("a-f", "A-F").replace("[89ab]", "[89AB]") if upper else UUID_PATTERN
    if np.mean([EMAIL.fullmatch(text) is not None for text in sample]) > 0.9:
        return EMAIL_PATTERN
    runs = [_RUNS.findall(text) for text in sample]
    if len({_signature(run) for run in runs}) == 1:
        return "".join(_run_pattern(column) for column in zip(*runs, strict=True))
    return _by_place(sample) if len({len(text) for text in sample}) == 1 else _by_class(sample)


def running_pattern(largest: int) -> str:
    """Numbers that go on behind the largest one seen."""
    return f"#{largest + 1}"


def text_pattern(sample: Sequence[str]) -> str:
    """As many words as the sample has, without its extremes."""
    words = [max(len(text.split()), 1) for text in sample] or [1]
    low, high = np.quantile(words, [0.05, 0.95], method="nearest")
    return f"words{{{low},{high}}}"


def is_prose(sample: Sequence[str]) -> bool:
    """Whether texts are sentences or names rather than codes."""
    spaced = np.mean([any(letter.isspace() for letter in text.strip()) for text in sample])
    letters = sum(letter.isalpha() for text in sample for letter in text)
    solid = sum(not letter.isspace() for text in sample for letter in text)
    return bool(spaced > 0.5 and letters > 0.6 * solid)


def _signature(runs: list[str]) -> tuple[str, ...]:
    """The kind of each run; punctuation must be the same everywhere."""
    return tuple(
        "A"
        if r[0].isupper() and r.isascii() and r.isalpha()
        else "a"
        if r.isascii() and r.isalpha()
        else "0"
        if r.isascii() and r.isdigit()
        else r
        for r in runs
    )


def _run_pattern(column: Sequence[str]) -> str:
    """One run in all of the sample: a literal that all share, or its class; digits are always a class."""
    lengths = {len(run) for run in column}
    alike = len(set(column)) == 1 and len(column) > 1
    if alike and not column[0].isdigit():
        return literal(column[0])
    return _class(column) + _times(min(lengths), max(lengths))


def _by_place(sample: Sequence[str]) -> str:
    """Texts of one length: a class for every place, neighbours of one class taken together."""
    places = ["".join(column) for column in zip(*sample, strict=True)]
    classes = [literal(p[0]) if len(set(p)) == 1 and not p[0].isalnum() else _class(p) for p in places]
    wide = _class(letter for place in places for letter in place if letter.isalnum())
    classes = [wide if name.startswith("[") else name for name in classes]
    out, start = "", 0
    for end in range(1, len(classes) + 1):
        if end == len(classes) or classes[end] != classes[start]:
            once = classes[start]
            out += once + _times(end - start, end - start) if once.startswith("[") else once * (end - start)
            start = end
    return out


def _by_class(sample: Sequence[str]) -> str:
    """Texts of several shapes: one class over all of them."""
    lengths = [len(text) for text in sample]
    letters = [letter for text in sample for letter in text if letter.isascii() and letter.isalnum()]
    return _class(letters or "0a") + _times(max(min(lengths), 1), max(max(lengths), 1))


def _class(texts: Iterable[str]) -> str:
    letters = {letter for text in texts for letter in text}
    return next((name for name, held in _CLASSES if letters <= held), "[A-Za-z0-9]")


def _times(low: int, high: int) -> str:
    return f"{{{low}}}" if low == high else f"{{{low},{high}}}"


def literal(text: str) -> str:
    """`text` with a backslash before what has a meaning in a pattern."""
    return _SPECIAL.sub(r"\\\1", text)
