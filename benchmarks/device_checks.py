"""Whether a device computes what the CPU computes: weights, training steps, rows and model files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchmarks.profile import watch_fit
from tabgan import TabGAN
from tabgan.reporting.fidelity.metrics import column_errors

LOSS_TOLERANCE = 0.005  # of the loss after some steps, as a share: rounding differs, and steps build on steps
LOG_PROB_TOLERANCE = 0.01  # nats of any row, with equal weights
SHAPE_SLACK = 1.5  # Shape between devices may be so many times that between two samples of one
Shown = Callable[[pd.DataFrame], pd.DataFrame]  # the columns that have a shape
Figures = dict[str, Any]


def check_device(
    frame: pd.DataFrame,
    device: torch.device,
    folder: Path,
    *,
    shown: Shown,
    steps: int,
    n_rows: int,
    **options: Any,
) -> Figures:
    """Compare a device with the CPU.

    Parameters
    ----------
    folder : for model files.
    shown : leaves identifiers out of sampled rows.
    steps : of training on both, without dropout, whose masks come from each device's own numbers.
    n_rows : to sample and to score.

    Returns
    -------
    Figures of each check, and whether it was ``passed``.
    """
    cpu = torch.device("cpu")
    on_cpu, on_device = (
        watch_fit(frame, place, skip=1, steps=steps, dropout=0.0, **options)[0] for place in (cpu, device)
    )
    on_cpu.save(folder / "cpu.tabgan")
    on_device.save(folder / "device.tabgan")
    rows = frame.iloc[:n_rows]
    return {
        "first step s, cold": {"cpu": on_cpu.first_step_seconds_, "device": on_device.first_step_seconds_},
        "loss": same_loss(on_cpu, on_device),
        "log_prob, saved on cpu": same_log_prob(folder / "cpu.tabgan", device, rows, on_cpu),
        "log_prob, saved on device": same_log_prob(folder / "device.tabgan", cpu, rows, on_device),
        "rows": same_rows(on_cpu, TabGAN.load(folder / "cpu.tabgan", device=str(device)), n_rows, shown),
    }


def same_loss(one: TabGAN, other: TabGAN) -> Figures:
    """The losses of training and held-out rows at each look, after equal steps from equal weights."""
    names = ["log_prob", "held_out_log_prob"]
    first, second = (model.history_[names].to_numpy(float) for model in (one, other))
    apart = float(np.nanmax(np.abs(first - second) / np.abs(first)))
    told = {"cpu": first[-1].tolist(), "device": second[-1].tolist(), "largest share apart": apart}
    return told | {"passed": apart <= LOSS_TOLERANCE}


def same_log_prob(path: Path, device: torch.device, rows: pd.DataFrame, model: TabGAN) -> Figures:
    """Log-probability of each row under a model, and under the same model read from its file onto a device."""
    apart = np.abs(model.log_prob(rows) - TabGAN.load(path, device=str(device)).log_prob(rows))
    told = {"rows": len(rows), "largest apart, nats": float(apart.max()), "mean apart": float(apart.mean())}
    return told | {"passed": bool(apart.max() <= LOG_PROB_TOLERANCE)}


def same_rows(on_cpu: TabGAN, on_device: TabGAN, n_rows: int, shown: Shown) -> Figures:
    """Rows of one model drawn on both: nearly all alike from one seed, alike in distribution from two."""
    first, again = (shown(on_cpu.sample(n_rows, random_state=seed)) for seed in (0, 1))
    twin, other = (shown(on_device.sample(n_rows, random_state=seed)) for seed in (0, 1))
    equal = float(((first == twin) | (first.isna() & twin.isna())).all(axis=1).mean())
    noise = float(column_errors(first, again).mean())
    between = float(column_errors(first, other).mean())
    told = {
        "rows": n_rows,
        "equal rows, one seed": equal,
        "Shape, two seeds": between,
        "Shape, cpu alone": noise,
    }
    return told | {"passed": between <= SHAPE_SLACK * noise}
