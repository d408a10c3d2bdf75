"""A fitted model: encoders and generator, and all that a model file holds of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.config import SAMPLE_BLOCK, SAMPLE_PASS, Config
from tabgan.encoding.table import TableEncoder
from tabgan.networks.filling import fill, noise_dtype
from tabgan.networks.generator import Generator

Array = NDArray[Any]
PILOT_ROWS = 8_192


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

    def fill(
        self,
        codes: Tensor,
        fractions: Tensor,
        hidden: list[bool] | Tensor,
        noise: Tensor,
        temperature: float = 1.0,
        never_missing: Collection[int] = (),
        until: int | None = None,
    ) -> tuple[Tensor, Tensor]:
        """`tabgan.networks.filling.fill` for many rows, as many at once as the device likes."""
        size = SAMPLE_PASS if self.device.type == "cpu" else SAMPLE_BLOCK
        noise = noise.to(noise_dtype(self.device)).to(self.device)
        passes = []
        for start in range(0, len(noise), size):
            part = slice(start, start + size)
            flags = hidden if isinstance(hidden, list) else hidden[part]
            passes.append(
                fill(
                    self.generator,
                    codes[part],
                    fractions[part],
                    flags,
                    noise[part],
                    temperature=temperature,
                    never_missing=never_missing,
                    until=until,
                )
            )
        drawn, inside = (torch.cat(parts) for parts in zip(*passes, strict=True))
        return drawn, inside

    def draw(self, noise: Array, temperature: float = 1.0, until: int | None = None) -> tuple[Tensor, Tensor]:
        """Plain rows from uniforms (B, C): codes (B, S) and fractions (B, R) in [0, 1); see `fill`."""
        layout, n_rows = self.encoder.layout, len(noise)
        codes = torch.zeros(n_rows, layout.n_symbols, dtype=torch.long, device=self.device)
        fractions = torch.zeros(n_rows, layout.n_numbers, dtype=torch.uint8, device=self.device)
        everything = [True] * len(layout.columns)
        return self.fill(codes, fractions, everything, torch.from_numpy(noise), temperature, until=until)

    @cached_property
    def pilot(self) -> tuple[Tensor, Tensor]:
        """Plain rows, always the same, that tell how much of the model's rows meets a condition."""
        uniforms = np.random.default_rng(0).random((PILOT_ROWS, len(self.encoder.layout.columns)))
        return self.draw(uniforms)


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
