"""An accelerator beside the CPU: `python -m benchmarks gpu`, in less than 8 minutes on a CUDA machine.

`checks`: it computes what the CPU computes. `speed`: steps and sampled rows a second, memory. `profile`: where the
time of steps and of sampling goes, and where the host waits. `quality`: seconds until held-out rows are as likely as
the CPU makes them in its time. All is printed and kept in one JSON file: under ``$OUT`` where that is set, else
`benchmarks/results/gpu-DATE-DEVICE.json`. `--device cpu --quick` runs the whole way in small.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from benchmarks import ROOT
from benchmarks.choosing import some_of
from benchmarks.device_checks import check_device
from benchmarks.profile import profile_sampling, profile_steps, synchronise, watch_fit
from benchmarks.results import surroundings
from benchmarks.splits import judged
from tabgan import TabGAN
from tabgan.reporting.fidelity.metrics import shape_error, trend_error
from tabgan.training.runtime import resolve_device
from tabgan_datasets import TableNotFoundError, find_table, load_table
from tabgan_datasets.loans import simulate_loans

SECTIONS = ("checks", "speed", "profile", "quality")
LOANS = 30_000  # simulated rows where the table is not there
BUDGETS = (
    5.0,
    10.0,
    20.0,
    30.0,
    60.0,
)  # seconds that the device gets, one after the other, until it is as good
BATCHES = (256, 1024, 4096)
CPU_SECONDS = 120.0
CPU = torch.device("cpu")
Figures = dict[str, Any]


class Bench:
    """What is measured on: rows, device, sizes; each section gives its figures."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.device = resolve_device(options.device)
        self.quick = options.quick
        self.cpu_seconds = 1.0 if options.quick else options.seconds
        self.options: Figures = {"width": 16, "hidden": 8} if options.quick else {}
        self.table, self.frame = read_table(options.table, 500 if options.quick else None)

    def shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What has a shape: no identifiers."""
        return judged(frame, find_table(self.table))

    def checks(self) -> Figures:
        """The device computes what the CPU computes."""
        size: Figures = {"steps": 10, "n_rows": 400} if self.quick else {"steps": 60, "n_rows": 10_000}
        with tempfile.TemporaryDirectory() as folder:
            return check_device(
                self.frame, self.device, Path(folder), shown=self.shown, **size, **self.options
            )

    def speed(self) -> Figures:
        """Steps and rows a second on both."""
        told: Figures = {}
        for device in dict.fromkeys((CPU, self.device)):
            steps = 5 if self.quick else 60 if device == CPU else 300
            n_rows = 500 if self.quick else 20_000 if device == CPU else 200_000
            told[device.type] = self._speed(device, steps, n_rows)
        return told

    def _speed(self, device: torch.device, steps: int, n_rows: int) -> Figures:
        told: Figures = {}
        for batch in BATCHES if device != CPU else BATCHES[:1]:
            clear_memory(device)
            model, seconds = watch_fit(
                self.frame, device, skip=10, steps=steps, **self.options | {"batch_size": batch}
            )
            told[f"steps/s, batch {batch}"] = steps / seconds
            told[f"GB of training, batch {batch}"] = device_gb(device)
        model.sample(1_000, random_state=0)
        clear_memory(device)
        start = time.perf_counter()
        model.sample(n_rows, random_state=1)  # a frame is there when its rows have left the device
        told["rows/s, a frame"] = n_rows / (time.perf_counter() - start)
        return told | {"GB of sampling": device_gb(device)}

    def profile(self) -> Figures:
        """Where the time goes."""
        steps = profile_steps(self.frame, self.device, steps=10 if self.quick else 20, **self.options)
        model, _ = watch_fit(self.frame, self.device, skip=1, steps=5, **self.options)
        return {"steps": steps, "sampling": profile_sampling(model, 500 if self.quick else 40_960)}

    def quality(self) -> Figures:
        """The CPU in its time, then the device in more and more, until held-out rows are as likely."""
        told: Figures = {"cpu": self._fit(CPU, self.cpu_seconds)}
        wanted = told["cpu"]["held_out_log_prob"]
        for seconds in (self.cpu_seconds,) if self.quick else BUDGETS:
            clear_memory(self.device)
            told[f"{self.device.type}, {seconds:g} s"] = found = self._fit(self.device, seconds)
            looks = found.pop("history")
            reached = looks[looks["held_out_log_prob"] >= wanted]
            found["reached"] = bool(len(reached))
            if len(reached):
                found["seconds to reach"] = found["first_step_seconds"] + float(reached["seconds"].iloc[0])
                break
        told["cpu"].pop("history")
        return told

    def _fit(self, device: torch.device, seconds: float) -> Figures:
        model = TabGAN(max_time=seconds, device=str(device), random_state=0, **self.options).fit(self.frame)
        real = self.shown(self.frame)
        rows = self.shown(model.sample(len(real), random_state=0))
        names = [name for name in find_table(self.table).categorical if name in real]
        return {
            "history": model.history_,
            "held_out_log_prob": float(model.history_["held_out_log_prob"].max()),
            "fit_seconds": model.fit_seconds_,
            "first_step_seconds": model.first_step_seconds_,
            "steps": int(model.history_["step"].max()),
            "shape": shape_error(real, rows, names),
            "trend": trend_error(real, rows, names),
            "device_gb": device_gb(device),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sections, print and keep their figures; 1 when a check or a section failed."""
    options = _parser().parse_args(arguments)
    if options.data is not None:
        os.environ["TABGAN_DATA"] = str(options.data)
    try:
        bench = Bench(options)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    path = options.out or result_path(bench.device)
    told = {"table": bench.table, "rows": len(bench.frame), "when": time.strftime("%Y-%m-%d %H:%M")}
    told |= {"device": name_of(bench.device), "torch": torch.__version__, "threads": torch.get_num_threads()}
    told |= surroundings()
    for name in options.section:
        start = time.perf_counter()
        told[name] = run_section(getattr(bench, name))
        told[name]["seconds of this section"] = time.perf_counter() - start
        print(f"\n== {name} ==\n{as_text(told[name])}", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, indent=1))  # after each: what comes later may fail
    print(f"\nkept in {path}")
    return 0 if all(has_passed(told[name]) for name in options.section) else 1


def run_section(section: Callable[[], Figures]) -> Figures:
    """The figures of a section, or how it failed: the sections after it are worth the machine's time."""
    try:
        return section()
    except Exception:
        return {"error": traceback.format_exc()}


def has_passed(figures: Figures) -> bool:
    """Whether a section ended, and each of its checks passed."""
    checks = [value["passed"] for value in figures.values() if isinstance(value, dict) and "passed" in value]
    return "error" not in figures and all(checks)


def read_table(name: str, n_rows: int | None) -> tuple[str, pd.DataFrame]:
    """A table of ``$TABGAN_DATA``, or simulated loans in its place; its first rows only where a number is given."""
    try:
        return name, load_table(name, download=False).head(n_rows or sys.maxsize)
    except TableNotFoundError as error:
        print(f"{error}; simulated loans stand in for it", file=sys.stderr)
        return "loans", simulate_loans(n_rows or LOANS)


def clear_memory(device: torch.device) -> None:
    """Count the greatest memory of the device from here on."""
    synchronise(device)
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def device_gb(device: torch.device) -> float | None:
    """The greatest memory of the device since it was cleared, in GB; None where it is the host's."""
    return torch.cuda.max_memory_allocated(device) / 1e9 if device.type == "cuda" else None


def name_of(device: torch.device) -> str:
    """What the device is called."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def result_path(device: torch.device) -> Path:
    """Where the figures go."""
    folder = Path(os.environ.get("OUT") or ROOT / "benchmarks" / "results")
    name = "".join(letter if letter.isalnum() else "-" for letter in name_of(device).lower())
    return folder / f"gpu-{time.strftime('%Y%m%d-%H%M')}-{name}.json"


def as_text(value: Any, depth: int = 0) -> str:
    """Figures as indented lines; a list of like entries as a table."""
    indent = "  " * depth
    if isinstance(value, list) and value and isinstance(value[0], dict):
        frame = pd.DataFrame(value).to_string(index=False, float_format="{:.3f}".format)
        return "\n".join(indent + line for line in frame.splitlines())
    if isinstance(value, dict):
        lines = []
        for name, part in value.items():
            nested = isinstance(part, dict) or (isinstance(part, list) and part and isinstance(part[0], dict))
            lines.append(
                f"{indent}{name}:" + (f"\n{as_text(part, depth + 1)}" if nested else f" {as_text(part)}")
            )
        return "\n".join(lines)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks gpu", description=__doc__.split("\n")[0])
    parser.add_argument("section", **some_of(SECTIONS))
    parser.add_argument("--device", default="cuda", help="any device of torch")
    parser.add_argument(
        "--data", type=Path, help="a folder of NAME.csv or NAME.parquet, instead of $TABGAN_DATA"
    )
    parser.add_argument("--table", default="adult")
    parser.add_argument(
        "--seconds", type=float, default=CPU_SECONDS, help="that the CPU fits for, in quality"
    )
    parser.add_argument("--quick", action="store_true", help="all in small, to try the command")
    parser.add_argument("--out", type=Path, help="the JSON file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
