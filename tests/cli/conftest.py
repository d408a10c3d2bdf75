"""A small table, and a model of it, fitted once through the command line."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from tabgan.cli import main

N_ROWS = 240


def people() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    income = rng.choice(["<=50K", ">50K"], N_ROWS, p=[0.7, 0.3])
    age = rng.integers(17, 90, N_ROWS)
    weight = np.round(rng.normal(70, 10, N_ROWS), 1)
    return pd.DataFrame(
        {
            "person_id": [f"P-{number:06d}" for number in rng.permutation(900_000)[:N_ROWS]],
            "age": age,
            "income": income,
            "gain": np.where(income == ">50K", rng.integers(1, 40, N_ROWS) * 250, 0),
            "weight": np.where(rng.random(N_ROWS) < 0.1, np.nan, weight),
            "since": [f"2024-{month:02d}-15" for month in rng.integers(1, 13, N_ROWS)],
            "member": rng.random(N_ROWS) < 0.5,
        }
    )


class Fitted(NamedTuple):
    folder: Path
    data: Path
    model: Path
    output: str


def run(*args: object, code: int = 0) -> Result:
    """Run a command and hold it to its exit code; a traceback is never right."""
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="session")
def fitted(tmp_path_factory) -> Fitted:
    folder = tmp_path_factory.mktemp("fitted")
    data, model = folder / "people.csv", folder / "people.tabgan"
    people().to_csv(data, index=False)
    result = run("fit", data, "-o", model, "--epochs", 2, "--max-time", "3s", "--seed", 1, "--device", "cpu")
    return Fitted(folder, data, model, result.stdout)
