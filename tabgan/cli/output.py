"""Where rows go: a file whose suffix names the format, or standard output."""

import os
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from tabgan.schema import Schema

FORMATS = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl"}
STDOUT = "-"
rows_option = click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    default=STDOUT,
    help="A .csv, .parquet or .jsonl file; - is standard output, as CSV  [default: -]",
)


def format_of(out: str) -> str:
    """Return the format that a file's suffix names; standard output takes CSV."""
    if out == STDOUT:
        return "csv"
    suffix = Path(out).suffix.lower()
    if suffix not in FORMATS:
        raise click.UsageError(f"{out!r}: its suffix must be one of {', '.join(FORMATS)}, found {suffix!r}.")
    return FORMATS[suffix]


def check_place(path: str) -> None:
    """Refuse a place that cannot be written before the work is done for it."""
    folder = Path(path).absolute().parent
    if Path(path).is_dir():
        raise click.UsageError(f"{path!r}: must be a file, found a folder.")
    if not folder.is_dir():
        raise click.UsageError(f"{path!r}: its folder does not exist; make it first.")
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"{path!r}: its folder cannot be written; choose another.")


def check_places(read: Iterable[str | None], written: Iterable[str | None]) -> None:
    """Refuse, before the work, what could not be written after it; every file must be one of its own."""
    out = [path for path in written if path is not None]
    taken = {os.path.realpath(path) for path in read if path is not None}  # writing follows links, too
    for place in out:
        if os.path.realpath(place) in taken:
            raise click.UsageError(f"these must be different files; found {place!r} twice.")
        taken.add(os.path.realpath(place))
        check_place(place)


def write_rows(batches: "Iterable[pd.DataFrame]", out: str, n_rows: int, schema: "Schema") -> None:
    """Write batch by batch: memory does not grow with the number of rows. A file appears when it is complete."""
    from tqdm import tqdm

    from tabgan.data import open_writer

    batches = iter(batches)
    first = list(islice(batches, 1))  # refuses a wrong condition before anything is written
    # disable=None: no bar where standard error is no terminal
    with (
        open_writer(out, format_of(out), schema) as writer,
        tqdm(total=n_rows, unit="row", unit_scale=True, desc="sampling", disable=None) as bar,
    ):
        for batch in chain(first, batches):
            writer.write(batch)
            bar.update(len(batch))
