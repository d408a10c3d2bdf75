"""Adversarial random forests of the package arfpy (Watson et al. 2023, arXiv 2205.09435), with its defaults."""

from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from arfpy import arf
from job import read_job
from measure import measure, no_budget
from pandas.core.groupby import DataFrameGroupBy
from prepared import Prepared

SPEEDED = "the package's loop over leaves is run on arrays: the same rows in less time"


class Leaf:
    """The rows in one leaf, as arfpy asks for them: it applies one draw of `cnt` rows to every column.

    By itself the package looks the leaf up again for each column and draws through pandas: milliseconds a
    column and leaf. The draws are numpy's, in the same order.
    """

    get_group = staticmethod(DataFrameGroupBy.get_group)

    def __init__(self, groups: DataFrameGroupBy, name: Any) -> None:
        self.rows = Leaf.get_group(groups, name)

    def apply(self, _: Any) -> pd.DataFrame:
        """`cnt` draws with replacement from every column."""
        n_rows, n_draws = len(self.rows), int(self.rows["cnt"].iloc[0])
        columns = {name: column.to_numpy() for name, column in self.rows.items()}
        draws = np.random.choice  # from the global state that pandas draws from
        return pd.DataFrame({name: values[draws(n_rows, n_draws)] for name, values in columns.items()})


class Forest:
    """A fitted forest, and the names that its columns stand for."""

    def __init__(self, table: Prepared, seed: int) -> None:
        self.names = dict(zip(self.plain(table), table.rows.columns, strict=True))
        rows = table.rows.set_axis(list(self.names), axis=1)
        kinds = {name: "category" for name, column in self.names.items() if column in table.discrete}
        self.model = arf.arf(x=rows.astype(kinds), verbose=False, random_state=seed)
        self.model.forde()

    @staticmethod
    def plain(table: Prepared) -> list[str]:
        """Names that are none of those which arfpy adds ("tree", "value", ...)."""
        return [f"c{k}" for k in range(table.rows.shape[1])]

    def sample(self, n_rows: int) -> pd.DataFrame:
        """Rows under their own names."""
        return self.model.forge(n=n_rows).rename(columns=self.names)


if __name__ == "__main__":
    job = read_job()
    np.random.seed(job.seed)  # noqa: NPY002  # it draws from the global state
    DataFrameGroupBy.get_group = lambda groups, name: Leaf(groups, name)
    measure(
        job,
        lambda table: Forest(table, job.seed),
        Forest.sample,
        version("arfpy"),
        notes=lambda: [SPEEDED, *no_budget(job, "arfpy")()],
    )
