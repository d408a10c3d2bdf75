"""Two plots from the records: fidelity against seconds, and against what the rows give away.

Each is made in two steps: plain data first, then the drawing, for which alone matplotlib is needed.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.figures import half_width, mean_of, seconds_to_rows, values_of
from benchmarks.grouping import runs_of
from benchmarks.methods import ARMS, METHODS
from benchmarks.published import best_published
from benchmarks.results import Record, newest
from benchmarks.tasks import TASKS

FIDELITY = "XGB-C2ST (1 is best)"
PRIVACY = {  # field: label, what rows never seen give, the unit of the axis around it, ticks
    "dcr": ("DCR share, % (50: no nearer to training rows)", 50.0, 1.0, (0, 40, 48, 50, 52, 60, 100)),
    "mia_auc": ("best membership AUC (0.5: guessing)", 0.5, 0.01, (0.4, 0.48, 0.5, 0.52, 0.6, 0.8, 1)),
}
LEAST_POINTS = 3  # of a table, to have a panel of its own
WIDEST = 4  # panels side by side
REFERENCES = ("real", "independent")
MARKERS = "osD^vP*X<>hp"
ORDER = [method.name for method in METHODS if method.name not in ARMS]
COLOURS = dict(zip(ORDER, [f"C{k}" for k in range(10)], strict=False))


def points_in_time(records: Sequence[Record]) -> pd.DataFrame:
    """One row a method and budget on a whole task: task, table, method, budget, seconds, c2st, low, high, n.

    Seconds (`fit_seconds`) are of fitting and of sampling as many rows as there are for training; `low` and
    `high` are the range over the seeds. References, which are not fitted, have no seconds.
    """
    timed = [record | {"fit_seconds": seconds_to_rows(record)} for record in records]
    return _points(timed, half=False, fields=("fit_seconds", "c2st"))


def points_of_privacy(records: Sequence[Record]) -> pd.DataFrame:
    """One row a method on a half task, at its longest fit: the same, `dcr`, `mia_auc`, and half their intervals.

    Of the published tables, where there are any.
    """
    points = _points(records, half=True, fields=("fit_seconds", "c2st", *PRIVACY))
    if points.empty:
        return points
    if (points["group"] == "half").any():
        points = points[points["group"] == "half"]
    order = points["fit_seconds"].fillna(0).sort_values(kind="stable").index
    return points.loc[order].drop_duplicates(["task", "method"], keep="last").sort_index()


def _points(records: Sequence[Record], *, half: bool, fields: Sequence[str]) -> pd.DataFrame:
    found: list[dict[str, Any]] = []
    kept = [record for record in newest(records) if "error" not in record]
    for task in TASKS:
        if task.half != half:
            continue
        for method, budget, runs in runs_of(task, kept):
            scores = values_of("c2st", runs)
            if not scores:
                continue
            point: dict[str, Any] = {"task": task.name, "group": task.group, "table": task.table}
            point |= {"method": method, "budget": budget}
            point |= {"n": len(runs), "low": min(scores), "high": max(scores)}
            for field in fields:
                point[field] = mean_of(field, runs)
                point[f"{field}_width"] = half_width(field, runs)
            found.append(point)
    return pd.DataFrame(found)


def panels(points: pd.DataFrame) -> list[str]:
    """The tasks that have a panel: those of several fitted points, else the one of most."""
    if points.empty:
        return []
    fitted = points[~points["method"].isin(REFERENCES)]
    counts = fitted["task"].value_counts(sort=False)
    return list(counts.index[counts >= LEAST_POINTS]) or list(counts.index[:1])


def draw_plots(records: Sequence[Record], folder: Path) -> list[tuple[str, Path]]:
    """Write the plots for which there are figures.

    Returns
    -------
    What each shows, and where it is.

    Raises
    ------
    ModuleNotFoundError
        When matplotlib is not installed; the message says how.
    """
    matplotlib = _import_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, what, points, draw in (
        ("time.svg", "Fidelity against seconds of fitting and sampling", points_in_time(records), draw_time),
        ("privacy.svg", "Fidelity against what rows give away", points_of_privacy(records), draw_privacy),
    ):
        if not panels(points):
            continue
        settings = {"svg.fonttype": "none", "svg.hashsalt": "tabgan", "font.size": 9}
        with matplotlib.rc_context(settings | {"axes.spines.top": False, "axes.spines.right": False}):
            figure = draw(points)
            figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
        drawn.append((what, folder / name))
    return drawn


def draw_time(points: pd.DataFrame) -> Any:
    """Small multiples, one a table: seconds on a logarithmic axis, a line through the budgets of a method."""
    tasks = panels(points)
    figure, axes = _grid(len(tasks), height=2.5, sharex=True)
    for axis, task in zip(axes, tasks, strict=True):
        here = points[points["task"] == task]
        fitted = here[~here["method"].isin(REFERENCES)]
        for method, line in fitted.groupby("method", sort=False):
            line = line.sort_values("fit_seconds")
            reach = np.abs(line[["low", "high"]].to_numpy().T - line["c2st"].to_numpy())
            axis.errorbar(line["fit_seconds"], line["c2st"], yerr=reach, **_look(str(method)))
        for method, score in here[here["method"].isin(REFERENCES)].groupby("method")["c2st"].mean().items():
            axis.axhline(score, color=COLOURS[str(method)], linestyle=":", linewidth=1.2, label=method)
        best = best_published(str(here["table"].iloc[0]), "c2st", highest=True)
        if best is not None:
            axis.axhline(best, color="0.35", linestyle="--", linewidth=1, label="best published (on a GPU)")
        axis.set(xscale="log", ylim=(-0.04, 1.04), title=task)
        axis.tick_params(labelbottom=True)
        _plain_seconds(axis)
    figure.supxlabel("seconds of fitting and sampling, logarithmic", fontsize=9)
    figure.supylabel(FIDELITY, fontsize=9)
    _legend(figure, axes)
    return figure


def draw_privacy(points: pd.DataFrame) -> Any:
    """Two panels, DCR share and membership AUC: a large point a method, the mean of its small ones, one a table.

    The axis is linear near the ideal and logarithmic far from it, on both sides.
    """
    figure, axes = _grid(len(PRIVACY), height=3.6, width=4.6)
    for axis, (field, (label, ideal, unit, ticks)) in zip(axes, PRIVACY.items(), strict=True):
        axis.axvline(ideal, color="0.35", linestyle="--", linewidth=1, label="ideal")
        axis.axhline(1, color="0.35", linestyle="--", linewidth=1)
        known = points.dropna(subset=[field])
        for method, here in known.groupby("method", sort=False):
            look = _look(str(method))
            small = {"color": look["color"], "alpha": 0.45, "markersize": 3, "elinewidth": 0.6}
            widths = here[f"{field}_width"].astype(float)
            axis.errorbar(here[field], here["c2st"], xerr=widths, fmt="o", **small)
            axis.plot(here[field].mean(), here["c2st"].mean(), linestyle="", **_without(look, "elinewidth"))
        _around(axis, ideal, unit, [t for t in ticks if _needed(t, known[field], ideal, unit)])
        axis.set(xlabel=label, ylim=(-0.04, 1.04))
    axes[0].set_ylabel(FIDELITY)
    _legend(figure, axes)
    return figure


def _without(look: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in look.items() if key != name}


def _needed(tick: float, values: pd.Series, ideal: float, unit: float) -> bool:
    """Whether a tick lies among the values or is the next one beyond them; those near the ideal always are."""
    reach = 1.6 * max(abs(values.max() - ideal), abs(values.min() - ideal), 2.5 * unit)
    side = values.max() - ideal if tick > ideal else ideal - values.min()
    return abs(tick - ideal) <= max(min(reach, 1.6 * side), 2.5 * unit)


def _around(axis: Any, centre: float, unit: float, ticks: Sequence[float]) -> None:
    """An axis that is linear within a unit of its centre and logarithmic beyond."""
    axis.set_xscale(
        "function",
        functions=(
            lambda x: np.arcsinh((np.asarray(x) - centre) / unit),
            lambda y: centre + unit * np.sinh(np.asarray(y)),
        ),
    )
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()


def _look(method: str) -> dict[str, Any]:
    ours = method == "tabgan"
    return {
        "color": COLOURS.get(method, "0.5"),
        "marker": MARKERS[ORDER.index(method) % len(MARKERS)] if method in ORDER else "o",
        "markersize": 7 if ours else 5,
        "linewidth": 1.8 if ours else 1.0,
        "elinewidth": 0.8,
        "label": method,
        "zorder": 3 if ours else 2,
    }


def _grid(n_panels: int, *, height: float, width: float = 2.6, sharex: bool = False) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    columns = min(n_panels, WIDEST)
    rows = -(-n_panels // columns)
    width = max(width, 4.5 / columns)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, sharex=sharex, sharey=True, squeeze=False).ravel())
    for axis in axes[n_panels:]:
        axis.set_visible(False)
    return figure, axes[:n_panels]


def _plain_seconds(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())


def _legend(figure: Any, axes: Iterable[Any]) -> None:
    """One legend for all panels, above them, each label once: methods in their order, then lines of reference."""
    found = {
        label: handle
        for axis in axes
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    labels = sorted(found, key=lambda label: ORDER.index(label) if label in ORDER else len(ORDER))
    handles = [found[label] for label in labels]
    figure.legend(handles, labels, loc="outside upper center", ncols=6, frameon=False, fontsize=8)


def _import_matplotlib() -> Any:
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the plots need a package that is not installed: `pip install matplotlib`, or "
            "`python -m benchmarks table --no-plots`"
        ) from error
    return matplotlib
