"""The rare class of a table: what a classifier makes of it with more rows of that class, real or synthetic."""

from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, roc_auc_score

from benchmarks.scores import judge
from tabgan import TabGAN
from tabgan.reporting.detection.c2st import make_classifier, row_features
from tabgan_datasets import Table


def judge_rare(
    model: TabGAN, train: pd.DataFrame, test: pd.DataFrame, table: Table, seed: int
) -> dict[str, dict[str, float]]:
    """F1 of the rare class and AUC on real test rows, for each way of balancing the training rows."""
    rare = train[table.target].value_counts().idxmin()
    figures = {}
    for name, rows in arms(model, train, table, seed):
        features = row_features(
            _known(rows, table),
            _known(test, table),
            [c for c in table.categorical if c != table.target],
        )
        classes = (rows[table.target] == rare).to_numpy().astype(int)
        truth = (test[table.target] == rare).to_numpy().astype(int)
        told = make_classifier(judge()).set_params(random_state=seed).fit(features[: len(rows)], classes)
        chance = told.predict_proba(features[len(rows) :])[:, 1]
        figures[name] = {
            "F1": f1_score(truth, chance >= 0.5),
            "AUC": roc_auc_score(truth, chance),
            "rare rows": float(classes.mean()),
        }
    return figures


def _known(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """What the classifier sees: all but the target, dates held as text read as dates."""
    return rows.assign(**{name: pd.to_datetime(rows[name]) for name in table.datetimes}).drop(
        columns=table.target
    )


def arms(model: TabGAN, train: pd.DataFrame, table: Table, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Training rows as they are, and balanced in several ways."""
    yield "none", train
    yield "random oversampling", oversampled(train, table.target, seed)
    if find_spec("imblearn") and not train.isna().to_numpy().any():  # it takes no missing cells
        yield smote(train, table, seed)
    yield "augment", model.augment(train, table.target, random_state=seed).drop(columns="synthetic")


def oversampled(train: pd.DataFrame, target: str, seed: int) -> pd.DataFrame:
    """Rows of smaller classes again, drawn with replacement, until all classes are equal."""
    counts = train[target].value_counts()
    extra = [
        train[train[target] == level].sample(int(counts.max() - n), replace=True, random_state=seed)
        for level, n in counts.items()
        if n < counts.max()
    ]
    return pd.concat([train, *extra], ignore_index=True)


def smote(train: pd.DataFrame, table: Table, seed: int) -> tuple[str, pd.DataFrame]:
    """SMOTE for numbers and categories (Chawla et al. 2002, section 6.1), as imbalanced-learn has it, and its name.

    Plain SMOTE where all are numbers: the other one refuses them.
    """
    from imblearn.over_sampling import SMOTE, SMOTENC

    dates = {
        name: pd.to_datetime(train[name]).astype("datetime64[ns]").astype("int64") for name in table.datetimes
    }
    names = train.columns.drop(table.target)
    categories = [name for name in names if name in table.categorical]
    numbers = dict.fromkeys(names.drop(categories), np.float64)
    rows = train.assign(**dates)[names].astype(dict.fromkeys(categories, str) | numbers)
    name, sampler = ("SMOTE-NC", SMOTENC(categories)) if categories else ("SMOTE", SMOTE())
    X, y = sampler.set_params(random_state=seed).fit_resample(rows, train[table.target])
    booleans = [name for name in names if pd.api.types.is_bool_dtype(train[name].dtype)]
    back = {name: train[name].dtype for name in names if name not in (*booleans, *dates)}
    X = X.assign(**{boolean: X[boolean] == "True" for boolean in booleans}).astype(back)
    X = X.assign(**{date: pd.to_datetime(X[date].round().astype("int64")) for date in dates})
    return name, X.assign(**{table.target: y})[list(train.columns)]
