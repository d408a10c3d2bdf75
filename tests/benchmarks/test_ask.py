import numpy as np
import pandas as pd
import pytest

from benchmarks.ask import main, render
from benchmarks.completion import N_DRAWS, Baseline, coverage, figures_of, hide_half
from benchmarks.rare import oversampled, smote
from tabgan_datasets import Table, simulate_loans


def test_half_of_each_row_is_hidden():
    frame = pd.DataFrame(np.ones((50, 7)))
    hidden = hide_half(frame, 0).isna()
    assert (hidden.sum(axis=1) == 3).all()
    assert hidden.sum().min() > 10


@pytest.mark.parametrize("values", [3, 1_000_000])
def test_right_draws_cover_nine_in_ten(values):
    rng = np.random.default_rng(0)
    truth, draws = rng.integers(0, values, (4_000, 2)), rng.integers(0, values, (N_DRAWS, 4_000, 2))
    with_bounds, apart = coverage(truth.astype(float), draws.astype(float))
    assert apart.mean() == pytest.approx(0.9, abs=0.02)
    assert with_bounds.mean() >= apart.mean() - 1e-9
    narrow = coverage(
        truth.astype(float), draws[:, :1].repeat(4_000, axis=1).astype(float) * 0 + truth.mean()
    )
    assert narrow[1].mean() < 0.5


def test_what_was_always_missing_is_not_judged():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {"x": rng.normal(size=2_000), "y": rng.normal(size=2_000), "kind": rng.choice(["a", "b"], 2_000)}
    )
    rows["y"] = rows["y"].where(rng.random(2_000) < 0.5)
    rows["kind"] = rows["kind"].where(rng.random(2_000) < 0.9)
    gaps, filled = hide_half(rows, 0), rows.fillna({"y": 9.0, "kind": "a"})
    right = figures_of(rows, rows, gaps, [filled] * N_DRAWS, (filled, filled[["x", "y"]]), ["kind"])
    assert right["c2st"] > 0.95
    assert (right["accuracy"], right["MAE"]) == (1, 0)
    wrong = filled.assign(x=filled["x"] + 9)
    assert figures_of(rows, rows, gaps, [wrong] * N_DRAWS, (wrong, wrong[["x", "y"]]), ["kind"])["c2st"] < 0.1


def test_oversampling_makes_classes_equal():
    frame = pd.DataFrame({"kind": ["a"] * 9 + ["b"], "x": range(10)})
    out = oversampled(frame, "kind", 0)
    assert (out["kind"].value_counts() == 9).all()
    pd.testing.assert_frame_equal(out.head(10), frame)


def test_the_baseline_fills_every_gap():
    loans = simulate_loans(300, seed=0)[["amount", "score", "region", "rating"]]
    loans["country"] = "one"  # a column that has a single level
    gaps = hide_half(loans, 0)
    filled = Baseline(loans, ["region", "rating", "country"], 0).complete(gaps, draw=False)
    assert filled.notna().to_numpy().all()
    assert set(filled["rating"]) <= set(loans["rating"])


def answer(seed, score, table="t"):
    key = {"question": "rare", "table": table, "seed": seed, "seconds": None, "rows": 9}
    return key | {"commit": "c", "processor": "p", "figures": {"way": {"F1": score}}}


def test_the_table_gives_mean_and_half_the_range_of_the_latest_answers():
    text = render([answer(0, 0.1), answer(0, 0.5), answer(1, 0.7), answer(0, 0.2, table="u")])
    lines = [line.replace(" ", "") for line in text.splitlines()]
    assert lines[0] == "**rare**(p;commitsc)"
    assert lines[-2:] == ["|t|2|way|0.600±0.100|", "|u|1|way|0.200|"]
    assert render([]) == "No answers yet."


def test_one_model_is_of_one_table(capsys):
    with pytest.raises(SystemExit):
        main(["rare", "--tables", "loans", "--seeds", "0", "1", "--model", "some.tabgan"])
    assert "one of --seeds" in capsys.readouterr().err


@pytest.mark.slow
def test_it_runs_on_a_bundled_table_and_asks_only_once(capsys, tmp_path, monkeypatch):
    path = tmp_path / "answers.jsonl"
    asked = ["rare", "--tables", "loans", "--seeds", "0", "--max-time", "5", "--results", str(path)]
    assert main(asked) == 0
    assert "| augment " in capsys.readouterr().out
    monkeypatch.setattr("benchmarks.ask.fitted", lambda *_: pytest.fail("it is answered"))
    assert main(asked) == 0
    assert len(path.read_text().splitlines()) == 1


def test_completed_rows_are_judged_apart_from_their_originals():
    rng = np.random.default_rng(0)
    corner = rng.normal(size=(3_000, 1))
    rows = pd.DataFrame(corner + rng.normal(size=(3_000, 6)), columns=list("abcdef"))
    gaps = hide_half(rows, 1)
    other = pd.DataFrame(rng.normal(size=(3_000, 1)) + rng.normal(size=(3_000, 6)), columns=rows.columns)
    torn = gaps.fillna(other)  # each column right by itself, but not with the known ones
    told = figures_of(rows, rows, gaps, [torn] * N_DRAWS, (torn, torn), [])
    assert 0.53 < told["AUC"] < 0.9
    assert told["c2st"] < 0.95
    known, hidden = rows.notna() & gaps.notna(), gaps.isna().to_numpy()
    mean = (rows.where(known).sum(axis=1) / (1 + known.sum(axis=1))).to_numpy()[:, None]
    spread = np.sqrt(1 / (1 + known.sum(axis=1))).to_numpy()[:, None]
    exact = mean + spread * rng.normal(size=(3_000, 1)) + rng.normal(size=rows.shape)  # given the known ones
    right = rows.mask(hidden, pd.DataFrame(exact, columns=rows.columns))
    told = figures_of(rows, rows, gaps, [right] * N_DRAWS, (right, right), [])
    assert told["AUC"] == pytest.approx(0.5, abs=0.025)


@pytest.mark.parametrize("categorical", [("kind",), ()])
def test_smote_takes_tables_with_and_without_categories(categorical):
    pytest.importorskip("imblearn")
    rng = np.random.default_rng(0)
    train = pd.DataFrame(rng.normal(size=(200, 2)), columns=["x", "y"])
    train["kind"] = rng.integers(0, 3, 200)
    train["target"] = np.repeat(["rare", "usual"], [40, 160])
    table = Table(name="t", origin="", licence="", target="target", categorical=categorical, rows=200)
    name, balanced = smote(train, table, seed=0)
    assert name == ("SMOTE-NC" if categorical else "SMOTE")
    assert balanced.target.value_counts().to_dict() == {"rare": 160, "usual": 160}
    assert list(balanced.columns) == list(train.columns)
    assert balanced.kind.isin([0, 1, 2]).all()
