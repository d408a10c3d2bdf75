"""How real rows look to a classic critic that was kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tabgan.classic.model import ClassicModel
from tabgan.errors import NoCriticError
from tabgan.training.classic_lessons import among, draw_features, no_context
from tabgan.training.classic_steps import alphas_of

PACKS = 8  # draws of companions that a score is the mean of
AT_ONCE = 1_024


@torch.no_grad()
def realness(model: ClassicModel, frame: pd.DataFrame) -> NDArray[np.float64]:
    """The critic's score of each row, (n,): the mean over packs; higher is more real.

    In each pack a row is the first among ``pac - 1`` generated ones, without conditions. Companions are the same for
    all rows and calls, so what differs is the row.

    Raises
    ------
    NoCriticError
        The critic was not kept.
    """
    critic, blocks, device = model.critic, model.generator.blocks, model.device
    if critic is None:
        raise NoCriticError(
            "realness needs the critic of the training, and this model has none; fit again with keep_critic=True "
            "(a critic knows its training rows: think before you share that model)"
        )
    codes, fractions = model.encoder.encode_frame(frame)
    n_packs = PACKS if critic.pac > 1 else 1
    drawn = model.levels.draw(n_packs * (critic.pac - 1), np.random.default_rng(0), log_frequency=False)
    bits = blocks.bits(model.levels)[torch.from_numpy(drawn).to(device)]
    noise = torch.Generator(device).manual_seed(0)
    companions = draw_features(model.generator, bits, noise).view(n_packs, critic.pac - 1, -1)
    scores = []
    for start in range(0, len(codes), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        rows = blocks.features(
            torch.from_numpy(codes[part].astype(np.int64)).to(device),
            alphas_of(blocks, fractions[part]).to(device),
        )
        context = no_context(critic, len(rows), device)
        packs = [critic(among(rows, beside[None]), context) for beside in companions]
        scores.append(torch.stack(packs).mean(0).cpu().double().numpy())
    return np.concatenate([np.zeros(0), *scores])
