"""Compare a synthetic table with the real one: `python -m benchmarks.compare real.csv synthetic.csv`."""

import sys

import pandas as pd

from tabgan.reporting.detection import c2st
from tabgan.reporting.fidelity import column_errors, trend_error


def read(path: str) -> pd.DataFrame:
    """Read a CSV: only the empty cell is missing, and text that is all dates becomes times."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    for name in table.columns[[pd.api.types.is_string_dtype(dtype) for dtype in table.dtypes]]:
        times = pd.to_datetime(table[name], format="ISO8601", errors="coerce")
        if times.notna().equals(table[name].notna()):
            table[name] = times
    return table


def compare(real: pd.DataFrame, synthetic: pd.DataFrame) -> str:
    """Return how far the synthetic table is from the real one: columns, pairs, whole rows.

    Columns in which nearly every text differs are keys: they are new by design, and are left out.
    """
    texts = real.select_dtypes(exclude=["number", "bool", "datetime"])
    keys = [name for name in texts if real[name].nunique() > 0.9 * len(real)]
    real, synthetic = real.drop(columns=keys), synthetic.drop(columns=keys)
    errors, pairs = column_errors(real, synthetic), trend_error(real, synthetic)
    worst = f"{errors.idxmax()}, {errors.max():.2f} %"
    detection = c2st(real, synthetic, classifier="hist")
    return (
        f"single columns: mean error {errors.mean():.2f} %  (0 is best; worst: {worst})\n"
        f"pairs of columns: mean error {pairs:.2f} %  (0 is best)\n"
        f"a classifier tells rows apart: score {detection.score:.2f}  (1: it cannot, 0: it always can)"
    )


if __name__ == "__main__":
    print(compare(*map(read, sys.argv[1:3])))
