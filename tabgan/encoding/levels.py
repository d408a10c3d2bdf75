"""Level names as arrays and back: 100,000 of them are two small tensors in a model file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabgan.schema.scalars import scalar_from_json, scalar_to_json

Array = NDArray[Any]


def levels_to_state(levels: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Levels as UTF-8 bytes and where each ends; levels other than text are written as JSON first."""
    as_text = all(isinstance(level, str) for level in levels)
    texts = levels if as_text else [json.dumps(scalar_to_json(level)) for level in levels]
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return {"levels_as": "text" if as_text else "json"}, {
        "level_bytes": np.frombuffer(b"".join(encoded), np.uint8).copy(),
        "level_ends": ends,
    }


def levels_from_state(plain: dict[str, Any], arrays: dict[str, Array]) -> tuple[Any, ...]:
    """The levels that `levels_to_state` wrote."""
    held = np.asarray(arrays["level_bytes"], np.uint8).tobytes()
    ends = np.asarray(arrays["level_ends"]).tolist()
    texts = [
        held[start:end].decode("utf-8", "surrogatepass")
        for start, end in zip([0, *ends][: len(ends)], ends, strict=True)
    ]
    if plain["levels_as"] == "text":
        return tuple(texts)
    return tuple(scalar_from_json(json.loads(text)) for text in texts)
