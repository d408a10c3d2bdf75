"""`--set NAME=VALUE`: any setting of a model by the name that it has in Python."""

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import click

WORDS = {"true": True, "false": False, "none": None}


def parse_settings(texts: Iterable[str], known: Iterable[str]) -> dict[str, Any]:
    """Read settings: numbers, ``256,256``, ``true``, ``false``, ``none``; all else is text."""
    names, settings = list(known), {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.UsageError(f"--set takes NAME=VALUE, found {text!r}.")
        if name not in names:
            near = get_close_matches(name, names, n=3) or names
            raise click.UsageError(f"--set: no setting is named {name!r}; choose one of {', '.join(near)}.")
        if name in settings:
            raise click.UsageError(f"--set: {name!r} is given twice.")
        settings[name] = _value(value)
    return settings


def _value(text: str) -> Any:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
