"""One small network per symbol, all evaluated as batched matrix products."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabgan.networks.pointing import Bands, PointerTables
from tabgan.networks.precision import activation_dtype
from tabgan.networks.tables import buffer
from tabgan.networks.trunk import BlockWeights, Trunk, pass_in_place, uniform

BUCKETS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
COLDEST = 1e-30  # logits that are divided by less are beyond 32 bits


class Heads(nn.Module):
    """Context to logits, one head per symbol: norm, blocks that heads share, linear, SiLU, residual linear, SiLU,
    dropout, linear.

    The last layers have as many outputs as their symbol has levels; symbols of similar size share one
    padded weight (a *bucket*), so a row costs the same few matrix products whatever the number of columns.

    Levels that lie on a line (the cells of a number) have logits that are smooth along it: each head adds a few
    waves of the level's rank, so that neighbours learn from one another. Levels before ``free[s]`` have weights of
    their own besides.

    Shape
    -----
    contexts (S, B, H), and what pointers tell (P + M, B), to a list of logits (symbols in bucket, B, K padded);
    padding is -inf-like.
    """

    def __init__(
        self,
        sizes: list[int],
        width: int,
        hidden: int,
        *,
        blocks: int,
        free: list[int],
        waves: list[Tensor],
        generator: torch.Generator,
        pointers: PointerTables | None = None,
    ) -> None:
        super().__init__()
        n, self.width = len(sizes), width
        self.sizes, self.free = sizes, free
        self.buckets = _buckets(sizes, free)
        self.place_of = {s: (b, i) for b, members in enumerate(self.buckets) for i, s in enumerate(members)}
        self.bias = nn.Parameter(torch.randn(n, 1, width, generator=generator) * 0.02)
        self.first = nn.Parameter(uniform((n, width, hidden), width, generator))
        self.first_bias = nn.Parameter(torch.zeros(n, 1, hidden))
        self.second = nn.Parameter(uniform((n, hidden, hidden), hidden, generator))
        self.second_bias = nn.Parameter(torch.zeros(n, 1, hidden))
        self.last = nn.ParameterList()
        self.last_bias = nn.ParameterList()
        n_waves = waves[0].shape[1] if waves else 1
        self.smooth = nn.Parameter(torch.zeros(n, hidden, n_waves))
        for b, members in enumerate(self.buckets):
            padded, most_free = max(sizes[s] for s in members), max(free[s] for s in members)
            weight = uniform((len(members), hidden, most_free), hidden, generator) * 0.1
            own = torch.zeros(len(members), 1, most_free)
            bias = torch.zeros(len(members), 1, padded)
            along = torch.zeros(len(members), n_waves, padded)
            for i, s in enumerate(members):
                own[i, :, : free[s]] = 1
                bias[i, :, sizes[s] :] = -1e4  # never drawn, and no gradient reaches it
                along[i, :, : sizes[s]] = waves[s].T
            self.register_buffer(f"along{b}", along, persistent=False)
            self.register_buffer(f"own{b}", own, persistent=False)
            self.last.append(
                nn.Parameter(weight * own if any(free[s] < sizes[s] for s in members) else weight)
            )
            self.last_bias.append(nn.Parameter(bias))
        self.register_buffer("gain", torch.ones(width), persistent=False)
        self.register_buffer("no_bias", torch.zeros(width), persistent=False)
        self.trunk = Trunk(blocks, width, max(hidden // 2, 1), generator)
        self.bands = Bands(pointers, self.buckets, sizes, hidden) if pointers and pointers.targets else None
        order = torch.tensor([s for members in self.buckets for s in members], dtype=torch.long)
        self.register_buffer("order", order, persistent=False)  # symbols, bucket by bucket
        self.register_buffer("places", order.argsort(), persistent=False)  # from buckets back to symbols

    def start_at(self, frequencies: list[Tensor]) -> None:
        """Set the output biases to log frequencies, so that training starts at the marginals."""
        for bias, members in zip(self.last_bias, self.buckets, strict=True):
            for i, s in enumerate(members):
                share = (frequencies[s] + 0.5) / (frequencies[s].sum() + 0.5 * self.sizes[s])
                bias.data[i, 0, : self.sizes[s]] = share.log().to(bias)

    def forward(
        self, contexts: Tensor, told: Tensor, dropout: float, generator: torch.Generator | None
    ) -> list[Tensor]:
        """All heads at once: (S, B, H), which is written over, and (P + M, B) to one (symbols, B, K) a bucket."""
        inside = activation_dtype(contexts.device)
        x = self.normed(contexts.add_(self.bias)).to(inside)
        x = self.trunk(x.flatten(0, 1)).view(x.shape)
        first, second = self.own_layers(inside)
        x = functional.silu(torch.baddbmm(first[0], x, first[1]))
        x = (x + functional.silu(torch.baddbmm(second[0], x, second[1]))).to(contexts.dtype)
        if dropout > 0:
            x = x * dropout_mask(x[:1], dropout, generator)  # one mask a row: heads share no weights
        hidden, smooth = self.by_bucket(x), self.by_bucket(self.smooth)
        logits = []
        for b, of_bucket in enumerate(hidden):
            scores = torch.baddbmm(self.last_bias[b], of_bucket, self.last_weights(b, smooth[b]))
            logits.append(scores if self.bands is None else self.bands(b, scores, of_bucket, told))
        return logits

    def normed(self, x: Tensor) -> Tensor:
        """Layer norm over the last axis (Ba et al. 2016, arXiv 1607.06450, equation 4), without gain and bias.

        They are given as 1 and 0 all the same: the kernel that has them takes two thirds of the time.
        """
        return functional.layer_norm(x, (self.width,), buffer(self, "gain"), buffer(self, "no_bias"))

    def own_layers(self, dtype: torch.dtype, symbol: int | None = None) -> list[tuple[Tensor, Tensor]]:
        """Biases and weights, in some type, of the first and the second layer of one head; None: of all heads."""
        layers: list[tuple[Tensor, Tensor]]
        layers = [(self.first_bias, self.first), (self.second_bias, self.second)]
        if symbol is not None:
            layers = [(bias[symbol], weight[symbol]) for bias, weight in layers]
        return [(bias.to(dtype), weight.to(dtype)) for bias, weight in layers]

    def by_bucket(self, x: Tensor) -> tuple[Tensor, ...]:
        """What belongs to the symbols of each bucket: (S, ...) to some (symbols, ...)."""
        if len(self.buckets) == 1:
            return (x,)
        sizes = [len(members) for members in self.buckets]
        return torch.split(x.index_select(0, buffer(self, "order")), sizes)

    def last_weights(self, bucket: int, smooth: Tensor) -> Tensor:
        """The last layers of a bucket, (symbols, D, K), from its part of ``smooth`` (symbols, D, F)."""
        along, own = buffer(self, f"along{bucket}"), buffer(self, f"own{bucket}")
        weight, cells = self.last[bucket], along.shape[2] - own.shape[2]
        if cells:
            weight = functional.pad(weight * own, (0, cells))
        return torch.baddbmm(weight, smooth, along)

    def one(self, symbol: int, context: Tensor, blocks: BlockWeights | None = None) -> Tensor:
        """One head: context (B, H + F) to logits (B, K of that symbol); no dropout.

        Where no gradient is wanted, ``blocks`` are those of the trunk in the type that layers up to the last one
        shall pass to one another, so that they need not be brought into it for every head.
        """
        told = context[:, self.width :]
        x = self.normed(context[:, : self.width] + self.bias[symbol])
        inside = blocks[0][0].dtype if blocks else x.dtype
        x = self.trunk(x) if blocks is None else pass_in_place(x.to(inside), blocks)
        first, second = self.own_layers(inside, symbol)
        x = functional.silu(torch.addmm(first[0], x, first[1]))
        x = (x + functional.silu(torch.addmm(second[0], x, second[1]))).to(context.dtype)
        bucket, i = self.place_of[symbol]
        size, free = self.sizes[symbol], self.free[symbol]
        along = buffer(self, f"along{bucket}")[i, :, :size]
        bias, own = self.last_bias[bucket][i, :, :size], self.last[bucket][i, :, :free]
        if free == size:
            return torch.addmm(bias, x, torch.addmm(own, self.smooth[symbol], along))
        logits = torch.addmm(bias, x @ self.smooth[symbol], along)
        logits[:, :free].addmm_(x, own)
        return logits if self.bands is None else self.bands.one(symbol, logits, x, told)


def cooled(logits: Tensor, temperature: float) -> Tensor:
    """Logits at a temperature; below `COLDEST` as there, where the likeliest code is as good as certain."""
    return logits if temperature == 1 else logits / max(temperature, COLDEST)


def dropout_mask(like: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Zeros with probability ``share``, else 1 / (1 - share), drawn from ``generator``."""
    keep = torch.empty_like(like).bernoulli_(1 - share, generator=generator)
    return keep.div_(1 - share)


def _buckets(sizes: list[int], free: list[int]) -> list[list[int]]:
    """Symbols that share a padded weight: of similar size, and those with cells known by waves apart."""
    bounds = [
        (next((b for b in BUCKETS if size <= b), size), own < size)
        for size, own in zip(sizes, free, strict=True)
    ]
    return [[s for s, b in enumerate(bounds) if b == bound] for bound in sorted(set(bounds))]
