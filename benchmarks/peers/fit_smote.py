"""SMOTE of the package imbalanced-learn as a synthesiser: see `interpolation`."""

from importlib.metadata import version

from interpolation import Interpolation
from job import read_job
from measure import measure
from prepared import Prepared

if __name__ == "__main__":
    job = read_job()
    notes = ["nothing is fitted: neighbours are found while rows are drawn"]
    if job.target is None:
        raise SystemExit("smote needs a target: its rows lie between rows of one class")

    def fit(table: Prepared) -> Interpolation:
        """Keep the rows."""
        return Interpolation(table.rows, table.discrete, str(job.target), notes)

    measure(
        job,
        fit,
        lambda model, n: model.sample(n, job.seed),
        version("imbalanced-learn"),
        notes=lambda: notes,
    )
