"""`tabgan report`, its gates, and `tabgan fit --report`."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan.cli.gates import Gate, broken_gates, parse_gates
from tests.cli.conftest import people, run

QUICK = ("--epochs", 1, "--max-time", "3s", "--device", "cpu")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Real, synthetic (the real rows, shuffled column by column) and held-out rows."""
    folder = tmp_path_factory.mktemp("tables")
    rng = np.random.default_rng(0)
    frame = people()
    frame.iloc[:160].to_csv(folder / "real.csv", index=False)
    frame.iloc[160:].to_csv(folder / "holdout.csv", index=False)
    mixed = frame.iloc[:160].apply(lambda column: rng.permutation(column.to_numpy()))
    mixed.to_parquet(folder / "synthetic.parquet")
    return folder


@pytest.fixture(scope="module")
def made(files):
    return run(
        "report", files / "real.csv", files / "synthetic.parquet", "--holdout", files / "holdout.csv",
        "--target", "income", "-o", files / "report.html", "--json", files / "report.json",
        "--fail-over", "exact_copies=50", "--fail-under", "levels_covered=10",
    )  # fmt: skip


def test_it_tells_judges_and_writes(files, made):
    assert "160 synthetic rows against 160 real ones, 80 held out" in made.output
    for word in ("Faithful?", "Useful?", "Private?", "c2st", "mia_auc"):
        assert word in made.output
    page = (files / "report.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    data = json.loads((files / "report.json").read_text(encoding="utf-8"))
    assert data["about"]["rows"] == {"real": 160, "synthetic": 160, "holdout": 80}
    assert data["about"]["settings"]["target"] == "income"
    assert [t["column"] for t in data["details"]["utility"]["targets"]] == ["income"]
    assert "rows" not in data


def test_a_broken_gate_is_told_with_an_exit_code_of_its_own(files):
    result = run(
        "report", files / "real.csv", files / "synthetic.parquet", "--target", "income",
        "--fail-under", "levels_covered=101", "--fail-over", "mia_auc=0.55", code=3,
    )  # fmt: skip
    assert "gate --fail-under levels_covered=101: found" in result.output
    assert "gate --fail-over mia_auc=0.55: it could not be judged" in result.output  # there is no hold-out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fail-under", "c2st"], "must read 'score=number'"),
        (["--fail-under", "c2st=nan"], "must read 'score=number'"),
        (["--fail-over", "accuracy=1"], "no score 'accuracy'"),
        (["--target", "salary"], "salary"),
        (["--target", "person_id"], "cannot be predicted"),
        (["--holdout", "nowhere.csv"], "no such file"),
        (["-o", "no/folder/x.html"], "folder does not exist"),
        (["-o", "x.html", "--json", "x.html"], "different files"),
        (["--drop", "salary"], "salary"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(files, words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("report", files / "real.csv", files / "synthetic.parquet", *words, code=2)
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_gates():
    under, over = parse_gates(["c2st = 0.8"], ["mia_auc=.55"])
    assert under == Gate("--fail-under", "c2st", 0.8)
    scores = {"fidelity": {"c2st": {"value": 0.8}}, "privacy": {"mia_auc": {"value": 0.55}}}
    assert broken_gates([under, over], scores) == []
    scores = {"fidelity": {"c2st": {"value": 0.79}}, "privacy": {"mia_auc": {"value": 0.56}}}
    assert len(broken_gates([under, over], scores)) == 2


def test_options_of_reading_hold_for_every_file(tmp_path):
    frame = people().drop(columns=["person_id", "since"])
    for name, part in (("a", frame.iloc[:120]), ("b", frame.iloc[120:])):
        part.to_csv(tmp_path / f"{name}.csv", index=False, sep="|", na_rep="?")
    words = ("--sep", "|", "--na", "?", "--drop", "gain", "--category", "age", "--target", "income")
    result = run("report", tmp_path / "a.csv", tmp_path / "b.csv", *words, "--json", tmp_path / "r.json")
    assert "4 columns" in result.output
    data = json.loads((tmp_path / "r.json").read_text())
    kinds = {column["name"]: column["kind"] for column in data["details"]["columns"]}
    assert kinds == {"age": "category", "income": "category", "weight": "number", "member": "category"}
    assert [name for name, _ in data["about"]["left_out"]] == ["gain"]


def test_fit_holds_rows_out_samples_and_judges(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    page = tmp_path / "report.html"
    result = run(
        "fit", tmp_path / "people.csv", "-o", tmp_path / "m.tabgan", "--report", page, "--holdout-share", 0.25,
        "--target", "income", "--seed", 1, *QUICK,
    )  # fmt: skip
    assert "Learnt from 180 rows" in result.output
    assert "180 synthetic rows against 180 real ones, 60 held out" in result.output
    assert page.stat().st_size > 100_000


def test_a_target_without_a_report_is_refused(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    result = run("fit", tmp_path / "people.csv", "--target", "income", code=2)
    assert "--target needs --report" in result.output


def test_the_models_own_attack_is_added(fitted, tmp_path):
    frame = pd.read_csv(fitted.data)
    frame.iloc[:150].to_csv(tmp_path / "real.csv", index=False)
    frame.iloc[150:].to_csv(tmp_path / "holdout.csv", index=False)
    run("sample", fitted.model, "-n", 150, "-o", tmp_path / "new.csv", "--seed", 0)
    words = ("--holdout", tmp_path / "holdout.csv", "--model", fitted.model, "--json", tmp_path / "r.json")
    run("report", tmp_path / "real.csv", tmp_path / "new.csv", "--target", "income", *words)
    data = json.loads((tmp_path / "r.json").read_text())
    names = [attack["name"] for attack in data["details"]["membership"]["attacks"]]
    assert any("likelihood" in name for name in names)
