"""Other synthesisers, each in an environment of its own, behind one small contract.

A peer is a script `fit_NAME.py` and its pinned requirements `NAME.txt` in this folder. The script is called with a
folder that holds `job.json` (see `job.Job`) and `train.parquet`; it leaves `synthetic.parquet` and `measured.json`
there. `classic` and `tabgan` stand here too and run in the environment that calls them.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / "environments"  # ignored by git
OWN = ("classic",)  # run where this runs
MAX_SECONDS = 6 * 3600


class PeerFailedError(RuntimeError):
    """A peer's environment could not be built, or its script ended with an error."""


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, which is built when it is missing or its requirements changed.

    Raises
    ------
    PeerFailedError
        pip could not install the requirements.
    """
    if name in OWN:
        return Path(sys.executable)
    folder, wanted = ENVIRONMENTS / name, (HERE / f"{name}.txt").read_text()
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / f"{name}.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailedError(f"{name}: its requirements could not be installed: {done.stderr[-500:]}")
    stamp.write_text(wanted)
    return python


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
        raise PeerFailedError(f"{name}: {done.stderr[-800:].strip()}")
    return dict(json.loads((folder / "measured.json").read_text()))
