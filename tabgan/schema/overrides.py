"""What the user says about columns, from Python, from the shell, or in a JSON file."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tabgan.errors import ColumnError, SchemaError
from tabgan.schema.kinds import Kind
from tabgan.schema.schema import Schema, column_fields, find_name, parse_json

# What a schema file may say of a column beside its kind; the rest is read from the data.
SETTABLE = ("ordered", "levels", "decimals", "format", "pattern", "note")


@dataclass(frozen=True)
class Overrides:
    """Kinds and facts that stand above what is inferred.

    Attributes
    ----------
    kinds : kind by column name.
    facts : other fields of `Column` by column name.
    drop : columns that are left out.
    """

    kinds: Mapping[Hashable, Kind] = field(default_factory=dict)
    facts: Mapping[Hashable, Mapping[str, Any]] = field(default_factory=dict)
    drop: frozenset[Hashable] = frozenset()


def collect_overrides(
    names: Iterable[Hashable],
    *,
    category: Iterable[Hashable] = (),
    identifier: Iterable[Hashable] = (),
    drop: Iterable[Hashable] = (),
    kinds: Mapping[Hashable, str] | None = None,
    schema: Schema | str | os.PathLike[str] | None = None,
) -> Overrides:
    """Check what was asked against the columns that there are; see `infer_schema` for the arguments.

    A file is overruled by `kinds`, `category` and `identifier`.

    Raises
    ------
    SchemaError
        An unknown column, two kinds for one column, or a file that is no schema.
    """
    known = tuple(names)
    from_file = _from_schema(schema, known)
    asked: dict[Hashable, Kind] = {}
    for name, kind in _requests(category, identifier, kinds or {}):
        found = find_name(name, known)
        if asked.setdefault(found, kind) is not kind:
            raise ColumnError(
                f"column {found!r}: one kind must be asked for; found {asked[found]} and {kind}"
            )
    gone = frozenset(find_name(name, known) for name in _listed(drop, "drop"))
    if both := sorted(gone & set(asked), key=str):
        raise ColumnError(f"column {both[0]!r} must be dropped or given a kind; found both; choose one")
    return Overrides({**from_file.kinds, **asked}, from_file.facts, gone)


def _requests(
    category: Iterable[Hashable], identifier: Iterable[Hashable], kinds: Mapping[Hashable, str]
) -> Iterable[tuple[Hashable, Kind]]:
    yield from ((name, Kind.CATEGORY) for name in _listed(category, "category"))
    yield from ((name, Kind.IDENTIFIER) for name in _listed(identifier, "identifier"))
    for name, kind in kinds.items():
        try:
            yield name, Kind(kind)
        except ValueError:
            message = f"column {name!r}: kind must be one of {', '.join(Kind)}; found {kind!r}"
            raise ColumnError(message) from None


def _listed(names: Iterable[Hashable], argument: str) -> list[Hashable]:
    """Refuse "age" where ["age"] is meant: it would be read letter by letter."""
    if isinstance(names, str):
        raise SchemaError(f"{argument} must be a list of column names; found {names!r}; write [{names!r}]")
    return list(names)


def _from_schema(schema: Schema | str | os.PathLike[str] | None, known: tuple[Hashable, ...]) -> Overrides:
    """A schema object, or a file that names some or all of the columns."""
    if schema is None:
        return Overrides()
    if isinstance(schema, Schema):
        columns = parse_json(schema.to_json())["columns"]
    else:
        columns = parse_json(_text_of(schema))["columns"]
    kinds: dict[Hashable, Kind] = {}
    facts: dict[Hashable, Mapping[str, Any]] = {}
    for held in columns:
        fields = column_fields(held)
        name = find_name(fields["name"], known)
        if "kind" in fields:
            kinds.update(_requests((), (), {name: fields["kind"]}))
        facts[name] = {key: fields[key] for key in SETTABLE if key in fields}
    return Overrides(kinds, facts)


def _text_of(path: str | os.PathLike[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(f"the schema file {str(path)!r} cannot be read: {error}") from None
