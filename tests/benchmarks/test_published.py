"""Published figures: as many as tables, and found by table."""

import pytest

from benchmarks.figures import COLUMNS
from benchmarks.published import ADULT, FIGURES, METHODS, TABLES, best_published, published
from benchmarks.tasks import PUBLISHED


def test_every_published_row_has_a_figure_for_each_table():
    assert tuple(task.table for task in PUBLISHED) == TABLES
    for field, rows in FIGURES.items():
        assert field in COLUMNS
        assert set(rows) <= set(METHODS)
        assert {len(row) for row in rows.values()} == {len(TABLES)}
    assert all(set(row) <= set(METHODS) for row in ADULT.values())


def test_figures_are_found_by_table_and_method():
    assert published("shoppers")["TabPC"]["c2st"] == 0.894
    assert published("adult")["TabDiff"]["quantile_dcr_2"] == 1.9
    assert "fit_seconds" not in published("magic")["TabPC"]
    assert published("letter") == {}


def test_the_best_is_of_methods_and_not_of_real_rows():
    assert best_published("adult", "mle", highest=True) == 0.916  # real rows: 0.927
    assert best_published("default", "trend_published", highest=False) == 2.74
    assert best_published("letter", "c2st", highest=True) is None


@pytest.mark.parametrize(("table", "best"), [("adult", 0.855), ("default", 0.591), ("news", 0.129)])
def test_the_best_two_sample_scores_are_those_of_the_protocol(table, best):
    assert best_published(table, "c2st", highest=True) == best
