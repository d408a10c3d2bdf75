"""Every default of the library, written once; the constructor and the command line read them from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GAMES = ("wasserstein", "minimax", "relativistic")  # objectives that have a critic
OBJECTIVES = ("likelihood", *GAMES)
PRECISIONS = ("auto", "highest", "high", "medium")


@dataclass(frozen=True, kw_only=True)
class Config:
    """How a model is built and trained.

    Attributes
    ----------
    max_time : seconds of a whole fit, reading and encoding included; None for no limit.
    epochs : passes over the rows in the likelihood stage; None: at most ``MAX_EPOCHS``, less when held-out rows
        no longer gain. With ``max_time=None`` a fit is repeatable on the same machine.
    objective : "likelihood"; or "wasserstein", "minimax" or "relativistic": likelihood first, then this game with
        the likelihood term on (see `tabgan.networks.losses`).
    batch_size : rows a step.
    width : H, width of the running context.
    hidden : width of each head; the blocks that heads share are half as wide inside.
    blocks : residual blocks that heads share, before each head's own layers; 0 for none.
    dropout : share of a head's units that is dropped in training; where the time affords fewer than ``MANY_PASSES``
        passes over the rows it rises to that from none, over up to ``RISE_PASSES`` of them.
    learning_rate : of AdamW in the likelihood stage; up to twice that where ``max_time`` affords few passes.
    weight_decay : the same; None: as much as lets weights forget in ``FORGET_EPOCHS`` passes over the rows, so more
        for small tables: 1 / (learning_rate * steps), at most ``MAX_DECAY`` (Wang & Aitchison 2024, arXiv 2405.13698,
        section 3: the time in which AdamW forgets, in epochs, is what stays good across sizes).
    canonical_share : share of steps in canonical order; the rest trains random subsets first.
    validation_share : rows held out to decide when to stop; at most 20,000, none below 200 rows.
    critic_share : share of the time (and, without a time limit, of the steps) for likelihood and critic together.
    critic_learning_rate : of critic and generator while they play.
    critic_hidden : width of the critic's layers.
    critic_steps : critic steps before each generator step.
    pac : rows that the critic judges together.
    penalty : weight of the penalty on the gradient of the critic: lambda of "wasserstein", gamma of "relativistic";
        "minimax" has none.
    likelihood_weight : weight of the cross-entropy while they play.
    temperature : of the straight-through Gumbel-softmax.
    keep_critic : keep the critic with the model, for `realness`. A critic knows its training rows.
    matmul_precision : of matrix products in the likelihood stage and where cells are drawn (`sample`, `complete`), in
        the words of `torch.set_float32_matmul_precision`; "auto": "medium" on processors with units for bfloat16
        (AMX, AVX512_BF16), elsewhere as the process has it. With "medium" on such a processor layers pass bfloat16 to
        one another, too. Weights, sums and logits have 32 bits in any case; likelihoods and `what_if` are computed as
        the process has it.
    """

    max_time: float | None = 270.0
    epochs: int | None = None
    objective: str = "likelihood"
    batch_size: int = 256
    width: int = 256
    hidden: int = 128
    blocks: int = 6
    dropout: float = 0.5
    learning_rate: float = 2e-3
    weight_decay: float | None = None
    canonical_share: float = 0.75
    validation_share: float = 0.1
    critic_share: float = 0.4
    critic_learning_rate: float = 2e-4
    critic_hidden: int = 256
    critic_steps: int = 1
    pac: int = 1
    penalty: float = 10.0
    likelihood_weight: float = 1.0
    temperature: float = 0.5
    keep_critic: bool = False
    matmul_precision: str = "auto"

    def __post_init__(self) -> None:
        for name in ("batch_size", "width", "hidden", "critic_hidden", "critic_steps", "pac"):
            _check(
                name, getattr(self, name), lambda v: isinstance(v, int) and v >= 1, "a whole number from 1 up"
            )
        _check("blocks", self.blocks, lambda v: isinstance(v, int) and v >= 0, "a whole number from 0 up")
        for name in ("learning_rate", "critic_learning_rate", "temperature"):
            _check(name, getattr(self, name), lambda v: v > 0, "above 0")
        for name in ("penalty", "likelihood_weight"):
            _check(name, getattr(self, name), lambda v: v >= 0, "0 or more")
        _check("weight_decay", self.weight_decay, lambda v: v is None or v >= 0, "None, or 0 or more")
        for name in ("dropout", "validation_share", "critic_share"):
            _check(name, getattr(self, name), lambda v: 0 <= v < 1, "from 0 up to, not including, 1")
        _check("canonical_share", self.canonical_share, lambda v: 0 <= v <= 1, "between 0 and 1")
        _check("max_time", self.max_time, lambda v: v is None or v > 0, "None or seconds above 0")
        _check(
            "epochs",
            self.epochs,
            lambda v: v is None or (isinstance(v, int) and v >= 1),
            "None or at least 1",
        )
        _check("objective", self.objective, lambda v: v in OBJECTIVES, f"one of {', '.join(OBJECTIVES)}")
        _check(
            "matmul_precision",
            self.matmul_precision,
            lambda v: v in PRECISIONS,
            f"one of {', '.join(PRECISIONS)}",
        )
        if not isinstance(self.keep_critic, bool):
            raise ValueError(f"keep_critic must be True or False, got {self.keep_critic!r}")
        if self.keep_critic and self.objective not in GAMES:
            raise ValueError(
                f"keep_critic must be False with objective {self.objective!r}, which has no critic, got True; "
                f"objectives that have one: {', '.join(GAMES)}"
            )
        _check("batch_size", self.batch_size, lambda v: v % self.pac == 0, f"divisible by pac ({self.pac})")


@dataclass(frozen=True, kw_only=True)
class ClassicConfig:
    """How a classic CTGAN is built and trained; the names are those of its constructor.

    Attributes
    ----------
    embedding_dim : Z, width of the noise.
    generator_dim, discriminator_dim : widths of the residual blocks, and of the critic's layers.
    generator_lr, generator_decay, discriminator_lr, discriminator_decay : of Adam.
    batch_size : rows a step; pac divides it.
    discriminator_steps : critic steps before each generator step.
    log_frequency : draw levels by the logarithm of their frequency in training; else by their frequency.
    epochs : passes over the rows.
    pac : rows that the critic judges together.
    objective : "wasserstein", "minimax" or "relativistic" (see `tabgan.networks.losses`).
    log_frequency_sampling : draw levels by log-frequency when sampling, too: shares are then not the real ones.
    max_time : seconds of training, None for no limit.
    penalty : weight of the penalty on the gradient of the critic; None: that of the game in ``CLASSIC_PENALTIES``.
    temperature : of the Gumbel-softmax.
    dropout : share of the critic's units that is dropped.
    held_out : share of the rows, and ``MAX_HELD_OUT`` at most, that only watch the game.
    """

    embedding_dim: int = 128
    generator_dim: tuple[int, ...] = (256, 256)
    discriminator_dim: tuple[int, ...] = (256, 256)
    generator_lr: float = 2e-4
    generator_decay: float = 1e-6
    discriminator_lr: float = 2e-4
    discriminator_decay: float = 1e-6
    batch_size: int = 500
    discriminator_steps: int = 1
    log_frequency: bool = True
    epochs: int = 300
    pac: int = 10
    objective: str = "wasserstein"
    log_frequency_sampling: bool = False
    max_time: float | None = None
    penalty: float | None = None
    temperature: float = 0.2
    dropout: float = 0.5
    held_out: float = 0.1

    def __post_init__(self) -> None:
        for name in ("embedding_dim", "batch_size", "discriminator_steps", "epochs", "pac"):
            _check(name, getattr(self, name), lambda v: _whole(v, 1), "a whole number from 1 up")
        for name in ("generator_dim", "discriminator_dim"):
            widths = getattr(self, name)
            _check(name, widths, lambda v: isinstance(v, list | tuple), "a list of whole numbers from 1 up")
            widths = tuple(widths)  # a model file holds lists
            object.__setattr__(self, name, widths)
            _check(name, widths, lambda v: all(_whole(w, 1) for w in v), "whole numbers from 1 up")
        for name in ("generator_lr", "discriminator_lr", "temperature"):
            _check(name, getattr(self, name), lambda v: v > 0, "above 0")
        for name in ("generator_decay", "discriminator_decay"):
            _check(name, getattr(self, name), lambda v: v >= 0, "0 or more")
        _check("penalty", self.penalty, lambda v: v is None or v >= 0, "None, or 0 or more")
        for name in ("dropout", "held_out"):
            _check(name, getattr(self, name), lambda v: 0 <= v < 1, "from 0 up to, not including, 1")
        _check("max_time", self.max_time, lambda v: v is None or v > 0, "None or seconds above 0")
        _check("objective", self.objective, lambda v: v in GAMES, f"one of {', '.join(GAMES)}")
        if self.batch_size % self.pac:
            below = self.batch_size // self.pac * self.pac
            good = " or ".join(str(size) for size in (below, below + self.pac) if size)
            raise ValueError(
                f"batch_size must be divisible by pac, got batch_size={self.batch_size} and pac={self.pac}; "
                f"choose batch_size={good}"
            )

    @property
    def penalty_weight(self) -> float:
        """The penalty's weight in this game."""
        return CLASSIC_PENALTIES[self.objective] if self.penalty is None else self.penalty


# Ten holds a critic of the relativistic game so flat that it says nothing of a row; found on ten epochs of Adult.
CLASSIC_PENALTIES = {"wasserstein": 10.0, "minimax": 0.0, "relativistic": 1.0}
MAX_HELD_OUT = 2_000  # rows that only watch the game of a classic CTGAN
MAX_EPOCHS = 200
FORGET_EPOCHS = 3
MANY_PASSES = 40
RISE_PASSES = 10
MAX_DECAY = 8.0
MAX_SYMBOLS = 4_000  # beyond, a table is refused: the context sum and its memory are not built for it
MICRO_BATCH_BYTES = 288 * 2**20  # activations of one micro-batch in training
SAMPLE_BLOCK = 4_096  # rows that share one seed when sampling
SAMPLE_PASS = 2_048  # rows of a block that pass the generator at once on a CPU: they stay in its cache
MAX_VALIDATION_ROWS = 20_000
MAX_HIDDEN_COLUMNS = 16  # columns that the generator fills in for the critic in one step


def _check(name: str, value: Any, holds: Callable[[Any], bool], expected: str) -> None:
    try:
        good = not isinstance(value, bool) and holds(value)
    except TypeError:  # text or None where a number belongs
        good = False
    if not good or value == float("inf"):
        raise ValueError(f"{name} must be {expected}, got {value!r}")


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
