"""Plots of privacy: the attack's curve, and how near the rows lie to training rows."""

from typing import Any

from tabgan.reporting.page.plots.columns import bin_names, bin_places, step_line, told_points
from tabgan.reporting.page.plots.figure import SHARES, Plot, Trace, rounded, shares
from tabgan.reporting.page.plots.palette import MUTED, SYNTHETIC
from tabgan.reporting.wording import figure, is_number, percent, shorten

LOWEST = 1e-4  # of a rate on a logarithmic axis, with a million rows too


def roc_plot(membership: dict[str, Any]) -> Plot | None:
    """The curve of the strongest attack of `details["membership"]`, both rates on logarithmic axes."""
    roc = membership.get("roc") or {}
    points = [
        (fpr, tpr)
        for fpr, tpr in zip(roc.get("fpr") or [], roc.get("tpr") or [], strict=False)
        if is_number(fpr) and is_number(tpr) and fpr > 0 and tpr > 0
    ]
    if len(points) < 2:
        return None
    lowest = max(LOWEST, min(min(point) for point in points))
    curve: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(fpr for fpr, _ in points),
        "y": rounded(tpr for _, tpr in points),
        "line": {"color": SYNTHETIC, "width": 2},
        "hovertemplate": "%{y:.2%} of the training rows found<br>at %{x:.2%} false alarms<extra></extra>",
    }
    chance = {"color": MUTED, "width": 1, "dash": "dot"}
    ends = [lowest, 1]
    guess = {"type": "scatter", "mode": "lines", "x": ends, "y": ends, "line": chance, "hoverinfo": "skip"}
    axis = {"type": "log", "tickformat": ".2~%", "dtick": 1}
    layout = {
        "xaxis": {**axis, "title": {"text": "false alarms among rows never seen"}},
        "yaxis": {**axis, "title": {"text": "training rows found"}},
        "hovermode": "closest",
    }
    return Plot(says=_says(membership), data=[guess, curve], layout=layout, height=340)


def distance_plot(distances: dict[str, Any]) -> Plot | None:
    """Distance to the closest training row of synthetic and of held-out rows, from `details["distances"]`."""
    edges, synthetic = distances.get("edges") or [], distances.get("synthetic") or []
    if len(edges) < 2 or not synthetic:
        return None
    holdout = distances.get("holdout")
    starts, middles, _ = bin_places(edges)
    data = [step_line(starts, shares(holdout), real=True)] if holdout else []
    data.append(step_line(starts, shares(synthetic), real=False))
    told = told_points(
        bin_names(edges), holdout or [None] * len(synthetic), synthetic, **middles, y=shares(synthetic)
    )
    first = "held-out %{customdata[1]:.2%}<br>" if holdout else ""
    told["hovertemplate"] = f"%{{customdata[0]}}<br>{first}synthetic %{{customdata[2]:.2%}}<extra></extra>"
    nearest = f"Nearest bin, {bin_names(edges)[0]}: synthetic {percent(synthetic[0])}"
    nearest += f", held-out {percent(holdout[0])}." if holdout else "."
    layout = {
        "xaxis": {"title": {"text": "distance to the closest training row"}, "showgrid": False, "nticks": 6},
        "yaxis": SHARES,
        "hovermode": "x",
        "hoverdistance": -1,
    }
    return Plot(says=nearest, data=[*data, told], layout=layout, height=300)


def _says(membership: dict[str, Any]) -> str:
    name = membership.get("strongest")
    strongest: dict[str, Any] = next(
        (a for a in membership.get("attacks") or [] if a.get("name") == name), {}
    )
    return (
        f"Strongest attack, {shorten(name, 60)}: AUC {figure(strongest.get('auc'))}; at 1 % false alarms it finds "
        f"{figure(strongest.get('tpr'), '%')} of the training rows, where guessing finds 1 %."
    )
