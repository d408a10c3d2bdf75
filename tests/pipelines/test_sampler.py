import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from tabgan import TabGANSampler
from tabgan.errors import DataError


@pytest.fixture(scope="module")
def table(whole) -> tuple[pd.DataFrame, pd.Series]:
    return whole.drop(columns="kind"), whole["kind"]


def test_every_class_gets_as_many_rows_and_real_ones_come_first(quick, table):
    X, y = table
    sampler = TabGANSampler(quick, random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    assert y_new.value_counts().nunique() == 1
    assert sampler.sampling_strategy_ == {"rare": (y == "usual").sum() - (y == "rare").sum()}
    pd.testing.assert_frame_equal(X_new.head(len(X)), X)
    pd.testing.assert_series_equal(y_new.head(len(y)), y)
    assert (y_new.iloc[len(y) :] == "rare").all()
    pd.testing.assert_frame_equal(X_new, clone(sampler).fit_resample(X, y)[0])


def test_arrays_give_arrays(quick, table):
    X, y = table[0][["age", "pay"]].to_numpy(), (table[1] == "rare").to_numpy().astype(np.int8)
    X_new, y_new = TabGANSampler(quick, random_state=0).fit_resample(X, y)
    assert (X_new.dtype, y_new.dtype) == (X.dtype, y.dtype)
    assert np.bincount(y_new).tolist() == [(y == 0).sum()] * 2


@pytest.mark.parametrize(("strategy", "rare"), [(0.5, 0.5), ({"rare": 120}, None)])
def test_how_many_rows_can_be_said(quick, table, strategy, rare):
    X, y = table
    _, y_new = TabGANSampler(quick, sampling_strategy=strategy, random_state=0).fit_resample(X, y)
    counts = y_new.value_counts()
    assert counts["usual"] == (y == "usual").sum()
    assert counts["rare"] == (120 if rare is None else round(rare * counts["usual"]))


def test_a_column_of_the_same_name_and_a_frame_of_classes(quick, table):
    X, y = table
    X_new, y_new = TabGANSampler(quick, random_state=0).fit_resample(X.assign(kind=1.5), y.to_frame())
    assert list(X_new.columns) == [*X.columns, "kind"]
    assert (X_new["kind"] == 1.5).all()
    assert y_new["kind"].value_counts().nunique() == 1


def test_classes_named_as_a_column_of_an_array(quick, table):
    X, y = table[0][["age", "pay"]].to_numpy(), table[1].rename("x0")
    X_new, y_new = TabGANSampler(quick, random_state=0).fit_resample(X, y)
    assert (X_new.dtype, y_new.name) == (X.dtype, "x0")
    np.testing.assert_array_equal(X_new[: len(X)], X)
    assert y_new.value_counts().nunique() == 1


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        ("majority", "must be 'auto'"),
        ({"blue": 3}, "names the class 'blue'; choose among \\['rare', 'usual'\\]"),
        ({"usual": 3}, "rows are only added"),
        (0.01, "rows are only added"),
    ],
)
def test_a_wrong_strategy_is_told(quick, table, strategy, told):
    with pytest.raises(ValueError, match=told):
        TabGANSampler(quick, sampling_strategy=strategy).fit_resample(*table)


def test_wrong_classes_are_told(quick, table):
    X, y = table
    with pytest.raises(DataError, match="found 3 of which 0"):
        TabGANSampler(quick).fit_resample(X, y.head(3))
    with pytest.raises(DataError, match="of which 1 are missing"):
        TabGANSampler(quick).fit_resample(X, y.where(y.index != 4))
    with pytest.raises(ValueError, match="two classes or more, found 1"):
        TabGANSampler(quick).fit_resample(X, y.where(y == "none", "all"))
