r"""What identifiers look like: a small subset of regular expressions, read, written and counted.

Literal characters, classes such as ``[0-9a-f]`` with ``{6}`` or ``{4,6}`` after them, ``#5001`` for a
running number from 5001 on (``#005001``: six digits at least), a backslash before a literal one of
``\[]{}#``. Of ``{4,6}`` the longest is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from tabgan.errors import SchemaError

SPECIAL = r"\[]{}#"
_TOKEN = re.compile(
    r"\[(?P<chars>(?:[^\\\]]|\\.)+)\](?:\{(?:\d+,)?(?P<times>\d+)\})?|#(?P<start>-?\d{1,20})|\\(?P<escaped>.)"
    rf"|(?P<literal>[^{re.escape(SPECIAL)}])",
    re.DOTALL,
)


@dataclass(frozen=True)
class Literal:
    """Characters that stand for themselves."""

    text: str

    def __str__(self) -> str:
        return "".join(f"\\{c}" if c in SPECIAL else c for c in self.text)


@dataclass(frozen=True)
class CharacterClass:
    """``times`` characters, each one of ``chars``."""

    chars: str
    times: int = 1

    def __str__(self) -> str:
        return f"[{_ranges(self.chars)}]" + (f"{{{self.times}}}" if self.times > 1 else "")


@dataclass(frozen=True)
class Running:
    """A running number from ``start`` on, of ``width`` digits at least."""

    start: int
    width: int = 1

    def __str__(self) -> str:
        return f"#{self.start:0{self.width}d}"


Part = Literal | CharacterClass | Running


def read_pattern(text: str) -> tuple[Part, ...]:
    """The parts of a pattern.

    Raises
    ------
    SchemaError
        The text is no such pattern, or nothing in it varies.
    """
    parts: list[Part] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise SchemaError(
                f"pattern {text[:80]!r} cannot be read from {text[at : at + 10]!r} on; see `Column`"
            )
        parts.append(_part(found))
        at = found.end()
    if not any(isinstance(part, CharacterClass | Running) for part in parts):
        raise SchemaError(
            f"a pattern must have a class such as [0-9]{{6}} or a number #1; found {text[:80]!r}"
        )
    return join(parts)


def write_pattern(parts: Iterable[Part]) -> str:
    """The text that `read_pattern` reads."""
    return "".join(map(str, parts))


def join(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring literals, and neighbouring classes of the same characters, as one."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.text + part.text)
        elif (
            isinstance(part, CharacterClass) and isinstance(last, CharacterClass) and last.chars == part.chars
        ):
            joined[-1] = CharacterClass(last.chars, last.times + part.times)
        else:
            joined.append(part)
    return tuple(joined)


def n_strings(parts: Sequence[Part]) -> int:
    """How many strings the classes of a pattern can make."""
    space = 1
    for part in parts:
        if isinstance(part, CharacterClass):
            space *= len(part.chars) ** part.times
    return space


def n_characters(parts: Sequence[Part]) -> int:
    """Length of the strings of a pattern without running numbers."""
    return sum(
        len(part.text)
        if isinstance(part, Literal)
        else part.times
        if isinstance(part, CharacterClass)
        else part.width
        for part in parts
    )


def _part(found: re.Match[str]) -> Part:
    if found["chars"] is not None:
        return CharacterClass(_expand(found["chars"]), int(found["times"] or 1))
    if found["start"] is not None:
        return Running(int(found["start"]), len(found["start"]))
    return Literal(found["escaped"] or found["literal"])


def _expand(text: str) -> str:
    """Characters of a class: ``0-9a-f`` to ``0123456789abcdef``."""
    chars: list[str] = []
    for low, high in re.findall(r"(\\.|.)(?:-(\\.|[^\]]))?", text, re.DOTALL):
        low, high = low[-1], (high or low)[-1]
        chars += map(chr, range(ord(low), ord(high) + 1))
    if not chars:
        raise SchemaError(f"class [{text[:40]}] of a pattern has no characters")
    return "".join(dict.fromkeys(chars))


def _ranges(chars: str) -> str:
    """The inverse of `_expand`."""
    out = []
    points = sorted(map(ord, chars))
    for _, run in groupby(enumerate(points), key=lambda pair: pair[1] - pair[0]):
        codes = [code for _, code in run]
        ends = [f"\\{chr(c)}" if chr(c) in r"\[]^-" else chr(c) for c in (codes[0], codes[-1])]
        out.append(f"{ends[0]}-{ends[1]}" if len(codes) > 2 else "".join(ends[: len(codes)]))
    return "".join(out)
