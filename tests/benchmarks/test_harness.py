"""Tasks, results, scores, the table, and one real training through a child."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks.__main__ import choose, main
from benchmarks.report import END, START, render, write_readme
from benchmarks.results import append_record, is_done, key_of, read_records, surroundings
from benchmarks.runner import run_tasks
from benchmarks.scores import real_reference, score
from benchmarks.splits import split_table
from benchmarks.tasks import ARMS, BUNDLED, GOALS, TASKS
from tabgan.config import Config
from tabgan_datasets import find_table

LOANS, LOANS_HALF, CANCER = BUNDLED


def test_tasks_are_sound():
    names = [task.name for task in TASKS]
    assert len(names) == len(set(names))
    assert set(GOALS) <= set(names)
    known = {field.name for field in fields(Config)}
    for task in TASKS:
        find_table(task.table)
        assert set(task.options) <= known
        Config(**task.options)  # every option has a value that the library takes
    budgets = [(t.max_time or Config().max_time) * len(t.seeds) for t in TASKS if t.group != "bundled"]
    assert sum(budgets) < 80 * 60  # leaves ten of ninety minutes for sampling and judging


def test_arms_differ_in_the_objective_or_in_regularisation_only():
    free, regularised = (
        {k: v for k, v in ARMS[name].items() if k != "objective"} for name in ("critic", "critic+regularised")
    )
    assert free != regularised
    assert {k: v for k, v in ARMS["likelihood"].items() if k != "objective"} == free
    assert {k: v for k, v in ARMS["likelihood+regularised"].items() if k != "objective"} == regularised
    assert len({json.dumps(arm, sort_keys=True) for arm in ARMS.values()}) == 5


def test_a_run_goes_on_where_it_stopped(tmp_path):
    path, key = tmp_path / "r" / "results.jsonl", key_of(LOANS, 0, 60)
    assert read_records(path) == []
    append_record(path, key | {"error": "killed"})
    assert not is_done(read_records(path), key)
    append_record(path, key | {"shape": 0.5})
    assert is_done(read_records(path), key)
    assert not is_done(read_records(path), key_of(LOANS, 1, 60))
    assert not is_done(read_records(path), key_of(LOANS, 0, 30))
    assert not is_done(read_records(path), key_of(replace(LOANS, options={"width": 8}), 0, 60))
    said = []
    reference = {"task": LOANS.name, "seed": "real"}
    append_record(path, reference)
    assert run_tasks([LOANS], path, say=said.append) == 0
    assert said == ["loans: done before, skipped"]


def test_scores_of_a_memoriser_and_of_fresh_rows_differ():
    split = split_table(LOANS_HALF)
    copies = split.train.sample(frac=1, random_state=0)
    copied, fresh = score(LOANS_HALF, split, copies), score(LOANS_HALF, split, split.holdout)
    assert copied["dcr"] > 99
    assert fresh["dcr"] < 1  # the hold-out itself: every row is nearest to itself
    assert copied["shape"] == 0 < fresh["shape"] < 3
    assert copied["copied"] == 100 > fresh["copied"] == fresh["copied_holdout"]
    assert fresh["c2st"] > 0.85


def test_utility_and_floor_of_real_rows():
    split = split_table(CANCER)
    reference = real_reference(CANCER, split)
    assert reference["mle"] > 0.95
    half = score(CANCER, split, split.train.sample(frac=1, replace=True, random_state=0))
    assert half["mle_metric"] == "auc"
    assert 0 < reference["shape"] < 15
    assert np.isfinite(half["trend"])


def test_the_table_means_over_seeds_and_takes_the_newest(tmp_path):
    def record(seed, shape, **more):
        return key_of(TASKS[0], seed, None) | surroundings() | {"shape": shape, "judge": "xgb", **more}

    records = [
        record(0, 9.0),
        record(0, 0.5),
        record(1, 0.7),
        {"task": "adult", "seed": "real", "shape": 0.45},
    ]
    records.append(key_of(TASKS[2], 0, None) | {"error": "exit 1: no memory"})
    text = render(records)
    assert "| adult | 2 | 0.60 ± 0.10 |" in text
    assert "real rows |  | 0.45 |" in text
    assert f"goal |  | {GOALS['adult']['shape']} |" in text
    assert "default, seed 0: exit 1: no memory" in text
    assert "cores" in text
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write_readme(readme, records)
    write_readme(readme, records)
    assert readme.read_text().count("0.60 ± 0.10") == 1
    assert readme.read_text().startswith("before\n")
    assert readme.read_text().endswith("after\n")
    assert "old" not in readme.read_text()


def test_without_data_the_bundled_tables_run_and_the_missing_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TABGAN_DATA", raising=False)
    assert choose([], "auto") == list(BUNDLED)
    assert "not found: adult, covertype" in capsys.readouterr().out
    monkeypatch.setenv("TABGAN_DATA", str(tmp_path))
    (tmp_path / "shoppers.csv").write_text("a\n1\n")
    assert {task.table for task in choose([], "auto")} == {"shoppers"}
    assert [task.name for task in choose(["adult"], "auto")] == ["adult"]
    with pytest.raises(SystemExit, match="'nope'"):
        choose(["nope"], "auto")


def test_the_command_line_lists_and_prints(tmp_path, capsys):
    assert main(["run", "--group", "ablation", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10
    assert main(["table", "--results", str(tmp_path / "none.jsonl")]) == 0
    assert "No figures yet" in capsys.readouterr().out


def test_a_training_that_fails_is_written_down_and_the_next_one_runs(tmp_path):
    path, said = tmp_path / "results.jsonl", []
    wrong = replace(CANCER, options={"no_such_option": 1}, seeds=(0, 1))
    assert run_tasks([wrong], path, say=said.append) == 2
    errors = [record["error"] for record in read_records(path) if "error" in record]
    assert len(errors) == 2
    assert "no_such_option" in errors[0]
    assert any("FAILED" in line for line in said)


@pytest.mark.slow
def test_a_child_fits_samples_and_measures(tmp_path):
    path = tmp_path / "results.jsonl"
    task = replace(LOANS_HALF, max_time=5, options={"width": 32, "hidden": 16})
    assert run_tasks([task], path, say=lambda text: None) == 0
    (record,) = (r for r in read_records(path) if r["seed"] == 0)
    assert record["n_train"] == 2_250
    assert record["dcr_rows"] == 20_000
    assert 0 < record["first_step_seconds"] < record["fit_seconds"] < 60
    assert record["start_gb"] <= record["fit_gb"] <= record["peak_gb"] < 4
    assert record["rows_per_second"] > 0
    assert -100 < record["holdout_log_prob"] < 0
    assert record["dcr_low"] < record["dcr"] < record["dcr_high"]
    assert "loans-half" in render([record])
