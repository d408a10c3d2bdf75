"""Names, cells and figures as text that a page can show: visible, of bounded length, never markup.

Everything that comes from a table passes through here before it is drawn. HTML is escaped by the templates;
what plotly draws is escaped here, since plotly reads `<b>` and `<a href>` in its texts as markup.
"""

import html
import math
import re
import unicodedata
from typing import Any

EMPTY = "(empty)"  # stands for a name or level without a letter
MAX_TITLE = 1_000  # characters of a long text that its tooltip holds
_LINE = 60  # characters of one line of a plot's tooltip

# What would act on the text instead of showing: controls, directions that reach past their own text, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def visible(text: object) -> str:
    """The text with what cannot be seen written out: NUL as ␀, a direction override as \\u202e."""
    return _UNSEEN.sub(_written_out, str(text))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's pictures of the control characters
    return "␡" if code == 0x7F else f"\\u{code:04x}"


def shorten(text: object, limit: int) -> str:
    """The visible text, cut to `limit` characters with an ellipsis; no half of a joined character stays."""
    shown = visible(text) or EMPTY
    if len(shown) <= limit:
        return shown
    cut = shown[: limit - 1]
    while cut and (cut[-1] == "\u200d" or unicodedata.category(cut[-1]) in ("Mn", "Me")):
        cut = cut[:-1]
    return cut.rstrip() + "…"


def tooltip(text: object, limit: int) -> str | None:
    """What a tooltip adds to a text that is cut to `limit` characters; None when it is not cut."""
    shown = visible(text)
    if len(shown) <= limit:
        return None
    return shown if len(shown) <= MAX_TITLE else f"{shown[:MAX_TITLE]}… ({len(shown):,} characters)"


def unbroken(text: str) -> str:
    """The text with percent signs held to their numbers."""
    return re.sub(r"(?<=\d) %", "\u202f%", text)


def plot_text(text: object, limit: int = 18) -> str:
    """A text as plotly shows it literally, cut for an axis."""
    return html.escape(shorten(text, limit), quote=False)


def plot_tooltip(text: object, limit: int = 240) -> str:
    """A text as plotly shows it literally, in lines for a tooltip."""
    shown = shorten(text, limit)
    lines = [shown[start : start + _LINE] for start in range(0, len(shown), _LINE)]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def is_number(value: Any) -> bool:
    """Whether a cell of plain data is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any) -> str:
    """A number of any size in four significant digits, thousands grouped; "–" for none."""
    if not is_number(value):
        return "–"
    if value == 0 or 1e-4 <= abs(value) < 1e12:
        digits = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.3e}"
    return text.replace("-", "−")


def count(value: Any) -> str:
    """A number of rows or levels: whole, thousands grouped."""
    return f"{int(value):,}" if is_number(value) else "–"


def counted(number_of: int, what: str) -> str:
    """A number of things with their name: "1 level", "2 levels"."""
    return f"{count(number_of)} {what}{'' if number_of == 1 else 's'}"


def figure(value: Any, unit: str = "") -> str:
    """A score: percent with one digit from ten on, two below and three near zero; else three decimals."""
    if not is_number(value):
        return "–"
    end = "\u202f%" if unit == "%" else ""
    if value == 0:
        return f"0{end}"
    size = abs(value)
    digits = (1 if size >= 9.995 else 2 if size >= 0.0995 else 3) if unit == "%" else 3
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−") + end


def percent(share: Any) -> str:
    """A share in [0, 1] as a score in percent."""
    return figure(100 * share, "%") if is_number(share) else "–"


def interval(low: Any, high: Any, unit: str = "") -> str:
    """Both bounds of an interval; empty when there is none."""
    if not (is_number(low) and is_number(high)):
        return ""
    first = figure(low, unit).removesuffix("\u202f%")
    return f"{first} to {figure(high, unit)}"
