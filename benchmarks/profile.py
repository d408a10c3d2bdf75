"""What steps and sampling cost an accelerator: time by operation, launches, and where the host waits."""

import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity
from torch.utils._python_dispatch import TorchDispatchMode

import tabgan
from benchmarks.measure import StepClock, watched_steps
from tabgan import TabGAN

TOP = 15
PACKAGE = str(Path(tabgan.__file__).parent)
# These give the host a number, or a shape that the values decide.
WAITING = ("_local_scalar_dense", "nonzero", "masked_select", "equal", "unique", "_unique2")
Watch = AbstractContextManager[Any]


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all it was given; before any reading of a clock."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


class Window(StepClock):
    """A clock that enters ``watch`` after ``skip`` steps and leaves it after the last, the device being idle."""

    def __init__(self, steps: int, skip: int, device: torch.device, watch: Watch) -> None:
        super().__init__(None, steps)
        self.skip, self.device, self.watch = skip, device, watch
        self.entered = self.inside = 0.0

    def done(self) -> float:
        """As in `Budget`; training asks between any two steps."""
        new = self.taken > len(self.ends)
        if new and self.taken == self.steps:
            synchronise(self.device)
            self.inside = time.perf_counter() - self.entered
            self.watch.__exit__(None, None, None)
        share = super().done()
        if new and self.taken == self.skip:
            synchronise(self.device)
            self.watch.__enter__()
            self.entered = time.perf_counter()
        return share


def watch_fit(
    frame: pd.DataFrame,
    device: torch.device,
    *,
    skip: int,
    steps: int,
    watch: Watch | None = None,
    **options: Any,
) -> tuple[TabGAN, float]:
    """Fit for ``skip + steps`` steps, the last ``steps`` of them under ``watch``; gives the model and their seconds.

    The steps are those of the library's own loop, looks at held-out rows included. ``skip`` is 1 or more.
    """

    def clock(_seconds: float | None, total: int | None) -> StepClock:
        return Window(int(total or 0), skip, device, watch or nullcontext())

    settings = {"max_time": None, "random_state": 0, "device": str(device), **options}
    with watched_steps(skip + steps, clock) as clocks:
        model = TabGAN(**settings).fit(frame)
    (window,) = clocks
    assert isinstance(window, Window)
    return model, window.inside


class Operations(TorchDispatchMode):
    """Counts what torch is asked to compute, views left out, and what makes the host wait, by line of the library.

    A copy between devices, and an index by flags, wait as well.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count one operation and do it."""
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if not func.is_view:
            self.asked[name] += 1
        if name in WAITING or _by_flags(name, args) or _between_devices(name, args, result):
            self.waits[f"{_caller()} {name}"] += 1
        return result


def _by_flags(name: str, args: Any) -> bool:
    """Whether an index is by flags, whose number decides the shape of what is taken."""
    if name not in ("index", "index_put", "index_put_"):
        return False
    return any(i is not None and i.dtype in (torch.bool, torch.uint8) for i in args[1])


def _between_devices(name: str, args: Any, result: Any) -> bool:
    """Whether something is copied between devices."""
    source = {"_to_copy": 0, "copy_": 1}.get(name)
    return source is not None and args[source].device != result.device


def _caller() -> str:
    """File and line of the library that asked; backward passes have none."""
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(PACKAGE):
            return f"tabgan{path.removeprefix(PACKAGE)}:{frame.f_lineno}"
        frame = frame.f_back
    return "elsewhere"


class Waits:
    """On CUDA, the lines on which the host waited, as torch itself tells; nothing on other devices."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.lines: Counter[str] = Counter()
        self._caught = warnings.catch_warnings(record=True)
        self._told: list[warnings.WarningMessage] = []

    def __enter__(self) -> "Waits":
        """Have torch warn of every wait from here on."""
        self._told = self._caught.__enter__() or []
        warnings.simplefilter("always")
        if self.device.type == "cuda":
            torch.cuda.set_sync_debug_mode("warn")
        return self

    def __exit__(self, *error: object) -> None:
        """Count what was warned of."""
        if self.device.type == "cuda":
            torch.cuda.set_sync_debug_mode("default")
        self._caught.__exit__(None, None, None)
        for told in self._told:
            if "called a synchronizing" in str(told.message):
                self.lines[f"{told.filename.replace(PACKAGE, 'tabgan')}:{told.lineno}"] += 1


def profiler(device: torch.device) -> torch.profiler.profile:
    """A profiler of host and device."""
    activities = [ProfilerActivity.CPU]
    if device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
    return torch.profiler.profile(activities=activities, acc_events=True)


def summarise(profiled: torch.profiler.profile, seconds: float, times: int) -> dict[str, Any]:
    """Figures of a profile of ``times`` steps that took ``seconds``; all but ``device_busy`` are a step's.

    Returns
    -------
    ``ms``; ``device_busy``, the share of the time in which kernels ran, None on a CPU; ``launches``, ``copies`` and
    ``waits`` as the driver counted them; ``top``, the operations that took longest, on the device where it has a
    clock of its own, else on the host; ``kernels``, the same of what ran on the device.
    """
    events = [event for event in profiled.key_averages() if not event.is_user_annotation]
    kernels = [event for event in events if event.device_type != DeviceType.CPU]
    asked = [event for event in events if event.device_type == DeviceType.CPU]
    field = "self_device_time_total" if kernels else "self_cpu_time_total"
    busy = sum(event.self_device_time_total for event in kernels) / 1e6 / seconds if kernels else None

    def calls(named: Callable[[str], bool]) -> float:
        return sum(event.count for event in asked if named(event.key)) / times

    return {
        "ms": 1e3 * seconds / times,
        "device_busy": busy,
        "launches": calls(lambda key: key.startswith(("cudaLaunchKernel", "cuLaunchKernel"))),
        "copies": calls(lambda key: key.startswith("cudaMemcpy")),
        "waits": calls(lambda key: key.startswith("cuda") and key.endswith("Synchronize")),
        "top": longest(asked, field, seconds, times),
        "kernels": longest(kernels, "self_device_time_total", seconds, times),
    }


def longest(events: list[Any], field: str, seconds: float, times: int) -> list[dict[str, Any]]:
    """The events with most of a time: calls and milliseconds a step, and the share of all seconds."""
    return [
        {
            "operation": event.key[:80],
            "calls": event.count / times,
            "ms": getattr(event, field) / 1e3 / times,
            "share": getattr(event, field) / 1e6 / seconds,
        }
        for event in sorted(events, key=lambda event: getattr(event, field), reverse=True)[:TOP]
    ]


def profile_steps(frame: pd.DataFrame, device: torch.device, *, steps: int, **options: Any) -> dict[str, Any]:
    """Where the time of training steps goes, looks at held-out rows left out."""
    timer = profiler(device)
    _, seconds = watch_fit(frame, device, skip=5, steps=steps, watch=timer, **options)
    counted, waits = Operations(), Waits(device)
    watch_fit(frame, device, skip=5, steps=steps, watch=counted, **options)
    watch_fit(frame, device, skip=5, steps=steps, watch=waits, **options)
    return summarise(timer, seconds, steps) | counts(counted, waits, steps)


def profile_sampling(model: TabGAN, n_rows: int) -> dict[str, Any]:
    """Where the time of sampling to a frame goes, for all rows together."""
    device = model.model_.device
    timer, counted, waits = profiler(device), Operations(), Waits(device)
    model.sample(n_rows, random_state=0)
    synchronise(device)
    with timer:
        start = time.perf_counter()
        model.sample(n_rows, random_state=1)
        synchronise(device)
        seconds = time.perf_counter() - start
    with counted:
        model.sample(n_rows, random_state=1)
    with waits:
        model.sample(n_rows, random_state=1)
    return summarise(timer, seconds, 1) | counts(counted, waits, 1)


def counts(counted: Operations, waits: Waits, times: int) -> dict[str, Any]:
    """Operations a step, and lines that wait: as seen from what was asked, and as CUDA told."""
    return {
        "operations": sum(counted.asked.values()) / times,
        "asked": {name: n / times for name, n in counted.asked.most_common(TOP)},
        "waits_asked": {line: n / times for line, n in counted.waits.most_common(TOP)},
        "waits_told": {line: n / times for line, n in waits.lines.most_common(TOP)},
    }
