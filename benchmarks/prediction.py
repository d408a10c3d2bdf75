"""The target of a table predicted by the model, beside scikit-learn's boosted trees fitted on the same rows."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

from tabgan import TabGAN
from tabgan.reporting.features import row_features
from tabgan_datasets import Table

N_LABELS = 300

Floats = NDArray[np.float64]


def judge_prediction(
    model: TabGAN, train: pd.DataFrame, test: pd.DataFrame, table: Table, seed: int, max_time: float | None
) -> dict[str, dict[str, float]]:
    """AUC and log-loss of the rarest class on real test rows: with all labels, and with 300 of them.

    The second model saw every training row, but the label of 300 only; the boosted trees then have these 300 rows.
    """
    target = table.target
    rare = train[target].value_counts().idxmin()
    truth = (test[target] == rare).to_numpy()
    unknown = test.drop(columns=target)
    labelled = train.sample(N_LABELS, random_state=seed)
    hidden = train.assign(**{target: train[target].where(train.index.isin(labelled.index))})
    settings = {} if max_time is None else {"max_time": max_time}
    few = TabGAN(random_state=seed, **settings).fit(hidden, unlabelled=target)
    chances = {
        "tabgan": model.predict_proba(unknown, target)[rare],
        "boosted trees": boosted(train, test, table, rare, seed),
        f"tabgan, {N_LABELS} labels": few.predict_proba(unknown, target)[rare],
        f"boosted trees, {N_LABELS} labels": boosted(labelled, test, table, rare, seed),
    }
    return {
        way: {"AUC": roc_auc_score(truth, chance), "log-loss": log_loss(truth, chance)}
        for way, chance in chances.items()
    }


def boosted(rows: pd.DataFrame, test: pd.DataFrame, table: Table, rare: Hashable, seed: int) -> Floats:
    """Chance of the rare class by `HistGradientBoostingClassifier` with its defaults, categories as one-hots."""
    both = [part.drop(columns=table.target) for part in (rows, test)]
    features = row_features(*both, [name for name in table.categorical if name != table.target])
    features = features if isinstance(features, np.ndarray) else features.toarray()
    trees = HistGradientBoostingClassifier(random_state=seed)
    told = trees.fit(features[: len(rows)], (rows[table.target] == rare).to_numpy())
    return np.asarray(told.predict_proba(features[len(rows) :])[:, 1])
