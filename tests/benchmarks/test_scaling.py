import numpy as np
import pandas as pd
import pytest

from benchmarks.chain import MANY, categories, chain_table, write_chain
from benchmarks.growth import exponent, exponents, render
from benchmarks.measure import MeasuringFailedError, fit_apart, paces, sample_apart, watched_steps
from benchmarks.results import is_done, read_records
from benchmarks.scaling import Trial, _parser, main, trials
from tabgan import TabGAN
from tabgan.training.trainer import Trainer


def line(n_rows: int, **figures: object) -> dict[str, object]:
    return {**Trial(study="rows", player="tabgan", n_rows=n_rows, steps=400).key(), **figures}


def test_the_chain_has_numbers_and_categories_that_depend_on_their_neighbours():
    frame = chain_table(4_000, 10, n_levels=1_000)
    assert len(frame.columns) == 11
    assert categories(frame) == ["kind 0", "kind 1", "kind 2", "kind 3", "kind 4", MANY]
    assert 200 < frame[MANY].nunique() <= 1_000
    by_level = frame.groupby("kind 0")["number 0"].mean()
    assert by_level.max() - by_level.min() > frame["number 0"].std()
    near, far = (abs(frame["number 0"].corr(frame[name])) for name in ("number 1", "number 4"))
    assert near > 0.35 > 0.25 > far


def test_a_chain_on_file_is_the_chain(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.chain.PART_ROWS", 300)
    write_chain(tmp_path / "chain.parquet", 700, 4, seed=3)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "chain.parquet"), chain_table(700, 4, seed=3))


def test_an_exponent_is_the_slope_of_logarithms():
    sizes = np.array([10.0, 100.0, 1_000.0])
    assert exponent(sizes, 3 * sizes**1.5) == pytest.approx(1.5)


def test_tables_show_the_latest_record_and_how_measures_grow():
    records = [
        line(10_000, step_seconds=9.0),
        line(10_000, step_seconds=0.02, peak_gb=0.5),
        line(100_000, step_seconds=0.04, peak_gb=5.0),
        line(10_000, step_seconds=7.0) | {"steps": None, "seconds": 60.0},
        line(1_000_000, error="exit 1: no memory"),
    ]
    text = render(records, ["rows"])
    assert "| tabgan" in text
    assert "exit 1: no memory" in text
    assert "9" not in text
    assert exponents("rows", records[1:]) == [
        "tabgan: a step s grows like rows^0.30 (0.02 at 10,000, 0.04 at 100,000)",
        "tabgan: peak GB grows like rows^1.00 (0.5 at 10,000, 5 at 100,000)",
    ]
    assert render([]) == "No figures yet."


def test_wide_tables_have_an_exponent_up_to_300_columns():
    def wide(n: int, seconds: float) -> dict[str, object]:
        key = Trial(study="columns", player="tabgan", n_rows=9, n_columns=n, steps=40).key()
        return key | {"step_seconds": seconds}

    told = exponents("columns", [wide(100, 1.0), wide(300, 3.0), wide(1000, 100.0)])
    assert len(told) == 2
    assert "columns^1.00 (1 at 100, 3 at 300)" in told[0]
    assert "100 at 1,000" in told[1]


def test_what_cannot_be_told_from_nothing_has_no_part_in_an_exponent():
    records = [line(10, epoch_seconds=-0.01), line(100, epoch_seconds=2.0), line(1_000, epoch_seconds=20.0)]
    assert exponents("rows", records) == ["tabgan: an epoch s grows like rows^1.00 (2 at 100, 20 at 1,000)"]


def test_what_is_asked_is_what_is_measured():
    asked = _parser().parse_args(
        ["--players", "tabgan,ctgan", "--rows", "1e4", "--peer-rows", "300000", "--study", "rows,sampling"]
    )
    made = list(trials(asked))
    assert [(t.player, t.n_rows) for t in made if t.study == "rows"] == [
        ("tabgan", 10_000),
        ("tabgan", 10_000),
        ("tabgan", 300_000),
        ("tabgan", 300_000),
        ("ctgan", 300_000),
    ]
    assert len(made) == len({str(trial) for trial in made})
    assert is_done([made[0].key()], made[0].key())
    assert not is_done([made[0].key() | {"error": "x"}], made[0].key())
    assert not is_done([made[0].key()], made[1].key())


def test_paces_are_medians():
    told = paces([0.0, 1.0, 2.0, 9.0], n_rows=1_000, batch_size=250)
    assert told == {"steps_taken": 4, "step_seconds": 1.0, "epoch_seconds": 4.0}
    assert paces([1.0], 10, 10) == {"steps_taken": 1}


def test_a_clock_counts_the_steps_it_was_given():
    usual = Trainer.stage_budget
    with watched_steps(7) as clocks:
        TabGAN(max_time=None, width=16, hidden=8, random_state=0).fit(chain_table(500, 3))
    assert Trainer.stage_budget is usual
    assert [len(clock.ends) for clock in clocks] == [7]
    assert clocks[0].ends == sorted(clocks[0].ends)


def test_children_fit_sample_and_measure(tmp_path):
    train, model = tmp_path / "train.parquet", tmp_path / "model.tabgan"
    write_chain(train, 600, 4)
    small = {"width": 16, "hidden": 8, "random_state": 0}
    told = fit_apart(train, tmp_path, options=small, steps=5, n_rows=50, source="file", model=model)
    assert told["steps_taken"] == 5
    assert 0 < told["step_seconds"] < told["fit_seconds"]
    assert told["first_step_seconds"] < told["fit_seconds"]
    assert 0.05 < told["start_gb"] <= told["fit_gb"] <= told["peak_gb"]
    assert len(pd.read_parquet(tmp_path / "synthetic.parquet")) == 50
    written = sample_apart(model, tmp_path, n_rows=200, to="csv")
    assert written["rows_per_second"] == pytest.approx(200 / written["sample_seconds"])
    assert written["file_gb"] > 0


def test_a_child_that_fails_is_written_down(tmp_path, monkeypatch, capsys):
    with pytest.raises(MeasuringFailedError, match="FileNotFoundError"):
        fit_apart(tmp_path / "none.parquet", tmp_path, steps=1)

    def failing(*_: object) -> None:
        raise MeasuringFailedError("exit 1: no memory")

    monkeypatch.setattr("benchmarks.scaling.measured", failing)
    path = tmp_path / "scaling.jsonl"
    assert main(["--study", "levels", "--levels", "10", "--results", str(path)]) == 1
    assert [record["error"] for record in read_records(path)] == ["exit 1: no memory"] * 2
    assert "no memory" in capsys.readouterr().out
