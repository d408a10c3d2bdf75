import numpy as np
import pandas as pd
import pytest

from benchmarks.classic import conditions, discrete_columns
from benchmarks.conditions import distance, meets
from benchmarks.peers import PeerFailedError, run_peer
from tabgan import between


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
