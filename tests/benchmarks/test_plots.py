"""What the plots show, as plain data; the drawing where matplotlib is installed."""

from xml.etree import ElementTree

import pytest

from benchmarks.plots import draw_plots, panels, points_in_time, points_of_privacy


def record(task, method, seed, seconds, **figures):
    key = {"task": task, "method": method, "seed": seed, "seconds": seconds, "options": {}}
    return key | {"fit_seconds": seconds} | figures


RECORDS = [
    record("adult", "tabgan", 0, 10.0, c2st=0.5),
    record("adult", "tabgan", 0, 60.0, c2st=0.9),
    record("adult", "tabgan", 1, 60.0, c2st=0.8),
    record("adult", "ctgan", 0, 300.0, c2st=0.1),
    record("adult", "critic", 0, 60.0, c2st=0.7),
    record("adult", "arf", 0, 5.0, error="no memory"),
    record("adult", "real", 0, None, c2st=1.0),
    record("magic", "tabgan", 0, 60.0, c2st=0.9),
    record("adult-half", "tabgan", 0, 10.0, c2st=0.4, dcr=50.0, dcr_high=50.7),
    record(
        "adult-half", "tabgan", 0, 60.0, c2st=0.9, dcr=52.0, dcr_high=52.7, mia_auc=0.51, mia_auc_high=0.52
    ),
    record("caravan-half", "tabgan", 0, 60.0, c2st=0.9, dcr=51.0, dcr_high=51.7),
]


def test_a_point_is_a_method_and_budget_over_its_seeds():
    points = points_in_time(RECORDS).set_index(["task", "method", "budget"])
    assert len(points) == 5  # no arm, no failure, no half
    at = points.loc[("adult", "tabgan", 60.0)]
    assert (at["c2st"], at["low"], at["high"], at["n"]) == (pytest.approx(0.85), 0.8, 0.9, 2)
    assert at["fit_seconds"] == 60.0
    slow = record("adult", "smote", 0, 0.0, c2st=0.4, rows_per_second=500.0, n_train=30_000)
    assert points_in_time([slow])["fit_seconds"].tolist() == [60.0]


def test_a_table_has_a_panel_with_three_points_and_the_fullest_one_without():
    assert panels(points_in_time(RECORDS)) == ["adult"]  # tabgan twice and ctgan
    assert panels(points_in_time(RECORDS[:2])) == ["adult"]
    assert panels(points_in_time([])) == []


def test_privacy_is_shown_of_the_longest_fit_on_published_tables():
    (point,) = points_of_privacy(RECORDS).to_dict("records")
    assert (point["task"], point["budget"], point["dcr"]) == ("adult-half", 60.0, 52.0)
    assert point["dcr_width"] == pytest.approx(0.7)
    assert point["mia_auc_width"] == pytest.approx(0.01)


def test_both_plots_are_drawn_and_the_same_every_time(tmp_path):
    pytest.importorskip("matplotlib")
    drawn = draw_plots(RECORDS, tmp_path / "one")
    assert [path.name for _, path in drawn] == ["time.svg", "privacy.svg"]
    for _, path in drawn:
        ElementTree.parse(path)
        text = path.read_text()
        assert "tabgan" in text
        assert text == (draw_plots(RECORDS, tmp_path / "two"), (tmp_path / "two" / path.name).read_text())[1]
    assert "seconds of fitting" in (tmp_path / "one" / "time.svg").read_text()
    assert draw_plots([], tmp_path / "none") == []
