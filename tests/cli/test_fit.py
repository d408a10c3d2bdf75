import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import tabgan
from tests.cli.conftest import N_ROWS, people, run

QUICK = ("--epochs", 1, "--max-time", "3s", "--device", "cpu")


def test_it_tells_what_was_learnt_and_what_comes_next(fitted):
    assert f"Learnt from {N_ROWS} rows" in fitted.output
    lines = {line.split()[0]: line for line in fitted.output.splitlines() if line.strip()}
    for name, kind in [
        ("person_id", "identifier"),
        ("age", "integer"),
        ("since", "datetime"),
        ("member", "boolean"),
    ]:
        assert kind in lines[name]
    assert f"  tabgan sample {fitted.model} " in fitted.output
    assert fitted.model.is_file()


def test_data_alone_is_enough_and_the_model_is_named_after_it(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    people().to_csv(tmp_path / "my.people.csv.gz", index=False)
    monkeypatch.chdir(tmp_path / "here")
    run("fit", "../my.people.csv.gz", *QUICK)
    assert [path.name for path in Path().iterdir()] == ["my.people.tabgan"]


def test_overrides_of_the_schema(tmp_path):
    people().to_csv(tmp_path / "p.csv", index=False, sep=";")
    model = tmp_path / "m.tabgan"
    kinds = ("--category", "age", "--identifier", "since", "--drop", "weight", "--sep", ";", "--na", "<=50K")
    run("fit", tmp_path / "p.csv", "-o", model, *kinds, *QUICK)
    schema = tabgan.load(model).schema_
    assert schema["age"].kind == "category"
    assert schema["since"].kind == "identifier"
    assert "weight" not in schema.names
    assert schema["income"].missing


def test_an_edited_schema_is_used(fitted, tmp_path):
    text = tabgan.load(fitted.model).schema_.with_overrides(category=["age"]).to_json()
    (tmp_path / "schema.json").write_text(text)
    run("fit", fitted.data, "-o", tmp_path / "m.tabgan", "--schema", tmp_path / "schema.json", *QUICK)
    schema = tabgan.load(tmp_path / "m.tabgan").schema_
    assert schema["age"].kind == "category"
    assert list(schema.names) == list(people())


def test_rows_right_after(tmp_path):
    people().to_parquet(tmp_path / "p.parquet")
    out = tmp_path / "new.jsonl"
    run("fit", tmp_path / "p.parquet", "-o", tmp_path / "m", *QUICK, "--sample", 30, "--out", out)
    rows = pd.read_json(out, lines=True)
    assert len(rows) == 30
    assert list(rows) == list(people())


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["missing.csv"], "missing.csv"),
        (["."], "."),
        (["p.csv", "--category", "Age"], "'Age'"),
        (["p.csv", "--drop", "nothing"], "'nothing'"),
        (["p.csv", "--schema", "missing.json"], "missing.json"),
        (["p.csv", "--schema", "p.csv"], "JSON"),
        (["p.csv", "-o", "no/folder/m.tabgan"], "its folder does not exist"),
        (["p.csv", "-o", "p.csv"], "must be different files"),
        (["p.csv", "--sample", "5"], "--sample needs --out"),
        (["p.csv", "--out", "x.doc"], "its suffix must be one of"),
        (["p.csv", "--out", "-"], "--out must name a file"),
        (["p.csv", "--device", "abacus"], "abacus"),
        (["p.csv", "--encoding", "klingon"], "klingon"),
        (["empty.csv"], "empty.csv"),
        (["ragged.csv"], "ragged.csv"),
    ],
)
def test_what_cannot_be_fitted_is_told_in_one_line(tmp_path, monkeypatch, args, told):
    monkeypatch.chdir(tmp_path)
    people().to_csv("p.csv", index=False)
    Path("empty.csv").touch()
    Path("ragged.csv").write_text("a,b\n1,2\n1,2,3\n")
    before = Path("p.csv").read_bytes()
    result = run("fit", *args, code=2)
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["empty.csv", "p.csv", "ragged.csv"]
    assert Path("p.csv").read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_keeps_the_best_model_so_far(tmp_path):
    people().to_csv(tmp_path / "p.csv", index=False)
    # What a shell starts in the background ignores SIGINT, and so would its children.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heard}; from tabgan.cli import main; main()"
    model = str(tmp_path / "p.tabgan")
    args = ["fit", str(tmp_path / "p.csv"), "-o", model, "--max-time", "1h", "--device", "cpu"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        started = process.stderr.read(1)  # the progress bar begins with the training
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert started, errors
    assert process.returncode == 130, errors
    assert f"Stopped by Ctrl-C. The best model so far is in {model}." in output
    assert "Traceback" not in errors
    assert len(tabgan.load(model).sample(10)) == 10
