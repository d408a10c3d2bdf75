"""Synthetic rows of your table: fit it, sample rows like it, save the model in one safe file.

>>> from tabgan import TabGAN
>>> synthetic = TabGAN().fit(frame).sample(10_000)  # doctest: +SKIP

The names below are the whole public interface; they are imported on first use, so that `import tabgan` and
`tabgan --help` do not wait for torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    from tabgan import errors
    from tabgan.classic.estimator import CTGAN
    from tabgan.conditioning.requests import PRESENT, between
    from tabgan.errors import (
        ColumnError,
        ConditionError,
        DataError,
        ModelFileError,
        NoCriticError,
        SchemaError,
        TabganError,
        TableTooLargeError,
        TrainingError,
    )
    from tabgan.estimator import TabGAN
    from tabgan.pipelines.imputer import TabGANImputer
    from tabgan.pipelines.sampler import TabGANSampler
    from tabgan.reporting.report import report
    from tabgan.schema import Schema, infer_schema

__version__ = "0.1.0"

__all__ = [
    "CTGAN",
    "PRESENT",
    "ColumnError",
    "ConditionError",
    "DataError",
    "ModelFileError",
    "NoCriticError",
    "Schema",
    "SchemaError",
    "TabGAN",
    "TabGANImputer",
    "TabGANSampler",
    "TabganError",
    "TableTooLargeError",
    "TrainingError",
    "__version__",
    "between",
    "errors",
    "infer_schema",
    "load",
    "report",
]

# Imports point one way: a layer imports only layers that stand before it (tests/test_architecture.py).
LAYERS = (
    "errors",
    "config",
    "schema",
    "data",
    "encoding",
    "conditioning",
    "networks",
    "training",
    "model",
    "asking",
    "model_file",
    "estimator",
    "classic",
    "pipelines",
    "cli",
)
# Beside them, a branch that sees tables and schemas, never models.
BRANCHES = {"reporting": ("errors", "config", "schema", "data")}

_HOMES = {
    "CTGAN": "tabgan.classic.estimator",
    "PRESENT": "tabgan.conditioning.requests",
    "between": "tabgan.conditioning.requests",
    "TabGAN": "tabgan.estimator",
    "TabGANImputer": "tabgan.pipelines.imputer",
    "TabGANSampler": "tabgan.pipelines.sampler",
    "Schema": "tabgan.schema",
    "infer_schema": "tabgan.schema",
    "report": "tabgan.reporting.report",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return importlib.import_module("tabgan.errors")
    if name not in __all__:
        raise AttributeError(f"module 'tabgan' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES.get(name, "tabgan.errors")), name)
    globals()[name] = value  # found directly from now on
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def load(path: "str | os.PathLike[str]") -> "TabGAN | CTGAN":
    """Read a model file that `TabGAN.save`, `CTGAN.save` or `tabgan fit` wrote.

    Raises
    ------
    ModelFileError
        The file is missing, damaged, from a newer version, or no model file at all.
    """
    from tabgan.classic.estimator import CTGAN, MODEL_KIND
    from tabgan.estimator import TabGAN
    from tabgan.model_file import load_model

    content = load_model(path)
    model = CTGAN if content[0] == MODEL_KIND else TabGAN
    return model.restore(path, content)
