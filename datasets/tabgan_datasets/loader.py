"""Find a table: $TABGAN_DATA first, then the bundled file, scikit-learn, and OpenML through scikit-learn."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from sklearn import datasets as bundled
from sklearn.datasets import fetch_openml

from tabgan_datasets.registry import Table, find_table

FOLDER = Path(__file__).resolve().parent.parent


class TableNotFoundError(LookupError):
    """A table is neither on this machine nor to be had by download."""


def read_csv(path: Path | str) -> pd.DataFrame:
    """Read a CSV in which only the empty cell is missing ("NA", "None" are values)."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def local_file(name: str) -> Path | None:
    """`$TABGAN_DATA/NAME.csv` or `.parquet`, or the file bundled with this folder."""
    folders = [Path(os.environ["TABGAN_DATA"])] if os.environ.get("TABGAN_DATA") else []
    for folder in (*folders, FOLDER):
        for ending in (".csv", ".parquet"):
            if (path := folder / f"{name}{ending}").is_file():
                return path
    return None


def is_here(name: str) -> bool:
    """Whether the rows of a registered table are on this machine."""
    return local_file(name) is not None or find_table(name).sklearn is not None


def load_table(
    name: str, *, download: bool = True, fetch: Callable[..., pd.DataFrame] | None = None
) -> pd.DataFrame:
    """The rows of a registered table.

    Parameters
    ----------
    name
        A name of the registry.
    download
        Whether OpenML may be asked when the table is not on this machine.
    fetch
        Takes the number of an OpenML data set, gives its frame; by default scikit-learn's loader.

    Raises
    ------
    KeyError
        When the registry has no such table.
    TableNotFoundError
        When the table cannot be had; the message says where to put it.
    """
    table = find_table(name)
    if path := local_file(name):
        return pd.read_parquet(path) if path.suffix == ".parquet" else read_csv(path)
    if table.sklearn:
        return getattr(bundled, table.sklearn)(as_frame=True).frame
    if table.openml is None or not download:
        raise TableNotFoundError(
            f"table {name!r} is not on this machine: set TABGAN_DATA to a folder that holds "
            f"{name}.csv or {name}.parquet (from {table.origin})"
        )
    return _downloaded(table, fetch or _fetch)


def _fetch(number: int) -> pd.DataFrame:
    return fetch_openml(data_id=number, as_frame=True, parser="auto").frame


def _downloaded(table: Table, fetch: Callable[[int], pd.DataFrame]) -> pd.DataFrame:
    try:
        frame = fetch(table.openml)
    except OSError as error:  # no network, or the server refuses
        raise TableNotFoundError(
            f"table {table.name!r}: OpenML data set {table.openml} could not be downloaded ({error}); "
            f"set TABGAN_DATA to a folder that holds {table.name}.csv"
        ) from error
    frame = frame.rename(columns=dict(table.openml_names))
    expected = {table.target, *table.categorical, *table.datetimes}
    if absent := sorted(expected - set(frame.columns)):
        raise TableNotFoundError(
            f"table {table.name!r}: OpenML data set {table.openml} has no columns {absent}; "
            f"found {list(frame.columns)}"
        )
    return frame
