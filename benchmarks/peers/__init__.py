"""Other synthesisers, each in an environment of its own, behind one small contract.

A peer is a script `fit_NAME.py` and its pinned requirements in this folder. The script is called with a folder that
holds `job.json` (see `job.Job`) and `train.parquet`; it leaves `synthetic.parquet` and `measured.json` there.
`classic` stands here too and runs in the environment that calls it.

Requirements are `NAME.txt`, for pip. A file that is nothing but ``-r OTHER.txt`` shares the environment of OTHER.
What must come without its dependencies stands in `NAME-alone.txt` and is installed last, with ``--no-deps``.
"""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / "environments"  # ignored by git
OWN = ("classic",)  # run where this runs
ALONE = "-alone.txt"
MAX_SECONDS = 6 * 3600


class PeerFailedError(RuntimeError):
    """A peer's environment could not be built, or its script ended with an error."""


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, which is built when it is missing or its requirements changed.

    Raises
    ------
    PeerFailedError
        There is no such peer, or pip could not install its requirements.
    """
    if name in OWN:
        return Path(sys.executable)
    owner = environment_of(name)
    files = requirements_of(owner)
    folder, wanted = ENVIRONMENTS / owner, "".join(file.read_text() for file in files)
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    for file in files:
        _install(owner, python, file)
    stamp.write_text(wanted)
    return python


def environment_of(name: str) -> str:
    """The peer whose environment this one runs in: itself, or the one that its requirements name."""
    file = HERE / f"{name}.txt"
    if not file.is_file():
        raise PeerFailedError(f"{name}: no such peer; there are {', '.join(peers())}")
    shared = re.fullmatch(r"-r (\w+)\.txt\s*", file.read_text())
    return environment_of(shared[1]) if shared else name


def requirements_of(name: str) -> list[Path]:
    """The requirement files of an environment, in the order of installing."""
    return [file for file in (HERE / f"{name}.txt", HERE / f"{name}{ALONE}") if file.is_file()]


def peers() -> list[str]:
    """Names of all peers, those that run where this runs included."""
    return sorted(file.stem.removeprefix("fit_") for file in HERE.glob("fit_*.py"))


def _install(name: str, python: Path, file: Path) -> None:
    options = ["--no-deps"] if file.name.endswith(ALONE) else []
    command = [str(python), "-m", "pip", "install", "--quiet", *options, "-r", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailedError(f"{name}: its requirements could not be installed: {done.stderr[-500:]}")


def run_peer(name: str, train: pd.DataFrame, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Fit one peer in a process of its own; its rows are then in ``folder / "synthetic.parquet"``.

    Raises
    ------
    PeerFailedError
        With the end of what the peer wrote.
    """
    folder.mkdir(parents=True, exist_ok=True)
    train.to_parquet(folder / "train.parquet")
    (folder / "job.json").write_text(json.dumps(job))
    command = [str(python_of(name)), str(HERE / f"fit_{name}.py"), str(folder)]
    where = HERE.parent.parent
    paths = [str(where), str(where / "datasets")] if name in OWN else []
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PYTHONPATH": os.pathsep.join(paths)} if paths else {}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=MAX_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise PeerFailedError(f"{name}: took longer than {MAX_SECONDS:,} s") from error
    if done.returncode:
        raise PeerFailedError(f"{name}: exit {done.returncode}: {done.stderr[-800:].strip()}")
    return dict(json.loads((folder / "measured.json").read_text()))
