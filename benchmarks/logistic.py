"""The two-sample test with a linear judge (LR-C2ST), which papers report beside the boosted one."""

from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import RobustScaler

from tabgan.reporting.detection.c2st import N_FOLDS
from tabgan.reporting.features import row_features


def logistic_c2st(real: pd.DataFrame, synthetic: pd.DataFrame, categorical: list[str]) -> float:
    """1 - mean over 3 stratified folds of (2 max(0.5, AUC) - 1) of a logistic regression; 1 is best.

    Missing numbers count as the mean of their column; numbers are scaled by median and quartiles. It sees single
    columns only: independent columns score near 1. The search stops after 100 steps, as in published scores.
    """
    n_rows = min(len(real), len(synthetic))
    features: Any = row_features(real.iloc[:n_rows], synthetic.iloc[:n_rows], categorical)
    truth = np.repeat([1, 0], n_rows)
    aucs = []
    for train, test in StratifiedKFold(N_FOLDS, shuffle=True, random_state=0).split(truth, truth):
        with catch_warnings():
            simplefilter("ignore", ConvergenceWarning)
            model = _judge(sparse=issparse(features)).fit(features[train], truth[train])
        aucs.append(roc_auc_score(truth[test], model.predict_proba(features[test])[:, 1]))
    return 1 - float(np.mean([2 * max(0.5, auc) - 1 for auc in aucs]))


def _judge(*, sparse: bool) -> Pipeline:
    return make_pipeline(
        SimpleImputer(keep_empty_features=True),
        RobustScaler(with_centering=not sparse),
        LogisticRegression(),
    )
