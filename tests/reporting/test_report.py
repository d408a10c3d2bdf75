"""The whole report on small tables: plain, repeatable, readable, and never broken by what a table holds."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

import tabgan
from tabgan.reporting.report import FIDELITY, N_PARTS
from tabgan.reporting.score import NAMES

HOSTILE = "<script>window.pwned = 1</script>"


def make_rows(n_rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, n_rows)
    return pd.DataFrame(
        {
            "age": age,
            "money": np.round(rng.lognormal(6, 1, n_rows), 2),
            "rich": np.where(age + rng.normal(0, 15, n_rows) > 60, "yes", "no"),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D"),
            HOSTILE: rng.choice([HOSTILE, "\u202eabc", "", "🙂"], n_rows),
        }
    )


@pytest.fixture(scope="module")
def made():
    told: list[str] = []
    found = tabgan.report(
        make_rows(300, 0), make_rows(300, 1), make_rows(200, 2), "rich", progress=told.append
    )
    assert len(told) == len(set(told)) == N_PARTS
    return found


def test_scores_are_plain_named_and_complete(made):
    names = [name for section in made.scores.values() for name in section]
    assert set(names) <= set(NAMES)
    assert set(NAMES) - set(names) <= {
        "c2st_xgb",
        "c2st_unseen",
    }  # only where there is a judge, or rows enough
    assert list(made.scores) == ["fidelity", "utility", "privacy"]
    for section in made.scores.values():
        for score in section.values():
            assert score["label"]
            assert score["value"] is not None or score["note"]
            assert score["low"] is None or score["low"] <= score["value"] <= score["high"]


def test_the_json_is_the_report(made, tmp_path):
    text = made.to_json(tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert data == json.loads(text)
    assert data["scores"] == made.scores
    assert data["about"]["rows"] == {"real": 300, "synthetic": 300, "holdout": 200}
    assert [verdict["question"] for verdict in data["verdicts"]] == ["faithful", "useful", "private"]


def test_the_same_seed_gives_the_same_report(made):
    again = tabgan.report(make_rows(300, 0), make_rows(300, 1), make_rows(200, 2), "rich")
    assert again.to_json() == made.to_json()
    assert again.to_html() == made.to_html()


def test_global_random_numbers_are_left_alone():
    np.random.seed(0)  # noqa: NPY002 what others may rely on
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    tabgan.report(make_rows(60, 0), make_rows(60, 1), target="rich")
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_the_page_shows_hostile_text_as_text(made, tmp_path):
    page = made.to_html(tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == page
    assert "window.pwned" in page
    assert HOSTILE not in page
    assert "anonym" not in page.lower()


def test_single_real_rows_can_be_kept_out(made):
    assert made.rows["is_real"].count(True) == made.rows["is_real"].count(False) == 20
    assert len(made.to_html(show_rows=False)) < len(made.to_html())
    assert "is_real" not in made.to_json()
    money = {f"{value:.2f}" for value in make_rows(300, 0)["money"]}
    shown = {cells[1] for cells, real in zip(made.rows["cells"], made.rows["is_real"], strict=True) if real}
    assert shown <= {text.rstrip("0").rstrip(".") for text in money} | money
    hidden = made.to_html(show_rows=False)
    assert not [text for text in shown if len(text) > 6 and f">{text}<" in hidden]


def test_a_notebook_shows_a_frame_and_a_terminal_the_summary(made):
    assert made._repr_html_().lstrip().startswith("<iframe")
    assert repr(made).splitlines()[0] == "300 synthetic rows against 300 real ones, 200 held out; 5 columns"
    assert len(repr(made).splitlines()) < 50


def test_the_order_of_columns_and_rows_of_others_does_not_matter(made):
    real, synthetic, holdout = make_rows(300, 0), make_rows(300, 1), make_rows(200, 2)
    other = tabgan.report(
        real, synthetic[synthetic.columns[::-1]].set_index(synthetic.index + 7), holdout, "rich"
    )
    assert other.scores == made.scores


def test_copied_rows_scream(made):
    real = make_rows(300, 0)
    copied = tabgan.report(real, real.sample(300, replace=True, random_state=0), make_rows(300, 2), "rich")
    assert copied.scores["privacy"]["exact_copies"]["value"] == 100
    assert copied.scores["privacy"]["dcr_share"]["value"] > 95
    assert copied.scores["privacy"]["mia_auc"]["low"] > 0.7
    assert copied.verdicts[2].level == "poor"
    assert made.verdicts[2].level == "good"


def test_without_a_holdout_it_says_that_attacks_cannot_be_judged():
    found = tabgan.report(make_rows(200, 0), make_rows(200, 1), target="rich")
    assert found.details["membership"] is None
    assert found.details["cannot_judge"]
    assert found.scores["privacy"]["mia_auc"]["value"] is None
    assert found.verdicts[2].level == "unknown"
    assert found.scores["fidelity"]["shape"]["floor"] > 0  # from halves of the real rows


def odd_tables():
    rng = np.random.default_rng(0)
    yield "one column", pd.DataFrame({"x": rng.normal(size=80)})
    yield "only levels", pd.DataFrame({"a": rng.choice(list("xyz"), 80), "b": rng.choice(list("uv"), 80)})
    yield "only numbers", pd.DataFrame(rng.normal(size=(80, 3)), columns=[0, 1, "0"])
    yield "twenty rows", make_rows(20, 0)
    yield "two rows", make_rows(2, 0)
    yield "constants", pd.DataFrame({"c": 1, "d": "x", "e": rng.normal(size=60)})
    yield "all missing", pd.DataFrame({"x": [None] * 60, "y": [np.nan] * 60, "z": rng.normal(size=60)})
    yield "infinite", pd.DataFrame({"x": [np.inf, -np.inf, 1e308, -1e308] * 20, "y": rng.normal(size=80)})
    yield "a new level each", pd.DataFrame({"x": [f"v{i % 40}" for i in range(80)], "y": range(80)})


@pytest.mark.parametrize(
    ("name", "frame"), list(odd_tables()), ids=lambda part: part if isinstance(part, str) else ""
)
@pytest.mark.parametrize("held", [True, False])
def test_odd_tables_are_judged_or_said_to_be_beyond_judging(name, frame, held):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        synthetic = frame.sample(frac=1, random_state=1).reset_index(drop=True)
        found = tabgan.report(frame, synthetic, frame if held else None)
    json.loads(found.to_json())
    assert len(found.to_html()) > 100_000
    assert repr(found)


def test_a_synthetic_table_of_nothing_known():
    real = make_rows(100, 0)
    synthetic = real.assign(age=10_000, money=np.nan, rich="perhaps", day=pd.NaT)
    found = tabgan.report(real, synthetic, make_rows(100, 2))
    assert found.verdicts[0].level == "poor"
    assert found.scores["fidelity"]["strange_values"]["value"] > 50


def test_every_part_is_judged_from_frames_alone():
    for _, judge in FIDELITY:
        assert judge.__module__.startswith("tabgan.reporting.")


def test_a_path_is_a_table_too(tmp_path):
    make_rows(100, 0).to_csv(tmp_path / "real.csv", index=False)
    make_rows(100, 1).to_parquet(tmp_path / "new.parquet")
    found = tabgan.report(tmp_path / "real.csv", tmp_path / "new.parquet", target="rich")
    assert found.about["rows"] == {"real": 100, "synthetic": 100, "holdout": 0}
