"""Numbers that look random and are told by a key: a hash, and a permutation of 0 … n-1.

The hash is the finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195); the
permutation is a Feistel network of four rounds with cycle walking (Black and Rogaway 2002, "Ciphers with
arbitrary finite domains", methods 2 and 3).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
N_ROUNDS = 4
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 2**64


def hashed(values: Array, key: int) -> NDArray[np.uint64]:
    """64 bits of each value (n,) uint64 and the key."""
    x = values + np.uint64((key + 1) * _GOLDEN % _WORD)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)


def permuted(index: Array, size: int, key: int) -> NDArray[np.uint64]:
    """Where a permutation of 0 … size-1 sends each index (n,); size is at most 2**62."""
    half = max((size - 1).bit_length() + 1, 2) // 2
    out = _feistel(index.astype(np.uint64), half, key)
    beyond = np.flatnonzero(out >= size)
    while len(beyond):  # the network permutes fewer than 4 * size numbers: walk on until back inside
        out[beyond] = _feistel(out[beyond], half, key)
        beyond = beyond[out[beyond] >= size]
    return out


def _feistel(x: Array, half: int, key: int) -> NDArray[np.uint64]:
    mask, shift = np.uint64(2**half - 1), np.uint64(half)
    left, right = x >> shift, x & mask
    for turn in range(N_ROUNDS):
        left, right = right, left ^ (hashed(right, key * N_ROUNDS + turn) & mask)
    return np.asarray((left << shift) | right, np.uint64)
