import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import peers
from benchmarks.classic import conditions, discrete_columns
from benchmarks.conditions import distance, meets
from benchmarks.peers import PeerFailedError, run_peer
from benchmarks.peers.epochs import EpochClock
from benchmarks.peers.job import Job, read_job
from benchmarks.peers.prepared import prepare
from tabgan import between

OTHERS = sorted(set(peers.peers()) - set(peers.OWN))


def some_rows(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"kind": rng.choice(["a", "b"], n), "size": rng.normal(size=n).round(2)})


def test_a_peer_gets_a_folder_and_leaves_rows_and_figures(tmp_path):
    frame = some_rows(600)
    job = {"discrete": ["kind"], "epochs": 1, "n_rows": 50, "conditions": [["kind", "b"]]}
    told = run_peer("classic", frame, job, tmp_path)
    assert told["fit_seconds"] > 0
    assert told["peak_gb"] > told["start_gb"] > 0.05
    assert told["conditions"][0][:2] == ["kind", "b"]
    rows = pd.read_parquet(tmp_path / "synthetic.parquet")
    assert list(rows.columns) == ["kind", "size"]
    assert len(rows) == 50


def test_a_peer_that_fails_says_why(tmp_path):
    with pytest.raises(PeerFailedError, match="Invalid columns found"):
        run_peer("classic", some_rows(600), {"discrete": ["nothing"], "epochs": 1}, tmp_path)


def test_discrete_columns_are_those_of_text():
    assert discrete_columns(some_rows(5)) == ["kind"]


def test_shares_are_told_per_column_and_model():
    figures = {"conditions": [["kind", "a", 1.0], ["kind", "b", 0.5]]}
    text = conditions([("classic", 0, figures, None)])
    assert "0.75" in text
    assert "0.5" in text


def test_distance_of_conditions():
    rows, others = some_rows(4_000), some_rows(4_000, seed=1)
    assert distance(rows, others, rows, {"kind": "a"}) < 0.05
    assert distance(rows, others.assign(size=others["size"] + 9), rows, {"kind": "a"}) > 0.8
    assert distance(rows, others.assign(kind="a"), rows, {"size": between(0, 1)}) == pytest.approx(
        0.5, abs=0.03
    )


def test_what_meets_a_condition():
    frame = pd.DataFrame({"kind": ["a", "b", "c"], "size": [1.0, 2.0, 3.0]})
    assert meets(frame, {"kind": ["a", "c"], "size": between(2, 3)}).tolist() == [False, False, True]
    assert meets(frame, {"kind": "b"}).tolist() == [False, True, False]


def mixed_rows(n: int = 300) -> pd.DataFrame:
    """Every kind of column that a table may have, some with missing cells."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "code": rng.choice([3, 7, 9], n),
            "word": rng.choice(["missing", "b", "c"], n),
            "flag": rng.random(n) < 0.3,
            "count": rng.poisson(4, n),
            "size": rng.normal(size=n).round(3),
            "gaps": rng.integers(0, 9, n).astype(float),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "target": rng.choice(["no", "yes"], n, p=[0.8, 0.2]),
        }
    )
    frame.loc[rng.random(n) < 0.2, "word"] = None
    frame.loc[rng.random(n) < 0.1, "gaps"] = np.nan
    return frame


DISCRETE = ["code", "word", "target"]


def test_a_job_comes_back_from_its_file(tmp_path, monkeypatch):
    told = {"n_rows": 9, "seed": 4, "seconds": 12.5, "epochs": None, "discrete": ["a"], "target": "a"}
    told |= {"task": "binclass", "conditions": [["a", 1]]}
    (tmp_path / "job.json").write_text(json.dumps(told))
    monkeypatch.setattr(sys, "argv", ["fit_it.py", str(tmp_path)])
    assert read_job() == Job(folder=tmp_path, **{**told, "conditions": [("a", 1)]})


def test_a_job_of_nothing_leaves_all_to_the_peer(tmp_path, monkeypatch):
    (tmp_path / "job.json").write_text("{}")
    monkeypatch.setattr(sys, "argv", ["fit_it.py", str(tmp_path)])
    job = read_job()
    assert (job.seconds, job.epochs, job.target, job.discrete) == (None, None, None, [])


def test_a_table_that_no_peer_changed_comes_back_as_it_was():
    frame = mixed_rows()
    table = prepare(frame, DISCRETE, fill=False)
    assert table.discrete == [*DISCRETE, "flag"]
    pd.testing.assert_frame_equal(table.back(table.rows), frame, check_dtype=False)
    dtypes = table.back(table.rows).dtypes.drop("when")  # of times, the unit may differ
    pd.testing.assert_series_equal(dtypes, frame.dtypes.drop("when"))


def test_what_a_peer_fits_has_no_missing_cells():
    frame = mixed_rows()
    table = prepare(frame, DISCRETE)
    assert not table.rows.isna().any(axis=None)
    gaps = frame["gaps"].isna()
    assert (table.rows.loc[gaps, "gaps"] == frame["gaps"].median()).all()
    assert set(table.rows["word"]) == {"missing", "missing_", "b", "c"}  # one is a level of the table
    pd.testing.assert_series_equal(table.back(table.rows)["word"].isna(), frame["word"].isna())
    notes = " / ".join(table.notes)
    assert "word: missing is a level" in notes
    assert "gaps: missing filled with the median" in notes
    assert "flag: taken as a category" in notes


def test_numbers_of_a_peer_take_the_kind_of_the_training_rows():
    table = prepare(pd.DataFrame({"count": [1, 2, 3], "size": [0.5, 1.5, 2.5]}), [])
    back = table.back(pd.DataFrame({"size": [0.25, 7.0], "count": [1.6, 2.2]}, index=[8, 9]))
    pd.testing.assert_frame_equal(back, pd.DataFrame({"count": [2, 2], "size": [0.25, 7.0]}))
    lost = table.back(pd.DataFrame({"count": [1.2, np.nan], "size": [0.0, 1.0]}))
    assert lost["count"].tolist()[0] == 1.0
    assert np.isnan(lost["count"][1])


def test_text_is_times_if_all_of_it_is():
    frame = pd.DataFrame({"day": ["2020-01-01", "2020-03-01", None], "word": ["2020-01-01", "soon", None]})
    table = prepare(frame, [])
    assert table.discrete == ["word"]
    assert table.rows["day"].tolist() == [18262.0, 18322.0, 18262.0]
    assert table.back(table.rows)["day"].tolist()[1] == pd.Timestamp("2020-03-01")


def test_a_level_that_was_never_there_is_an_error():
    table = prepare(pd.DataFrame({"word": ["a", "b"]}), ["word"])
    with pytest.raises(ValueError, match="column 'word': the peer wrote levels never seen: '_RARE_'"):
        table.back(pd.DataFrame({"word": ["a", "_RARE_"]}))


def test_epochs_end_before_the_budget(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("benchmarks.peers.epochs.time.perf_counter", lambda: now[0])
    clock = EpochClock(seconds=10)
    now[0] = 3.0  # spent before the first epoch
    for _ in clock(range(1_000), disable=True):
        now[0] += 2.0
    assert clock.passed == 3  # a fourth would end at 11
    short = EpochClock(seconds=0.1)
    for _ in short(range(1_000)):
        now[0] += 2.0
    assert short.passed == 1


def test_peers_may_share_an_environment():
    assert peers.environment_of("tvae") == peers.environment_of("ctgan") == "ctgan"
    assert peers.environment_of("copula") == "copula"
    with pytest.raises(PeerFailedError, match="no such peer; there are arf, "):
        peers.environment_of("nobody")


def test_an_environment_is_built_once(tmp_path, monkeypatch):
    (tmp_path / "ours.txt").write_text("one==1\n")
    (tmp_path / "ours-alone.txt").write_text("two==2\n")
    (tmp_path / "theirs.txt").write_text("-r ours.txt\n")
    monkeypatch.setattr(peers, "HERE", tmp_path)
    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(peers.venv, "create", lambda folder, **_: folder.mkdir(parents=True, exist_ok=True))
    commands = []

    def run(command, **_):
        commands.append(command[5:])
        return peers.subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(peers.subprocess, "run", run)
    assert peers.python_of("theirs") == peers.python_of("ours")
    assert commands == [
        ["-r", str(tmp_path / "ours.txt")],
        ["--no-deps", "-r", str(tmp_path / "ours-alone.txt")],
    ]
    (tmp_path / "ours.txt").write_text("one==2\n")
    peers.python_of("theirs")
    assert len(commands) == 4


def interpolation(frame: pd.DataFrame, target: str):
    pytest.importorskip("imblearn")
    from benchmarks.peers.interpolation import Interpolation

    table = prepare(frame, DISCRETE)
    return Interpolation(table.rows, table.discrete, target)


def test_interpolated_rows_keep_the_shares_of_the_target():
    frame = mixed_rows()
    model = interpolation(frame, "target")
    rows = model.sample(150, seed=1)
    assert list(rows.columns) == list(frame.columns)
    counts, expected = rows["target"].value_counts(), frame["target"].value_counts() / 2
    assert (counts - expected).abs().max() <= 1
    assert rows["size"].between(frame["size"].min(), frame["size"].max()).all()
    assert not rows["size"].isin(frame["size"]).all()  # between the rows, not on them
    pd.testing.assert_frame_equal(rows, model.sample(150, seed=1))
    assert not rows.equals(model.sample(150, seed=2))


def test_a_numeric_target_is_interpolated_within_its_halves():
    frame = mixed_rows()
    rows = interpolation(frame, "size").sample(301, seed=0)
    assert len(rows) == 301
    above = (rows["size"] > frame["size"].median()).mean()
    assert above == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("columns", [["code", "word", "target"], ["count", "size", "target"]])
def test_rows_of_one_kind_of_column_are_interpolated(columns):
    rows = interpolation(mixed_rows()[columns], "target").sample(100, seed=0)
    assert rows.shape == (100, 3)


def test_a_class_of_few_rows_is_copied_and_one_of_all_rows_refused():
    frame = mixed_rows()
    frame.loc[:2, "target"] = "rare"
    model = interpolation(frame, "target")
    rows = model.sample(300, seed=0)
    assert (rows["target"] == "rare").sum() == 3
    assert rows.loc[rows["target"] == "rare", "size"].isin(frame["size"][:3]).all()
    assert "3 rows are copies" in model.notes[0]
    with pytest.raises(ValueError, match="'target' must have two classes"):
        interpolation(frame.assign(target="all"), "target").sample(10, seed=0)


def test_point_masses_stay_points_between_two_scalings():
    frame = mixed_rows().assign(size=lambda rows: rows["size"].where(rows["size"] > 0.5, 0.1))
    rows = interpolation(frame.assign(low=-0.7), "target").sample(300, seed=0)
    assert (rows["low"] == -0.7).all()
    assert (rows["size"] == 0.1).mean() > 0.2


@pytest.mark.peer
@pytest.mark.parametrize("name", OTHERS)
def test_a_peer_answers_with_rows_like_those_it_saw(name, tmp_path):
    frame = mixed_rows()
    job = {"n_rows": 200, "seed": 1, "seconds": 5, "epochs": None, "discrete": DISCRETE}
    told = run_peer(name, frame, {**job, "target": "target", "task": "binclass"}, tmp_path)
    assert told["peak_gb"] >= told["fit_gb"] >= told["start_gb"] > 0.05
    assert told["rows_per_second"] > 0
    assert told["version"]
    assert any("word: missing is a level" in note for note in told["notes"])
    rows = pd.read_parquet(tmp_path / "synthetic.parquet")
    assert len(rows) == 200
    assert list(rows.columns) == list(frame.columns)
    for column in ("code", "count", "size", "gaps", "flag"):
        assert rows[column].dtype == frame[column].dtype
    assert set(rows["code"]) <= {3, 7, 9}
    assert pd.api.types.is_datetime64_any_dtype(rows["when"].dtype)
    assert rows["when"].median() > pd.Timestamp("2019-01-01")


SAME_ROWS = """
import sys
import numpy as np, pandas as pd
sys.path.insert(0, sys.argv[1])
import fit_arf
from prepared import prepare
table, rows = prepare(pd.read_parquet(sys.argv[2]), ["code", "word", "target"]), []
for loop in (fit_arf.Leaf.get_group, lambda groups, name: fit_arf.Leaf(groups, name)):
    fit_arf.DataFrameGroupBy.get_group = loop
    np.random.seed(0)
    rows.append(fit_arf.Forest(table, 0).sample(100))
pd.testing.assert_frame_equal(*rows)
"""


@pytest.mark.peer
def test_the_faster_loop_of_arf_draws_the_same_rows(tmp_path):
    mixed_rows().to_parquet(tmp_path / "rows.parquet")
    command = [str(peers.python_of("arf")), "-c", SAME_ROWS, str(peers.HERE), str(tmp_path / "rows.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
