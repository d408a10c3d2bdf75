import io
import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from tabgan.cli import main
from tests.cli.conftest import N_ROWS, people, run


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])


def test_without_n_as_many_rows_as_were_fitted_on_standard_output(fitted):
    result = run("sample", fitted.model)
    rows = read(result.stdout)
    assert len(rows) == N_ROWS
    assert list(rows) == list(people())


def test_every_format_holds_the_same_rows(fitted, tmp_path):
    for name in ("a.csv", "a.parquet", "a.jsonl"):
        result = run("sample", fitted.model, "-n", 50, "--seed", 3, "-o", tmp_path / name)
        assert result.stdout == ""
    csv = read((tmp_path / "a.csv").read_text())
    parquet = pd.read_parquet(tmp_path / "a.parquet")
    lines = pd.DataFrame(map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines()))
    for other in (parquet, lines):
        # a CSV's True and False are text to the library, booleans to pandas
        other["member"] = other["member"].astype(str) == "True"
        pd.testing.assert_frame_equal(csv, other, check_dtype=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.jsonl", "a.parquet"]


def test_the_same_seed_gives_the_same_rows(fitted):
    first, again, other = (run("sample", fitted.model, "-n", 40, "--seed", seed).stdout for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_conditions_hold_in_every_row(fitted):
    rows = read(run("sample", fitted.model, "-n", 60, "--where", "income=>50K", "--where", "weight=").stdout)
    assert len(rows) == 60
    assert (rows["income"] == ">50K").all()
    assert rows["weight"].isna().all()


def test_ranges_and_lists_hold_in_every_row(fitted):
    where = ["--where", "age=30..50", "--where", "income=>50K|<=50K", "--where", "weight!="]
    rows = read(run("sample", fitted.model, "-n", 60, *where, "--temperature", 0.9, "--seed", 1).stdout)
    assert rows["age"].between(30, 50).all()
    assert rows["weight"].notna().all()


def test_equal_shares_and_chosen_ones(fitted):
    rows = read(run("sample", fitted.model, "-n", 60, "--balance", "income", "--seed", 1).stdout)
    assert (rows["income"] == ">50K").sum() == 30
    some = ["--balance", "income=>50K:0.2", "--where", "age=30..50", "--seed", 1]
    rows = read(run("sample", fitted.model, "-n", 60, *some).stdout)
    assert (rows["income"] == ">50K").sum() == 12
    assert rows["age"].between(30, 50).all()
    again = run("sample", fitted.model, "-n", 60, *some).stdout
    assert again == run("sample", fitted.model, "-n", 60, *some).stdout


def test_a_dry_run_tells_the_mass_and_writes_no_row(fitted):
    result = run("sample", fitted.model, "-n", 60, "--where", "age=30..50", "--dry-run")
    assert re.fullmatch(r"mass: 0\.\d+\nrows: 60\neffective rows: 60\n", result.stdout)


def test_no_rows_are_a_header(fitted):
    assert run("sample", fitted.model, "-n", 0).stdout.strip() == ",".join(people())


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--where", "Income=x"], "'Income'"),
        (["--where", "income"], "'column=value'"),
        (["--where", "income=lots"], "column 'income'"),
        (["--where", "age=old"], "column 'age': --where must give an integer"),
        (["--where", "age="], "column 'age'"),
        (["--where", "age=200..300"], "nothing that was learnt meets 'age' in [200, 300]"),
        (["--where", "person_id=P-1"], "column 'person_id'"),
        (["--balance", "Income"], "'Income'"),
        (["--balance", "weight"], "column 'weight': balance needs levels"),
        (["--balance", "income=0.3"], "'income=LEVEL:SHARE'"),
        (["--balance", "income=>50K:much"], "'income=LEVEL:SHARE'"),
        (["--balance", "income=lots:0.3"], "'lots'"),
        (["--balance", "income=>50K:1.3"], "must be from 0 to 1, found 1.3"),
        (["--balance", "income", "--balance", "member"], "must be about one column"),
        (["--balance", "income", "--balance", "income=>50K:0.3"], "found both"),
        (["--balance", "income=>50K:0.1", "--balance", "income=>50K:0.3"], "two shares of '>50K'"),
        (["--balance", "income", "--where", "income=>50K"], "both be about it"),
        (["--balance", "income", "--dry-run"], "give it without --balance"),
        (["-o", "rows.txt"], "its suffix must be one of"),
        (["-o", "no/rows.csv"], "its folder does not exist"),
    ],
)
def test_what_cannot_be_sampled_is_told_in_one_line(fitted, tmp_path, monkeypatch, args, told):
    monkeypatch.chdir(tmp_path)
    result = run("sample", fitted.model, *args, code=2)
    assert told in result.stderr
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["sample", "info"])
def test_what_is_no_model_is_told_in_one_line(fitted, tmp_path, command):
    damaged = tmp_path / "damaged.tabgan"
    damaged.write_bytes(fitted.model.read_bytes()[:-1])
    for path in (damaged, fitted.data, tmp_path, tmp_path / "missing"):
        result = run(command, path, code=2)
        assert str(path) in result.stderr
        assert (result.stdout, result.stderr.count("\n")) == ("", 1)


def test_a_reader_that_leaves_early_is_no_error_to_tell(fitted):
    code = "from tabgan.cli import main; main()"
    command = [sys.executable, "-c", code, "sample", str(fitted.model), "-n", "6000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == ",".join(people())
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_the_group_lists_the_command():
    assert "sample" in main.commands
