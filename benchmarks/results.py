"""Figures as JSON lines: one record a training, appended as soon as it is there."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.tasks import Task

DEFAULT_PATH = ROOT / "benchmarks" / "results" / "results.jsonl"
PACKAGES = ("tabgan-torch", "torch", "pandas", "numpy", "scikit-learn", "xgboost")
Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """All records of a file, in the order written; none when there is no file."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def append_record(path: Path, record: Record) -> None:
    """Add one line; a run that is broken off keeps all before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def key_of(task: Task, seed: int, max_time: float | None) -> Record:
    """What makes a training the same training: resuming skips it."""
    return {"task": task.name, "seed": seed, "max_time": max_time, "options": dict(task.options)}


def is_done(records: Sequence[Record], key: Record) -> bool:
    """Whether a record without an error has that key."""
    return any("error" not in r and all(r.get(k) == v for k, v in key.items()) for r in records)


def surroundings() -> Record:
    """Versions, cores, processor and commit: what the figures were reached with."""
    versions = {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"versions": versions, "cores": cores, "processor": _processor(), "commit": _commit()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> str | None:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
