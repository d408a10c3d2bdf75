"""A fitted model: encoders and generator, and all that a model file holds of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tabgan.config import Config
from tabgan.encoding.table import TableEncoder
from tabgan.networks.generator import Generator

Array = NDArray[Any]


@dataclass(frozen=True)
class FittedModel:
    """What a fit leaves behind, and all that a model file holds.

    Attributes
    ----------
    encoder : the columns.
    generator : the network, on the device where it samples.
    config : what it was trained with.
    n_rows : rows it was fitted on.
    """

    encoder: TableEncoder
    generator: Generator
    config: Config
    n_rows: int

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.generator.levels.device


def pack(model: FittedModel) -> tuple[dict[str, Any], dict[str, Array]]:
    """A model as plain JSON values and named arrays, for `tabgan.model_file`."""
    plain, arrays = model.encoder.to_state()
    weights = {
        f"generator.{name}": value.cpu().numpy() for name, value in model.generator.state_dict().items()
    }
    metadata = {"config": asdict(model.config), "n_rows": model.n_rows, "encoder": plain}
    return metadata, {**weights, **{f"encoder.{name}": array for name, array in arrays.items()}}


def unpack(metadata: dict[str, Any], tensors: dict[str, Array], device: torch.device) -> FittedModel:
    """The model that `pack` took apart; every weight must have the shape that the configuration implies.

    Raises
    ------
    ValueError, KeyError, TypeError
        A part is missing, surplus, or of the wrong shape.
    """
    config = Config(**metadata["config"])
    arrays = {name.removeprefix("encoder."): a for name, a in tensors.items() if name.startswith("encoder.")}
    weights = {
        name.removeprefix("generator."): a for name, a in tensors.items() if name.startswith("generator.")
    }
    encoder = TableEncoder.from_state(metadata["encoder"], arrays)
    seeded = torch.Generator().manual_seed(0)
    generator = Generator(encoder.layout, width=config.width, hidden=config.hidden, generator=seeded)
    expected = generator.state_dict()
    if expected.keys() != weights.keys():
        raise ValueError(f"weights {sorted(expected.keys() ^ weights.keys())} are missing or surplus")
    for name, value in weights.items():
        if tuple(value.shape) != tuple(expected[name].shape) or value.dtype != np.float32:
            raise ValueError(f"weight {name!r} must be float32 {tuple(expected[name].shape)}")
    generator.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in weights.items()})
    return FittedModel(encoder, generator.to(device).requires_grad_(False), config, int(metadata["n_rows"]))
