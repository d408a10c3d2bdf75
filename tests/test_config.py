import inspect
import math
from dataclasses import FrozenInstanceError, fields

import pytest

from tabgan import TabGAN
from tabgan.config import OBJECTIVES, PRECISIONS, Config

BAD = {
    "max_time": [0, -1.0, math.nan, math.inf, True],
    "epochs": [0, -3, 1.5, True],
    "objective": ["critic", "", None, 3],
    "batch_size": [0, -1, 1.5, True, None, "64"],
    "width": [0, -1, 1.5, True],
    "hidden": [0, -1, 1.5, True],
    "blocks": [-1, 1.5, True],
    "dropout": [-0.1, 1.0, 1.5, math.nan, True],
    "learning_rate": [0, -1e-3, math.nan, True],
    "weight_decay": [-1e-9, math.nan, True],
    "canonical_share": [-0.1, 1.1, math.nan, True],
    "validation_share": [-0.1, 1.0, math.nan, True],
    "critic_share": [-0.1, 1.0, math.nan, True],
    "critic_learning_rate": [0, -1, math.nan, True],
    "critic_hidden": [0, -1, 1.5, True],
    "critic_steps": [0, -1, 1.5, True],
    "pac": [0, -1, 1.5, True],
    "penalty": [-1, math.nan, True],
    "likelihood_weight": [-1, math.nan, True],
    "temperature": [0, -0.5, math.nan, True],
    "keep_critic": [0, 1, "yes", None],
    "matmul_precision": ["low", "", None, 16],
}
EDGES = {
    "max_time": [None, 1e-3, 1e9],
    "epochs": [None, 1],
    "objective": list(OBJECTIVES),
    "matmul_precision": list(PRECISIONS),
    "dropout": [0, 0.0, 0.99],
    "canonical_share": [0, 1],
    "validation_share": [0],
    "critic_share": [0],
    "weight_decay": [0, None],
    "penalty": [0],
    "likelihood_weight": [0],
}


def test_the_cases_cover_every_setting():
    assert set(BAD) == {field.name for field in fields(Config)}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in BAD for value in BAD[name]])
def test_bad_values_are_refused_with_name_and_value(name, value):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the message is compared below
        Config(**{name: value})
    assert str(caught.value).startswith(f"{name} must be ")
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    "name",
    sorted(
        {*BAD}
        - {"batch_size", "width", "hidden", "blocks", "objective", "epochs", "matmul_precision"}
        - {"pac", "critic_hidden", "critic_steps"}
    ),
)
def test_values_of_a_wrong_type_are_refused_with_their_name(name):
    with pytest.raises(ValueError, match=f"^{name} must be .*'0.5'"):
        Config(**{name: "0.5"})


@pytest.mark.parametrize(
    "name",
    ["learning_rate", "weight_decay", "critic_learning_rate", "penalty", "likelihood_weight", "temperature"],
)
def test_infinite_rates_and_weights_are_refused(name):
    with pytest.raises(ValueError, match=f"^{name} must be "):
        Config(**{name: math.inf})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in EDGES for value in EDGES[name]])
def test_values_at_the_edge_are_taken(name, value):
    assert getattr(Config(**{name: value}), name) == value


def test_a_batch_holds_whole_packs():
    assert Config(batch_size=500, pac=10).pac == 10
    with pytest.raises(ValueError, match=r"^batch_size must be divisible by pac \(3\), got 500"):
        Config(batch_size=500, pac=3)


def test_a_configuration_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Config().width = 3


def test_constructor_and_configuration_agree_in_names_and_defaults():
    parameters = inspect.signature(TabGAN).parameters
    settings = inspect.signature(Config).parameters
    for name, setting in settings.items():
        assert parameters[name].default == setting.default, name
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
    assert set(parameters) - set(settings) == {"device", "random_state", "protect_rare", "verbose"}


OTHER = {"objective": "wasserstein", "blocks": 1, "keep_critic": True, "matmul_precision": "high"}


def test_every_setting_reaches_the_configuration_of_a_fit():
    other = {
        field.name: OTHER[field.name] if field.name in OTHER else (field.default or 8) * 0.5
        for field in fields(Config)
    }
    whole = {"epochs", "batch_size", "width", "hidden", "critic_hidden", "critic_steps", "pac"}
    other = {name: max(int(value), 2) if name in whole else value for name, value in other.items()}
    made = TabGAN(**other)._config()
    for name, value in other.items():
        assert getattr(made, name) == value != getattr(Config(), name), name
