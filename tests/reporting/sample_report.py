"""A page as `render_page` takes it, made without any metric: what a report of a table like Adult could hold."""

import numpy as np

from tests.reporting.sample_details import (
    cells,
    column,
    coverage,
    detection,
    pairs,
    privacy,
    support,
    utility,
)

HOSTILE = [
    "<script>window.pwned = 1; alert(1)</script>",
    "</script><script>window.pwned = 2</script>",
    '"onmouseover="window.pwned=3" x="',
    "{{7*7}}{% raw %}",
    "javascript:alert(4)",
    "<b>bold</b><a href='javascript:window.pwned=5'>click</a>",
    "<img src=x onerror=window.pwned=6>",
    "مرحبا \u202eabc\u202c שלום",
    "👩‍👩‍👧‍👦 🏳️‍🌈 é",
    "NUL\x00 and \x1b[31m and \ud800 and \u2028 line",
    "x" * 10_000,
    "&lt;i&gt; &amp; %{x} $\\alpha$ ${7*7}",
    "<!-- ]]> -->",
    "' OR 1=1; --",
    "",
]


def make_page(n_columns=15, *, seed=0):
    """The page of a table with so many columns; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    columns = [column(rng, place) for place in range(n_columns)]
    names = [entry["name"] for entry in columns]
    return {
        "title": "Synthetic data report",
        "about": {
            "version": "0.1.0",
            "date": "2025-01-31",
            "rows": {"real": 32_561, "synthetic": 32_561, "holdout": 16_281},
            "columns": n_columns,
            "left_out": [["row id", "an identifier: every value is another one"], ["remarks", "free text"]],
            "settings": {"target": "income", "random_state": 0, "schema": None},
        },
        "verdicts": [
            {
                "question": "faithful",
                "level": "good",
                "sentence": "A classifier hardly tells synthetic rows from real ones (score 0.93, 1 is best; "
                "fresh real rows: 0.99). Single columns are off by 0.71 % (fresh real rows: 0.53 %).",
            },
            {
                "question": "useful",
                "level": "fair",
                "sentence": "A model trained on synthetic rows predicts 'income' of real rows with AUC 0.912; one "
                "trained on real rows with 0.928.",
            },
            {
                "question": "private",
                "level": "good",
                "sentence": "The strongest attack tried tells training rows from others no better than chance "
                "(AUC 0.50, 0.49 to 0.51; 0.5 is chance). That no attack succeeds is no proof of privacy.",
            },
        ],
        "scores": _scores(),
        "details": {
            "columns": columns,
            "pairs": pairs(rng, names[:60], n_columns),
            "coverage": coverage(names),
            "support": support(),
            "detection": detection(rng, names),
            "utility": utility(rng, names),
            **privacy(rng, names),
        },
        "notes": {
            "fidelity": ["Precision and recall were judged on 10,000 rows of each side, chosen at random."],
            "utility": [
                "Models are gradient-boosted trees with scikit-learn's defaults, trained with one seed."
            ],
            "privacy": [
                "Attacked were 16,281 training and 16,281 held-out rows by somebody who holds the synthetic rows.",
                "No attack found is not privacy: others may know more, or attack better.",
                "This report reveals something of the real rows: shares of its columns, and names of levels.",
            ],
        },
        "rows": _rows(rng, names),
    }


def make_hostile_page(*, seed=0):
    """The same with names, levels, cells and sentences that try to be more than text."""
    texts = iter(range(10**9))

    def poison(item, key=None):
        if isinstance(item, dict):
            return {k: poison(v, k) for k, v in item.items()}
        if isinstance(item, list):
            return [poison(v, key) for v in item]
        if isinstance(item, str) and key not in _STRUCTURE and not item[:4].isdigit():
            return HOSTILE[next(texts) % len(HOSTILE)]
        return item

    page = poison(make_page(seed=seed))
    for place, entry in enumerate(page["details"]["columns"]):
        entry["name"] = HOSTILE[place % len(HOSTILE)]
    return page


_STRUCTURE = {
    "question",
    "level",
    "kind",
    "metric",
    "type",
    "unit",
    "better",
    "task",
    "date",
}  # our words, not data's


def _score(label, value, better, best, unit="", floor=None, spread=None, n_rows=32_561, note=""):
    low, high = (None, None) if spread is None else (value - spread, value + spread)
    keys = ("label", "value", "better", "best", "unit", "floor", "low", "high", "n_rows", "note")
    return dict(zip(keys, (label, value, better, best, unit, floor, low, high, n_rows, note), strict=True))


def _scores():
    return {
        "fidelity": {
            "shape": _score("Shape error", 0.71, "low", 0, "%", 0.53, 0.09, note="Mean difference of columns."),
            "trend": _score("Trend error", 1.62, "low", 0, "%", 1.05, 0.21, note="Mean difference of pairs."),
            "trend_published": _score("Trend error as published", 1.9, "low", 0, "%", 1.31, note="Own bins."),
            "wnmis": _score("Agreement of mutual information", 0.981, "high", 1, "", 0.993, 0.004),
            "c2st": _score("Two-sample test", 0.931, "high", 1, "", 0.994, 0.012,
                           note="1 when a classifier cannot tell synthetic rows from real ones."),
            "c2st_auc": _score("Two-sample test, AUC", 0.534, "near", 0.5, "", 0.503, 0.006),
            "c2st_xgb": _score("Two-sample test, XGBoost", None, "high", 1, note="XGBoost is not installed."),
            "alpha_precision": _score("α-precision", 97.4, "high", 100, "%", 99.1, 0.6, 10_000),
            "beta_recall": _score("β-recall", 47.8, "near", 50.1, "%", 50.1, 0.9, 10_000),
            "levels_covered": _score("Levels covered", 99.92, "high", 100, "%", 99.97),
            "modes_covered": _score("Modes covered", 100.0, "high", 100, "%", 100.0),
            "combinations_covered": _score("Combinations covered", 98.71, "high", 100, "%", 99.36),
            "strange_values": _score("Strange values", 0.04, "low", 0, "%", 0.01),
        },
        "utility": {
            "tstr": _score("Trained on synthetic, tested on real", 0.912, "high", 1, "", 0.928, 0.005, 16_281,
                           note="AUC for 'income'. The floor is the model trained on real rows."),
            "tstr_gap": _score("Lost against real rows", 0.016, "low", 0, "", None, 0.004, 16_281),
            "augmentation": _score("Gain of real and synthetic rows over real ones", -0.002, "high", 0.05, "", 0,
                                   0.003, 16_281),
            "importance_agreement": _score("Agreement of importances", 0.94, "high", 1, "", 0.99, 0.03, 16_281),
        },
        "privacy": {
            "exact_copies": _score("Exact copies", 0.07, "low", 0, "%", 0.09, 0.02),
            "copied_cells": _score("Copied cells", 61.2, "low", 0, "%", 61.5),
            "copied_cells_excess": _score("Copied cells beyond chance", 0.3, "low", 0, "%", 0, 0.4),
            "dcr_share": _score("Nearer to training than to held-out rows", 50.3, "near", 50, "%", 50.0, 0.8),
            "nndr": _score("Nearest neighbour distance ratio", 0.812, "near", 0.82, "", 0.82, 0.01),
            "quantile_dcr_2": _score("Below the 2 % quantile", 1.9, "near", 2, "%", 2, 0.3),
            "quantile_dcr_5": _score("Below the 5 % quantile", 4.8, "near", 5, "%", 5, 0.4),
            "mia_auc": _score("Membership inference, AUC", 0.503, "low", 0.5, "", 0.5, 0.006, 16_281),
            "mia_tpr": _score("Membership inference at 1 % false alarms", 1.12, "low", 1, "%", 1, 0.17, 16_281),
            "mia_exposed_auc": _score("The most exposed tenth, AUC", 0.511, "low", 0.5, "", 0.5, 0.019, 1_628),
            "singling_out": _score("Singling out", 0.2, "low", 0, "%", 0, 0.5, 2_000),
            "attribute_inference": _score("Attribute inference", 1.3, "low", 0, "%", 0, 1.1, 2_000),
        },
    }  # fmt: skip


def _rows(rng, names):
    is_real = rng.permutation(np.repeat([True, False], 20)).tolist()
    return {"names": names, "cells": [cells(rng, names) for _ in range(40)], "is_real": is_real}
