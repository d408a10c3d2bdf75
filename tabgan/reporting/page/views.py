"""Details of a report -> what the templates show: plots made, columns in order, each fold's line told."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tabgan.reporting.page.cards import grouped
from tabgan.reporting.page.plots.columns import column_plot
from tabgan.reporting.page.plots.pairs import joint_maps, pair_maps
from tabgan.reporting.page.plots.privacy import distance_plot, roc_plot
from tabgan.reporting.page.plots.utility import importance_plot, target_plots
from tabgan.reporting.page.plots.whole_rows import giveaway_plot, support_plot
from tabgan.reporting.wording import count, counted, figure, is_number, percent, shorten

Data = Mapping[str, Any]

PARTS = (  # key of scores and notes, question of the verdict, heading
    ("fidelity", "faithful", "Is it faithful?"),
    ("utility", "useful", "Is it useful?"),
    ("privacy", "private", "Is it private?"),
)
WORDS = {"good": "Good", "fair": "Fair", "poor": "Poor", "unknown": "Not judged"}
OPEN_COLUMNS = 30  # with more, the columns stay folded when the page opens


def page_view(page: Data) -> dict[str, Any]:
    """Everything that the templates show of a page."""
    details = page.get("details") or {}
    return {
        "title": page.get("title") or "Synthetic data report",
        "about": page.get("about") or {},
        "parts": [_part(page, *names) for names in PARTS],
        "columns": _columns(details.get("columns") or []),
        "pairs": _pairs(details.get("pairs") or {}),
        "coverage": _coverage(details.get("coverage") or {}),
        "support": support_plot(details.get("support") or {}),
        "detection": [(found, giveaway_plot(found)) for found in details.get("detection") or []],
        "utility": _utility(details.get("utility") or {}),
        "copies": details.get("copies") or {},
        "distances": distance_plot(details.get("distances") or {}),
        "has_holdout": bool((details.get("distances") or {}).get("holdout")),
        "membership": _membership(details.get("membership") or {}),
        "singling_out": details.get("singling_out") or {},
        "attribute_inference": details.get("attribute_inference") or {},
        "cannot_judge": details.get("cannot_judge"),
        "rows": page.get("rows"),
    }


def _part(page: Data, key: str, question: str, heading: str) -> dict[str, Any]:
    verdicts = [verdict for verdict in page.get("verdicts") or [] if verdict.get("question") == question]
    verdict = verdicts[0] if verdicts else {}
    level = verdict.get("level") if verdict.get("level") in WORDS else "unknown"
    return {
        "id": question,
        "heading": heading,
        "level": level,
        "word": WORDS[str(level)],
        "sentence": verdict.get("sentence") or "It was not judged.",
        "groups": list(grouped((page.get("scores") or {}).get(key) or {})),
        "notes": (page.get("notes") or {}).get(key) or [],
    }


def _columns(columns: Sequence[Data]) -> dict[str, Any]:
    """The columns with their plots, worst first; bars of one length for all."""
    order = sorted(range(len(columns)), key=lambda place: (-_error(columns[place]), place))
    longest = max((_error(column) for column in columns), default=0.0)
    longest = max([longest, *(c["floor"] for c in columns if is_number(c.get("floor")))]) or 1.0
    entries = [
        {
            "column": columns[place],
            "plot": column_plot(dict(columns[place])),
            "place": place,
            "bar": _length(columns[place].get("error"), longest),
            "tick": _length(columns[place].get("floor"), longest),
            "excess": _error(columns[place]) - float(columns[place].get("floor") or 0),
        }
        for place in order
    ]
    told = ""
    if entries:
        worst = columns[order[0]]
        told = f"furthest off: {shorten(worst.get('name'), 40)}, {_measured(worst)}"
    return {"entries": entries, "told": told, "open": 0 < len(entries) <= OPEN_COLUMNS}


def _pairs(pairs: Data) -> dict[str, Any]:
    worst = list(pairs.get("worst") or [])
    told = ""
    if worst:
        names = f"{shorten(worst[0].get('first'), 30)} and {shorten(worst[0].get('second'), 30)}"
        told = f"furthest off: {names}, {_measured(worst[0])}"
    shown, total = pairs.get("shown") or 0, pairs.get("total") or 0
    return {
        "maps": pair_maps(dict(pairs)),
        "association": pairs.get("association"),
        "worst": [(pair, joint_maps(dict(pair))) for pair in worst],
        "told": told,
        "partial": f"The {count(shown)} columns of {count(total)} with the worst pairs."
        if shown < total
        else "",
    }


def _coverage(coverage: Data) -> dict[str, Any]:
    levels, modes = coverage.get("levels") or [], coverage.get("modes") or []
    strange, combinations = coverage.get("strange") or [], coverage.get("combinations") or {}
    missing = sum(int(entry.get("n_missing") or 0) for entry in levels)
    parts = [f"{counted(missing, 'level')} missing" if missing else ""]
    parts.append(f"strange values in {counted(len(strange), 'column')}" if strange else "")
    return {
        "levels": levels,
        "modes": modes,
        "combinations": combinations,
        "strange": strange,
        "any": bool(coverage),
        "told": "; ".join(part for part in parts if part) or "nothing of weight",
    }


def _utility(utility: Data) -> dict[str, Any]:
    targets = list(utility.get("targets") or [])
    return {
        "targets": targets,
        "plots": target_plots(dict(utility)),
        "tested_on": utility.get("tested_on"),
        "importance": [(entry, importance_plot(entry)) for entry in utility.get("importance") or []],
    }


def _membership(membership: Data) -> dict[str, Any]:
    rows = {
        "attacked training rows": "n_members",
        "held-out rows": "n_non_members",
        "known to the attacker": "n_reference",
    }
    told = [
        f"{count(membership[key])} {what}" for what, key in rows.items() if is_number(membership.get(key))
    ]
    return {**membership, "plot": roc_plot(dict(membership)), "counted": ", ".join(told)}


def column_says(column: Data) -> Iterator[str]:
    """What the plot of a column does not show: missing cells, and cells beyond its edges."""
    missing = column.get("missing") or {}
    if any(missing.get(side) for side in ("real", "synthetic")):
        yield f"missing: real {percent(missing.get('real'))}, synthetic {percent(missing.get('synthetic'))}"
    plot = column.get("plot") or {}
    if plot.get("outside"):
        real = f"real {percent(plot['outside_real'])}, " if is_number(plot.get("outside_real")) else ""
        yield f"beyond the plot: {real}synthetic {percent(plot['outside'])}"


def _measured(entry: Data) -> str:
    floor = f" (fresh real rows: {figure(entry['floor'], '%')})" if is_number(entry.get("floor")) else ""
    return f"{entry.get('metric') or 'error'} {figure(entry.get('error'), '%')}{floor}"


def _error(column: Data) -> float:
    return float(column["error"]) if is_number(column.get("error")) else 0.0


def _length(value: Any, longest: float) -> float | None:
    return round(100 * value / longest, 1) if is_number(value) else None
