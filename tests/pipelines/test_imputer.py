import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from tabgan import TabGAN, TabGANImputer
from tabgan.errors import DataError


@pytest.fixture(scope="module", params=["draw", "likely"])
def imputer(request, quick, gaps) -> TabGANImputer:
    return TabGANImputer(quick, strategy=request.param, random_state=0).fit(gaps)


def test_gaps_are_filled_and_the_rest_is_untouched(imputer, gaps):
    filled = imputer.transform(gaps)
    assert not filled.isna().to_numpy().any()
    for name in gaps.columns:
        kept = gaps[name].notna()
        pd.testing.assert_series_equal(filled[name][kept], gaps[name][kept])
    pd.testing.assert_frame_equal(filled, imputer.transform(gaps))


def test_missing_in_fit_is_hidden_not_a_value(imputer):
    assert not any(encoder.has_missing for encoder in imputer.estimator_.model_.encoder.encoders)


def test_likely_cells_are_predictions(quick, gaps):
    imputer = TabGANImputer(quick, strategy="likely", random_state=0).fit(gaps)
    where = gaps["city"].isna()
    expected = imputer.estimator_.predict(gaps[where], "city")
    assert imputer.transform(gaps)["city"][where].tolist() == expected.tolist()


def test_a_column_without_a_value_stays_missing(quick, gaps):
    filled = TabGANImputer(quick, random_state=0).fit_transform(gaps.assign(gone=np.nan))
    assert filled["gone"].isna().all()
    assert filled.drop(columns="gone").notna().to_numpy().all()


def test_arrays_give_arrays(quick, gaps):
    numbers = gaps[["age", "pay"]].to_numpy()
    filled = TabGANImputer(quick, random_state=0).fit_transform(numbers)
    assert filled.dtype == numbers.dtype
    np.testing.assert_array_equal(filled[~np.isnan(numbers)], numbers[~np.isnan(numbers)])
    mixed = TabGANImputer(quick, random_state=0).fit_transform(gaps[["age", "city"]].to_numpy())
    assert mixed.dtype == object
    assert not pd.isna(mixed).any()


def test_arrays_after_a_frame_are_told_by_their_place(imputer, quick, gaps):
    np.testing.assert_array_equal(imputer.transform(gaps.to_numpy()), imputer.transform(gaps).to_numpy())
    turned = gaps[["age", "city"]].set_axis(
        ["x1", "x0"], axis=1
    )  # names as arrays are given, in another order
    own = TabGANImputer(quick, strategy=imputer.strategy, random_state=0).fit(turned)
    np.testing.assert_array_equal(own.transform(turned.to_numpy()), own.transform(turned).to_numpy())


def test_a_frame_after_an_array_keeps_its_names(quick, gaps):
    numbers = gaps[["age", "pay"]]
    imputer = TabGANImputer(quick, random_state=0).fit(numbers.to_numpy())
    filled = imputer.transform(numbers)
    assert list(filled.columns) == ["age", "pay"]
    np.testing.assert_array_equal(filled.to_numpy(), imputer.transform(numbers.to_numpy()))


@pytest.mark.parametrize("strategy", ["draw", "likely"])
def test_names_that_are_no_text_may_come_in_any_order(quick, gaps, strategy):
    numbered = gaps.set_axis(range(gaps.shape[1]), axis=1)
    imputer = TabGANImputer(quick, strategy=strategy, random_state=0).fit(numbered)
    order = [2, 0, 4, 3, 1]
    pd.testing.assert_frame_equal(imputer.transform(numbered[order]), imputer.transform(numbered)[order])


def test_it_fits_pipelines_and_frames_keep_their_names(quick, gaps, whole):
    columns = make_column_transformer((OneHotEncoder(), ["city"]), (StandardScaler(), ["age", "pay"]))
    pipeline = make_pipeline(TabGANImputer(quick, random_state=0), columns, LogisticRegression())
    data = gaps[["age", "pay", "city"]]
    assert pipeline.fit(data, whole["kind"]).predict(data).shape == (len(gaps),)
    part = make_column_transformer((TabGANImputer(quick, random_state=0), ["age", "pay"]), remainder="drop")
    out = part.set_output(transform="pandas").fit_transform(data)
    assert list(out.columns) == ["tabganimputer__age", "tabganimputer__pay"]
    assert out.index.equals(data.index)


def test_the_estimator_given_is_not_fitted_and_clones_are_equal(imputer, quick):
    assert not hasattr(quick, "model_")
    assert clone(imputer).get_params(deep=False).keys() == {"estimator", "strategy", "random_state"}
    assert isinstance(TabGANImputer().get_params()["estimator"], type(None))
    assert list(imputer.get_feature_names_out()) == ["age", "pay", "city", "kind", "member"]


def test_wrong_requests_are_told(imputer, quick, gaps):
    with pytest.raises(ValueError, match="strategy must be one of draw, likely, got 'mean'"):
        TabGANImputer(quick, strategy="mean").fit(gaps)
    with pytest.raises(NotFittedError):
        TabGANImputer(quick).transform(gaps)
    with pytest.raises(DataError, match="seen at fit time, yet now missing:\n- age"):
        imputer.transform(gaps.drop(columns="age"))
    with pytest.raises(DataError, match="X has 2 features, but TabGANImputer is expecting 5"):
        imputer.transform(gaps[["age", "pay"]].to_numpy())


@pytest.mark.slow
def test_the_checks_of_scikit_learn():
    small = TabGAN(epochs=1, max_time=None, width=8, hidden=4)
    check_estimator(TabGANImputer(small, random_state=0), on_skip=None)
