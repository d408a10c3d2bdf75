"""Correlated toy codes, and a trainer on them that takes a fraction of a second."""

import numpy as np
import torch

from tabgan.config import Config
from tabgan.encoding.layout import Layout, build_layout
from tabgan.training.progress import Progress
from tabgan.training.trainer import Trainer
from tests.networks.examples import level, number

QUICK = {
    "max_time": None,
    "epochs": 4,
    "objective": "likelihood",
    "width": 16,
    "hidden": 12,
    "batch_size": 64,
    "critic_hidden": 16,
    "dropout": 0.0,
    "canonical_share": 0.5,
}


def toy_layout() -> Layout:
    return build_layout([("kind", *level(4)), ("size", *number(1, 1, 2, 3)), ("flag", *level(2))])


def toy_codes(n_rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows in which size and flag follow kind, but for one row in ten."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n_rows)
    mode = np.where(rng.random(n_rows) < 0.9, kind, rng.integers(0, 4, n_rows))
    place = np.where(mode >= 2, rng.integers(0, 3, n_rows), -1)
    flag = np.where(rng.random(n_rows) < 0.9, (kind + (place == 2)) % 2, rng.integers(0, 2, n_rows))
    codes = np.stack([kind, mode, place, flag], axis=1).astype(np.int16)
    return codes, rng.integers(0, 256, (n_rows, 1), dtype=np.uint8)


class Chatty(Progress):
    """Calls back at each line of the history."""

    def __init__(self, callback) -> None:
        super().__init__(show=False)
        self.callback = callback

    def update(self, done, stage, record=None) -> None:
        super().update(done, stage, record)
        self.callback(self)


def make_trainer(
    n_rows: int = 600, *, seed: int = 0, deadline=None, progress=None, layout=None, data=None, **settings
) -> Trainer:
    codes, fractions = data or toy_codes(n_rows)
    return Trainer(
        layout or toy_layout(),
        codes,
        fractions,
        Config(**{"matmul_precision": "highest", **QUICK, **settings}),
        device=torch.device("cpu"),
        seed=seed,
        deadline=deadline,
        progress=progress or Progress(show=False),
    )


def weights_of(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in module.parameters()])


def judged(line: dict) -> float:
    """The score by which weights are kept, of a line of the history: canonical order decides."""
    return line["held_out_log_prob"]
