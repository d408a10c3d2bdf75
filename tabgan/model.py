"""A fitted model: encoders and networks, and all that a model file holds of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tabgan.config import SAMPLE_BLOCK, SAMPLE_PASS, Config
from tabgan.encoding.layout import Layout
from tabgan.encoding.table import TableEncoder
from tabgan.networks.critic import EMBEDDED, Critic
from tabgan.networks.filling import blank, fill, noise_dtype
from tabgan.networks.generator import Generator
from tabgan.networks.precision import matmul_precision
from tabgan.networks.tables import OLD_WAVES, Waves

Array = NDArray[Any]
PILOT_ROWS = 8_192
OLD_OBJECTIVES = {"likelihood+critic": "wasserstein"}  # names in files of older versions


@dataclass(frozen=True)
class FittedModel:
    """What a fit leaves behind, and all that a model file holds.

    Attributes
    ----------
    encoder : the columns.
    generator : the network, on the device where it samples.
    config : what it was trained with.
    n_rows : rows it was fitted on.
    critic : the critic of the training, where it was to be kept.
    """

    encoder: TableEncoder
    generator: Generator
    config: Config
    n_rows: int
    critic: Critic | None = None

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
        with matmul_precision(self.config.matmul_precision, self.device):
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
        empty = blank(self.generator, len(noise))
        return self.fill(*empty, torch.from_numpy(noise), temperature, until=until)

    @cached_property
    def pilot(self) -> tuple[Tensor, Tensor]:
        """Plain rows, always the same, that tell how much of the model's rows meets a condition."""
        uniforms = np.random.default_rng(0).random((PILOT_ROWS, len(self.encoder.layout.columns)))
        return self.draw(uniforms)


def pack(model: FittedModel) -> tuple[dict[str, Any], dict[str, Array]]:
    """A model as plain JSON values and named arrays, for `tabgan.model_file`."""
    plain, arrays = model.encoder.to_state()
    tensors = {f"encoder.{name}": array for name, array in arrays.items()}
    networks = {"generator": model.generator, "critic": model.critic}
    for part, network in networks.items():
        weights = network.state_dict() if network is not None else {}
        tensors |= {f"{part}.{name}": value.cpu().numpy() for name, value in weights.items()}
    metadata = {"config": asdict(model.config), "n_rows": model.n_rows, "encoder": plain}
    metadata["waves"] = asdict(model.generator.style)
    return {**metadata, "critic": model.critic is not None}, tensors


def unpack(metadata: dict[str, Any], tensors: dict[str, Array], device: torch.device) -> FittedModel:
    """The model that `pack` took apart; every weight must have the shape that the configuration implies.

    Raises
    ------
    ValueError, KeyError, TypeError
        A part is missing, surplus, or of the wrong shape.
    """
    config = Config(**metadata["config"])
    parts: dict[str, dict[str, Array]] = {"encoder": {}, "generator": {}, "critic": {}}
    for name, array in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = array
    encoder = TableEncoder.from_state(metadata["encoder"], parts["encoder"])
    seeded = torch.Generator().manual_seed(0)
    waves = _waves(metadata["waves"]) if "waves" in metadata else OLD_WAVES
    has_critic = metadata.get("critic", False)  # older files have no such word, and no critic
    _check_generator(encoder.layout, config, waves, parts["generator"])
    if has_critic:
        _check_critic(encoder.layout, config, parts["critic"])
    generator = Generator(
        encoder.layout,
        width=config.width,
        hidden=config.hidden,
        blocks=config.blocks,
        generator=seeded,
        waves=waves,
    )
    critic = None
    if has_critic:
        critic = Critic(encoder.layout, hidden=config.critic_hidden, pac=config.pac, generator=seeded)
    networks = {"generator": generator, "critic": critic}
    for part, network in networks.items():
        put_weights(network, parts[part])
        if network is not None:
            network.to(device).eval().requires_grad_(False)
    return FittedModel(encoder, generator, config, int(metadata["n_rows"]), critic)


def _waves(words: dict[str, Any]) -> Waves:
    told = {"read_damping": 0.0, "pieces": False, **words}  # not in older files
    return Waves(**{**told, "read": tuple(words["read"]), "written": tuple(words["written"])})


def translate(metadata: dict[str, Any]) -> dict[str, Any]:
    """What a file of an older version says, in the words of this one."""
    translated = dict(metadata)
    for part in ("config", "settings"):
        words = {"blocks": 0, **metadata[part]}
        words["objective"] = OLD_OBJECTIVES.get(words["objective"], words["objective"])
        translated[part] = words
    return translated


def _check_generator(layout: Layout, config: Config, waves: Waves, weights: dict[str, Array]) -> None:
    """Compare what sets a generator's size with the stored weights, before a network of that size takes memory."""
    n, width, hidden = layout.n_symbols, config.width, config.hidden
    shapes = {
        "levels": (layout.n_levels + 1, width),
        "waves": (layout.n_numbers, 1 + 2 * len(waves.read), width),
        "heads.first": (n, width, hidden),
        "heads.second": (n, hidden, hidden),
    }
    check_shapes(weights, shapes)
    stored = sum(name.startswith("heads.trunk.") and name.endswith(".inner") for name in weights)
    if stored != config.blocks:
        raise ValueError(f"there must be weights of {config.blocks} blocks, found {stored}")
    if n and weights["heads.smooth"].shape[-1] <= 2 * len(waves.written):
        raise ValueError(f"weight 'heads.smooth' must have weights of {len(waves.written)} waves")


def _check_critic(layout: Layout, config: Config, weights: dict[str, Array]) -> None:
    """The same of a critic."""
    inputs, hidden = config.pac * layout.n_symbols * EMBEDDED, config.critic_hidden
    check_shapes(weights, {"layers.0.weight": (hidden, inputs), "layers.1.weight": (hidden, hidden)})


def check_shapes(weights: dict[str, Array], shapes: dict[str, tuple[int, ...]]) -> None:
    """Refuse stored weights of other shapes than the settings imply.

    Raises
    ------
    ValueError, KeyError
        See above.
    """
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ValueError(f"weight {name!r} must have shape {shape}, found {weights[name].shape}")


def put_weights(network: nn.Module | None, weights: dict[str, Array]) -> None:
    """Put stored weights into a network; there must be exactly those that it has.

    Raises
    ------
    ValueError
        See above.
    """
    expected = network.state_dict() if network is not None else {}
    if expected.keys() != weights.keys():
        raise ValueError(f"weights {sorted(expected.keys() ^ weights.keys())} are missing or surplus")
    read = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}
    for name, value in read.items():
        if value.shape != expected[name].shape or value.dtype != expected[name].dtype:
            raise ValueError(f"weight {name!r} must be {expected[name].dtype} {tuple(expected[name].shape)}")
    if network is not None:
        network.load_state_dict(read)
