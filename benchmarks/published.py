"""What others reached, as published: one evaluator for all, the result files of TabPC (arXiv 2603.23016).

Nothing here was measured by this benchmark. Shape and Trend are errors in %, Trend with the bins of real and of
synthetic numbers found apart; MLE is the AUC, for Beijing and News the RMSE of the target. The seconds are of a GPU
that is not named.
"""

TABLES = ("adult", "default", "shoppers", "magic", "beijing", "news", "diabetes130")

# field of a record: method: a figure for each of TABLES
FIGURES: dict[str, dict[str, tuple[float, ...]]] = {
    "shape": {
        "CTGAN": (19.1, 16.9, 25.9, 5.6, 20.0, 13.8, 10.4),
        "TVAE": (23.8, 8.7, 24.9, 4.6, 27.8, 18.3, 23.8),
        "TabSyn": (0.79, 1.32, 1.48, 0.98, 2.61, 2.34, 1.78),
        "TabDiff": (0.68, 1.16, 1.49, 0.80, 1.05, 2.75, 1.45),
        "TabPC": (0.58, 0.54, 0.90, 0.98, 0.57, 0.64, 0.58),
    },
    "trend_published": {
        "CTGAN": (24.2, 29.8, 24.5, 5.6, 25.7, 5.2, 19.1),
        "TVAE": (33.4, 18.7, 20.7, 4.7, 29.8, 6.1, 40.6),
        "TabSyn": (2.05, 2.88, 2.29, 0.82, 4.50, 1.67, 3.97),
        "TabDiff": (1.54, 2.74, 1.91, 0.84, 2.59, 1.64, 3.14),
        "TabPC": (1.44, 5.04, 1.78, 1.70, 2.19, 1.85, 1.90),
    },
    "c2st": {
        "CTGAN": (0.0, 0.0, 0.0, 0.103, 0.0, 0.0, 0.0),
        "TabSyn": (0.794, 0.402, 0.655, 0.760, 0.527, 0.121, 0.522),
        "TabDiff": (0.841, 0.591, 0.736, 0.773, 0.772, 0.030, 0.562),
        "TabPC": (0.855, 0.262, 0.894, 0.860, 0.570, 0.129, 0.792),
    },
    "wnmis": {
        "CTGAN": (0.842, 0.827, 0.892, 0.920, 0.873, 0.868, 0.946),
        "TabDiff": (0.989, 0.988, 0.984, 0.995, 0.993, 0.913, 0.969),
        "TabPC": (0.993, 0.989, 0.993, 0.993, 0.993, 0.939, 0.992),
    },
    "alpha": {"TabPC": (99.6, 99.5, 99.2, 99.5, 99.5, 98.2, 99.5)},
    "beta": {"TabPC": (50.0, 44.9, 50.0, 50.5, 57.3, 34.8, 45.1)},
    "mle": {
        "TabDiff": (0.913, 0.763, 0.917, 0.936, 0.564, 0.878, 0.681),
        "TabPC": (0.916, 0.744, 0.897, 0.932, 0.656, 0.886, 0.687),
        "real rows": (0.927, 0.770, 0.926, 0.946, 0.423, 0.842, 0.704),
    },
}

# Adult only.
ADULT: dict[str, dict[str, float]] = {
    "quantile_dcr_2": {"TabSyn": 1.7, "TabDiff": 1.9, "TabPC": 1.9},
    "quantile_dcr_5": {"TabSyn": 4.3, "TabDiff": 4.7, "TabPC": 4.8},
    "fit_seconds": {"CTGAN": 3798, "TabDDPM": 2956, "TabSyn": 3083, "TabDiff": 11605, "TabPC": 272},
    "sample_seconds": {"CTGAN": 1.9, "TabDDPM": 72, "TabSyn": 5.0, "TabDiff": 11, "TabPC": 39},
}
METHODS = ("CTGAN", "TVAE", "TabDDPM", "TabSyn", "TabDiff", "TabPC", "real rows")


def published(table: str) -> dict[str, dict[str, float]]:
    """The published figures of a table: method: field of a record: figure; none for a table without any."""
    found: dict[str, dict[str, float]] = {}
    for method in METHODS:
        figures: dict[str, float] = {}
        if table in TABLES:
            place = TABLES.index(table)
            figures |= {name: row[method][place] for name, row in FIGURES.items() if method in row}
        if table == "adult":
            figures |= {name: row[method] for name, row in ADULT.items() if method in row}
        if figures:
            found[method] = figures
    return found


def best_published(table: str, field: str, *, highest: bool) -> float | None:
    """The best published figure of a method (not that of real rows), or None."""
    rows = {method: row for method, row in published(table).items() if method != "real rows"}
    values = [row[field] for row in rows.values() if field in row]
    return (max if highest else min)(values) if values else None
