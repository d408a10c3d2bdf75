"""Shape, Trend and wNMIS against slow, independent computations, and planted cases."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.metrics import normalized_mutual_info_score

from tabgan.errors import DataError, SchemaError
from tabgan.reporting.fidelity.metrics import column_errors, correlations, shape_error, trend_error, wnmis


def make_rows(n_rows, seed, *, linked=True):
    """Two linked numbers, a category linked to them, a flag, a date; some of each missing."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=n_rows)
    link = base if linked else rng.normal(size=n_rows)
    frame = pd.DataFrame(
        {
            "x": base,
            "y": np.exp(link + 0.3 * rng.normal(size=n_rows)),
            "level": pd.Series(np.array(["a", "b", "c", "d"])[np.digitize(link, [-1, 0, 1])], dtype=object),
            "flag": rng.random(n_rows) < 0.3,
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D"),
        }
    )
    frame.loc[rng.random(n_rows) < 0.1, "y"] = np.nan
    frame.loc[rng.random(n_rows) < 0.1, "level"] = None
    frame.loc[rng.random(n_rows) < 0.1, "day"] = pd.NaT
    return frame


def seconds(column):
    return (column - pd.Timestamp("1970-01-01")).dt.total_seconds() if column.name == "day" else column


def slow_tvd(real, synthetic):
    p, q = ([str(v) for v in values] for values in (real, synthetic))
    return sum(abs(p.count(v) / len(p) - q.count(v) / len(q)) for v in set(p) | set(q)) / 2


def slow_bins(values, edges, *, own_maximum):
    bins = []
    for value in values:
        if np.isnan(value):
            bins.append("missing")
        else:
            place = int(sum(value >= edge for edge in edges))
            bins.append(max(1, min(place, 11 if own_maximum else 10)))
    return bins


def slow_trend(real, synthetic, bins):
    errors = []
    for first, second in combinations(real.columns, 2):
        numeric = [name for name in (first, second) if name in ("x", "y", "day")]
        if len(numeric) == 2:
            r = [
                pd.DataFrame({n: seconds(f[n]) for n in numeric}).corr().iloc[0, 1] for f in (real, synthetic)
            ]
            errors.append(abs(r[0] - r[1]) / 2)
            continue
        coded = {}
        for name in (first, second):
            for key, frame in (("real", real), ("synthetic", synthetic)):
                values = seconds(frame[name])
                if name in numeric:
                    own = seconds((frame if bins == "separate" else real)[name])
                    edges = np.linspace(own.min(), own.max(), 11)
                    values = slow_bins(values, edges, own_maximum=bins == "separate")
                coded[name, key] = list(values)
        errors.append(
            slow_tvd(
                list(zip(coded[first, "real"], coded[second, "real"], strict=True)),
                list(zip(coded[first, "synthetic"], coded[second, "synthetic"], strict=True)),
            )
        )
    return 100 * np.mean(errors)


@pytest.fixture
def pair():
    return make_rows(300, 0), make_rows(260, 1, linked=False)


def test_shape_of_numbers_is_the_ks_statistic_with_missing_as_the_lowest_value(pair):
    real, synthetic = pair
    errors = column_errors(real, synthetic)
    for name in ("x", "y", "day"):
        low = [seconds(frame[name]).fillna(-1e300) for frame in pair]
        assert errors[name] == pytest.approx(100 * ks_2samp(*low).statistic)


def test_shape_of_categories_is_the_total_variation_distance(pair):
    real, synthetic = pair
    errors = column_errors(real, synthetic)
    for name in ("level", "flag"):
        expected = slow_tvd(*(f[name].astype(object).where(f[name].notna(), "missing") for f in pair))
        assert errors[name] == pytest.approx(100 * expected)
    assert shape_error(real, synthetic) == pytest.approx(errors.mean())


@pytest.mark.parametrize("bins", ["real", "separate"])
def test_trend_equals_a_slow_computation(pair, bins):
    assert trend_error(*pair, bins=bins) == pytest.approx(slow_trend(*pair, bins), rel=1e-9)


def test_trend_sees_broken_links_that_shape_does_not():
    real, broken = make_rows(4_000, 0), make_rows(4_000, 1)
    rng = np.random.default_rng(2)
    broken = broken.assign(**{name: rng.permutation(broken[name].to_numpy()) for name in ("x", "level")})
    assert shape_error(real, broken) < 3
    assert trend_error(real, make_rows(4_000, 3)) < 3.5
    assert trend_error(real, broken) > 9


def test_one_wild_value_moves_separate_bins_and_not_those_of_the_real_data():
    real, synthetic = make_rows(2_000, 0), make_rows(2_000, 1)
    synthetic.loc[0, "x"] = 1e4
    assert trend_error(real, synthetic, bins="separate") > trend_error(real, synthetic) + 5


def test_a_copy_has_no_error_whatever_the_order_of_rows_and_columns():
    real = make_rows(500, 0)
    copy = real.sample(frac=1, random_state=0)[real.columns[::-1]]
    assert shape_error(real, copy) == 0
    assert trend_error(real, copy) == pytest.approx(0, abs=1e-9)
    assert trend_error(real, copy, bins="separate") == pytest.approx(0, abs=1e-9)
    assert wnmis(real, copy) == pytest.approx(1)


def test_wnmis_equals_the_definition_with_scikit_learns_information():
    real, synthetic = make_rows(800, 0), make_rows(700, 1, linked=False)
    codes = {}
    for key, frame in (("real", real), ("synthetic", synthetic)):
        for name in real.columns:
            values = seconds(frame[name])
            if name in ("x", "y", "day"):
                edges = np.linspace(seconds(real[name]).min(), seconds(real[name]).max(), 11)
                values = slow_bins(values, edges, own_maximum=False)
            codes[key, name] = [str(value) for value in values]
    gap = weight = 0.0
    for first, second in combinations(real.columns, 2):
        a, b = (
            normalized_mutual_info_score(codes[k, first], codes[k, second]) for k in ("real", "synthetic")
        )
        gap, weight = gap + (a + b) * abs(a - b), weight + a + b
    assert wnmis(real, synthetic) == pytest.approx(1 - gap / weight)


def test_named_categories_override_the_dtype():
    real = pd.DataFrame({"k": [1, 2, 3, 4] * 25})
    synthetic = pd.DataFrame({"k": [1, 1, 4, 4] * 25})
    assert shape_error(real, synthetic) == pytest.approx(25)
    assert shape_error(real, synthetic, ["k"]) == pytest.approx(50)


def test_missing_numbers_count_as_error():
    real = pd.DataFrame({"x": np.arange(100.0), "y": np.arange(100.0) ** 2})
    synthetic = real.copy()
    synthetic.loc[::2, "x"] = np.nan
    assert column_errors(real, synthetic)["x"] == pytest.approx(50)


def test_correlations_of_hard_columns_are_finite():
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    values = np.column_stack([x * 1e307, x * 1e-300 - 1e-299, np.full(200, 7.0), np.full(200, np.nan), -x])
    values[0, 4] = np.inf
    found = correlations(values)
    assert np.isfinite(found).all()
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 4] == pytest.approx(-1)
    assert (found[2] == 0).all()
    assert (found[3] == 0).all()


def test_many_levels_cost_rows_not_pairs_of_levels():
    names = [f"v{i}" for i in range(5_000)]
    real = pd.DataFrame({"a": names, "b": names[::-1]})
    synthetic = pd.DataFrame({"a": names, "b": names})
    assert trend_error(real, synthetic) == pytest.approx(100)


def test_frames_that_do_not_match_are_refused():
    real = make_rows(10, 0)
    with pytest.raises(SchemaError, match="'flag'"):
        shape_error(real, real.drop(columns="flag"))
    with pytest.raises(SchemaError, match="'nope'"):
        trend_error(real, real, ["nope"])
    with pytest.raises(DataError, match="0 synthetic"):
        shape_error(real, real.iloc[:0])
