"""The Gaussian copula of the package sdv, with its defaults; its metadata are detected, then kinds are set."""

from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from job import read_job
from measure import measure, no_budget
from prepared import Prepared
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer


def metadata_of(table: Prepared) -> Any:
    """What sdv finds, with every column a category or a number and none a key."""
    metadata = Metadata.detect_from_dataframes({"table": table.rows}, infer_keys=None)
    numbers = [name for name in table.rows.columns if name not in table.discrete]
    for names, kind in ((table.discrete, "categorical"), (numbers, "numerical")):
        if names:
            metadata.update_columns(names, table_name="table", sdtype=kind)
    return metadata


def fit(table: Prepared) -> Any:
    """The copula; the fit draws no random numbers that can be seeded but numpy's."""
    model = GaussianCopulaSynthesizer(metadata_of(table))
    model.fit({"table": table.rows})
    return model


def sample(model: Any, n_rows: int) -> pd.DataFrame:
    """Rows from the seed of the job; by itself sdv begins with one seed of its own."""
    model._set_random_state(job.seed)
    return model.sample(n_rows)["table"]


if __name__ == "__main__":
    job = read_job()
    np.random.seed(job.seed)  # noqa: NPY002  # it draws from the global state
    measure(job, fit, sample, version("sdv"), fill=False, notes=no_budget(job, "the copula of sdv"))
