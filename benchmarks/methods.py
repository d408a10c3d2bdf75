"""What is compared: tabgan and its arms, the classic model, other packages, and two references."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.choosing import Choice

Kind = Literal["tabgan", "peer", "independent", "real"]


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to come by synthetic rows.

    Attributes
    ----------
    kind : "tabgan": `tabgan.TabGAN` with `options`; "peer": what `benchmarks.peers` runs under this name;
        "independent": every column drawn by itself from the training rows, the floor; "real": a second real
        sample, the ceiling.
    options : of `TabGAN`, where they differ from the defaults.
    """

    name: str
    kind: Kind
    options: Mapping[str, Any] = field(default_factory=dict)


# The central question: the critic's effect is the fourth arm less the second. The fifth lets it count for more.
FREE: dict[str, Any] = {
    "dropout": 0.0,
    "weight_decay": 0.0,
    "validation_share": 0.0,
}  # to the end of the budget
REGULARISED: dict[str, Any] = {}  # as the defaults: dropout, decay, stopped on held-out rows
CRITIC: dict[str, Any] = {"objective": "wasserstein", **REGULARISED}
STRONG = {"critic_learning_rate": 1e-3, "likelihood_weight": 0.2, "critic_steps": 2}
CRITICS: dict[str, dict[str, Any]] = {
    "likelihood": {"objective": "likelihood", **FREE},
    "likelihood+regularised": {"objective": "likelihood", **REGULARISED},
    "critic": {"objective": "wasserstein", **FREE},
    "critic+regularised": CRITIC,
    "strong-critic+regularised": {**CRITIC, **STRONG},
}

# One change each. What plays with a critic is beside "critic+regularised", the others beside "tabgan".
VARIANTS: dict[str, dict[str, Any]] = {
    "pac-1": {**CRITIC, "batch_size": 250, "pac": 1},
    "pac-10": {**CRITIC, "batch_size": 250, "pac": 10},
    "minimax": {**CRITIC, "objective": "minimax"},
    "relativistic": {**CRITIC, "objective": "relativistic"},
    "width-128": {"width": 128},
    "width-512": {"width": 512},
    "no-blocks": {"blocks": 0},
    "one-block": {"blocks": 1},
    "three-blocks": {"blocks": 3},
    "hidden-64": {"hidden": 64},
    "hidden-256": {"hidden": 256},
    "dropout-0": {"dropout": 0.0},
    "dropout-0.15": {"dropout": 0.15},
    "dropout-0.3": {"dropout": 0.3},
    "decay-0": {"weight_decay": 0.0},
    "batch-128": {"batch_size": 128},
    "batch-512": {"batch_size": 512},
    "batch-1024": {"batch_size": 1024},
    "rate-0.001": {"learning_rate": 1e-3},
    "rate-0.004": {"learning_rate": 4e-3},
    "canonical-0": {"canonical_share": 0.0},
    "canonical-0.5": {"canonical_share": 0.5},
    "canonical-1": {"canonical_share": 1.0},
    "exact-products": {"matmul_precision": "highest"},
}
ARMS: dict[str, dict[str, Any]] = {**CRITICS, **VARIANTS}
PEERS = ("ctgan", "tvae", "copula", "tabularargn", "arf", "smote")

METHODS: tuple[Method, ...] = (
    Method(name="tabgan", kind="tabgan"),
    Method(name="classic", kind="peer"),
    *(Method(name=name, kind="peer") for name in PEERS),
    Method(name="independent", kind="independent"),
    Method(name="real", kind="real"),
    *(Method(name=name, kind="tabgan", options=options) for name, options in ARMS.items()),
)
METHOD_GROUPS = {"peers": PEERS, "critics": tuple(CRITICS), "variants": tuple(VARIANTS)}

CHOICE = Choice("method", METHODS, METHOD_GROUPS)
find_method, choose_methods = CHOICE.find, CHOICE.choose
