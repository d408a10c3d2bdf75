"""How costs grow: `python -m benchmarks scaling` measures and prints tables with exponents.

`rows`: seconds before the first step, of a step and of an epoch, memory and fidelity as rows grow, after a fixed
number of steps and after a fixed time. `columns`, `levels`: the same for wider tables, and for a category of more
levels. `sampling`: rows a second to a frame, to CSV and to Parquet. The table is `benchmarks.chain`; every
measurement is a process of its own. What is in the results already is not measured again (`--again` does).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import ROOT
from benchmarks.chain import categories, chain_table, write_chain
from benchmarks.growth import KEY, STUDIES, render
from benchmarks.measure import MeasuringFailedError, fit_apart, sample_apart
from benchmarks.peers import PeerFailedError, run_peer
from benchmarks.results import append_record, is_done, read_records, surroundings
from tabgan.reporting.fidelity.metrics import shape_error, trend_error

RESULTS = ROOT / "benchmarks" / "results" / "scaling.jsonl"
PLAYERS = ("tabgan", "ctgan")
N_COLUMNS = 12
HUGE = 10_000_000
HELD = 3_000_000  # rows beyond which a table is read from its file, not held as a frame
JUDGED_ROWS, JUDGED_COLUMNS = 10_000, 60
REFERENCE_SEED = 1  # of the rows that fidelity is judged against; training rows have 0
MORE_EPOCHS = 3  # of ctgan, beside one: the difference tells an epoch from what comes before
Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One measurement; the fields are its key in the results.

    Attributes
    ----------
    n_levels : of one more column, a category; None: there is none.
    steps, seconds : of training, one of them None; ctgan has neither here, but epochs.
    to : where rows are sampled to, in the study of sampling.
    """

    study: str
    player: str
    n_rows: int
    n_columns: int = N_COLUMNS
    n_levels: int | None = None
    steps: int | None = None
    seconds: float | None = None
    to: str | None = None

    def key(self) -> Record:
        """What makes a measurement the same."""
        return {name: getattr(self, name) for name in KEY}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.key().items() if value is not None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked and not yet there, print a table each; gives the exit status."""
    options = _parser().parse_args(arguments)
    failed = 0
    for trial in trials(options):
        if not options.again and is_done(read_records(options.results), trial.key()):
            continue
        print(f"{trial} …", file=sys.stderr, flush=True)
        record = {**trial.key(), "when": time.strftime("%Y-%m-%d %H:%M"), **surroundings()}
        try:
            with tempfile.TemporaryDirectory() as folder:
                record |= measured(trial, Path(folder))
        except (MeasuringFailedError, PeerFailedError) as error:
            record["error"] = str(error)
            failed += 1
        append_record(options.results, record)
    print(render(read_records(options.results), options.study))
    return 1 if failed else 0


def trials(options: argparse.Namespace) -> Iterator[Trial]:
    """All that the command line asks for, small before large."""
    ways: tuple[Record, ...] = ({"steps": options.steps}, {"seconds": options.seconds})
    own, peer = "tabgan" in options.players, "ctgan" in options.players
    if "rows" in options.study:
        beside = options.peer_rows if peer else []
        for n in sorted({*options.rows, *beside} | ({HUGE} if options.huge else set())):
            yield from (Trial(study="rows", player="tabgan", n_rows=n, **way) for way in ways if own)
            if n in beside:
                yield Trial(study="rows", player="ctgan", n_rows=n)
    if "columns" in options.study and own:
        few: Record = {"steps": options.few_steps}
        for n in options.columns:
            wide = {"study": "columns", "player": "tabgan", "n_rows": options.table_rows, "n_columns": n}
            yield from (Trial(**wide, **way) for way in (few, ways[1]))
    if "levels" in options.study and own:
        for n in options.levels:
            many = {"study": "levels", "player": "tabgan", "n_rows": options.table_rows, "n_levels": n}
            yield from (Trial(**many, **way) for way in ways)
    if "sampling" in options.study:
        for n in options.sampled:
            for to in ("frame", "csv", "parquet") if own else ():
                yield Trial(study="sampling", player="tabgan", n_rows=n, to=to)
            if peer:
                yield Trial(study="sampling", player="ctgan", n_rows=n, to="frame")


def measured(trial: Trial, folder: Path) -> Record:
    """The figures of one trial; files go to the folder.

    Raises
    ------
    MeasuringFailedError, PeerFailedError
        The child ended with an error.
    """
    of_study: dict[tuple[bool, str], Callable[[Trial, Path], Record]] = {
        (False, "tabgan"): _fit,
        (False, "ctgan"): _fit_peer,
        (True, "tabgan"): _sample,
        (True, "ctgan"): _sample_peer,
    }
    return of_study[trial.study == "sampling", trial.player](trial, folder)


def _fit(trial: Trial, folder: Path) -> Record:
    train = folder / "train.parquet"
    write_chain(train, trial.n_rows, trial.n_columns, n_levels=trial.n_levels)
    told = fit_apart(
        train,
        folder,
        options={"random_state": 0} | ({"max_time": trial.seconds} if trial.steps is None else {}),
        steps=trial.steps,
        n_rows=JUDGED_ROWS,
        source="file" if trial.n_rows > HELD else "frame",
    )
    return told | fidelity(trial, pd.read_parquet(folder / "synthetic.parquet"))


def _fit_peer(trial: Trial, folder: Path) -> Record:
    train = chain_table(trial.n_rows, trial.n_columns, n_levels=trial.n_levels)
    job = peer_job(train, JUDGED_ROWS)
    one, more = (
        run_peer(trial.player, train, job | {"epochs": epochs}, folder / str(epochs))
        for epochs in (1, 1 + MORE_EPOCHS)
    )
    epoch = (more["fit_seconds"] - one["fit_seconds"]) / MORE_EPOCHS
    names = ("fit_seconds", "start_gb", "fit_gb", "peak_gb", "rows_per_second", "version", "notes")
    told = {name: more[name] for name in names if name in more} | {"epoch_seconds": epoch}
    told |= {"first_step_seconds": one["fit_seconds"] - epoch, "epochs": 1 + MORE_EPOCHS}
    return told | fidelity(trial, pd.read_parquet(folder / str(1 + MORE_EPOCHS) / "synthetic.parquet"))


def _sample(trial: Trial, folder: Path) -> Record:
    train, model = folder / "train.parquet", folder / "model.tabgan"
    write_chain(train, min(trial.n_rows, 20_000), trial.n_columns)
    fit_apart(train, folder, options={"random_state": 0}, steps=50, model=model)
    return sample_apart(model, folder, n_rows=trial.n_rows, to=str(trial.to))


def _sample_peer(trial: Trial, folder: Path) -> Record:
    train = chain_table(min(trial.n_rows, 20_000), trial.n_columns)
    told = run_peer(trial.player, train, peer_job(train, trial.n_rows) | {"epochs": 1}, folder)
    speed = told["rows_per_second"]
    return {"rows_per_second": speed, "sample_seconds": trial.n_rows / speed, "peak_gb": told["peak_gb"]}


def peer_job(train: pd.DataFrame, n_rows: int) -> Record:
    """What a peer is asked, but for its epochs."""
    job: Record = {"discrete": categories(train), "n_rows": n_rows, "seed": 0, "seconds": None}
    return job | {"target": None, "task": None, "conditions": []}


def fidelity(trial: Trial, synthetic: pd.DataFrame) -> Record:
    """Shape and Trend against other rows of the simulator, as many, of columns spread over the table."""
    truth = chain_table(JUDGED_ROWS, trial.n_columns, n_levels=trial.n_levels, seed=REFERENCE_SEED)
    n_columns = len(truth.columns)
    places = np.unique(np.linspace(0, n_columns - 1, min(n_columns, JUDGED_COLUMNS)).round().astype(int))
    truth = truth.iloc[:, places]
    rows = synthetic[truth.columns]
    names = categories(truth)
    return {"shape": shape_error(truth, rows, names), "trend": trend_error(truth, rows, names)}


def _parser() -> argparse.ArgumentParser:
    def names(allowed: Sequence[str]) -> Callable[[str], list[str]]:
        def read(text: str) -> list[str]:
            if unknown := sorted(set(text.split(",")) - set(allowed)):
                raise argparse.ArgumentTypeError(f"{unknown[0]!r}: choose from {', '.join(allowed)}")
            return text.split(",")

        return read

    def numbers(text: str) -> list[int]:
        return [int(float(part)) for part in text.split(",")]

    parser = argparse.ArgumentParser(prog="python -m benchmarks scaling", description=__doc__.split("\n")[0])
    parser.add_argument("--study", type=names(STUDIES), default=list(STUDIES), help=", ".join(STUDIES))
    parser.add_argument("--players", type=names(PLAYERS), default=["tabgan"], help=", ".join(PLAYERS))
    parser.add_argument("--rows", type=numbers, default=[10**4, 10**5, 10**6])
    parser.add_argument("--huge", action="store_true", help=f"also {HUGE:,} rows, read from a file")
    parser.add_argument(
        "--peer-rows", type=numbers, default=[10**4, 10**5, 300_000], help="where ctgan is beside"
    )
    parser.add_argument("--columns", type=numbers, default=[10, 30, 100, 300, 1000])
    parser.add_argument("--levels", type=numbers, default=[10, 100, 1_000, 10_000, 100_000])
    parser.add_argument("--table-rows", type=int, default=20_000, help="of the tables of columns and levels")
    parser.add_argument("--sampled", type=numbers, default=[10**5, 10**6], help="rows to sample")
    parser.add_argument("--steps", type=int, default=400, help="of the trainings of fixed length")
    parser.add_argument("--few-steps", type=int, default=40, help="the same for the study of columns")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the trainings of fixed time")
    parser.add_argument("--again", action="store_true", help="also what is in the results already")
    parser.add_argument("--results", type=Path, default=RESULTS, help="a file of JSON lines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
