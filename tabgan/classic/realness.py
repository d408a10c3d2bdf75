"""How real rows look to a classic critic that was kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from tabgan.classic.model import ClassicModel
from tabgan.errors import NoCriticError
from tabgan.training.classic_steps import alphas_of, generate
from tabgan.training.classic_watch import one_level_each

PACKS = 16  # draws of companions and conditions that a score is the mean of
AT_ONCE = 1_024
COMPANION_SEED = 0


@torch.no_grad()
def realness(model: ClassicModel, frame: pd.DataFrame) -> NDArray[np.float64]:
    """The critic's score of each row, (n,): the mean over packs; higher is more real.

    In each pack a row stands among ``pac - 1`` generated ones, and beside one of its own levels as the condition.
    Companions are the same for all rows and calls.

    Raises
    ------
    NoCriticError
        The critic was not kept.
    """
    critic, blocks = model.critic, model.generator.blocks
    if critic is None:
        raise NoCriticError(
            "realness needs the critic of the training, and this model has none; fit again with keep_critic=True "
            "(a critic knows its training rows: think before you share that model)"
        )
    codes, fractions = model.encoder.encode_frame(frame)
    features = blocks.features(
        torch.from_numpy(codes.astype(np.int64)).to(model.device),
        alphas_of(blocks, fractions).to(model.device),
    )
    rng = np.random.default_rng(COMPANION_SEED)
    noise = torch.Generator(model.device).manual_seed(COMPANION_SEED)
    table = blocks.bits(model.levels)
    total = torch.zeros(len(codes), dtype=torch.float64)
    for _ in range(PACKS):
        others = table[
            torch.from_numpy(model.levels.draw(critic.pac - 1, rng, log_frequency=False)).to(model.device)
        ]
        companions = generate(model.generator, others, model.config.temperature, noise).features
        own = one_level_each(model.levels, model.encoder.layout, codes, rng)
        bits = table[torch.from_numpy(own).to(model.device)]
        scores = [
            _scores(critic, *part, companions, others)
            for part in zip(torch.split(features, AT_ONCE), torch.split(bits, AT_ONCE), strict=True)
        ]
        total += torch.cat(scores).cpu().double()
    return np.asarray((total / PACKS).numpy())


def _scores(critic: Any, rows: Tensor, bits: Tensor, companions: Tensor, others: Tensor) -> Tensor:
    """Scores (B,) of rows (B, F), each the first of a pack."""
    n = len(rows)
    packs = torch.cat([rows[:, None], companions.expand(n, -1, -1)], dim=1)
    asked = torch.cat([bits[:, None], others.expand(n, -1, -1)], dim=1)
    context = critic.context(asked.flatten(0, 1))
    return torch.as_tensor(critic(packs.flatten(0, 1), context))
