"""A whole table as codes and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.data import from_cells, to_cells
from tabgan.data.cells import Cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.column import ColumnEncoder, encoder_from_state
from tabgan.encoding.identifier import IdentifierEncoder
from tabgan.encoding.layout import NOT_APPLICABLE, Layout, build_layout
from tabgan.encoding.mixture import MixtureEncoder
from tabgan.encoding.orders import Order
from tabgan.encoding.pointers import Pair, build_pointers
from tabgan.encoding.relation import Relation
from tabgan.encoding.repeats import Repeat, log_gains
from tabgan.encoding.rules import Rules
from tabgan.encoding.sums import build_sum
from tabgan.encoding.text import TextEncoder
from tabgan.encoding.value import value_cells
from tabgan.errors import ColumnError, ConditionError
from tabgan.schema import Column, Schema

Array = NDArray[Any]


@dataclass(frozen=True)
class TableEncoder:
    """A frozen table: its schema, one encoder per column, and what holds between columns.

    ``near``: pairs of columns that tell where the other lies; ``sums``: columns that add up; ``repeats``: columns
    that have the value of another one; ``orders``: columns of which one is never less than the other.

    Shapes: codes (n, S) and fractions (n, R), S symbols and R numeric parts as in `layout`.
    """

    schema: Schema
    encoders: tuple[ColumnEncoder, ...]
    near: tuple[tuple[int, int], ...] = ()
    sums: tuple[Relation, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    orders: tuple[Order, ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """Where each column's symbols lie."""
        layout = build_layout([(column.name, e.symbols, e.numbers) for _, column, e in self.columns()])
        return replace(
            layout,
            pointers=build_pointers(self.schema.columns, self.encoders, layout, self._sides()),
            sums=tuple(build_sum(self.encoders, layout, relation) for relation in self.sums),
        )

    @property
    def fraction_dtype(self) -> type[np.uint8 | np.float32]:
        """Bytes; float32 where a number has Gaussian modes."""
        return np.float32 if any(isinstance(e, MixtureEncoder) for e in self.encoders) else np.uint8

    def columns(self) -> Iterator[tuple[int, Column, ColumnEncoder]]:
        """Position, column and encoder of each column."""
        for index, (column, encoder) in enumerate(zip(self.schema.columns, self.encoders, strict=True)):
            yield index, column, encoder

    def encode_frame(self, frame: pd.DataFrame) -> tuple[Array, Array]:
        """Codes (n, S) and fractions (n, R); columns that are not in the schema are left alone.

        Raises
        ------
        ColumnError
            A column lacks, or holds what fit did not see: a category, missing values.
        """
        codes = np.empty((len(frame), self.layout.n_symbols), self.layout.code_dtype())
        fractions = np.empty((len(frame), self.layout.n_numbers), self.fraction_dtype)
        self.encode_into(frame, codes, fractions)
        return codes, fractions

    def encode_into(
        self, frame: pd.DataFrame, codes: Array, fractions: Array, unlabelled: Collection[int] = ()
    ) -> None:
        """Write the codes of a frame into codes (n, S) and fractions (n, R).

        Where a column at ``unlabelled`` is missing its symbols do not apply: nothing is learnt there.
        """
        for (index, column, encoder), series in zip(
            self.columns(), series_of(frame, self.schema), strict=True
        ):
            cells = to_cells(series, column)
            if index not in unlabelled:
                _check_missing(cells, column, encoder)
            own, inside = encoder.encode(cells)
            if index in unlabelled:
                own[cells.missing] = NOT_APPLICABLE
            codes[:, self.layout.symbols_of(index)] = own
            fractions[:, self.layout.numbers_of(index)] = inside

    def decode(self, codes: Array, fractions: Array, rng: np.random.Generator, start: int = 0) -> list[Cells]:
        """Cells of each column.

        Parameters
        ----------
        codes : (n, S).
        fractions : (n, R) in [0, 1), where each number lies in its cell.
        rng : for what no code tells: free text, and letters of long identifiers.
        start : index of the first row in the whole sample; identifiers are unique over all of it.
        """
        salt = int(rng.integers(2**63))
        out = []
        for index, _, encoder in self.columns():
            own = codes[:, self.layout.symbols_of(index)]
            if isinstance(encoder, IdentifierEncoder | TextEncoder):
                out.append(encoder.decode(own, start=start, salt=salt + index))
            else:
                out.append(encoder.decode(own, fractions[:, self.layout.numbers_of(index)]))
        return out

    @cached_property
    def rules(self) -> Rules:
        """What holds between columns, to put drawn rows right."""
        return Rules(self.encoders, self.layout, self.orders, self.sums, self.repeats)

    def _sides(self) -> dict[Pair, int]:
        """The pairs that lie near each other, and on which side of the other's value each never lies."""
        return {
            pair: next(filter(None, (order.side(pair) for order in self.orders)), 0) for pair in self.near
        }

    def log_gains(self, codes: Array, frame: pd.DataFrame, after: Callable[[int, int], bool]) -> Array:
        """What is added to the log-probability of a frame's cells (n, C) as values repeat others; see `log_gains`."""
        series = zip(self.schema.columns, series_of(frame, self.schema), strict=True)
        told = {index for found in self.repeats for index in (found.column, found.other)}
        cells = {index: to_cells(own, column) for index, (column, own) in enumerate(series) if index in told}
        return log_gains(self.encoders, self.layout, self.repeats, codes, cells, after)

    def decode_frame(
        self, codes: Array, fractions: Array, rng: np.random.Generator, start: int = 0
    ) -> pd.DataFrame:
        """The rows as a frame with the names, dtypes and order of the fitted one."""
        return self.frame(self.decode(codes, fractions, rng, start))

    def frame(self, cells: list[Cells]) -> pd.DataFrame:
        """Cells of each column as a frame."""
        series = [from_cells(c, column) for c, column in zip(cells, self.schema.columns, strict=True)]
        frame = pd.DataFrame(dict(enumerate(series)), index=pd.RangeIndex(len(cells[0])))
        frame.columns = self.names()
        return frame

    def log_volumes(self, codes: Array) -> Array:
        """Log of the values (of the width, where continuous) that share each column's codes, (n, C)."""
        out = np.zeros((len(codes), len(self.schema)))
        for index, _, encoder in self.columns():
            out[:, index] = encoder.log_volume(codes[:, self.layout.symbols_of(index)])
        return out

    def names(self) -> pd.Index[Any]:
        """Names of the columns as a frame has them."""
        return _index(self.schema.names)

    def encode_value(self, name: Hashable, value: Any) -> tuple[Array, Array]:
        """Codes (s,) and fractions (r,) of one value of a column; None, NaN or NA ask for missing.

        Raises
        ------
        ConditionError
            The column has no such value, or cannot have it.
        SchemaError
            There is no such column.
        """
        _, encoder = self._column(name)
        codes, fractions = encoder.encode(self.value_cells(name, value))
        return codes[0], fractions[0]

    def value_cells(self, name: Hashable, value: Any) -> Cells:
        """One value of a column as cells (1,), exactly; raises as `encode_value` does."""
        column, encoder = self._column(name)
        try:
            cells = value_cells(value, column, encoder)
            _check_missing(cells, column, encoder)
            encoder.encode(cells)
        except ColumnError as error:
            raise ConditionError(str(error)) from error
        return cells

    def _column(self, name: Hashable) -> tuple[Column, ColumnEncoder]:
        column = self.schema[name]
        return column, self.encoders[self.schema.columns.index(column)]

    def describe(self) -> list[tuple[str, str, str]]:
        """Name, kind and what was learnt of each column."""
        return [
            (str(column.name), str(column.kind), e.describe() + (", missing" if e.has_missing else ""))
            for _, column, e in self.columns()
        ]

    def stored_kinds(self) -> dict[str, str]:
        """Every kind of thing that is kept of the data, and how much of it."""
        kept: Counter[str] = Counter({"column names": len(self.schema)})
        for _, column, encoder in self.columns():
            kept.update(encoder.stored())
            if column.levels is not None:
                kept["declared levels"] += len(column.levels)
        kept["pairs of columns that lie near each other"] = len(self.near)
        kept["shares of rows in which columns are equal"] = len(self.repeats)
        kept["pairs of columns that are in order"] = len(self.orders)
        kept["coefficients of columns that sum up"] = sum(len(relation.columns) for relation in self.sums)
        return {what: f"{n:,}" for what, n in kept.items() if n}

    def levels(self) -> dict[Hashable, tuple[Any, ...]]:
        """The levels of each category, as they were seen."""
        return {
            column.name: encoder.levels
            for _, column, encoder in self.columns()
            if isinstance(encoder, CategoryEncoder)
        }

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain JSON values, and arrays by name."""
        states = [encoder.to_state() for encoder in self.encoders]
        arrays = {
            f"{index}.{name}": array for index, (_, own) in enumerate(states) for name, array in own.items()
        }
        plain = {"schema": self.schema.to_json(), "columns": [own for own, _ in states]}
        return {
            **plain,
            "near": [list(pair) for pair in self.near],
            "sums": [relation.to_json() for relation in self.sums],
            "repeats": [[found.column, found.other, found.share] for found in self.repeats],
            "orders": [order.to_json() for order in self.orders],
        }, arrays

    @classmethod
    def from_state(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> TableEncoder:
        """The encoder that `to_state` described."""
        schema = Schema.from_json(plain["schema"])
        owned: list[dict[str, Array]] = [{} for _ in schema.columns]
        for key, array in arrays.items():
            index, _, name = key.partition(".")
            owned[int(index)][name] = array
        parts = zip(schema.columns, plain["columns"], owned, strict=True)
        encoders = tuple(encoder_from_state(column, own, held) for column, own, held in parts)
        near = tuple((int(column), int(other)) for column, other in plain.get("near", ()))
        sums = tuple(map(Relation.from_json, plain.get("sums", ())))  # none is in older files
        repeats = tuple(
            Repeat(int(column), int(other), float(share)) for column, other, share in plain.get("repeats", ())
        )
        orders = tuple(map(Order.from_json, plain.get("orders", ())))
        return cls(schema, encoders, near, sums, repeats, orders)


def series_of(frame: pd.DataFrame, schema: Schema) -> Iterator[pd.Series[Any]]:
    """The columns of a frame in the schema's order.

    Raises
    ------
    ColumnError
        The frame lacks one.
    """
    places = {name: place for place, name in enumerate(frame.columns)}
    for column in schema.columns:
        if column.name not in places:
            raise ColumnError(f"column {column.name!r} is not in the table; it was there in fit; add it")
        yield frame.iloc[:, places[column.name]]


def _index(names: tuple[Hashable, ...]) -> pd.Index[Any]:
    """Names as a frame has them; pandas would turn None among strings into NaN."""
    n_strings = sum(isinstance(name, str) for name in names)
    mixed = None in names or 0 < n_strings < len(names)
    return pd.Index(list(names), dtype=object) if mixed else pd.Index(list(names))


def _check_missing(cells: Cells, column: Column, encoder: ColumnEncoder) -> None:
    if not encoder.has_missing and cells.missing.any():
        raise ColumnError(
            f"column {column.name!r}: no value was missing in fit, {int(cells.missing.sum())} are missing here; "
            "fill them, or fit with rows that lack them"
        )
