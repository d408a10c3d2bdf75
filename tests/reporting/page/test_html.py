"""The page as text: what comes from a table stays text, what is missing leaves no hole."""

import base64
import gzip
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from tabgan.reporting.page.html import notebook_html, render_page
from tabgan.reporting.page.plots.palette import PROPERTIES
from tabgan.reporting.wording import shorten
from tests.reporting.sample_report import HOSTILE, make_hostile_page, make_page

STYLE = (files("tabgan.reporting.page") / "templates" / "style.css").read_text(encoding="utf-8")
MEGABYTE = 1_000_000
DETAILS = list(make_page()["details"])


class Elements(HTMLParser):
    """What a browser would make of a page: its elements, its scripts, its visible text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.scripts, self.texts, self._inside = [], [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag
            self.scripts.append((dict(attrs).get("type"), ""))

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside:
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)
        else:
            self.texts.append(data)


@pytest.fixture(scope="module")
def sample():
    return render_page(make_page())


@pytest.fixture(scope="module")
def hostile():
    return render_page(make_hostile_page())


def skeleton(page):
    """The elements of a page with the names of their attributes, less the tooltips."""
    return [(tag, sorted(set(attrs) - {"title"})) for tag, attrs in Elements(page).elements]


def test_hostile_texts_make_no_element_and_no_attribute(hostile):
    found = Elements(hostile).elements
    assert {tag for tag, _ in found} == {tag for tag, _ in Elements(render_page(make_page())).elements}
    for _, attributes in found:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert attributes.get("href", "#").startswith("#")


def test_hostile_texts_are_shown(hostile):
    shown = "\n".join(Elements(hostile).texts)
    for text in HOSTILE:
        assert shorten(text, 60) in shown
    assert "{{7*7}}" in shown


def test_a_page_is_valid_utf_8_without_controls(hostile):
    hostile.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", hostile)


def test_only_scripts_named_by_the_policy_may_run(hostile):
    elements = Elements(hostile)
    policy = next(attrs["content"] for tag, attrs in elements.elements if "http-equiv" in attrs)
    assert "default-src 'none'" in policy
    assert not re.search(r"script-src[^;]*(unsafe|http|\*|self)", policy)
    runnable = [text for kind, text in elements.scripts[1:] if kind is None]  # the first is the style
    assert len(runnable) == 1
    packed = next(text for kind, text in elements.scripts if kind == "application/octet-stream")
    for script in (runnable[0].encode(), gzip.decompress(base64.b64decode(packed))):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in policy


def test_nothing_points_out_of_the_page(sample):
    without_plotly = re.sub(
        r'<script type="application/octet-stream".*?</script>', "", sample, flags=re.DOTALL
    )
    assert "://" not in without_plotly
    assert "@import" not in without_plotly
    assert "url(" not in without_plotly


def test_figures_are_json(sample):
    figures = [text for kind, text in Elements(sample).scripts if kind == "application/json"]
    assert len(figures) > 30
    for text in figures:
        json.loads(text)


def test_every_plot_says_what_it_shows(sample):
    canvases = [attrs for _, attrs in Elements(sample).elements if attrs.get("class") == "canvas"]
    assert len(canvases) > 30
    for attributes in canvases:
        assert attributes["role"] == "img"
        assert len(attributes["aria-label"]) > 20


def test_headings_follow_one_another(sample):
    levels = [int(tag[1]) for tag, _ in Elements(sample).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_fifty_columns_are_below_eight_megabytes():
    assert len(render_page(make_page(50)).encode()) < 3 * MEGABYTE
    assert len(render_page(make_page(200)).encode()) < 4 * MEGABYTE


def test_the_same_page_gives_the_same_text(sample):
    assert render_page(make_page()) == sample


@pytest.mark.parametrize("empty", [None, {}, []])
@pytest.mark.parametrize("key", DETAILS)
def test_a_missing_part_leaves_the_others(key, empty):
    page = make_page(3)
    page["details"][key] = empty
    assert "About this report" in render_page(page)


@pytest.mark.parametrize("key", list(make_page()))
def test_a_missing_key_leaves_the_others(key):
    page = make_page(3)
    page[key] = None
    assert "About this report" in render_page(page)
    del page[key]
    assert "About this report" in render_page(page)


def without_numbers(item):
    """The same with None for every number, as where nothing could be judged."""
    if isinstance(item, dict):
        return {key: without_numbers(value) for key, value in item.items()}
    if isinstance(item, list):
        return [without_numbers(value) for value in item]
    return None if isinstance(item, float) else item


def test_figures_that_were_not_judged_are_shown_as_such():
    page = make_page(3)
    page["scores"] = without_numbers(page["scores"])
    for key in (
        "coverage",
        "copies",
        "membership",
        "singling_out",
        "attribute_inference",
        "utility",
        "detection",
    ):
        page["details"][key] = without_numbers(page["details"][key])
    for column in page["details"]["columns"]:
        column.update(error=None, floor=None)
    text = render_page(page)
    assert text.count("not judged") > 15
    assert "nan" not in "".join(Elements(text).texts).lower().split()


def test_why_attacks_were_not_judged_is_told():
    page = make_page(3)
    page["details"]["cannot_judge"] = "there is no hold-out"
    assert "there is no hold-out" in render_page(page)


def test_without_rows_no_cell_of_a_row_is_in_the_page():
    page = make_page(3)
    page["rows"]["cells"][0][0] = "a cell of one row"
    assert "a cell of one row" in render_page(page)
    assert "a cell of one row" not in render_page({**page, "rows": None})


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(hostile):
    frame = Elements(notebook_html(hostile)).elements
    assert [tag for tag, _ in frame] == ["iframe"]
    attributes = frame[0][1]
    assert attributes["srcdoc"] == hostile
    assert attributes["sandbox"] == "allow-scripts allow-downloads"
    assert html.escape("<script>") not in attributes["srcdoc"][:200]


def colour(name, *, dark):
    light_dark = re.search(rf"{name}: light-dark\((#\w+), (#\w+)\)", STYLE)
    return light_dark[2 if dark else 1]


def test_plots_and_style_have_the_same_colours():
    for value, name in PROPERTIES.items():
        assert colour(name, dark=False) == value


def luminance(value):
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ground", ["--page", "--surface"])
def test_texts_and_marks_stand_out(dark, ground):
    # WCAG 2.1, 1.4.3 and 1.4.11: 4.5 for text, 3 for what is drawn.
    behind = colour(ground, dark=dark)
    for name in ("--ink", "--muted", "--accent", "--real", "--good", "--fair", "--poor"):
        assert contrast(colour(name, dark=dark), behind) >= 4.5, name
    for name in ("--synthetic", "--control", "--negative", "--positive", "--error"):
        assert contrast(colour(name, dark=dark), behind) >= 3, name
