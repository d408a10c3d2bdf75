"""From a source to codes: one pass of summaries, then one pass that encodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tabgan.config import MAX_SYMBOLS, Config
from tabgan.data import to_cells
from tabgan.encoding.categorical import RARE, CategoryEncoder
from tabgan.encoding.column import QUANTILE, ColumnEncoder, Summary, freeze, observe
from tabgan.encoding.identifier import IdentifierEncoder
from tabgan.encoding.layout import Layout
from tabgan.encoding.orders import find_orders
from tabgan.encoding.pointers import find_near
from tabgan.encoding.repeats import find_repeats
from tabgan.encoding.sums import find_sums
from tabgan.encoding.table import TableEncoder, series_of
from tabgan.encoding.text import TextEncoder
from tabgan.errors import DataError, TableTooLargeError
from tabgan.schema import Column, Kind, Schema

if TYPE_CHECKING:
    from tabgan.data import Source

MOST_SYMBOLS = {Kind.CATEGORY: 2, Kind.DATETIME: 2}
HEAD_UNITS = 128 + 256  # of each symbol that a network's width is multiplied with: a head, an embedding
BYTES_PER_WEIGHT = 16  # a weight, its gradient and two moments of the optimiser


@dataclass(frozen=True)
class EncodedTable:
    """A table as small integers: codes (n, S), -1 where a symbol does not apply, and fractions (n, R).

    Fractions are bytes; where numbers have Gaussian modes all are float32 (those of other columns count 256ths).
    """

    codes: NDArray[np.signedinteger[Any]]
    fractions: NDArray[Any]
    layout: Layout

    def __len__(self) -> int:
        return len(self.codes)


def fit_table(
    source: Source,
    schema: Schema,
    *,
    protect_rare: int = 0,
    max_symbols: int = MAX_SYMBOLS,
    width: int = Config.width,
    unlabelled: Collection[int] = (),
    modes: str = QUANTILE,
) -> tuple[TableEncoder, EncodedTable]:
    """The frozen encoder of a source, and the source encoded with it.

    The encoder's schema differs from `schema` where the data say more: patterns of new identifiers, levels
    without the rare ones. Missing cells of the columns at ``unlabelled`` are hidden: that they are missing is
    not learnt, and they have no codes. ``modes`` of plain numbers are "quantile" or "mixture".

    Raises
    ------
    TableTooLargeError
        The table has more symbols than `max_symbols`.
    DataError
        The source has no rows, or changed between the two passes.
    ColumnError
        A column is not what the schema says.
    """
    check_size(schema, max_symbols=max_symbols, width=width)
    summaries, n_rows = summarise(source, schema, unlabelled)
    encoders = tuple(
        freeze(summary, column, protect_rare=protect_rare, modes=modes, seed=index)
        for index, (summary, column) in enumerate(zip(summaries, schema.columns, strict=True))
    )
    columns = tuple(_settled(*pair) for pair in zip(schema.columns, encoders, strict=True))
    encoder = TableEncoder(replace(schema, columns=columns, n_rows=n_rows), encoders)
    table = encode_source(source, encoder, n_rows, unlabelled)
    if modes != QUANTILE:
        return encoder, table
    near = find_near(encoder.schema.columns, encoders, encoder.layout, table.codes, table.fractions)
    orders = find_orders(encoder.schema.columns, encoders, encoder.layout, near, table.codes, table.fractions)
    repeats = find_repeats(encoders, encoder.layout, near, table.codes, table.fractions)
    sums = find_sums(encoders, encoder.layout, table.codes, table.fractions)
    encoder = replace(encoder, near=near, sums=sums, repeats=repeats, orders=orders)
    return encoder, replace(table, layout=encoder.layout)


def check_size(
    schema: Schema, *, max_symbols: int = MAX_SYMBOLS, width: int = Config.width, n_rows: int | None = None
) -> None:
    """Refuse a table of more symbols than the model is built for, before any work.

    ``width`` is that of the network, for the estimate of memory; ``n_rows`` is the schema's when None.

    Raises
    ------
    TableTooLargeError
        Names the bound, the number found and the memory that it would take.
    """
    n_symbols = sum(MOST_SYMBOLS.get(column.kind, 1) for column in schema.columns)
    if n_symbols <= max_symbols:
        return
    rows = schema.n_rows if n_rows is None else n_rows
    gigabytes = n_symbols * (BYTES_PER_WEIGHT * HEAD_UNITS * width + 3 * rows) / 1e9
    raise TableTooLargeError(
        f"a table may have at most {max_symbols:,} symbols (a large category or a datetime has two); "
        f"found {len(schema):,} columns with up to {n_symbols:,}, which would take about {gigabytes:.0f} GB "
        "to fit; drop columns, or fit groups of columns one by one"
    )


def summarise(source: Source, schema: Schema, unlabelled: Collection[int] = ()) -> tuple[list[Summary], int]:
    """Summary of each column, and the number of rows; missing cells of ``unlabelled`` ones are left out.

    Raises
    ------
    DataError
        There are no rows.
    """
    stacks: list[list[tuple[int, Summary]]] = [[] for _ in schema.columns]
    n_rows = 0
    for chunk in source.chunks():
        n_rows += len(chunk)
        if not len(chunk):
            continue
        for index, series in enumerate(series_of(chunk, schema)):
            column = schema.columns[index]
            cells = to_cells(series, column)
            seen = cells.take(~cells.missing) if index in unlabelled else cells
            _push(stacks[index], observe(seen, column))
    if not n_rows:
        raise DataError("a table must have rows to learn from; found none")
    return [_merged(summary for _, summary in stack) for stack in stacks], n_rows


def encode_source(
    source: Source, encoder: TableEncoder, n_rows: int, unlabelled: Collection[int] = ()
) -> EncodedTable:
    """All rows of a source in one array of codes.

    Raises
    ------
    DataError
        The source has not `n_rows` rows.
    """
    layout = encoder.layout
    codes = np.empty((n_rows, layout.n_symbols), layout.code_dtype())
    fractions = np.empty((n_rows, layout.n_numbers), encoder.fraction_dtype)
    start = 0
    for chunk in source.chunks():
        stop = start + len(chunk)
        if stop <= n_rows:
            encoder.encode_into(chunk, codes[start:stop], fractions[start:stop], unlabelled)
        start = stop
    if start != n_rows:
        raise DataError(
            f"the table must not change while it is read; found {n_rows:,} rows, then {start:,}; fit it again"
        )
    return EncodedTable(codes, fractions, layout)


def _push(stack: list[tuple[int, Summary]], summary: Summary) -> None:
    """Merge like a binary counter, so that large summaries are merged seldom."""
    height = 0
    while stack and stack[-1][0] == height:
        summary = stack.pop()[1].merge(summary)
        height += 1
    stack.append((height, summary))


def _merged(summaries: Iterable[Summary]) -> Summary:
    first, *others = summaries
    for other in others:
        first = first.merge(other)
    return first


def _settled(column: Column, encoder: ColumnEncoder) -> Column:
    """The column as the model keeps it: no more of the data than the encoder has."""
    column = replace(column, missing=column.missing or encoder.has_missing)
    if isinstance(encoder, IdentifierEncoder | TextEncoder):
        return replace(column, pattern=encoder.pattern)
    if isinstance(encoder, CategoryEncoder) and encoder.rare and column.levels is not None:
        kept = {*encoder.levels} - {RARE}
        levels = tuple(level for level in column.levels if level in kept)
        if encoder.rare == "level":
            levels += (RARE,)
        return replace(column, levels=(encoder.declared and column.levels) or levels)
    return column
