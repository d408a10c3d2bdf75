"""What is compared: names, options that the library takes, and references."""

import json
from dataclasses import fields

import pandas as pd
import pytest

from benchmarks.methods import ARMS, CRITICS, METHODS, PEERS, choose_methods, find_method
from benchmarks.references import independent_rows, real_split
from benchmarks.splits import Split
from benchmarks.tasks import find_task
from tabgan.config import Config


def test_methods_have_names_of_their_own_and_options_that_the_library_takes():
    names = [method.name for method in METHODS]
    assert len(names) == len(set(names))
    assert not any(set(name) & set(", /") for name in names)  # they stand in a comma-separated list
    known = {field.name for field in fields(Config)}
    for method in METHODS:
        assert set(method.options) <= known
        Config(**method.options)
    assert all(find_method(name).kind == "peer" for name in (*PEERS, "classic"))


def test_every_arm_differs_from_the_others_but_for_the_defaults_named_as_an_arm():
    written = [json.dumps(arm, sort_keys=True) for arm in ARMS.values()]
    assert len(set(written)) == len(written)
    assert Config(**CRITICS["likelihood+regularised"]) == Config()


def test_the_four_arms_differ_in_the_objective_or_in_regularisation_only():
    plain = {name: {k: v for k, v in arm.items() if k != "objective"} for name, arm in CRITICS.items()}
    assert plain["likelihood"] == plain["critic"] != {}
    assert plain["likelihood+regularised"] == plain["critic+regularised"] == {}
    assert [arm["objective"] for arm in CRITICS.values()] == [
        "likelihood",
        "likelihood",
        *["wasserstein"] * 3,
    ]


def test_packs_differ_in_nothing_but_their_size():
    one, ten = ({k: v for k, v in ARMS[name].items() if k != "pac"} for name in ("pac-1", "pac-10"))
    assert one == ten
    assert (ARMS["pac-1"]["pac"], ARMS["pac-10"]["pac"]) == (1, 10)


def test_methods_are_chosen_by_name_and_group():
    assert [m.name for m in choose_methods("real,peers, tabgan,ctgan")] == ["real", *PEERS, "tabgan"]
    with pytest.raises(KeyError, match="no method named 'gan'"):
        choose_methods("gan")


def test_independent_columns_keep_their_values_and_lose_their_links():
    train = pd.DataFrame({"a": range(1_000), "b": range(1_000)})
    measured, rows = independent_rows(train, 5_000, seed=0)
    assert len(rows) == 5_000
    assert set(rows["a"]) <= set(train["a"])
    assert abs(rows["a"].corr(rows["b"])) < 0.1
    assert measured["rows_per_second"] > 0
    assert independent_rows(train, 5_000, seed=0)[1].equals(rows)
    assert not independent_rows(train, 5_000, seed=1)[1].equals(rows)


def test_a_second_real_sample_shares_no_row_with_what_it_is_compared_with():
    frames = [pd.DataFrame({"a": range(k, k + 300)}) for k in (0, 300)]
    whole, rows = real_split(find_task("adult"), Split(train=frames[0], test=frames[1]), seed=0)
    assert len(whole.train) == len(rows) == 150
    assert not set(whole.train["a"]) & set(rows["a"])
    halves = Split(train=frames[0], test=None, holdout=frames[1])
    split, rows = real_split(find_task("adult-half"), halves, seed=0)
    parts = [set(frame["a"]) for frame in (split.train, split.holdout, rows)]
    assert [len(part) for part in parts] == [200, 200, 200]
    assert len(set.union(*parts)) == 600
