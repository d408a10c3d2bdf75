"""Tasks, results, scores, the tables, and one real training through a child."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import found_tasks, main
from benchmarks.figures import half_width
from benchmarks.goals import is_reached, missed, shown_goal
from benchmarks.markdown import marks
from benchmarks.methods import Method, find_method
from benchmarks.provenance import letters_of
from benchmarks.report import render
from benchmarks.results import append_record, is_done, key_of, newest, read_records, surroundings
from benchmarks.runner import Training, plan, run
from benchmarks.scores import score
from benchmarks.speed import sooner
from benchmarks.splits import Split, split_table
from benchmarks.tasks import BUNDLED, GOALS, SIMULATED, TASKS, choose_tasks, find_task
from tabgan.errors import SchemaError
from tabgan_datasets import TABLES

LOANS, LOANS_HALF, CANCER = BUNDLED
TABGAN, REAL, INDEPENDENT = (find_method(name) for name in ("tabgan", "real", "independent"))
FAST = {"width": 32, "hidden": 16}


def quietly(text: str) -> None:
    """Nothing is printed."""


def shortened(task, n_rows):
    found = split_table(task)
    parts = {name: getattr(found, name) for name in ("train", "test", "holdout")}
    return Split(**{name: None if part is None else part.iloc[:n_rows] for name, part in parts.items()})


def test_tasks_are_sound():
    names = [task.name for task in TASKS]
    assert len(names) == len(set(names))
    assert set(GOALS) <= set(names)
    known = {table.name for table in TABLES}
    assert {task.table for task in TASKS if task.split != "simulated"} <= known
    halves = [task for task in TASKS if task.half]
    assert all(
        not task.mle and find_task(task.name.removesuffix("-half")).table == task.table for task in halves
    )
    assert "nursery-half" not in names  # a table of all combinations


def test_tasks_are_chosen_by_name_and_group():
    chosen = choose_tasks("magic, simulated,magic,adult-half")
    assert [task.name for task in chosen] == ["magic", *(task.name for task in SIMULATED), "adult-half"]
    with pytest.raises(KeyError, match=r"no task named 'nope'.*or a group: published"):
        choose_tasks("adult,nope")


def test_a_plan_is_every_task_method_and_seed_and_references_have_no_budget():
    trainings = plan([LOANS, CANCER], [TABGAN, REAL], range(1, 3), None)
    assert len({str(training) for training in trainings}) == 8
    assert {(t.task.name, t.method.name, t.seconds) for t in trainings} == {
        ("loans", "tabgan", 60),
        ("loans", "real", None),
        ("breast_cancer", "tabgan", 30),
        ("breast_cancer", "real", None),
    }
    assert {t.seconds for t in plan([LOANS], [TABGAN], [0], 5.0)} == {5.0}
    smote = find_method("smote")
    assert {t.seconds for t in plan([find_task("adult")], [TABGAN, smote], [0], None)} == {270.0, None}


def test_a_run_goes_on_where_it_stopped(tmp_path):
    path, key = tmp_path / "r" / "results.jsonl", key_of(LOANS, TABGAN, 0, 60)
    assert read_records(path) == []
    append_record(path, key | {"error": "killed"})
    assert not is_done(read_records(path), key)
    append_record(path, key | {"shape": 0.5})
    assert is_done(read_records(path), key)
    others = [(LOANS, TABGAN, 1, 60), (LOANS, TABGAN, 0, 30), (LOANS, REAL, 0, 60), (CANCER, TABGAN, 0, 60)]
    assert not any(is_done(read_records(path), key_of(*other)) for other in others)
    wider = replace(TABGAN, options={"width": 8})
    assert not is_done(read_records(path), key_of(LOANS, wider, 0, 60))
    said = []
    assert run(plan([LOANS], [TABGAN], [0]), path, say=said.append, bar=False) == 0
    assert said == ["1 of 1 done before, skipped"]
    assert len(read_records(path)) == 2


def test_a_failure_does_not_replace_figures_and_figures_replace_a_failure():
    key = key_of(LOANS, TABGAN, 0, 60)
    good, newer, bad = key | {"shape": 1.0}, key | {"shape": 2.0}, key | {"error": "x"}
    assert newest([good, newer, bad]) == [newer]
    assert newest([bad, good]) == [good]
    assert newest([bad, bad | {"error": "y"}]) == [bad | {"error": "y"}]


def test_scores_of_a_memoriser_and_of_fresh_rows_differ():
    split = shortened(LOANS_HALF, 700)
    copies = split.train.sample(frac=1, random_state=0)
    copied, fresh = score(LOANS_HALF, split, copies), score(LOANS_HALF, split, split.holdout)
    assert copied["dcr"] > 99
    assert fresh["dcr"] < 1  # the hold-out itself: every row is nearest to itself
    assert copied["shape"] == 0 < fresh["shape"] < 5
    assert copied["copied_rows"] == 100 > fresh["copied_rows"] == fresh["copied_rows_holdout"]
    assert copied["mia_auc"] > 0.95
    assert copied["beta"] > 75 > 60 > fresh["beta"] > 40
    assert copied["quantile_dcr_2"] > 95
    assert fresh["quantile_dcr_2"] == pytest.approx(2, abs=0.2)
    assert fresh["c2st"] > 0.75
    assert fresh["lr_c2st"] > 0.8


def test_the_likelihood_of_the_rows_trained_on_gives_them_away():
    split = shortened(LOANS_HALF, 700)
    rng = np.random.default_rng(0)
    tables = {"train": 2.0, "unseen": 0.0, "synthetic": 0.0}
    log_prob = pd.concat(
        pd.DataFrame({"table": name, "row": range(700), "log_prob": mean + rng.normal(size=700)})
        for name, mean in tables.items()
    )
    found = score(LOANS_HALF, split, split.holdout.sample(frac=1, random_state=1), log_prob)
    assert found["mia_model_auc"] > 0.85
    assert found["mia_model_auc_low"] < found["mia_model_auc"] < found["mia_model_auc_high"]
    assert found["train_log_prob"] == pytest.approx(2, abs=0.1)
    assert found["holdout_log_prob"] == pytest.approx(0, abs=0.1)


def test_rows_written_in_another_way_are_refused_and_not_judged():
    split = shortened(LOANS, 100)
    texts = split.train.assign(age=split.train["age"].astype(str))
    with pytest.raises(SchemaError, match="'age'"):
        score(LOANS, split, texts)
    with pytest.raises(SchemaError, match="'region'.*no synthetic cell"):
        score(LOANS, split, split.train.assign(region="elsewhere"))
    with pytest.raises(SchemaError, match=r"lack columns: \['age'\]"):
        score(LOANS, split, split.train.drop(columns="age"))


def test_references_are_run_and_bound_what_can_be_reached(tmp_path):
    path = tmp_path / "results.jsonl"
    assert run(plan([CANCER], [REAL, INDEPENDENT], [0]), path, say=quietly, bar=False) == 0
    real, independent = read_records(path)
    assert real["n_train"] == 256  # one half beside the other
    assert real["mle"] > 0.95 > 0.8 > independent["mle"]
    split = split_table(CANCER, 0)
    assert real["mle"] == score(CANCER, split, split.train)["mle"]  # and these are all training rows
    assert real["c2st"] > 0.9 > 0.1 > independent["c2st"]
    assert real["trend"] < independent["trend"] / 2
    assert 0 < real["shape"] < 15
    assert independent["fit_seconds"] == 0


def record(task, method, seed, seconds=None, **figures):
    return key_of(task, find_method(method), seed, seconds) | surroundings() | figures


def test_tables_take_means_over_seeds_and_mark_what_is_published():
    adult, default, half = (find_task(name) for name in ("adult", "default", "adult-half"))
    records = [
        record(adult, "tabgan", 0, shape=9.0),
        record(adult, "tabgan", 0, shape=0.5),
        record(adult, "tabgan", 1, shape=0.7),
        record(adult, "tabgan", 0, 60.0, shape=0.8),
        record(adult, "real", 0, shape=0.4),
        record(adult, "ctgan", 0, shape=12.0, notes=["three cells were mended"]),
        record(default, "ctgan", 0, error="PeerFailedError: no\n memory"),
        record(default, "ctgan", 1, shape=3.0),
        record(half, "critic", 0, 45.0, c2st=0.5, dcr=51.0, dcr_high=52.0),
    ]
    text = render(records)
    assert "| adult | tabgan | default | 2 | 0.60 ± 0.10 |" in text
    assert "| adult | tabgan | 60 | 1 | 0.80 |" in text
    assert "| adult | *TabPC, published* |  |  | *0.58* |" in text
    assert "| adult | goal |  |  | ≤ 0.52 |" in text  # 1.3 of the second real sample's
    assert "| default | ctgan | default | 1, 1 failed | 3.00 |" in text
    assert "- default, ctgan, seed 0: PeerFailedError: no memory" in text
    assert "- ctgan: three cells were mended" in text
    assert text.index("### Ablations") < text.index("| adult-half | critic | 45 | 1 | 0.500 | 51.0 [±1.0] |")


def test_lines_say_on_which_machine_and_by_which_commits():
    adult = find_task("adult")
    here = record(adult, "tabgan", 0, 5.0, shape=0.5)
    there = record(adult, "tabgan", 1, 5.0, shape=0.7) | {"processor": "zz", "threads": 2, "commit": "abc"}
    text = render([here, there, record(adult, "smote", 0, shape=9.0, version="0.14.2")])
    commit = here["commit"]
    assert f"| adult | tabgan | 5 | 2 | 0.60 ± 0.10 | a b {commit} abc |" in text
    assert "*b* zz, 2 thread(s)" in text
    assert "smote 0.14.2" in text


def test_the_interval_of_a_mean_has_what_seeds_differ_by():
    def half(*shares):
        return half_width("dcr", [{"dcr": share, "dcr_high": share + 0.6} for share in shares])

    assert half(52.0) == pytest.approx(0.6)
    assert half(52.0, 52.0, 52.0, 52.0) == pytest.approx(0.3)
    assert half(50.0, 54.0) == pytest.approx(1.96 * 2)  # standard deviation √8, of the mean 2
    assert half_width("shape", [{"shape": 1.0}]) is None


def test_goals_are_reached_by_means_and_by_low_ends():
    assert is_reached("≤ 2.2", 2.2, None)
    assert not is_reached("≥ 0.97", 0.96, 0.5)
    assert is_reached("low end ≤ 51.0", 51.5, 0.6)
    assert not is_reached("low end ≤ 51.0", 51.5, 0.4)
    adult, half = find_task("adult"), find_task("adult-half")
    records = [
        record(adult, "tabgan", 0, 5.0, c2st=0.5),
        *(record(adult, "tabgan", seed, 270.0, c2st=0.98, shape=0.5, beta=46.0) for seed in range(2)),
        record(half, "tabgan", 0, 200.0, dcr=53.0, dcr_high=53.5),
    ]
    n_goals, lines = missed(records)
    assert n_goals == 3  # the shape has no floor to stand beside
    assert lines == [
        ["adult", "β", "46.0 ± 0.0", "≥ 47", ""],
        ["adult-half", "DCR", "53.0 [±0.5]", "low end ≤ 51.0", ""],
    ]
    floor = record(adult, "real", 0, shape=0.3, beta=49.0)
    assert ["adult", "Shape", "0.50 ± 0.00", "≤ 0.39", "0.30"] in missed([*records, floor])[1]


def test_the_shortest_fit_that_is_better_in_all_three_is_set_beside_a_peer():
    adult, beijing = find_task("adult"), find_task("beijing")

    def fit(task, method, seconds, c2st, trend, mle, metric="auc"):
        figures = {"fit_seconds": seconds, "c2st": c2st, "trend": trend, "mle": mle, "mle_metric": metric}
        return record(task, method, 0, seconds, **figures)

    records = [
        fit(adult, "tabgan", 5.0, 0.7, 3.0, 0.80),
        fit(adult, "tabgan", 10.0, 0.8, 2.0, 0.90),
        fit(adult, "tabgan", 60.0, 0.9, 1.0, 0.92),
        fit(adult, "ctgan", 300.0, 0.1, 9.0, 0.7),
        fit(adult, "ctgan", 3_000.0, 0.1, 9.0, 0.85),
        fit(adult, "arf", 20.0, 0.1, 9.0, 0.99),
        fit(beijing, "tabgan", 5.0, 0.7, 3.0, 0.5, "rmse_log"),
        fit(beijing, "tabularargn", 50.0, 0.6, 4.0, 0.6, "rmse_log"),
    ]
    lines = [line[:7] for line in sooner(records, letters_of(records))]
    assert lines == [
        ["adult", "ctgan", "3000", "0.100, 9.00, 0.850", "10", "0.800, 2.00, 0.900", "300"],
        ["adult", "arf", "20", "0.100, 9.00, 0.990", "", "not passed", ""],
        ["beijing", "tabularargn", "50", "0.600, 4.00, 0.600", "5", "0.700, 3.00, 0.500", "10"],
    ]


def test_goals_beside_a_floor_or_published_figures_become_numbers():
    adult, beijing = find_task("adult"), find_task("beijing")
    assert shown_goal(adult, "shape", [{"shape": 1.0}, {"shape": 2.0}]) == "≤ 1.95"
    assert shown_goal(adult, "shape", []) == "≤ 1.3 × real"
    assert shown_goal(adult, "mle", []) == "≥ 0.914"  # TabPC's 0.916
    assert shown_goal(beijing, "mle", []) == "≤ 0.570"  # 1 % above TabDiff's
    assert shown_goal(adult, "c2st", []) == "≥ 0.97"
    assert shown_goal(adult, "auc", []) == ""


def test_without_data_the_bundled_tables_run_and_the_missing_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TABGAN_DATA", raising=False)
    assert found_tasks() == [*BUNDLED, *SIMULATED]
    assert "not found: acs_income_test, adult" in capsys.readouterr().out
    monkeypatch.setenv("TABGAN_DATA", str(tmp_path))
    (tmp_path / "shoppers.csv").write_text("a\n1\n")
    assert {task.table for task in found_tasks()} == {"shoppers", *(task.table for task in SIMULATED)}


def test_the_command_line_lists_and_writes(tmp_path, capsys):
    assert main(["run", "--task", "loans,half", "--method", "tabgan,critics", "--seeds", "2", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8 * 6 * 2
    assert main(["run", "--task", "loans", "--method", "nope"]) == 2
    assert "no method named 'nope'" in capsys.readouterr().err
    readme = tmp_path / "README.md"
    given = ["--results", str(tmp_path / "none.jsonl"), "--readme", str(readme), "--no-plots"]
    readme.write_text("no marks")
    with pytest.raises(ValueError, match="two marks"):
        main(["table", *given])
    parts = ["\nold\n".join(marks(name)) for name in ("figures", "questions", "scaling")]
    readme.write_text("before\n" + "\nbetween\n".join(parts) + "\nafter\n")
    for _ in range(2):
        assert main(["table", *given]) == 0
        text = readme.read_text()
        assert text.count("No figures yet") == 2
        assert text.count("No answers yet") == 1
        assert "old" not in text
        assert text.startswith("before\n")
        assert text.count("\nbetween\n") == 2
        assert text.endswith("after\n")


def test_a_training_that_fails_is_written_down_and_the_next_one_runs(tmp_path):
    path, said = tmp_path / "results.jsonl", []
    wrong = replace(TABGAN, options={"no_such_option": 1})
    nobody = Method(name="nobody", kind="peer")
    trainings = [Training(task=CANCER, method=method, seed=0, seconds=1) for method in (wrong, nobody)]
    assert run(trainings, path, say=said.append, bar=False) == 2
    errors = [record["error"] for record in read_records(path)]
    assert len(errors) == 2
    assert "no_such_option" in errors[0]
    assert "nobody" in errors[1]
    assert sum("FAILED" in line for line in said) == 2


@pytest.mark.slow
def test_a_child_fits_samples_and_measures(tmp_path):
    path = tmp_path / "results.jsonl"
    training = Training(task=LOANS_HALF, method=replace(TABGAN, options=FAST), seed=0, seconds=15)
    assert run([training], path, say=quietly, bar=False) == 0
    (record,) = read_records(path)
    assert record["n_train"] == 2_250
    assert record["dcr_rows"] == 20_000
    assert 0 < record["first_step_seconds"] < record["fit_seconds"] < 60
    assert record["start_gb"] <= record["fit_gb"] <= record["peak_gb"] < 4
    assert record["rows_per_second"] > 0
    assert -100 < record["holdout_log_prob"] < 0
    assert record["dcr_low"] < record["dcr"] < record["dcr_high"]
    assert 0.4 < record["mia_model_auc"] < 1
    assert "loans-half" in render([record])
