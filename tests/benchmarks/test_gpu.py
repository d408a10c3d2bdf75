import json

import pytest
import torch

from benchmarks.chain import chain_table
from benchmarks.device_checks import same_log_prob, same_loss, same_rows
from benchmarks.gpu import SECTIONS, as_text, has_passed, main, read_table, run_section
from benchmarks.profile import Operations, watch_fit
from tabgan import TabGAN

CPU = torch.device("cpu")
SMALL = {"width": 16, "hidden": 8}


@pytest.fixture
def no_tables(monkeypatch):
    monkeypatch.delenv("TABGAN_DATA", raising=False)


def test_the_whole_way_in_small_on_the_cpu(tmp_path, no_tables, capsys):
    path = tmp_path / "gpu.json"
    assert main(["--device", "cpu", "--quick", "--out", str(path)]) == 0
    told = json.loads(path.read_text())
    assert set(SECTIONS) < set(told)
    assert told["table"] == "loans"
    assert {
        name for name, check in told["checks"].items() if isinstance(check, dict) and "passed" in check
    } == {
        "loss",
        "log_prob, saved on cpu",
        "log_prob, saved on device",
        "rows",
    }
    assert told["speed"]["cpu"]["steps/s, batch 256"] > 1
    assert told["speed"]["cpu"]["rows/s, a frame"] > 100
    for part in ("steps", "sampling"):
        profile = told["profile"][part]
        assert len(profile["top"]) == 15
        assert 0 < sum(line["share"] for line in profile["top"]) < 1.01
        assert profile["operations"] > 100
    assert told["quality"]["cpu"]["held_out_log_prob"] < 0
    assert "== quality ==" in capsys.readouterr().out


@pytest.mark.gpu
def test_the_whole_way_in_small_on_cuda(tmp_path, no_tables):
    path = tmp_path / "gpu.json"
    assert main(["--quick", "--out", str(path)]) == 0
    told = json.loads(path.read_text())
    assert told["profile"]["steps"]["launches"] > 10
    assert 0 < told["profile"]["steps"]["device_busy"] <= 1
    assert told["speed"]["cuda"]["GB of sampling"] > 0


def test_a_device_that_is_not_there_is_told(capsys):
    assert main(["--device", "no-such"]) == 2
    assert "no-such" in capsys.readouterr().err


def test_a_section_that_fails_is_written_down_and_the_others_run(tmp_path, no_tables, monkeypatch):
    def failing(self: object) -> dict[str, object]:
        raise RuntimeError("no memory")

    monkeypatch.setattr("benchmarks.gpu.Bench.checks", failing)
    monkeypatch.setattr("benchmarks.gpu.Bench.speed", lambda self: {"steps/s": 1.0})
    path = tmp_path / "gpu.json"
    assert main(["checks", "speed", "--device", "cpu", "--quick", "--out", str(path)]) == 1
    told = json.loads(path.read_text())
    assert "no memory" in told["checks"]["error"]
    assert told["speed"]["steps/s"] == 1.0


def test_one_check_that_fails_fails_the_section():
    assert has_passed({"loss": {"passed": True}, "seconds": 1.0})
    assert not has_passed({"loss": {"passed": True}, "rows": {"passed": False}})
    assert not has_passed(run_section(lambda: 1 / 0))


def test_models_that_differ_do_not_pass(tmp_path):
    frame = chain_table(600, 3)
    one, _ = watch_fit(frame, CPU, skip=1, steps=5, **SMALL)
    other, _ = watch_fit(frame, CPU, skip=1, steps=60, learning_rate=0.05, **SMALL)
    shifted = frame.assign(**{"number 0": frame["number 0"] + 100})
    elsewhere = TabGAN(max_time=None, epochs=1, random_state=0, **SMALL).fit(shifted)
    one.save(tmp_path / "one.tabgan")
    assert same_log_prob(tmp_path / "one.tabgan", CPU, frame, one)["passed"]
    assert not same_log_prob(tmp_path / "one.tabgan", CPU, frame, other)["passed"]
    assert not same_loss(one, other)["passed"]
    assert same_rows(one, one, 500, lambda rows: rows)["passed"]
    assert not same_rows(one, elsewhere, 500, lambda rows: rows)["passed"]


def test_the_watch_sees_the_last_steps_only():
    class Counting(Operations):
        entered = left = 0

        def __enter__(self) -> "Counting":
            self.entered += 1
            return super().__enter__()

        def __exit__(self, *error: object) -> None:
            self.left += 1
            super().__exit__(*error)

    def asked(steps: int) -> tuple[int, float]:
        watch = Counting()
        _, seconds = watch_fit(chain_table(500, 3), CPU, skip=2, steps=steps, watch=watch, **SMALL)
        assert (watch.entered, watch.left) == (1, 1)
        return watch.asked["_fused_adamw_"], seconds

    updates, seconds = asked(2)
    more, _ = asked(6)
    assert more == 3 * updates > 0
    assert seconds > 0


def test_operations_count_what_computes_and_what_waits():
    flags, values = torch.tensor([True, False]), torch.ones(2)
    with Operations() as counted:
        total = (values + values).view(2, 1).sum()
        float(total)
        flags.nonzero()
        _ = values[flags]
        _ = values[torch.tensor([0, 1])]
    assert counted.asked["add"] == 1
    assert "view" not in counted.asked
    names = sorted(line.split()[-1] for line in counted.waits.elements())
    assert names == ["_local_scalar_dense", "index", "nonzero"]


def test_loans_stand_in_for_a_table_that_is_not_there(no_tables, capsys):
    name, frame = read_table("adult", 50)
    assert (name, len(frame)) == ("loans", 50)
    assert "adult" in capsys.readouterr().err
    assert read_table("loans", 20)[1].shape[0] == 20


def test_figures_are_printed_as_lines_and_tables():
    text = as_text({"speed": {"steps/s": 3.14159}, "top": [{"operation": "mm", "ms": 2.0}], "lines": []})
    assert text.splitlines()[:3] == ["speed:", "  steps/s: 3.142", "top:"]
    assert "mm 2.000" in text
