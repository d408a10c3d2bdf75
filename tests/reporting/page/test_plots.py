"""Figures as plain data: what plotly takes, small, and nothing of a table read as markup."""

import json
import re

import plotly.graph_objects as go
import pytest

from tabgan.reporting.page.plots.columns import column_plot
from tabgan.reporting.page.plots.figure import Plot
from tabgan.reporting.page.views import page_view
from tests.reporting.sample_report import make_hostile_page, make_page

OWN_TAGS = re.compile(r"<(?!br>|/?extra>)")
MAX_COLUMN = 4_096


def plots_of(item):
    if isinstance(item, Plot):
        yield item
    elif isinstance(item, dict | list | tuple):
        for inner in item.values() if isinstance(item, dict) else item:
            yield from plots_of(inner)


def texts_of(item):
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict | list):
        for inner in item.values() if isinstance(item, dict) else item:
            yield from texts_of(inner)


@pytest.mark.parametrize("make", [make_page, make_hostile_page])
def test_plotly_takes_every_figure(make):
    plots = list(plots_of(page_view(make())))
    assert len(plots) > 30
    for plot in plots:
        go.Figure(plot.as_data())  # raises on a property or a value that it does not know
        assert json.loads(plot.as_json()) == plot.as_data()
        assert plot.says


def test_no_text_of_a_table_is_markup():
    texts = [text for plot in plots_of(page_view(make_hostile_page())) for text in texts_of(plot.as_data())]
    assert any("&lt;script&gt;" in text for text in texts)
    assert not [text for text in texts if OWN_TAGS.search(text)]
    assert max(map(len, texts)) < 700  # of 10,000 characters


def test_figures_can_stand_in_a_script_element():
    for plot in plots_of(page_view(make_hostile_page())):
        assert not set("<>&") & set(plot.as_json())
        assert plot.as_json().isascii()


def test_the_figure_of_a_column_is_small():
    sizes = [len(column_plot(column).as_json()) for column in make_page(60)["details"]["columns"]]
    assert max(sizes) < MAX_COLUMN


def histogram(edges, **more):
    shares = [1 / (len(edges) - 1)] * (len(edges) - 1)
    plot = {"type": "histogram", "edges": edges, "real": shares, "synthetic": shares, **more}
    return column_plot({"name": "x", "metric": "KS", "error": 1.0, "floor": 0.5, "plot": plot})


def test_bins_of_one_width_are_drawn_from_their_first_edge():
    real, synthetic, told = histogram([10, 12, 14, 16]).data
    for line in (real, synthetic):
        assert (line["x0"], line["dx"], len(line["y"])) == (10, 2, 4)
    assert (told["x0"], told["dx"]) == (11, 2)
    assert told["customdata"][0] == ["10 to 12", 0.3333, 0.3333]


def test_bins_of_other_widths_show_density():
    plot = histogram([0, 1, 2, 10])
    assert plot.data[0]["x"] == [0, 1, 2, 10]
    assert plot.data[0]["y"][0] == pytest.approx(8 * plot.data[0]["y"][2], rel=0.01)
    assert plot.layout["yaxis"]["showticklabels"] is False


def test_dates_stand_on_an_axis_of_time():
    plot = histogram(["2020-01-01", "2020-02-01", "2020-03-01", "2021-01-01"])
    assert plot.layout["xaxis"]["type"] == "date"
    assert plot.data[0]["x"][1] == "2020-02-01 00:00:00"
    even = histogram(["2020-01-01T00:00:00", "2020-01-01T12:00:00", "2020-01-02T00:00:00"])
    assert (even.data[0]["x0"], even.data[0]["dx"]) == ("2020-01-01 00:00:00", 43_200_000)


def test_durations_are_named_by_their_text():
    plot = histogram(["0 days 00:00:00", "1 days 00:00:00", "2 days 00:00:00"])
    assert plot.layout["xaxis"]["ticktext"] == ["0 days 00:00:…", "1 days 00:00:…", "2 days 00:00:…"]


def test_a_column_of_one_value_is_drawn():
    assert histogram([5, 5]).data[0]["y"] == [1, 1]


def test_the_sentence_tells_where_the_sides_differ_most():
    plot = {
        "type": "bars",
        "levels": ["a", "b"],
        "real": [0.7, 0.3],
        "synthetic": [0.45, 0.5],
        "ordered": False,
    }
    column = {"name": "flag", "metric": "TVD", "error": 20.0, "floor": 0.6, "plot": plot}
    said = column_plot(column).says.replace("\u202f", " ")
    assert said == "flag: TVD 20.0 %, floor 0.60 %. Furthest apart at a: real 70.0 %, synthetic 45.0 %."


@pytest.mark.parametrize("plot", [None, {}, {"type": "bars", "levels": [], "real": [], "synthetic": []}])
def test_nothing_to_draw_gives_no_figure(plot):
    assert column_plot({"name": "x", "plot": plot}) is None
