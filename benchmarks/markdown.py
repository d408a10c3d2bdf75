"""Figures as Markdown tables, and where a document holds them."""

from collections.abc import Sequence

import pandas as pd


def lines_of(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table of cells as they are."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [heads, ["---"] * len(heads), *lines])


def marks(name: str) -> tuple[str, str]:
    """Between which the command `python -m benchmarks table` writes."""
    return f"<!-- {name}: written by `python -m benchmarks table` -->", f"<!-- end of {name} -->"


def put_between(text: str, name: str, shown: str) -> str:
    """A document with something new between its marks.

    Raises
    ------
    ValueError
        When it lacks a mark.
    """
    start, end = marks(name)
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"the file must hold each of two marks once: {start} and {end}")
    before, rest = text.split(start)
    return f"{before}{start}\n\n{shown}\n\n{end}{rest.split(end)[1]}"


def means(frame: pd.DataFrame, keys: list[str]) -> str:
    """Mean of every other column per key, ± half the range where there are several."""
    groups = frame.groupby(keys, sort=False)
    mean, half = groups.mean(), (groups.max() - groups.min()) / 2
    half = half.map(" ± {:.3f}".format).where(groups.count() > 1, "")
    cells = mean.map("{:.3f}".format) + half
    return str(cells.where(mean.notna(), "").reset_index().to_markdown(index=False, disable_numparse=True))
