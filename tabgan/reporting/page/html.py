"""Plain data of a report -> one HTML page that opens offline, and the frame that shows it in a notebook.

What comes from a table is text and stays text. Templates escape all they are given; figures are JSON inside
script elements that no browser runs; and the page's policy lets run two scripts only, named by their hashes, and
no request leave it, so that even what slipped through could neither run nor tell anyone.
"""

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from tabgan.reporting import wording
from tabgan.reporting.page.plots.palette import PROPERTIES
from tabgan.reporting.page.views import column_says, page_view

FRAME_HEIGHT = 820  # pixels in a notebook
_CELL = 30  # letters of a cell


def render_page(page: Mapping[str, Any]) -> str:
    """One page without any request: plots, style and script are in it.

    Parameters
    ----------
    page
        Plain data: title, about, verdicts, scores, details, notes and rows, as `Report.to_html` gives them. Parts
        that are missing or None are left out, or told to be missing.
    """
    style, script = _template_text("style.css"), _template_text("report.js")
    packed, plotly_hash = _packed_plotly()
    allowed = " ".join(f"'sha256-{known}'" for known in (_sha256(script), plotly_hash))
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            view=page_view(page),
            policy=policy,
            style=Markup(style),  # ours, as the next three: nothing of a table is in them
            script=Markup(script),
            plotly=Markup(packed),
            palette=Markup(json.dumps(PROPERTIES)),
        )
    )


def notebook_html(page_html: str) -> str:
    """The page in a frame of its own, which runs its scripts apart from the notebook's.

    Parameters
    ----------
    page_html
        What `render_page` gave.
    """
    return (
        f'<iframe title="Synthetic data report" sandbox="allow-scripts allow-downloads" '
        f'style="width:100%;height:{FRAME_HEIGHT}px;border:0" srcdoc="{html.escape(page_html)}"></iframe>'
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tabgan.reporting.page"),
        autoescape=True,
        undefined=ChainableUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "isolated": isolated,
        "cell": _cell,
        "prose": _prose,
        "figure": wording.figure,
        "percent": wording.percent,
        "count": wording.count,
        "number": wording.number,
        "short": wording.shorten,
        "column_says": column_says,
    }
    environment.globals["interval"] = wording.interval
    return environment


def isolated(text: object, limit: int = 60) -> Markup:
    """A text of the table as HTML: whatever its direction, it stays in its place; cut, with the rest in a tooltip."""
    shown, whole = wording.shorten(text, limit), wording.tooltip(text, limit)
    if whole is None:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup('<bdi title="{}">{}</bdi>').format(whole, shown)


def _cell(text: object) -> Markup:
    """A cell of a row; what is missing stays empty."""
    return Markup("") if text in (None, "") else isolated(text, _CELL)


def _prose(text: object, limit: int) -> Markup:
    """A sentence of ours, with names of the table in it."""
    return isolated(wording.unbroken(str(text)), limit)


def _shown(value: Any) -> Any:
    """What a template puts out: text from a table may hold controls and lone surrogates, which no file can."""
    if value is None:
        return ""
    return wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _template_text(name: str) -> str:
    return (files("tabgan.reporting.page") / "templates" / name).read_text(encoding="utf-8")


@cache
def _packed_plotly() -> tuple[str, str]:
    """Plotly's script, compressed and in base64, and its hash; 2 MB instead of 5."""
    from plotly.offline import get_plotlyjs

    script = get_plotlyjs()
    packed = gzip.compress(script.encode(), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode("ascii"), _sha256(script)


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
