"""The columns of a table: printed as a table, written and read as JSON."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd

from tabgan.errors import ColumnError, SchemaError
from tabgan.schema.display import schema_table
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.scalars import scalar_from_json, scalar_to_json

FORMAT = 1  # of the JSON; a reader refuses what is newer
CONTAINERS = ("pandas", "arrow")
_FIELDS = {field.name: field for field in fields(Column)}
_NAMES = (Kind.IDENTIFIER, Kind.TEXT, Kind.INTEGER)
_SCALARS = ("name", "value")  # fields that hold any scalar


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in their order.

    Attributes
    ----------
    columns : one `Column` each.
    container : what `sample` gives back, "pandas" or "arrow".
    n_rows : how many rows the columns were inferred from.
    """

    columns: tuple[Column, ...]
    container: str = "pandas"
    n_rows: int = 0

    def __post_init__(self) -> None:
        check_names(self.names)
        if self.container not in CONTAINERS:
            raise SchemaError(f"container must be one of {', '.join(CONTAINERS)}; found {self.container!r}")

    @property
    def names(self) -> tuple[Hashable, ...]:
        """Names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, name: Hashable) -> Column:
        """The column called `name`; SchemaError when there is none."""
        for column in self.columns:
            if column.name == name and type(column.name) is type(name):
                return column
        raise unknown_column(name, self.names)

    def with_overrides(
        self,
        *,
        category: Iterable[Hashable] = (),
        identifier: Iterable[Hashable] = (),
        drop: Iterable[Hashable] = (),
        kinds: Mapping[Hashable, str] | None = None,
    ) -> Schema:
        """A schema with other kinds, or with fewer columns.

        The data are not looked at again: what a kind needs to know of them (a pattern, a date format) is
        known only when the same is asked of `infer_schema`.

        Raises
        ------
        SchemaError
            An unknown column, two kinds for one, or a kind that its values cannot have.
        """
        wanted = {find_name(name, self.names): kind for name, kind in (kinds or {}).items()}
        for kind, names in ((Kind.CATEGORY, category), (Kind.IDENTIFIER, identifier)):
            for name in names:
                found = find_name(name, self.names)
                if wanted.setdefault(found, kind) != kind:
                    raise ColumnError(
                        f"column {found!r}: one kind must be asked for; found {wanted[found]} and {kind}"
                    )
        gone = {find_name(name, self.names) for name in drop}
        kept = [column for column in self.columns if column.name not in gone]
        changed = (change_kind(c, wanted[c.name]) if c.name in wanted else c for c in kept)
        return replace(self, columns=tuple(changed))

    def to_json(self) -> str:
        """Readable JSON; `from_json` gives an equal schema back."""
        columns = [_column_to_json(column) for column in self.columns]
        held = {"format": FORMAT, "container": self.container, "n_rows": self.n_rows, "columns": columns}
        return json.dumps(held, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """The schema that `to_json` wrote.

        Raises
        ------
        SchemaError
            The text is no JSON, from a newer version, or has a field that a schema does not know.
        """
        held = parse_json(text)
        try:
            columns = tuple(Column(**column_fields(column)) for column in held["columns"])
        except TypeError as error:
            raise SchemaError(f"a column needs name, kind and dtype; {error}") from None
        return cls(columns, held.get("container", "pandas"), held.get("n_rows", 0))

    def __str__(self) -> str:
        return schema_table(self.columns)


def check_names(names: Iterable[Hashable]) -> None:
    """Refuse a table without columns, with two of one name, or with a name that no lookup finds.

    Raises
    ------
    SchemaError
        See above.
    """
    seen: set[Hashable] = set()
    for name in names:
        if _is_missing(name):
            raise SchemaError(f"a column name must not be missing; found {name!r}; rename the column")
        if name in seen:
            raise SchemaError(f"column names must differ; found {name!r} twice; rename or drop one")
        seen.add(name)
    if not seen:
        raise SchemaError("a table must have columns; found none; keep at least one")


def _is_missing(name: Hashable) -> bool:
    """Whether a name is NaN, NaT or NA, which equal nothing, or a tuple that holds one; None is a name."""
    if isinstance(name, tuple):
        return any(map(_is_missing, name))
    return name is pd.NA or bool(name != name)


def find_name(wanted: Hashable, names: Iterable[Hashable]) -> Hashable:
    """The name that is meant: itself, or (from the shell) the one that reads the same."""
    known = tuple(names)
    if wanted in known:
        return wanted
    alike = [name for name in known if str(name) == wanted]
    if len(alike) == 1:
        return alike[0]
    raise unknown_column(wanted, known)


def unknown_column(name: Hashable, names: Iterable[Hashable]) -> SchemaError:
    """The error for a column that is not there."""
    known = [repr(known)[:40] for known in names]
    more = f", … ({len(known) - 6} more)" if len(known) > 6 else ""
    return SchemaError(f"there is no column {name!r}; choose one of {', '.join(known[:6])}{more}")


def change_kind(column: Column, kind: str) -> Column:
    """`column` as another kind, where its values can have it.

    Raises
    ------
    ColumnError
        Text cannot become a number; nothing but itself can become a time.
    """
    if kind == column.kind:
        return column
    bare = Column(name=column.name, kind=Kind.CATEGORY, dtype=column.dtype, missing=column.missing)
    if kind == Kind.CATEGORY and column.kind is Kind.BOOLEAN:
        return bare
    if kind == Kind.CATEGORY:
        unit = None if column.format else column.unit
        bare = replace(bare, unit=unit, zone=column.zone, decimals=column.decimals)
        return replace(bare, levels=column.levels, ordered=column.ordered)
    if kind in (Kind.IDENTIFIER, Kind.TEXT) and column.kind in (Kind.CATEGORY, *_NAMES):
        return replace(bare, kind=Kind(kind))
    raise ColumnError(
        f"column {column.name!r}: a {column.kind} cannot become {kind!r}; convert the column before fitting"
    )


def parse_json(text: str) -> dict[str, Any]:
    """The outer object of a schema's JSON, checked."""
    try:
        held = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SchemaError(f"a schema must be JSON; {error}") from None
    if not isinstance(held, dict) or not isinstance(held.get("columns"), list):
        raise SchemaError(
            'a schema must be an object with a list "columns"; write one with `tabgan inspect -o`'
        )
    if not isinstance(held.get("format", FORMAT), int) or held.get("format", FORMAT) > FORMAT:
        raise SchemaError(f"schema format must be at most {FORMAT}; found {held['format']}; update tabgan")
    return held


def column_fields(held: Any) -> dict[str, Any]:
    """The fields of one column's JSON as `Column` takes them; unknown ones are refused."""
    if not isinstance(held, dict) or "name" not in held:
        raise SchemaError(f'a column of a schema must be an object with a "name"; found {str(held)[:60]}')
    if unknown := sorted(set(held) - set(_FIELDS)):
        raise SchemaError(
            f"column {held['name']!r} of the schema: unknown field {unknown[0]!r}; "
            f"choose among {', '.join(_FIELDS)}"
        )
    out = dict(held)
    out.update({name: scalar_from_json(held[name]) for name in _SCALARS if name in held})
    if held.get("levels") is not None:
        if not isinstance(held["levels"], list):
            raise SchemaError(f"column {held['name']!r}: levels must be a list; found {held['levels']!r}")
        out["levels"] = tuple(scalar_from_json(level) for level in held["levels"])
    return out


def _column_to_json(column: Column) -> dict[str, Any]:
    """Fields that differ from their defaults."""
    out: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        value = getattr(column, name)
        if name == "levels" and value is not None:
            out[name] = [scalar_to_json(level) for level in value]
        elif name in ("name", "kind", "dtype") or value != field.default:
            out[name] = scalar_to_json(value) if name in _SCALARS else value
    return out
