"""Entries of a list by their names, or by the names of groups of them."""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """By which it is asked for."""


Entry = TypeVar("Entry", bound=Named)


@dataclass(frozen=True)
class Choice(Generic[Entry]):
    """What there is to choose from.

    Attributes
    ----------
    kind : what one entry is called.
    groups : names of entries, by the name of their group.
    """

    kind: str
    entries: Sequence[Entry]
    groups: Mapping[str, Sequence[str]]

    def find(self, name: str) -> Entry:
        """The entry of that name.

        Raises
        ------
        KeyError
            When there is none; the message lists the names.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(
            f"no {self.kind} named {name!r}; choose from: {', '.join(entry.name for entry in self.entries)}, "
            f"or a group: {', '.join(self.groups)}"
        )

    def choose(self, names: str) -> list[Entry]:
        """Entries of a comma-separated list of names and groups, each once, in the order asked for."""
        asked = filter(None, (part.strip() for part in names.split(",")))
        found = [self.find(name) for part in asked for name in self.groups.get(part, (part,))]
        return list({entry.name: entry for entry in found}.values())


def some_of(allowed: Collection[str]) -> dict[str, Any]:
    """How argparse takes some of these words, or none for all; `choices` would refuse that default."""

    def read(text: str) -> str:
        if text not in allowed:
            raise argparse.ArgumentTypeError(f"{text!r}: choose from {', '.join(allowed)}")
        return text

    return {"nargs": "*", "type": read, "default": list(allowed), "help": f"{', '.join(allowed)}; none: all"}
