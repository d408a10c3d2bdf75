"""What each symbol is told: the sum of the embeddings of those known before it.

In an order these are running sums, one addition a symbol; a product with the S × S matrix of who comes before whom
takes S additions a symbol, but no more launches than one, so that an accelerator has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import torch
from torch import Tensor

Spans = list[tuple[list[int], slice]]  # symbols in an order, and the rows that have it


def told(embedded: Tensor, orders: Tensor) -> Tensor:
    """Embeddings (S, B, H) to their sums over what comes before each symbol, (S, B, H).

    Parameters
    ----------
    orders : (G, S) symbols as they become known, in integers, or (G, S, S) with 1 where symbol t (last axis) comes
        before symbol s; the batch is G groups of equal size, one after the other.
    """
    if orders.ndim == 3:
        return by_product(embedded, orders)
    if embedded.device.type != "cpu":
        return by_product(embedded, before_of(orders).to(embedded.dtype))
    summed: Tensor = RunningSums.apply(  # type: ignore[no-untyped-call]
        embedded, spans_of(orders, embedded.shape[1])
    )
    return summed


def before_of(orders: Tensor) -> Tensor:
    """Orders (G, S) as flags (G, S, S) that say where symbol t (last axis) comes before symbol s."""
    rank = orders.argsort(dim=1)
    return rank.unsqueeze(2) > rank.unsqueeze(1)


def by_product(embedded: Tensor, before: Tensor) -> Tensor:
    """Sums of embeddings (S, B, H) by ``before`` (G, S, S)."""
    n, batch, width = embedded.shape
    groups = len(before)
    grouped = embedded.reshape(n, groups, batch // groups * width).transpose(0, 1)
    summed = torch.bmm(before, grouped)  # (G, S, B/G · H)
    return summed.transpose(0, 1).reshape(n, batch, width)


def spans_of(orders: Tensor, batch: int) -> Spans:
    """Orders (G, S) with the rows of their groups; neighbours with the same order are one."""
    size, rest = divmod(batch, len(orders))
    assert rest == 0, f"a batch of {batch} rows has no {len(orders)} groups of equal size"
    spans, start = [], 0
    for order, same in groupby(orders.tolist()):
        end = start + len(list(same)) * size
        spans.append((order, slice(start, end)))
        start = end
    return spans


class RunningSums(torch.autograd.Function):
    """Sums of all before in the order; the gradient is the sum over all after."""

    @staticmethod
    def forward(ctx: Any, embedded: Tensor, spans: Spans) -> Tensor:
        """Embeddings (S, B, H) to (S, B, H)."""
        ctx.spans = spans
        return run_along(embedded, spans)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        """Gradient of the sums to that of the embeddings, both (S, B, H)."""
        return run_along(slope, [(order[::-1], rows) for order, rows in ctx.spans]), None


def run_along(terms: Tensor, spans: Sequence[tuple[list[int], slice]]) -> Tensor:
    """Sums of terms (S, B, H) over the symbols before each in its order."""
    sums = torch.empty_like(terms)
    for order, rows in spans:
        term, total = terms[:, rows].unbind(), sums[:, rows].unbind()
        for symbol in order[:1]:
            total[symbol].zero_()
        for before, symbol in pairwise(order):
            torch.add(total[before], term[before], out=total[symbol])
    return sums
