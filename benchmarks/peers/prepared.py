"""A table as every peer takes it, and its rows turned back; standard library and pandas only.

Categories are text without missing cells (missing is a level of its own), everything else is numbers. Peers run
with different versions of pandas, so nothing here leans on one dtype of text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

MISSING = "missing"
DAY = pd.Timedelta(days=1)


@dataclass
class Levels:
    """A column of categories as text, and back to the values of the training rows."""

    train: pd.Series

    def __post_init__(self) -> None:
        values = self.train.dropna().unique().tolist()
        self.values: dict[str, Any] = {str(value): value for value in values}
        if len(self.values) < len(values):
            raise ValueError(f"column '{self.train.name}': two of its levels are written alike")
        self.missing = MISSING
        while self.missing in self.values:
            self.missing += "_"
        if self.train.isna().any():
            self.values[self.missing] = None

    def encode(self) -> pd.Series:
        """Text in every cell."""
        texts = [self.missing if pd.isna(value) else str(value) for value in self.train.tolist()]
        return pd.Series(texts, index=self.train.index, name=self.train.name, dtype=object)

    def decode(self, texts: pd.Series) -> pd.Series:
        """Values of the training rows, with their dtype.

        Raises
        ------
        ValueError
            A level is none of the training rows'.
        """
        new = set(texts.unique()) - set(self.values)
        if new:
            told = ", ".join(sorted(f"'{text}'" for text in new)[:5])
            raise ValueError(f"column '{self.train.name}': the peer wrote levels never seen: {told}")
        return pd.Series([self.values[text] for text in texts], dtype=self.train.dtype)

    def note(self) -> str | None:
        """What was changed, if it matters to the reader."""
        share = self.train.isna().mean()
        return f"missing is a level ({share:.1%} of cells)" if share else None


@dataclass
class Numbers:
    """A column of numbers without missing cells (where `fill`), and back; whole numbers come back whole."""

    train: pd.Series
    fill: bool

    def encode(self) -> pd.Series:
        """Numbers as int64 or float64; missing ones are the median."""
        dtype = "int64" if self.whole and not self.train.isna().any() else "float64"
        numbers = self.train.astype("float64") if self.train.isna().any() else self.train
        if self.fill:
            numbers = numbers.fillna(self.median)
        return numbers.astype(dtype)

    @property
    def median(self) -> float:
        """What stands for a missing number: a value of the column."""
        return float(self.train.astype("float64").quantile(0.5, interpolation="lower"))

    @property
    def whole(self) -> bool:
        """All numbers of the training rows are whole."""
        numbers = self.train.dropna().astype("float64")
        return bool((numbers == numbers.round()).all())

    def decode(self, numbers: pd.Series) -> pd.Series:
        """Numbers with the dtype of the training rows; those of a peer may be floats, or nullable."""
        numbers = numbers.astype("float64").reset_index(drop=True)
        numbers = numbers.round() if self.whole else numbers
        return numbers.astype("float64" if numbers.isna().any() else self.train.dtype)

    def note(self) -> str | None:
        """What was changed, if it matters to the reader."""
        share = self.train.isna().mean()
        return f"missing filled with the median ({share:.1%} of cells)" if share and self.fill else None


@dataclass
class Times:
    """A column of times as days since 1970, and back; text that is all times counts as well."""

    train: pd.Series
    fill: bool

    def __post_init__(self) -> None:
        self.times = pd.to_datetime(self.train)
        days = (self.times - pd.Timestamp(0)) / DAY
        self.days = Numbers(days.rename(self.train.name), self.fill)

    def encode(self) -> pd.Series:
        """Days as numbers."""
        return self.days.encode()

    def decode(self, numbers: pd.Series) -> pd.Series:
        """Times, to the second, or to the day where those of the training rows are."""
        days = self.days.decode(numbers)
        return (pd.Timestamp(0) + days * DAY).dt.round("s")

    def note(self) -> str:
        """What was changed."""
        missing = self.days.note()
        return "times are days as numbers" + (f", {missing}" if missing else "")


@dataclass
class Prepared:
    """What a peer fits.

    Attributes
    ----------
    rows : categories are text, the rest is int64 or float64.
    discrete : names of the categories.
    notes : what was changed, in words.
    """

    rows: pd.DataFrame
    discrete: list[str]
    columns: dict[str, Levels | Numbers | Times]
    notes: list[str] = field(default_factory=list)

    def back(self, synthetic: pd.DataFrame) -> pd.DataFrame:
        """Rows of a peer with the values and the dtypes of the training rows."""
        synthetic = synthetic.reset_index(drop=True)
        return pd.DataFrame({name: column.decode(synthetic[name]) for name, column in self.columns.items()})

    def text(self, name: str, value: Any) -> str:
        """How a level of a category stands in `rows`."""
        column = self.columns[name]
        if not isinstance(column, Levels):
            raise ValueError(f"column '{name}' is no category")
        return column.missing if pd.isna(value) else str(value)


def prepare(train: pd.DataFrame, discrete: Iterable[str], *, fill: bool = True) -> Prepared:
    """Text for the categories, numbers for the rest.

    Parameters
    ----------
    train : rows as they were read.
    discrete : names of categories; text that is no time, and truth values, count as well.
    fill : missing numbers become the median.
    """
    train = train.reset_index(drop=True)
    named = list(discrete)
    columns = {name: _column(train[name], name in named, fill) for name in train.columns}
    found = [name for name, column in columns.items() if isinstance(column, Levels) and name not in named]
    notes = [f"{name}: {column.note()}" for name, column in columns.items() if column.note()]
    notes += [f"{name}: taken as a category" for name in found]
    rows = pd.DataFrame({name: column.encode() for name, column in columns.items()})
    return Prepared(rows, named + found, columns, notes)


def _column(values: pd.Series, discrete: bool, fill: bool) -> Levels | Numbers | Times:
    if discrete or pd.api.types.is_bool_dtype(values.dtype):
        return Levels(values)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return Numbers(values, fill)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return Times(values, fill)
    read = pd.to_datetime(values, errors="coerce", format="ISO8601")
    return Times(values, fill) if (read.notna() == values.notna()).all() else Levels(values)
