"""A network whose truth is known, and a model of it that the tests of conditions share: fitting it takes minutes."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabGAN
from tabgan_datasets.bayes_network import BayesNetwork, clinic_network

N_TRAIN = 200_000


@pytest.fixture(scope="session")
def network() -> BayesNetwork:
    return BayesNetwork(clinic_network().nodes[:6])  # season, age, smoker, air, illness, cough


@pytest.fixture(scope="session")
def fitted(network) -> TabGAN:
    frame = network.sample(N_TRAIN, np.random.default_rng(0))
    ages = network.nodes[network.names.index("age")].levels
    frame["age"] = pd.Categorical(
        frame["age"], categories=ages, ordered=True
    )  # so that ranges can be asked for
    settings = {"epochs": 12, "max_time": None, "batch_size": 512, "dropout": 0.0, "weight_decay": 0.0}
    settings |= {"canonical_share": 0.15}
    return TabGAN(objective="likelihood", random_state=0, **settings).fit(frame)
