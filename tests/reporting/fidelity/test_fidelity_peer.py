"""Shape and Trend as published against SDMetrics: its figures kept here, and itself where it is installed."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.fidelity.metrics import shape_error, trend_error
from tests.reporting.planted import independent, linked_rows

LOANS = Path(__file__).parents[3] / "datasets" / "loans.csv"
LEVELS = ["level", "flag"]


def complete(frame):
    """SDMetrics leaves missing numbers out of a column's shape, here they count: compare without any."""
    return frame.dropna().reset_index(drop=True)


def scores(real, synthetic, levels):
    shape = 1 - shape_error(real, synthetic, levels) / 100
    trend = 1 - trend_error(real, synthetic, levels, bins="separate") / 100
    return shape, trend


def planted_pairs():
    real = complete(linked_rows(600, 0))
    second = complete(linked_rows(500, 1))
    wild = second.assign(x=second["x"].where(second.index != 0, 40.0))
    return {"second": (real, second), "independent": (real, independent(second)), "wild": (real, wild)}


# QualityReport of SDMetrics 0.32.0 (0.14.1 gives the same), with both of its thresholds and its row limit off.
GOLDEN = {
    "second": (0.9391605043, 0.8670318773),
    "independent": (0.9391605043, 0.7404784679),
    "wild": (0.9395803196, 0.7686001444),
}


@pytest.mark.parametrize("kind", GOLDEN)
def test_shape_and_trend_are_those_that_sdmetrics_gave(kind):
    real, synthetic = planted_pairs()[kind]
    assert scores(real, synthetic, LEVELS) == pytest.approx(GOLDEN[kind], abs=1e-6)


def peer_scores(real, synthetic, levels):
    pytest.importorskip("sdmetrics", reason="the package sdmetrics is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sdmetrics.reports.single_table import QualityReport

        report = QualityReport()
        # Newer releases leave weakly linked pairs out, and draw rows; the published scores know neither.
        report.real_correlation_threshold = report.real_association_threshold = 0
        report.num_rows_subsample = None
        kinds = {name: {"sdtype": "categorical"} for name in levels}
        for name in real.columns.difference(levels):
            is_time = pd.api.types.is_datetime64_any_dtype(real[name])
            kinds[name] = {"sdtype": "datetime" if is_time else "numerical"}
        report.generate(real, synthetic, {"columns": kinds}, verbose=False)
        found = report.get_properties().set_index("Property")["Score"]
    return float(found["Column Shapes"]), float(found["Column Pair Trends"])


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", GOLDEN)
def test_planted_tables_score_as_by_sdmetrics(kind):
    real, synthetic = planted_pairs()[kind]
    assert scores(real, synthetic, LEVELS) == pytest.approx(peer_scores(real, synthetic, LEVELS), abs=0.002)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
def test_loans_score_as_by_sdmetrics(noise):
    loans = complete(pd.read_csv(LOANS).drop(columns="loan_id"))
    levels = [
        name for name in loans if not pd.api.types.is_numeric_dtype(loans[name]) or loans[name].dtype == bool
    ]
    loans = loans.drop(columns="opened").astype({name: str for name in levels if name != "opened"})
    levels.remove("opened")
    rows = np.random.default_rng(0).permutation(len(loans))
    real, other = (loans.iloc[part].reset_index(drop=True) for part in np.array_split(rows, 2))
    shuffled = independent(other)
    synthetic = other.where(np.random.default_rng(1).random(other.shape) >= noise, shuffled).astype(
        other.dtypes
    )
    assert scores(real, synthetic, levels) == pytest.approx(peer_scores(real, synthetic, levels), abs=0.002)
