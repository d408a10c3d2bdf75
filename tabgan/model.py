"""A fitted model: encoders and generator, rows out of noise, log-probabilities out of rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.conditioning.condition import Condition, read_condition
from tabgan.conditioning.orders import canonical_order
from tabgan.config import SAMPLE_BLOCK, SAMPLE_PASS, Config
from tabgan.encoding.table import TableEncoder
from tabgan.networks.filling import fill, noise_dtype
from tabgan.networks.generator import Generator
from tabgan.training.runtime import micro_batch

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

    def sample_iter(
        self, n: int, batch_size: int, where: Mapping[Hashable, Any] | None, seed: int
    ) -> Iterator[pd.DataFrame]:
        """Frames of ``batch_size`` rows (the last may be shorter), n rows together.

        Rows come in blocks of fixed size, each with a seed of its own: the batch size does not change them, and
        a sample is the beginning of every longer one.
        """
        condition = read_condition(where, self.encoder)
        waiting: list[pd.DataFrame] = []
        ready = 0
        for block in range(-(-n // SAMPLE_BLOCK)):
            rows = min(SAMPLE_BLOCK, n - block * SAMPLE_BLOCK)
            frame = self._block(block, rows, condition, seed)
            while ready + len(frame) >= batch_size:
                part, frame = frame.iloc[: batch_size - ready], frame.iloc[batch_size - ready :]
                yield _join([*waiting, part])
                waiting, ready = [], 0
            if len(frame):
                waiting.append(frame)
                ready += len(frame)
        if waiting:
            yield _join(waiting)

    def log_prob(self, frame: pd.DataFrame) -> Array:
        """Exact log-probability of each row in nats, canonical order, shape (n,).

        Cells on a grid count as the mass of the grid value, continuous ones as density per unit; identifiers
        and free text count for whether they are missing only.
        """
        codes, fractions = self.encoder.encode_frame(frame)
        device = self.generator.levels.device
        before = torch.from_numpy(canonical_order(self.encoder.layout.symbol_column)[None]).to(device)
        size = micro_batch(self.encoder.layout, self.generator.width, SAMPLE_BLOCK)
        parts = []
        for start in range(0, len(codes), size):
            part = torch.from_numpy(codes[start : start + size].astype(np.int64)).to(device)
            inside = torch.from_numpy(fractions[start : start + size]).to(device)
            with torch.no_grad():
                parts.append(self.generator.log_prob(part, inside, before).double().sum(0).cpu().numpy())
        total = np.concatenate(parts) if parts else np.zeros(0)
        return np.asarray(total - self.encoder.log_volume(codes))

    def _block(self, block: int, rows: int, condition: Condition, seed: int) -> pd.DataFrame:
        """Rows of one block; a whole block is drawn even where fewer are wanted, so that sums round alike."""
        source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
        device = self.generator.levels.device
        noise = torch.from_numpy(source.random((SAMPLE_BLOCK, len(condition.hidden))))
        noise = noise.to(noise_dtype(device)).to(device)
        size = SAMPLE_PASS if device.type == "cpu" else SAMPLE_BLOCK
        codes = torch.from_numpy(condition.codes).to(device).expand(size, -1)
        fractions = torch.from_numpy(condition.fractions).to(device).expand(size, -1)
        passes = [
            fill(self.generator, codes, fractions, condition.hidden, part)
            for part in noise.split(size)  # type: ignore[no-untyped-call]
        ]
        drawn, inside = (torch.cat(parts) for parts in zip(*passes, strict=True))
        cells = self.encoder.decode(
            drawn.cpu().numpy()[:rows],
            inside.cpu().double().numpy()[:rows],
            source,
            start=block * SAMPLE_BLOCK,
        )
        for column, cell in condition.cells.items():  # exactly the value asked for, not one of its code
            cells[column] = replace(
                cell, values=np.repeat(cell.values, rows), missing=np.repeat(cell.missing, rows)
            )
        return self.encoder.frame(cells)


def empty_frame(model: FittedModel) -> pd.DataFrame:
    """No rows, but all columns with their dtypes."""
    layout = model.encoder.layout
    rng = np.random.default_rng(0)
    return model.encoder.decode_frame(
        np.zeros((0, layout.n_symbols), np.int64), np.zeros((0, layout.n_numbers)), rng
    )


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    joined = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return joined.reset_index(drop=True)


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
