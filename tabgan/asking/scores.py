"""Log-probabilities of rows, of columns given others, and of single cells."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.conditioning.known import Known
from tabgan.conditioning.orders import others_matrix, symbol_order
from tabgan.config import SAMPLE_BLOCK
from tabgan.encoding.layout import NOT_APPLICABLE
from tabgan.errors import ConditionError
from tabgan.model import FittedModel
from tabgan.schema import Kind
from tabgan.schema.schema import unknown_column
from tabgan.training.runtime import micro_batch

Array = NDArray[Any]


def log_prob(model: FittedModel, frame: pd.DataFrame, given: Sequence[Hashable] = ()) -> Array:
    """Log-probability in nats of each cell given those before it, (n, C); zeros in the columns of ``given``.

    The given columns come first, the others in canonical order: the sum of a row is the log-probability of the
    others given these. Cells on a grid count as the mass of the grid value, continuous ones as density per unit,
    even within a cell (that drawn rows keep sums to the last digit is not counted); identifiers and free text count
    for whether they are missing only.
    """
    layout = model.encoder.layout
    runs = np.full(len(layout.columns), 2, np.int64)
    for name in given:
        runs[position(model, name)] = 0
    codes, fractions = model.encoder.encode_frame(frame)
    cells = by_column(model, codes, fractions, symbol_order(layout.symbol_column, runs))
    cells += model.encoder.log_gains(codes, frame, lambda one, two: (runs[one], one) > (runs[two], two))
    return np.where(runs == 0, 0.0, cells - model.encoder.log_volumes(codes))


def surprise(model: FittedModel, frame: pd.DataFrame) -> pd.DataFrame:
    """Minus the log-probability in nats of each cell given all other cells of its row, (n, C)."""
    codes, fractions = model.encoder.encode_frame(frame)
    cells = by_column(model, codes, fractions, others_matrix(model.encoder.layout.symbol_column))
    cells += model.encoder.log_gains(codes, frame, lambda one, two: True)
    frame_of = pd.DataFrame(model.encoder.log_volumes(codes) - cells, index=frame.index)
    frame_of.columns = model.encoder.names()
    return frame_of


def log_mass_known(model: FittedModel, known: Known, temperature: float = 1.0) -> Array:
    """Log-probability of the known cells of m rows, (m,); a continuous number counts as its cell."""
    layout = model.encoder.layout
    hide = known.hidden[:, list(layout.symbol_column)]
    codes = np.where(hide, NOT_APPLICABLE, known.codes)
    order = symbol_order(layout.symbol_column, np.zeros(len(layout.columns), np.int64))
    cells = by_column(model, codes, known.fractions, order, temperature)
    volumes = model.encoder.log_volumes(codes)
    for index, column, _ in model.encoder.columns():
        if column.kind is Kind.FLOAT and column.decimals is None:
            volumes[:, index] = 0.0
    return np.asarray(np.where(known.hidden, 0.0, cells - volumes).sum(1))


def position(model: FittedModel, name: Hashable) -> int:
    """Where a column stands.

    Raises
    ------
    ConditionError
        There is no such column.
    """
    names = model.encoder.layout.columns
    if name not in names:
        raise ConditionError(str(unknown_column(name, names)))
    return names.index(name)


def by_column(
    model: FittedModel, codes: Array, fractions: Array, order: Array, temperature: float = 1.0
) -> Array:
    """Log-probability of each column's codes (n, C), each symbol given those before it.

    ``order`` (S,) or (S, S) is as `tabgan.networks.telling.told` takes it.
    """
    layout, device = model.encoder.layout, model.device
    size = micro_batch(layout, model.generator.width, SAMPLE_BLOCK)
    told = torch.from_numpy(order[None]).to(device)
    out = np.zeros((len(codes), len(layout.columns)))
    for start in range(0, len(codes), size):
        part = torch.from_numpy(codes[start : start + size].astype(np.int64)).to(device)
        inside = torch.from_numpy(fractions[start : start + size]).to(device)
        with torch.no_grad():
            symbols = model.generator.log_prob(part, inside, told, temperature=temperature)  # (S, B)
        np.add.at(out[start : start + size].T, list(layout.symbol_column), symbols.cpu().double().numpy())
    return out
