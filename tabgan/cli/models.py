"""Which model `fit` trains, with which settings; and rows of any model file, batch by batch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from tabgan.cli.settings import parse_settings
from tabgan.config import ClassicConfig, Config

if TYPE_CHECKING:
    import pandas as pd

    from tabgan.classic.estimator import CTGAN
    from tabgan.estimator import TabGAN

CONFIGS: dict[str, type[Config] | type[ClassicConfig]] = {"tabgan": Config, "ctgan": ClassicConfig}
BATCH_ROWS = 65_536
TOO_MUCH = (
    "a classic model (fit --model ctgan) takes one --where COL=VALUE, and no --balance, --temperature or --dry-run; "
    "fit without --model for more."
)


def make_estimator(name: str, options: Mapping[str, Any], texts: Iterable[str]) -> "TabGAN | CTGAN":
    """Return the estimator of a name, not fitted; ``options`` have flags of their own, ``texts`` come from --set."""
    from tabgan.classic.estimator import CTGAN
    from tabgan.estimator import TabGAN

    kind: type[TabGAN] | type[CTGAN] = TabGAN if name == "tabgan" else CTGAN
    known, given = kind().get_params(), dict(options)
    device = None if "device" in known else given.pop("device", None)
    for option in given:
        if option not in known:
            raise click.UsageError(f"--{option.replace('_', '-')} is not for --model {name}.")
    settings = parse_settings(texts, [setting for setting in known if setting not in ("verbose", *given)])
    _check(CONFIGS[name], given | settings)
    set_device = settings.get("device", settings.get("cuda"))
    if isinstance(set_device, str):
        check_device("--set", set_device)
    estimator = kind(**{"verbose": True, **given, **settings})
    if device is not None:
        estimator.set_device(device)
    return estimator


def check_device(option: str, device: str) -> None:
    """Refuse a device, given by an option, that this machine lacks, before a table is read."""
    from tabgan.training.runtime import resolve_device

    try:
        resolve_device(device)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}.") from error


def rows_of(
    model: "TabGAN | CTGAN",
    n_rows: int,
    where: Mapping[Any, Any],
    *,
    balance: Any = None,
    random_state: int | None = None,
    temperature: float = 1.0,
) -> "Iterator[pd.DataFrame]":
    """Give rows of a model in batches; a classic one takes one value of one column."""
    from tabgan.estimator import TabGAN

    if isinstance(model, TabGAN):
        return model.sample_iter(
            n_rows, where=where or None, balance=balance, random_state=random_state, temperature=temperature
        )
    if balance is not None or temperature != 1 or len(where) > 1 or any(_many(v) for v in where.values()):
        raise click.UsageError(TOO_MUCH)
    if random_state is not None:
        model.set_random_state(random_state)
    return _batches(model, n_rows, *next(iter(where.items()), (None, None)))


def mass_of(model: "TabGAN | CTGAN", n_rows: int | None, where: Mapping[Any, Any], temperature: float) -> Any:
    """How many of the model's rows meet the conditions."""
    from tabgan.estimator import TabGAN

    if not isinstance(model, TabGAN):
        raise click.UsageError(TOO_MUCH)
    return model.sample(n_rows, where, temperature=temperature, dry_run=True)


def _batches(model: "CTGAN", n_rows: int, column: Any, value: Any) -> "Iterator[pd.DataFrame]":
    for start in range(0, max(n_rows, 1), BATCH_ROWS):
        yield model.sample(min(n_rows - start, BATCH_ROWS), column, value)


def _many(value: Any) -> bool:
    from tabgan.conditioning.requests import PRESENT, Between

    return value is PRESENT or isinstance(value, list | Between)


def _check(config: type[Config] | type[ClassicConfig], settings: Mapping[str, Any]) -> None:
    """Refuse what no model can be built with, before a table is read."""
    names = {field.name for field in fields(config)}
    try:
        config(**{name: value for name, value in settings.items() if name in names})
    except (ValueError, TypeError) as error:
        raise click.UsageError(f"--set: {error}.") from error
