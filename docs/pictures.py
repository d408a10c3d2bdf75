"""The pictures of `ask-the-model.md`, drawn from what the page's own code blocks give.

``python -m docs.pictures [NAME ...]`` runs the blocks (three minutes) and writes ``pictures/*.svg``. It
needs playwright and a Chromium.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from docs.drawing import (
    Figure,
    bars,
    box,
    cell_text,
    dots,
    figure,
    hidden,
    histogram,
    line,
    percent,
    plain,
    reliability,
    share,
    thousands,
    write_svgs,
)
from tabgan.reporting.page.plots.figure import filled, outlined
from tabgan.reporting.page.plots.palette import (
    INK,
    LINE,
    MUTED,
    REAL,
    REAL_FILL,
    SURFACE,
    SYNTHETIC,
    SYNTHETIC_FILL,
)

FOLDER = Path(__file__).parent
Names = dict[str, Any]
RATINGS = list("ABCDE")


def run_page(text: str, names: Names | None = None) -> Names:
    """Run the Python blocks of a page, one after the other; returns all names that they define."""
    names = {} if names is None else names
    for code in re.findall(r"^```python\n(.*?)^```", text, flags=re.M | re.S):
        exec(compile(code, "page", "exec"), names)
    return names


def conditions(names: Names) -> Figure:
    """Incomes under a condition on three columns; employment from an age on."""
    table, young = names["table"], names["young"]
    real = table[
        table["employment"].isin(["employed", "self-employed"])
        & table["age"].between(25, 35)
        & table["opened"].between("2022", "2023-06-30")
    ]
    edges = np.arange(5_000, 90_001, 5_000)
    left = [histogram(rows["income"].dropna(), edges, real=rows is real) for rows in (real, young)]
    levels = ["employed", "self-employed", "unemployed", "retired"]
    parts = table[table["age"] >= 65]["employment"], names["older"]["employment"]
    right = bars(levels, *(share(part, levels) for part in parts), axis=2)
    titles = [
        f"Working, 25 to 35, 2022 to June 2023<br>real: {len(real)} rows, synthetic: {len(young):,}",
        f"Age 65 or more<br>real: {len(parts[0])} rows, synthetic: {len(parts[1]):,}",
    ]
    axes = {"xaxis": {"title": "income", "tickformat": ","}, "yaxis": hidden(), "yaxis2": percent()}
    return figure([*left, *right], titles, axes, 270)


def each_row(names: Names) -> Figure:
    """Rates drawn for scores that were asked for."""
    real, drawn = names["table"].sample(1200, random_state=0), names["each"]
    data = [
        dots(real["score"], real["rate"], "real", REAL_FILL, size=4),
        dots(drawn["score"], drawn["rate"], "drawn for the scores asked for", SYNTHETIC, size=4),
    ]
    axes = {"xaxis": {"title": "score", "range": [445, 835]}, "yaxis": {"title": "rate, %"}}
    return figure(data, ["Rate by score"], axes, 320, legend=True)


def completion(names: Names) -> Figure:
    """Drawn amounts of some applications, and the real ones."""
    spread, truth = names["spread"], names["new"]["amount"]
    inside = truth.loc[spread.index].between(spread[0.05], spread[0.95]).mean()
    shown = spread.iloc[::10].sort_values(0.5)
    x = list(range(len(shown)))
    lines = [
        {
            **line([i, i], [low, high], SYNTHETIC_FILL, 8),
            "name": "90 % of the draws",
            "showlegend": i == 0,
        }
        for i, (low, high) in enumerate(zip(shown[0.05], shown[0.95], strict=True))
    ]
    middle = dots(x, shown[0.5], "their median", SYNTHETIC, size=8, symbol="line-ew-open")
    real = dots(x, truth.loc[shown.index], "real amount", REAL, size=7)
    axes = {
        "xaxis": {"title": "thirty of 300 applications", "showticklabels": False, "showgrid": False},
        "yaxis": {"title": "amount", "tickformat": ","},
    }
    title = f"{inside:.0%} of the 300 real amounts lie within the range of 90 % of their draws"
    return figure([*lines, middle, real], [title], axes, 320, legend=True)


def balance(names: Names) -> Figure:
    """Shares of ratings, and counts of defaults with synthetic rows added."""
    past, training = names["past"], names["training"]
    real = share(past["rating"], RATINGS)
    data = [
        *bars(RATINGS, real, share(names["even"]["rating"], RATINGS), axis=1),
        *bars(RATINGS, real, share(names["more_e"]["rating"], RATINGS), axis=2),
    ]
    levels = ["no", "yes"]
    for part, look, name in ((False, filled, "real"), (True, outlined, "synthetic")):
        counts = training.loc[training["synthetic"] == part, "defaulted"].value_counts().reindex(levels)
        heights = [n or None for n in counts.fillna(0).tolist()]
        data.append(look(x=levels, y=heights, name=name, xaxis="x3", yaxis="y3", showlegend=False, width=0.6))
    data[-1]["base"] = data[-2]["y"]
    titles = ["In equal shares", "30 % of E", "Defaults filled up to 30 %"]
    axes = {
        **{f"yaxis{i}": {**percent(), "range": [0, 0.4]} for i in ("", "2")},
        "xaxis3": {"title": "defaulted"},
        "yaxis3": {"title": "rows", "tickformat": ",", "nticks": 5},
    }
    return figure(data, titles, axes, 270)


def prediction(names: Names) -> Figure:
    """How often what was predicted with some chance came; ranges of rates and the real ones."""
    new, chance = names["new"], names["chance"]
    predicted, happened, error = reliability(chance, new["defaulted"] == "yes")
    left = [
        {**line([0, 0.6], [0, 0.6], LINE, 2), "showlegend": False},
        {
            **dots(predicted, happened, "real", REAL, size=8),
            "showlegend": False,
            "error_y": {"type": "data", "array": error, "color": REAL, "thickness": 1.5, "width": 0},
        },
    ]
    order = names["middle"].sort_values().index[12::25]
    x = list(range(len(order)))
    bounds = zip(names["low"][order], names["high"][order], strict=True)
    ranges = [{**line([i, i], pair, SYNTHETIC_FILL, 6), "showlegend": False} for i, pair in enumerate(bounds)]
    middle = dots(x, names["middle"][order], "predicted", SYNTHETIC, size=6, symbol="line-ew-open")
    truth = dots(x, new.loc[order, "rate"], "real", REAL, size=5)
    right = [{**part, "xaxis": "x2", "yaxis": "y2"} for part in (*ranges, middle, truth)]
    inside = new["rate"].between(names["low"], names["high"]).mean()
    titles = [
        "Chance of default, and how many did default<br>(1,000 new loans in eight groups)",
        f"Predicted rates: median and 90 % range<br>({inside:.0%} of 1,000 new rates lie within theirs)",
    ]
    axes = {
        "xaxis": {**percent(), "title": "predicted", "range": [0, 0.62]},
        "yaxis": {**percent(), "title": "defaulted", "range": [0, 0.62]},
        "xaxis2": {"title": "forty of the new loans", "showticklabels": False, "showgrid": False},
        "yaxis2": {"title": "rate, %"},
    }
    return figure([*left, *right], titles, axes, 320)


def surprise(names: Names) -> Figure:
    """Cells of ten rows, and how much odder than usual they are."""
    odd = names["odd"].drop(columns="loan_id").clip(lower=0)
    typed = names["typed"][odd.columns]
    changed = (typed != names["new"].loc[typed.index, odd.columns]) & typed.notna()
    data: list[Figure] = [
        {
            "type": "heatmap",
            "z": odd.round(2).to_numpy().tolist(),
            "text": [[cell_text(cell) for cell in row] for row in typed.itertuples(index=False)],
            "texttemplate": "%{text}",
            "textfont": {"size": 9, "color": INK},
            "x": list(odd.columns),
            "colorscale": [[0, SURFACE], [1, SYNTHETIC]],
            "zmin": 0,
            "zmax": 10,
            "xgap": 2,
            "ygap": 2,
            "colorbar": {
                "title": {
                    "text": "nats more than<br>99 % of its column",
                    "font": {"size": 11, "color": MUTED},
                },
                "thickness": 8,
                "outlinewidth": 0,
                "tickfont": {"size": 11, "color": MUTED},
                "tickvals": [0, 5, 10],
            },
        }
    ]
    rows, columns = np.nonzero(changed.to_numpy())
    marks = [box(int(c), int(r)) for r, c in zip(rows, columns, strict=True)]
    axes = {
        "xaxis": {"side": "top", "tickangle": -45, "showgrid": False, "ticks": ""},
        "yaxis": {"autorange": "reversed", "showticklabels": False, "showgrid": False, "ticks": ""},
    }
    made = figure(data, [], axes, 330)
    made["layout"] |= {"shapes": marks, "margin": {"l": 10, "r": 12, "t": 84, "b": 12}}
    return made


def few_labels(names: Names) -> Figure:
    """Shares of labels, and chances of default by rate as 400 labels teach them."""
    levels = ["no", "yes", "unknown"]
    partly, labelled = (names[name]["defaulted"].fillna("unknown") for name in ("partly", "labelled"))
    data = bars(levels, share(partly, levels), share(labelled, levels), axis=1)
    new = names["new"].assign(guess=names["guess"], yes=names["new"]["defaulted"] == "yes")
    groups = new.groupby(pd.cut(new["rate"], [0, 4, 6, 8, 10, 12, 14, 20]), observed=True)
    middle, real, n = groups["rate"].mean(), groups["yes"].mean(), groups.size()
    error = 1.96 * np.sqrt(real * (1 - real) / n)
    look = {"type": "data", "array": error.tolist(), "color": REAL, "thickness": 1.5, "width": 0}
    truth = {**dots(middle, real, "real", REAL, size=8), "error_y": look}
    told = line(middle, groups["guess"].mean(), SYNTHETIC, 2)
    data += [{**part, "xaxis": "x2", "yaxis": "y2", "showlegend": False} for part in (told, truth)]
    titles = [
        "Labels<br>of 4,000 rows fitted and 1,000 sampled",
        "Defaults among new loans<br>predicted from 400 labels, and real",
    ]
    axes = {
        "xaxis": {"title": "defaulted"},
        "yaxis": percent(),
        "xaxis2": {"title": "rate, %"},
        "yaxis2": {**percent(), "range": [0, 1]},
    }
    return figure(data, titles, axes, 300)


def what_if(names: Names) -> Figure:
    """Where loans move, and how many rows change in which column."""
    after = names["better"]
    before = names["new"].loc[after.index]
    some = after.index[:60]
    x, y = (
        np.stack([before.loc[some, name], after.loc[some, name], np.full(len(some), np.nan)], 1).ravel()
        for name in ("score", "rate")
    )
    data = [
        {**line(plain(x), plain(y), LINE, 1.5), "showlegend": False},
        dots(before.loc[some, "score"], before.loc[some, "rate"], "before", REAL, size=6),
        dots(after.loc[some, "score"], after.loc[some, "rate"], "after", SYNTHETIC, size=6),
    ]
    parts = (share(frame["rating"], RATINGS) for frame in (before, after))
    data += bars(RATINGS, *parts, axis=2)
    axes = {
        "xaxis": {"title": "score"},
        "yaxis": {"title": "rate, %"},
        "xaxis2": {"title": "rating"},
        "yaxis2": percent(),
    }
    return figure(
        data, ["Sixty points more: sixty of 200 loans", "Ratings of all 200"], axes, 320, widths=[3, 2]
    )


def temperature(names: Names) -> Figure:
    """Scores and rates at three temperatures."""
    data = []
    axes: dict[str, Any] = {}
    real = names["past"].sample(300, random_state=0)
    for i, name in enumerate(("calm", "usual_rows", "wild"), 1):
        drawn = names[name].head(300)
        place = {"xaxis": f"x{i}", "yaxis": f"y{i}", "showlegend": i == 1}
        data.append({**dots(real["score"], real["rate"], "real", REAL_FILL, size=5), **place})
        data.append({**dots(drawn["score"], drawn["rate"], "synthetic", SYNTHETIC, size=3), **place})
        number = "" if i == 1 else str(i)
        axes[f"xaxis{number}"] = {"title": "score", "range": [420, 860], "nticks": 5}
        axes[f"yaxis{number}"] = {"range": [1, 18]}
    axes["yaxis"] |= {"title": "rate, %"}
    return figure(data, ["0.6", "1: the model", "1.4"], axes, 280, legend=True)


def pipelines(names: Names) -> Figure:
    """Incomes and amounts, given and filled in."""
    full = names["filled"]
    full = full if isinstance(full, pd.DataFrame) else pd.DataFrame(full, columns=names["gaps"].columns)
    filled_in = names["gaps"][["income", "amount"]].isna().any(axis=1)
    given, made = full[~filled_in].head(700), full[filled_in].head(450)
    data = [
        dots(given["income"], given["amount"], "both given", REAL_FILL, size=4),
        dots(made["income"], made["amount"], "one or both filled in", SYNTHETIC, size=4),
    ]
    axes = {
        "xaxis": {"type": "log", "title": "income", **thousands()},
        "yaxis": {"type": "log", "title": "amount", "range": [2.9, 5.02], **thousands()},
    }
    return figure(data, ["Filled by TabGANImputer"], axes, 320, legend=True)


FIGURES = {
    "conditions": conditions,
    "each-row": each_row,
    "completion": completion,
    "balance": balance,
    "prediction": prediction,
    "surprise": surprise,
    "few-labels": few_labels,
    "what-if": what_if,
    "temperature": temperature,
    "pipelines": pipelines,
}


def main(chosen: list[str]) -> None:
    """Run the page where its table lies, and write the pictures."""
    os.chdir(FOLDER.parent / "datasets")
    names = run_page((FOLDER / "ask-the-model.md").read_text(encoding="utf-8"))
    wanted = {name: draw(names) for name, draw in FIGURES.items() if not chosen or name in chosen}
    write_svgs(wanted, FOLDER / "pictures")


if __name__ == "__main__":
    main(sys.argv[1:])
