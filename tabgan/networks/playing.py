"""The generator's move in the game: fill hidden columns so that the critic's gradient can flow back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tabgan.networks.critic import Critic
from tabgan.networks.filling import number_context
from tabgan.networks.generator import Generator
from tabgan.networks.tables import FRACTION_STEPS, buffer


@dataclass(frozen=True)
class Filled:
    """Generated rows: codes (B, S), and the critic's features (B, S · E) with gradients to the generator."""

    codes: Tensor
    features: Tensor


def fill_through(
    generator: Generator,
    critic: Critic,
    codes: Tensor,
    fractions: Tensor,
    hidden: list[bool],
    *,
    temperature: float,
    noise: torch.Generator,
) -> Filled:
    """Draw hidden columns by straight-through Gumbel-softmax (Jang et al. 2017, arXiv 1611.01144, section 2.2).

    Forward the codes are hard draws from the generator; backward they are the softmax at ``temperature``.
    Codes (B, S) and fractions (B, R) give the known columns; ``hidden`` has one flag a column.
    """
    tables = generator.tables
    symbol_hidden = [hidden[column] for column in tables.symbol_column]
    hide = torch.tensor(symbol_hidden, dtype=torch.bool, device=codes.device)
    known = torch.where(hide, -1, codes)
    context = generator.known(known, fractions)  # (B, H + F)
    columns = list(known.unbind(1))
    features = list(critic.embed(known).reshape(len(codes), tables.n_symbols, -1).unbind(1))
    for symbol in (s for s, flag in enumerate(symbol_hidden) if flag):
        logits = generator.heads.one(symbol, context)
        uniform = torch.empty_like(logits).uniform_(1e-9, 1, generator=noise)
        perturbed = logits - (-uniform.log()).log()
        soft = torch.softmax(perturbed / temperature, dim=1)
        code = perturbed.argmax(1)
        bend = soft - soft.detach()  # zero forward, the gradient backward
        parent = tables.parents[symbol]
        if parent is not None:
            applies = columns[parent] >= tables.applies_from[symbol]
            code = torch.where(applies, code, -1)
            bend = bend * applies.unsqueeze(1)
        columns[symbol] = code
        start = tables.starts[symbol]
        at = torch.where(code < 0, 0, code + start)
        bent = generator.pointers.pad(bend @ generator.level_contexts(symbol).detach())
        known = buffer(generator, "embedded")[at]
        context = context + generator.level(known) + bent
        features[symbol] = critic.embed_hard(at) + critic.embed_soft(symbol, bend)
        number = tables.number_of_last.get(symbol)
        if number is not None:
            step = torch.randint(FRACTION_STEPS, (len(codes),), generator=noise, device=codes.device)
            context = context + number_context(generator, number, torch.stack(columns, 1), step)
    return Filled(torch.stack(columns, 1), torch.cat(features, 1))
