"""`tabgan fit --model ctgan` and what its files can be asked."""

import pandas as pd
import pytest

import tabgan
from tests.cli.conftest import people, run

QUICK = (
    "--epochs",
    2,
    "--seed",
    0,
    "--device",
    "cpu",
    "--set",
    "generator_dim=32,32",
    "--set",
    "batch_size=100",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classic")
    people().to_csv(folder / "p.csv", index=False)
    told = run(
        "fit", folder / "p.csv", "--model", "ctgan", "-o", folder / "p.tabgan", "--drop", "person_id", *QUICK
    )
    assert "Learnt from" in told.output
    return folder / "p.tabgan"


def test_settings_reach_the_model(model):
    fitted = tabgan.load(model)
    assert isinstance(fitted, tabgan.CTGAN)
    assert tuple(fitted.generator_dim) == (32, 32)
    assert fitted.batch_size == 100
    assert "person_id" not in fitted.schema_.names


def test_rows_and_one_condition(model, tmp_path):
    run("sample", model, "-n", 30, "-o", tmp_path / "s.csv", "--seed", 1)
    run("sample", model, "-n", 30, "-o", tmp_path / "again.csv", "--seed", 1)
    rows = pd.read_csv(tmp_path / "s.csv")
    assert len(rows) == 30
    pd.testing.assert_frame_equal(rows, pd.read_csv(tmp_path / "again.csv"))
    run("sample", model, "-n", 10, "--where", "income=>50K", "-o", tmp_path / "rich.csv")
    assert len(pd.read_csv(tmp_path / "rich.csv")) == 10


@pytest.mark.parametrize(
    "extra",
    [
        ("--where", "income=>50K", "--where", "member=True"),
        ("--where", "age=30..40"),
        ("--balance", "income"),
        ("--temperature", 0.5),
        ("--where", "income=>50K", "--dry-run"),
    ],
)
def test_what_a_classic_model_cannot_do_is_said(model, extra):
    refused = run("sample", model, "-n", 5, *extra, code=2)
    assert "one --where COL=VALUE" in refused.stderr


def test_info_tells_what_it_stores(model):
    told = run("info", model).output
    assert "network weights" in told
    assert "level frequencies" in told
    assert "It stores no row of the table." in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "ctgan", "--protect-rare", 5), "--protect-rare is not for --model ctgan"),
        (("--model", "ctgan", "--unlabelled", "income"), "--unlabelled is not for --model ctgan"),
        (("--model", "ctgan", "--set", "batch_size=55"), "batch_size"),
        (("--model", "ctgan", "--set", "generator_dim=256"), "generator_dim must be a list of whole numbers"),
        (("--model", "ctgan", "--set", "cuda=nothing"), "--set: device must be"),
        (("--set", "device=nothing"), "--set: device must be"),
        (("--set", "width=0"), "width must be"),
        (("--set", "epochs=abc"), "epochs must be"),
    ],
)
def test_wrong_settings_are_refused_before_the_table_is_read(tmp_path, arguments, words):
    refused = run("fit", tmp_path / "missing.csv", *arguments, code=2)
    assert words in refused.stderr
