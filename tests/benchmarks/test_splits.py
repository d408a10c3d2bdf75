"""Splits: sizes, seeds, nothing shared between the parts."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.splits import judged, known_levels, split_table
from benchmarks.tasks import Task
from tabgan_datasets import TableNotFoundError, find_table, load_table


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("TABGAN_DATA", str(tmp_path))
    pd.DataFrame({"n": range(103)}).to_csv(tmp_path / "adult.csv", index=False)
    pd.DataFrame({"n": range(1_000, 1_050)}).to_csv(tmp_path / "adult_test.csv", index=False)
    return tmp_path


def make_task(**changes):
    return Task(**{"name": "t", "group": "main", "table": "adult", **changes})


def test_ninety_ten_is_the_shuffle_with_seed_1234(data):
    split = split_table(make_task(split="90/10"))
    expected = pd.Series(range(103)).sample(frac=1, random_state=1234).tolist()
    assert split.train["n"].tolist() == expected[:92]
    assert split.test["n"].tolist() == expected[92:]
    assert split.holdout is None


def test_official_takes_both_files_and_all_takes_every_row(data):
    split = split_table(make_task(split="official"))
    assert split.train["n"].tolist() == list(range(103))
    assert split.test["n"].min() == 1_000
    assert len(split_table(make_task(split="all")).train) == 103


@pytest.mark.parametrize("split", ["official", "90/10"])
def test_halves_are_equal_and_share_no_row(data, split):
    found = split_table(make_task(split=split, half=True))
    assert len(found.train) == len(found.holdout) == (51 if split == "official" else 46)
    seen = [set(frame["n"]) for frame in (found.train, found.holdout, found.test)]
    assert len(set.union(*seen)) == sum(map(len, seen))


def test_two_seeds_exchange_the_halves_and_the_next_two_shuffle_anew(data):
    found = [split_table(make_task(split="all", half=True), seed) for seed in range(3)]
    rows = [(set(split.train["n"]), set(split.holdout["n"])) for split in found]
    assert rows[1] == rows[0][::-1]
    assert rows[2][0] not in rows[0]


def test_a_table_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TABGAN_DATA", str(tmp_path))
    with pytest.raises(TableNotFoundError, match="'adult'"):
        split_table(make_task())


def test_the_judge_sees_no_identifier_and_dates_as_dates():
    frame = judged(load_table("loans"), find_table("loans"))
    assert "loan_id" not in frame
    assert pd.api.types.is_datetime64_any_dtype(frame["opened"].dtype)


def test_rows_with_unseen_levels_have_no_log_probability():
    loans = load_table("loans").iloc[:20]
    train = loans.assign(region="north", purpose="car", age=np.arange(20))
    holdout = train.assign(age=99)
    holdout.loc[[3, 5], "region"] = ["overseas", None]
    assert len(known_levels(holdout, train, find_table("loans"))) == 18
    train.loc[0, "region"] = None
    assert len(known_levels(holdout, train, find_table("loans"))) == 19
