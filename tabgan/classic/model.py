"""A fitted classic CTGAN, and all that a model file holds of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from tabgan.conditioning.by_sampling import LevelTable
from tabgan.config import ClassicConfig
from tabgan.encoding.table import TableEncoder
from tabgan.model import check_shapes, put_weights
from tabgan.networks.classic import build_critic, build_generator, critic_shapes, generator_shapes
from tabgan.networks.classic_blocks import RowBlocks
from tabgan.networks.classic_critic import ClassicCritic
from tabgan.networks.classic_generator import ClassicGenerator

Array = NDArray[Any]
TABLE = tuple(field.name for field in fields(LevelTable))


@dataclass(frozen=True)
class ClassicModel:
    """What a fit leaves behind.

    Attributes
    ----------
    levels : of the discrete columns, with their frequencies.
    critic : where it was to be kept.
    array_dtype : of the array that was fitted; None for a table.
    """

    encoder: TableEncoder
    generator: ClassicGenerator
    levels: LevelTable
    config: ClassicConfig
    n_rows: int
    critic: ClassicCritic | None = None
    array_dtype: str | None = None

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return self.generator.asked.device

    def to(self, device: torch.device) -> None:
        """Move the networks."""
        self.generator.to(device)
        if self.critic is not None:
            self.critic.to(device)


def pack(model: ClassicModel) -> tuple[dict[str, Any], dict[str, Array]]:
    """A model as plain JSON values and named arrays, for `tabgan.model_file`."""
    plain, arrays = model.encoder.to_state()
    tensors = {f"encoder.{name}": array for name, array in arrays.items()}
    tensors |= {f"levels.{name}": getattr(model.levels, name) for name in TABLE}
    networks: dict[str, nn.Module | None] = {"generator": model.generator, "critic": model.critic}
    for part, network in networks.items():
        if network is not None:
            tensors |= {f"{part}.{name}": value.cpu().numpy() for name, value in network.state_dict().items()}
    metadata = {
        "config": asdict(model.config),
        "n_rows": model.n_rows,
        "encoder": plain,
        "array_dtype": model.array_dtype,
        "critic": model.critic is not None,
    }
    return metadata, tensors


def unpack(metadata: dict[str, Any], tensors: dict[str, Array], device: torch.device) -> ClassicModel:
    """The model that `pack` took apart; every weight must have the shape that the configuration implies.

    Raises
    ------
    ValueError, KeyError, TypeError
        A part is missing, surplus, or of the wrong shape.
    """
    config = ClassicConfig(**metadata["config"])
    parts: dict[str, dict[str, Array]] = {"encoder": {}, "levels": {}, "generator": {}, "critic": {}}
    for name, array in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = array
    encoder = TableEncoder.from_state(metadata["encoder"], parts["encoder"])
    levels = LevelTable(**{name: parts["levels"][name] for name in TABLE})
    seeded = torch.Generator().manual_seed(0)
    discrete = levels.columns.tolist()
    blocks = RowBlocks(encoder.layout, discrete)
    check_shapes(parts["generator"], generator_shapes(blocks, config))
    generator = build_generator(encoder.layout, discrete, config, seeded)
    critic = None
    if metadata["critic"]:
        check_shapes(parts["critic"], critic_shapes(blocks, config))
        critic = build_critic(blocks, config, seeded)
    put_weights(generator, parts["generator"])
    put_weights(critic, parts["critic"])
    made = ClassicModel(
        encoder, generator, levels, config, int(metadata["n_rows"]), critic, metadata["array_dtype"]
    )
    made.to(device)
    for network in (generator, critic):
        if network is not None:
            network.eval().requires_grad_(False)
    return made
