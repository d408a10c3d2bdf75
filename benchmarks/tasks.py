"""What is run: every table, budget, seed and option of the benchmark, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Group = Literal["main", "ablation", "bundled"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One line of the table: a table, a way to split it, a budget, and options of `TabGAN`.

    `max_time` in seconds, None for the library's default. With `half` the model sees half of the
    training rows, which DCR and held-out likelihood need. `judged_rows` bounds the two-sample test.
    """

    name: str
    group: Group
    table: str
    split: Literal["official", "90/10", "all"] = "90/10"
    seeds: tuple[int, ...] = (0,)
    max_time: float | None = None
    half: bool = False
    mle: bool = False
    judged_rows: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


MAIN = (
    Task(name="adult", group="main", table="adult", split="official", seeds=(0, 1, 2), mle=True),
    Task(name="adult-half", group="main", table="adult", split="official", seeds=(0, 1, 2), half=True),
    Task(name="default", group="main", table="default"),
    Task(name="covertype", group="main", table="covertype", split="all", judged_rows=20_000),
    Task(name="nycflights13", group="main", table="nycflights13", split="all", judged_rows=20_000),
)

# Four arms at equal seconds: the critic's effect is the fourth less the second. The fifth lets it count for more.
FREE = {
    "dropout": 0.0,
    "weight_decay": 0.0,
    "validation_share": 0.0,
}  # to the end of the budget, nothing held out
REGULARISED: dict[str, Any] = {}  # as the defaults: dropout, decay, stopped on held-out rows
STRONG = {"critic_learning_rate": 1e-3, "likelihood_weight": 0.2, "critic_steps": 2}
ARMS: dict[str, dict[str, Any]] = {
    "likelihood": {"objective": "likelihood", **FREE},
    "likelihood+regularised": {"objective": "likelihood", **REGULARISED},
    "critic": {"objective": "wasserstein", **FREE},
    "critic+regularised": {"objective": "wasserstein", **REGULARISED},
    "strong critic+regularised": {"objective": "wasserstein", **REGULARISED, **STRONG},
}
ABLATION = tuple(
    Task(
        name=f"{table}/{arm}",
        group="ablation",
        table=table,
        split="official" if table == "adult" else "90/10",
        max_time=45,
        half=True,
        options=options,
    )
    for table in ("adult", "shoppers")
    for arm, options in ARMS.items()
)

# For a machine without $TABGAN_DATA: tables that come with the repository and with scikit-learn.
BUNDLED = (
    Task(name="loans", group="bundled", table="loans", max_time=60, mle=True),
    Task(name="loans-half", group="bundled", table="loans", max_time=60, half=True),
    Task(name="breast_cancer", group="bundled", table="breast_cancer", max_time=30, mle=True),
)

TASKS: tuple[Task, ...] = (*MAIN, *ABLATION, *BUNDLED)

# What the library promises for Adult, mean of three seeds on 2 cores; the table shows it beside the figures.
GOALS: dict[str, dict[str, str]] = {
    "adult": {
        "fit_seconds": "≤ 300",
        "first_step_seconds": "≤ 3",
        "rows_per_second": "≥ 20000",
        "peak_gb": "≤ 1.5",
        "shape": "≤ 0.8",
        "trend": "≤ 1.8",
        "c2st": "≥ 0.90",
        "mle": "≥ 0.910",
    },
    "adult-half": {"dcr": "≤ 51.5"},
    "default": {"fit_seconds": "≤ 300", "c2st": "≥ 0.70"},
    "covertype": {"fit_seconds": "≤ 900", "peak_gb": "≤ 3", "c2st": "≥ 0.50"},
    "nycflights13": {"fit_seconds": "≤ 900", "peak_gb": "≤ 3", "c2st": "≥ 0.50"},
}
