"""How real rows look to the critic that was kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.config import GAMES, SAMPLE_PASS
from tabgan.errors import NoCriticError
from tabgan.model import FittedModel
from tabgan.networks.critic import Critic
from tabgan.networks.filling import noise_dtype
from tabgan.training.validation import draw_rows

PACKS = 8  # each row is seen in this many packs where the critic judges several rows together
COMPANION_SEED = 0


@torch.no_grad()
def realness(model: FittedModel, frame: pd.DataFrame) -> NDArray[np.float64]:
    """The critic's score of each row, (n,); higher is more real.

    A critic of packs sees each row as the first of some packs, with companions that the generator draws. They are
    the same for all rows and calls, so what differs is the row. A number beyond the range seen in fit counts as
    its end.

    Raises
    ------
    NoCriticError
        The critic was not kept.
    """
    critic = _critic(model)
    codes = torch.from_numpy(model.encoder.encode_frame(frame)[0].astype(np.int64))
    packs = _companions(model, critic)
    parts = [
        _scores(critic, part.to(model.device), packs)
        for part in torch.split(codes, max(SAMPLE_PASS // critic.pac, 1))
        if len(part)
    ]
    return torch.cat(parts).cpu().double().numpy() if parts else np.zeros(0)


def _scores(critic: Critic, codes: Tensor, packs: Tensor) -> Tensor:
    """Mean score (B,) of rows among each of some companions (packs, pac - 1, F)."""
    features = critic.embed(codes)
    scores = [critic(critic.among(features, companions.unsqueeze(0))) for companions in packs]
    return torch.stack(scores).mean(0)


def _companions(model: FittedModel, critic: Critic) -> Tensor:
    """Features of generated rows, (packs, pac - 1, F); one pack without companions where a row stands alone."""
    n_packs = PACKS if critic.pac > 1 else 1
    n_rows = n_packs * (critic.pac - 1)
    uniforms = np.random.default_rng(COMPANION_SEED).random((n_rows, len(model.encoder.layout.columns)))
    drawn = draw_rows(
        model.generator, torch.from_numpy(uniforms).to(noise_dtype(model.device)).to(model.device)
    )
    return critic.companions(drawn, n_packs)


def _critic(model: FittedModel) -> Critic:
    if model.critic is None:
        games: list[Any] = [repr(name) for name in GAMES]
        raise NoCriticError(
            "realness needs the critic of the training, and this model has none; fit again with keep_critic=True and "
            f"objective={' or '.join(games)} (a critic knows its training rows: think before you share that model)"
        )
    return model.critic
