"""Figures as JSON lines: one record a training, appended as soon as it is there."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import tabgan
from benchmarks import ROOT
from benchmarks.methods import Method
from benchmarks.tasks import Task

DEFAULT_PATH = ROOT / "benchmarks" / "results" / "results.jsonl"
PACKAGES = ("torch", "pandas", "numpy", "scikit-learn", "xgboost")
KEY = ("task", "method", "seed", "seconds", "options")
Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """All records of a file, in the order written; none when there is no file."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def append_record(path: Path, record: Record) -> None:
    """Add one line by a single write: a run that is broken off, or another one, spoils none before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(record, ensure_ascii=False) + "\n"
    with path.open("ab", buffering=0) as file:
        file.write(line.encode())


def key_of(task: Task, method: Method, seed: int, seconds: float | None) -> Record:
    """What makes a training the same training: resuming skips it."""
    values = (task.name, method.name, seed, seconds, dict(method.options))
    return dict(zip(KEY, values, strict=True))


def is_done(records: Sequence[Record], key: Record) -> bool:
    """Whether a record without an error has that key."""
    return any("error" not in r and all(r.get(k) == v for k, v in key.items()) for r in records)


def newest(records: Sequence[Record]) -> list[Record]:
    """Of the records of one training the last, in the order in which trainings came first.

    A failure does not replace figures that are there.
    """
    found: dict[str, Record] = {}
    for record in records:
        key = json.dumps([record.get(name) for name in KEY], sort_keys=True)
        if "error" not in record or "error" in found.get(key, {"error": ""}):
            found[key] = record
    return list(found.values())


def surroundings() -> Record:
    """Versions, cores, threads asked for, processor and commit: what the figures were reached with."""
    versions = {"tabgan-torch": tabgan.__version__, **{name: _version(name) for name in PACKAGES}}
    versions["python"] = platform.python_version()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or cores
    return {
        "versions": versions,
        "cores": cores,
        "threads": threads,
        "processor": _processor(),
        "commit": _commit(),
    }


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


@cache
def _commit() -> str | None:
    """As it was when first asked; "-dirty" where files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
