"""What every column encoder has in common, and which file serves which kind of column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self

from numpy.typing import NDArray

from tabgan.data.cells import Cells
from tabgan.encoding.categorical import CategoryEncoder
from tabgan.encoding.categorical_summary import CategorySummary
from tabgan.encoding.constant import ConstantEncoder
from tabgan.encoding.datetime import DatetimeEncoder
from tabgan.encoding.datetime_summary import DatetimeSummary
from tabgan.encoding.identifier import IdentifierEncoder
from tabgan.encoding.identifier_summary import IdentifierSummary
from tabgan.encoding.layout import NumberTable, Symbol
from tabgan.encoding.mixture import MixtureEncoder
from tabgan.encoding.mixture_fit import freeze_mixture
from tabgan.encoding.number_column import NumberColumnEncoder, NumberColumnSummary
from tabgan.encoding.presence import PresenceSummary
from tabgan.encoding.text import TextEncoder, TextSummary
from tabgan.schema import Column, Kind

Array = NDArray[Any]
QUANTILE, MIXTURE = "quantile", "mixture"  # the kinds of modes that a number can have


class Summary(Protocol):
    """What is learnt of a column in some rows; merging is associative."""

    def merge(self, other: Any, /) -> Self:
        """Both together."""
        ...


class ColumnEncoder(Protocol):
    """A frozen column: s symbols and r numeric parts."""

    @property
    def has_missing(self) -> bool:
        """Whether there were missing values in fit."""
        ...

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Its symbols, parents before children."""
        ...

    @property
    def numbers(self) -> tuple[NumberTable, ...]:
        """Its numeric parts."""
        ...

    def encode(self, cells: Cells) -> tuple[Array, Array]:
        """Codes (n, s) int32 and fractions (n, r): uint8, or float32 in [0, 1] of Gaussian modes."""
        ...

    def decode(self, codes: Array, fractions: Array) -> Cells:
        """Cells of codes (n, s) and fractions (n, r) in [0, 1)."""
        ...

    def log_volume(self, codes: Array) -> Array:
        """Log of the values, or of the width, that share the codes, shape (n,)."""
        ...

    def describe(self) -> str:
        """One line for people."""
        ...

    def stored(self) -> dict[str, int]:
        """What of the data is kept, and how many of each."""
        ...

    def to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Plain JSON values, and arrays by name."""
        ...


def observe(cells: Cells, column: Column) -> Summary:
    """Summary of one chunk of a column."""
    match column.kind:
        case Kind.CATEGORY | Kind.BOOLEAN:
            return CategorySummary.observe(cells)
        case Kind.DATETIME:
            return DatetimeSummary.observe(cells, column)
        case Kind.IDENTIFIER:
            return IdentifierSummary.observe(cells)
        case Kind.TEXT:
            return TextSummary.observe(cells)
        case Kind.CONSTANT:
            return PresenceSummary.observe(cells)
        case Kind.INTEGER | Kind.FLOAT | Kind.TIMEDELTA:
            return NumberColumnSummary.observe(cells)


def freeze(
    summary: Summary, column: Column, *, protect_rare: int = 0, modes: str = QUANTILE, seed: int = 0
) -> ColumnEncoder:
    """The encoder of a column; ``modes`` of plain numbers are quantile ranges or Gaussians ("mixture").

    ``seed`` is that of the draw of Gaussian modes.
    """
    match summary:
        case NumberColumnSummary() if modes == MIXTURE:
            return freeze_mixture(summary.number, column, seed=seed)
        case CategorySummary():
            return summary.freeze(column, protect_rare=protect_rare)
        case NumberColumnSummary() | IdentifierSummary() | TextSummary():
            return summary.freeze(column)
        case PresenceSummary():
            return ConstantEncoder(summary.freeze())
        case DatetimeSummary():
            return summary.freeze()
    raise TypeError(f"no encoder for {type(summary).__name__}")


def encoder_from_state(column: Column, plain: dict[str, Any], arrays: dict[str, Array]) -> ColumnEncoder:
    """The encoder whose `to_state` gave `plain` and `arrays`."""
    if column.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        return CategoryEncoder.from_state(column.name, plain, arrays)
    if plain.get("modes") == MIXTURE:
        return MixtureEncoder.from_state(plain, arrays)
    readers: dict[Kind, Callable[[dict[str, Any], dict[str, Array]], ColumnEncoder]] = {
        Kind.DATETIME: DatetimeEncoder.from_state,
        Kind.IDENTIFIER: IdentifierEncoder.from_state,
        Kind.TEXT: TextEncoder.from_state,
        Kind.CONSTANT: ConstantEncoder.from_state,
    }
    return readers.get(column.kind, NumberColumnEncoder.from_state)(plain, arrays)
