"""The report on privacy: a memoriser makes it scream, a second real sample leaves it calm, nothing makes it fail."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.privacy import attribute_inference, distance_section, membership, singling_out
from tabgan.reporting.privacy.section import judge_privacy
from tabgan.reporting.score import plain
from tabgan.reporting.tables import make_tables
from tests.reporting.mixed_rows import copied, make_rows, noisy

SOME = 300  # attacks in a test that is not about their number


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(singling_out, "N_ATTACKS", SOME)
    monkeypatch.setattr(attribute_inference, "MAX_TARGETS", SOME)
    monkeypatch.setattr(membership, "N_TREES", 20)


NAMES = {
    "exact_copies", "copied_cells", "copied_cells_excess", "dcr_share", "nndr", "quantile_dcr_2", "quantile_dcr_5",
    "mia_auc", "mia_tpr", "mia_exposed_auc", "singling_out", "attribute_inference",
}  # fmt: skip
DETAILS = {"copies", "distances", "membership", "singling_out", "attribute_inference", "cannot_judge"}
WIDER = 1.4  # of intervals of which nine hold together 95 % of the times
ATTACKS = ("mia_auc", "mia_tpr", "mia_exposed_auc", "singling_out", "attribute_inference")


def judge(real, synthetic, holdout=None, log_prob=None, **settings):
    return judge_privacy(make_tables(real, synthetic, holdout, **settings), log_prob)


@pytest.fixture(scope="module")
def fresh():
    return judge(make_rows(1_600, 10), make_rows(1_600, 11), make_rows(1_600, 12))


@pytest.mark.parametrize(
    "make", [lambda train: train.sample(frac=1, random_state=0), lambda train: noisy(train, 3)]
)
def test_a_memoriser_makes_it_scream(make):
    train = make_rows(1_500, 0)
    section = judge(train, make(train), make_rows(1_500, 1))
    low = {name: score.low for name, score in section.scores.items()}
    value = {name: score.value for name, score in section.scores.items()}
    if make(train)["money"].isin(train["money"]).mean() > 0.99:
        assert value["exact_copies"] == 100
        assert low["copied_cells_excess"] > 50
    assert low["dcr_share"] > 80
    assert value["nndr"] < section.scores["nndr"].floor / 2
    assert low["quantile_dcr_2"] > 20
    assert low["mia_auc"] > 0.9
    assert low["mia_tpr"] > 10
    assert low["singling_out"] > 10
    assert low["attribute_inference"] > 30


def test_a_second_real_sample_leaves_it_calm(fresh):
    for name, floor in {"dcr_share": 50, "quantile_dcr_2": 2, "quantile_dcr_5": 5, "mia_auc": 0.5, "mia_tpr": 1,
                        "mia_exposed_auc": 0.5, "singling_out": 0, "attribute_inference": 0,
                        "copied_cells_excess": 0}.items():  # fmt: skip
        score = fresh.scores[name]
        assert abs(score.value - floor) < WIDER * (score.high - score.low) / 2, name
        assert score.floor == floor
    nndr = fresh.scores["nndr"]
    assert nndr.value == pytest.approx(nndr.floor, abs=0.03)
    assert fresh.scores["exact_copies"].value == fresh.scores["exact_copies"].floor == 0


def test_independent_columns_are_private():
    train = make_rows(1_000, 0)
    rng = np.random.default_rng(0)
    section = judge(
        train, train.apply(lambda column: rng.permutation(column.to_numpy())), make_rows(1_000, 1)
    )
    for name in ("mia_auc", "mia_tpr", "singling_out", "attribute_inference"):
        score = section.scores[name]
        if name != "singling_out":
            assert abs(score.value - score.floor) < WIDER * (score.high - score.low) / 2, name
    # Its numbers are all copies of single cells.
    assert section.scores["exact_copies"].value < 1
    assert section.scores["singling_out"].low > 0


def test_all_scores_and_details_are_there_as_plain_data(fresh):
    assert set(fresh.scores) == NAMES
    assert set(fresh.details) == DETAILS
    json.dumps(fresh.details, allow_nan=False)
    json.dumps([score.as_data() for score in fresh.scores.values()], allow_nan=False)
    assert plain(fresh.details) == fresh.details
    membership = fresh.details["membership"]
    assert {a["name"] for a in membership["attacks"]} == {
        "nearest synthetic row",
        "density ratio",
        "classifier",
    }
    assert membership["n_members"] == membership["n_non_members"] == 800
    assert membership["n_reference"] == 800
    assert len(membership["roc"]["fpr"]) == len(membership["roc"]["tpr"])
    assert fresh.details["cannot_judge"] is None
    distances = fresh.details["distances"]
    assert sum(distances["synthetic"]) == pytest.approx(1)
    assert sum(distances["holdout"]) == pytest.approx(1)
    assert len(distances["edges"]) == len(distances["synthetic"]) + 1
    inference = fresh.details["attribute_inference"]
    assert [entry["column"] for entry in inference["columns"]] == ["money", "age", "level", "day", "flag"]
    assert inference["n_known"] == 4
    assert fresh.details["copies"]["cells"][0]["column"] == "money"


def test_the_text_says_what_it_is_and_never_too_much(fresh):
    alone = judge(make_rows(300, 0), make_rows(300, 1))
    text = json.dumps([[s.note, s.label] for s in (*fresh.scores.values(), *alone.scores.values())])
    text += json.dumps([*fresh.notes, *alone.notes, fresh.details, alone.details])
    assert "anonym" not in text.lower()
    told = " ".join(fresh.notes)
    assert "not privacy" in told
    assert "reveals something of the real rows" in told
    assert "800 of the 1,600 training rows" in told
    for entry in fresh.details["membership"]["attacks"]:
        assert "synthetic rows" in entry["knows"]
        assert len(entry["knows"]) < 200
    assert all(len(fresh.details[part]["knows"]) < 300 for part in ("singling_out", "attribute_inference"))


def test_without_a_hold_out_attacks_are_not_judged_and_copies_are():
    train = make_rows(1_500, 0)
    section = judge(train, make_rows(1_500, 1))
    for name in (*ATTACKS, "dcr_share"):
        assert section.scores[name].value is None
        assert "hold-out" in section.scores[name].note
    assert "hold-out" in section.details["cannot_judge"]
    assert "there is none" in section.details["cannot_judge"]
    assert section.details["membership"] is section.details["singling_out"] is None
    assert section.details["distances"]["holdout"] is None
    for name, ideal in (("quantile_dcr_2", 2), ("quantile_dcr_5", 5), ("copied_cells_excess", 0)):
        score = section.scores[name]
        assert score.low <= ideal <= score.high
    nndr = section.scores["nndr"]
    assert nndr.value == pytest.approx(nndr.floor, abs=0.04)
    memory = judge(train, copied(train, 1_500, 0)).scores
    assert memory["exact_copies"].value == 100
    assert memory["quantile_dcr_5"].low > 50
    assert memory["copied_cells_excess"].low > 50
    short = judge(train, train, train.iloc[:19])
    assert "19 rows" in short.details["cannot_judge"]


def test_a_table_of_all_combinations_has_no_distances():
    grid = pd.DataFrame({f"c{i}": list("abcd") * 200 for i in range(2)})
    rng = np.random.default_rng(0)
    frames = [grid.apply(lambda c: rng.permutation(c.to_numpy())) for _ in range(3)]
    section = judge(*frames)
    for name in ("dcr_share", "nndr", "quantile_dcr_2", "quantile_dcr_5"):
        assert section.scores[name].value is None
        assert "combinations" in section.scores[name].note
    assert section.scores["exact_copies"].value == section.scores["exact_copies"].floor == 100
    auc = section.scores["mia_auc"]
    assert auc.low <= 0.5 <= auc.high


def test_a_hold_out_that_was_trained_on_is_told():
    train = make_rows(500, 0)
    section = judge(train, make_rows(500, 1), train.iloc[:200])
    assert any("were they really kept out" in note for note in section.notes)


def test_a_likelihood_that_leaks_is_found_the_strongest():
    train, holdout = make_rows(600, 0), make_rows(600, 1)
    known = set(zip(train["day"], train["age"], strict=True))

    def log_prob(frame):
        return [
            0.01 * age + ((day, age) in known) for day, age in zip(frame["day"], frame["age"], strict=True)
        ]

    section = judge(train, make_rows(600, 2), holdout, log_prob)
    assert section.details["membership"]["strongest"].endswith("likelihood")
    assert section.scores["mia_auc"].low > 0.8
    assert section.scores["mia_exposed_auc"].low > 0.8
    assert len(section.details["membership"]["attacks"]) == 5
    assert any("holds the model" in note for note in section.notes)


def test_a_likelihood_that_finds_rows_impossible_is_no_trouble():
    train, holdout = make_rows(300, 0), make_rows(300, 1)
    holdout.loc[:150, "level"] = "never trained on"

    def log_prob(frame):
        return np.where(frame["flag"] == 1, -np.inf, frame["age"])

    section = judge(train, make_rows(300, 2), holdout, log_prob)
    json.dumps(section.details, allow_nan=False)
    likelihood = section.details["membership"]["attacks"][3]
    assert likelihood["auc"] > 0.55  # the model refuses levels that it was not trained on


HARD = {
    "one number": lambda n, rng: pd.DataFrame({"x": rng.normal(size=n)}),
    "one level": lambda n, rng: pd.DataFrame({"x": rng.choice(list("abc"), n)}),
    "constants": lambda n, rng: pd.DataFrame({"x": np.full(n, 3), "y": ["same"] * n, "z": np.full(n, 1.5)}),
    "missing": lambda n, rng: pd.DataFrame({"x": np.full(n, np.nan), "y": pd.Series([None] * n, dtype=object),
                                            "z": rng.integers(0, 9, n)}),
    "endless": lambda n, rng: pd.DataFrame({"x": rng.choice([np.inf, -np.inf, 1.0, np.nan], n),
                                            "y": rng.normal(size=n)}),
    "large": lambda n, rng: pd.DataFrame({"x": rng.uniform(-1.7, 1.7, n) * 1e308,
                                          "y": 2**60 + rng.integers(0, 9, n)}),
    "spans": lambda n, rng: pd.DataFrame({"x": pd.to_timedelta(rng.integers(0, 99, n), unit="s"),
                                          "y": pd.NaT + pd.to_timedelta(rng.integers(0, 99, n), unit="s")}),
    "names": lambda n, rng: pd.DataFrame({1: rng.normal(size=n), "1": rng.choice(list("ab"), n), (2, "b"): 1.5,
                                          "x" * 5_000: rng.integers(0, 30, n)}),
    "levels": lambda n, rng: pd.DataFrame({"x": [f"{v}" for v in rng.integers(0, n // 2, n)],
                                           "y": rng.choice([0, 1], n)}),
}  # fmt: skip


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("sizes", [(20, 25, 20), (60, 20, 150), (40, 30, None), (2, 2, None), (90, 50, 5)])
def test_no_table_makes_it_fail(hard, sizes):
    rng = np.random.default_rng(0)
    frames = [None if n is None else HARD[hard](n, rng) for n in sizes]
    section = judge(*frames)
    assert set(section.scores) == NAMES
    json.dumps(section.details, allow_nan=False)
    for score in section.scores.values():
        assert score.value is not None or score.note
        if score.value is not None and score.low is not None:
            assert score.low <= score.value <= score.high
        assert len(score.note) < 400


def test_the_same_seed_gives_the_same_report_and_another_moves_less_than_the_interval():
    train, synthetic, holdout = make_rows(500, 0), noisy(make_rows(500, 0), 1, 0.05), make_rows(400, 2)
    first, again, *others = (judge(train, synthetic, holdout, random_state=seed) for seed in (0, 0, 1, 2))
    assert first == again
    for other in others:
        for name, score in first.scores.items():
            if score.low is not None and name != "mia_exposed_auc":
                assert abs(other.scores[name].value - score.value) < score.high - score.low, name


def test_fewer_rows_are_judged_and_told_above_a_size(monkeypatch):
    monkeypatch.setattr(distance_section, "affordable", lambda *indexes: 150)
    section = judge(make_rows(400, 0), make_rows(300, 1), make_rows(250, 2))
    assert section.scores["dcr_share"].n_rows == 150
    assert any("150 of the 300 synthetic rows" in note for note in section.notes)


@pytest.mark.slow
def test_intervals_hold_for_real_samples():
    names = (
        "dcr_share",
        "quantile_dcr_5",
        "mia_auc",
        "mia_tpr",
        "mia_exposed_auc",
        "singling_out",
        "attribute_inference",
    )
    held = {name: [] for name in names}
    for seed in range(40):
        section = judge(*(make_rows(n, 10 * seed + k) for k, n in enumerate((600, 600, 900))))
        for name in names:
            score = section.scores[name]
            held[name].append(score.low <= score.floor <= score.high)
    for name, found in held.items():
        assert np.mean(found) >= 0.85, name
