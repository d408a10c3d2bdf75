"""`tabgan.CTGAN` beside ctgan, at equal settings: `python -m benchmarks.classic` prints three tables.

Both have the defaults of ctgan, each in a process of its own, one after the other on the same machine. `speed`:
seconds before the first epoch and of an epoch, peak memory, rows sampled a second; `fidelity`: the metrics of the
report against the training rows; `conditions`: how many of 1,000 rows carry the level asked for, as generated.
Results are kept in a folder, and a run that is there is not repeated.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.markdown import means
from benchmarks.peers import run_peer
from benchmarks.scores import score
from benchmarks.splits import Split, split_table
from benchmarks.tasks import find_task

TASK = find_task("adult")
PLAYERS = ("classic", "ctgan")
MIN_SHARE = 0.01  # of a level, to be asked for
SPEED_EPOCHS = 3
MANY_ROWS = 300_000
METRICS = ("c2st", "auc", "shape", "trend", "trend_published", "wnmis", "mle")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked, print a table each."""
    options = _parser().parse_args(arguments)
    split = split_table(TASK)
    if "speed" in options.what:
        rows = [
            line for n in options.n_rows for line in speed(split.train, n, options.players, options.folder)
        ]
        print(f"\n**speed**\n\n{pd.DataFrame(rows).to_markdown(index=False)}")
    if "fidelity" in options.what or "conditions" in options.what:
        runs = [
            (player, seed, *trained(split, player, seed, options.epochs, options.folder))
            for seed in options.seeds
            for player in options.players
        ]
        if "fidelity" in options.what:
            print(f"\n**fidelity**, {options.epochs} epochs\n\n{fidelity(split, runs, options.folder)}")
        if "conditions" in options.what:
            print(f"\n**conditions**, {options.epochs} epochs\n\n{conditions(runs)}")
    return 0


def discrete_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of text: what users of ctgan name."""
    return [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name].dtype)]


def speed(train: pd.DataFrame, n_rows: int, players: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """Seconds and memory of preparing and of an epoch, from trainings of one epoch and of some more."""
    rows = train if n_rows <= len(train) else train.sample(n_rows, replace=True, random_state=0)
    lines = []
    for player in players:
        told = [
            kept(
                folder / f"{player}-{len(rows)}-{epochs}-speed",
                player,
                rows,
                epochs=epochs,
                n_rows=100_000 if epochs > 1 else 0,
            )
            for epochs in (1, 1 + SPEED_EPOCHS)
        ]
        one, whole = (run["fit_seconds"] for run in told)
        epoch = (whole - one) / SPEED_EPOCHS
        lines.append(
            {
                "rows": len(rows),
                "model": player,
                "before the first epoch, s": round(one - epoch, 2),
                "an epoch, s": round(epoch, 2),
                "peak of fit, GB": round(told[1]["fit_gb"], 2),
                "of it before fit": round(told[1]["start_gb"], 2),
                "rows sampled a second": round(told[1]["rows_per_second"]),
            }
        )
    return lines


def trained(split: Split, player: str, seed: int, epochs: int, folder: Path) -> tuple[dict[str, Any], Path]:
    """Figures of one training, and where its rows are; every common level of every category was asked for."""
    asked = [
        (name, level)
        for name in discrete_columns(split.train)
        for level, share in split.train[name].value_counts(normalize=True).items()
        if share > MIN_SHARE
    ]
    place = folder / f"{player}-{seed}-{epochs}"
    figures = kept(
        place, player, split.train, seed=seed, epochs=epochs, n_rows=len(split.train), conditions=asked
    )
    return figures, place / "synthetic.parquet"


def kept(place: Path, player: str, train: pd.DataFrame, **job: Any) -> dict[str, Any]:
    """What a run measured; it runs if it has not yet."""
    told = place / "measured.json"
    if not told.is_file():
        run_peer(player, train, {"discrete": discrete_columns(train), **job}, place)
        print(f"{place.name}: done", file=sys.stderr, flush=True)
    return dict(json.loads(told.read_text()))


def fidelity(split: Split, runs: list[tuple[str, int, dict[str, Any], Path]], folder: Path) -> str:
    """Mean over the seeds of each metric, and half the range."""
    lines = []
    for player, seed, _, path in runs:
        told = folder / f"{path.parent.name}.score.json"
        if not told.is_file():
            told.write_text(json.dumps(score(TASK, split, pd.read_parquet(path)), default=str))
        figures = json.loads(told.read_text())
        lines.append({"model": player, "seed": seed, **{name: figures[name] for name in METRICS}})
    return means(pd.DataFrame(lines).drop(columns="seed"), ["model"])


def conditions(runs: list[tuple[str, int, dict[str, Any], Path]]) -> str:
    """Per column: least and mean share of rows that carry the asked level, over levels and seeds."""
    lines = [
        {"model": player, "column": column, "share": share}
        for player, _, figures, _ in runs
        for column, _, share in figures["conditions"]
    ]
    told = pd.DataFrame(lines).groupby(["column", "model"], sort=False)["share"].agg(["count", "min", "mean"])
    return str(told.round(3).unstack("model").swaplevel(axis=1).sort_index(axis=1).to_markdown())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classic", description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="*", default=["speed", "fidelity", "conditions"])
    parser.add_argument("--players", nargs="+", choices=PLAYERS, default=list(PLAYERS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--n-rows", type=int, nargs="+", default=[0, MANY_ROWS], help="0: the table as it is")
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results/scratch/classic"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
