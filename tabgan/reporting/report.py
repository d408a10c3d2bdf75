"""`report`: is it faithful, is it useful, is it private? Judged from frames alone, whoever made the rows."""

import json
import os
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.data.replacing import replacing
from tabgan.reporting.coverage.section import judge_coverage
from tabgan.reporting.detection.section import judge_detection
from tabgan.reporting.fidelity.section import judge_fidelity
from tabgan.reporting.page.html import notebook_html, render_page
from tabgan.reporting.privacy.section import LogProb, judge_privacy
from tabgan.reporting.score import Section, join_sections, plain
from tabgan.reporting.summary import summary
from tabgan.reporting.support.section import judge_support
from tabgan.reporting.tables import Tables, make_tables
from tabgan.reporting.utility.section import judge_utility
from tabgan.reporting.verdict import Verdict, verdicts
from tabgan.schema import Schema

FORMAT = 1  # of the JSON
SHOWN_ROWS = 20  # of each side in "which are real?"
SHOWN_LETTERS = 200  # of one cell
PARTS = ("fidelity", "utility", "privacy")
FIDELITY: tuple[tuple[str, Callable[[Tables], Section]], ...] = (
    ("columns and pairs", judge_fidelity),
    ("coverage", judge_coverage),
    ("precision and recall", judge_support),
    ("detection", judge_detection),
)
N_PARTS = len(FIDELITY) + 2  # as `progress` is told them


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """What was found; printed, it is a summary of one screen.

    Attributes
    ----------
    sections : "fidelity", "utility" and "privacy", with scores, details and notes.
    verdicts : one sentence on each.
    about : what was judged: rows, columns, columns left out, version.
    rows : rows of both sides, shuffled, for "which are real?": the only cells of real rows in a report.
    """

    sections: dict[str, Section]
    verdicts: tuple[Verdict, ...]
    about: dict[str, Any]
    rows: dict[str, Any]

    @property
    def scores(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Plain data: section, score, then value, floor, low, high, unit, best, better, n_rows, label, note."""
        return {
            part: {name: score.as_data() for name, score in section.scores.items()}
            for part, section in self.sections.items()
        }

    @property
    def details(self) -> dict[str, Any]:
        """Plain data behind the plots and tables, by name."""
        joined: dict[str, Any] = plain(join_sections(list(self.sections.values())).details)
        return joined

    def as_data(self) -> dict[str, Any]:
        """All of it but the rows that are shown, as plain data."""
        return {
            "format": FORMAT,
            "about": self.about,
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
            "scores": self.scores,
            "details": self.details,
            "notes": {part: list(section.notes) for part, section in self.sections.items()},
        }

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """JSON text, also written to `path`; no cell of a real row is in it that a plot does not show."""
        text = json.dumps(self.as_data(), ensure_ascii=False, allow_nan=False)
        if path is not None:
            _write(path, text)
        return text

    def to_html(self, path: str | os.PathLike[str] | None = None, *, show_rows: bool = True) -> str:
        """One page that opens offline, also written to `path`.

        Parameters
        ----------
        show_rows
            Whether twenty real and twenty synthetic rows are shown to tell apart. False keeps single real
            rows out of the page.
        """
        page = {**self.as_data(), "title": "Synthetic data report", "rows": self.rows if show_rows else None}
        text = render_page(page)
        if path is not None:
            _write(path, text)
        return text

    def _repr_html_(self) -> str:
        return notebook_html(self.to_html())

    def __repr__(self) -> str:
        return summary(self.about, self.verdicts, self.scores)


def report(
    real: Any,
    synthetic: Any,
    holdout: Any = None,
    target: Hashable | None = None,
    schema: Schema | str | os.PathLike[str] | None = None,
    random_state: int = 0,
    *,
    log_prob: LogProb | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Judge synthetic rows: are they faithful, useful, private?

    Parameters
    ----------
    real
        The rows that the synthetic ones were made from, shape (n, columns): a pandas frame, anything with the
        Arrow C stream interface, or the path of a CSV or Parquet file.
    synthetic
        The rows to judge, shape (m, columns), with the same columns in any order. Dtypes may differ where
        cells mean the same (a date as text, 1.0 for 1).
    holdout
        Real rows that the synthetic ones were not made from. Without them floors come from splitting the real
        rows, and attacks cannot be judged.
    target
        The column to predict; each in turn when none is named.
    schema
        What the columns are: a `Schema`, whose columns are judged, or the path of one as JSON, which may name some
        columns only; the rest is inferred from `real`.
    random_state
        The same seed gives the same report.
    log_prob
        A function from a frame of real rows, shape (k, columns), to their log-likelihoods, shape (k,), such as
        `TabGAN.log_prob`: adds the membership attack of somebody who holds the model.
    progress
        Called with the name of each part before it is judged.

    Raises
    ------
    SchemaError
        A table lacks a column, or (`ColumnError`) a column holds what the real one cannot.
    DataError
        A table has fewer than two rows.

    Examples
    --------
    >>> print(report(train, TabGAN().fit(train).sample(len(train)), test))  # doctest: +SKIP
    """
    tables = make_tables(real, synthetic, holdout, target=target, schema=schema, random_state=random_state)
    tell = progress or (lambda name: None)
    fidelity = []
    for name, judge in FIDELITY:
        tell(name)
        fidelity.append(judge(tables))
    tell("utility")
    utility = judge_utility(tables)
    tell("privacy")
    privacy = judge_privacy(tables, log_prob)
    sections = dict(zip(PARTS, (join_sections(fidelity), utility, privacy), strict=True))
    everything = join_sections(list(sections.values()))
    return Report(
        sections=sections,
        verdicts=verdicts(everything.scores, everything.details),
        about=_about(tables),
        rows=_shown_rows(tables),
    )


def _about(tables: Tables) -> dict[str, Any]:
    from tabgan import __version__

    return {
        "version": __version__,
        "rows": {
            "real": len(tables.real),
            "synthetic": len(tables.synthetic),
            "holdout": 0 if tables.holdout is None else len(tables.holdout),
        },
        "columns": tables.real.shape[1],
        "left_out": [list(pair) for pair in tables.left_out],
        "settings": {
            "target": None if tables.target is None else str(tables.target),
            "random_state": tables.random_state,
        },
    }


def _shown_rows(tables: Tables) -> dict[str, Any]:
    """A few rows of each side, shuffled: the judged columns, as they print."""
    rng = tables.rng("shown rows")
    n_rows = min(SHOWN_ROWS, len(tables.real), len(tables.synthetic))
    picked = [
        frame.iloc[rng.choice(len(frame), n_rows, replace=False)] for frame in (tables.real, tables.synthetic)
    ]
    cells = [[_as_text(cell) for cell in row] for frame in picked for row in frame.itertuples(index=False)]
    order = rng.permutation(2 * n_rows)
    return {
        "names": [str(name) for name in tables.real.columns],
        "cells": [cells[i] for i in order],
        "is_real": [bool(i < n_rows) for i in order],
    }


def _as_text(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    text = str(int(cell)) if isinstance(cell, float | np.floating) and float(cell).is_integer() else str(cell)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"


def _write(path: str | os.PathLike[str], text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode("utf-8", errors="replace"))  # lone surrogates are no UTF-8
