"""Details of a page as the sections of a report give them, made without any metric; all plain data."""

from datetime import date, timedelta

import numpy as np

LEVELS = {
    "workclass": ["Private", "Self-emp-not-inc", "Local-gov", "?", "State-gov", "Self-emp-inc", "Federal-gov"],
    "education": ["HS-grad", "Some-college", "Bachelors", "Masters", "Assoc-voc", "11th", "Assoc-acdm", "10th",
                  "7th-8th", "Prof-school", "9th", "(5 more)"],
    "marital-status": ["Married-civ-spouse", "Never-married", "Divorced", "Separated", "Widowed"],
    "occupation": ["Prof-specialty", "Craft-repair", "Exec-managerial", "Adm-clerical", "Sales", "Other-service",
                   "Machine-op-inspct", "?", "Transport-moving", "Handlers-cleaners", "(5 more)"],
    "relationship": ["Husband", "Not-in-family", "Own-child", "Unmarried", "Wife", "Other-relative"],
    "race": ["White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"],
    "sex": ["Male", "Female"],
    "native-country": ["United-States", "Mexico", "?", "Philippines", "Germany", "Canada", "(36 more)"],
    "income": ["<=50K", ">50K"],
}  # fmt: skip
NUMBERS = {
    "age": (17, 90),
    "fnlwgt": (12_285, 1_484_705),
    "capital-gain": (0, 99_999),
    "hours-per-week": (1, 99),
}


def column(rng, place):
    name = (*LEVELS, *NUMBERS, "education-num", "date of survey")[place % 15]
    shown = name if place < 15 else f"{name} {place // 15 + 1}"
    scale = float(rng.choice([0.02, 0.05, 0.12]))
    if name in NUMBERS or name == "date of survey":
        plot = _histogram(rng, name, scale)
    else:
        levels = LEVELS.get(name) or [str(level) for level in range(1, 17)]
        plot = _bars(rng, levels, scale, ordered=name == "education-num")
    error = 50 * sum(abs(r - s) for r, s in zip(plot["real"], plot["synthetic"], strict=True))
    numeric = plot["type"] == "histogram" or plot["ordered"]
    missing = 0.056 if name in ("workclass", "occupation", "capital-gain") else 0.0
    return {
        "name": shown,
        "kind": "time" if name == "date of survey" else "number" if numeric else "category",
        "metric": "KS" if numeric else "TVD",
        "error": round(error, 6),
        "floor": round(0.4 + 0.4 * rng.random(), 6),
        "missing": {"real": missing, "synthetic": missing * 1.07},
        "plot": plot,
    }


def _histogram(rng, name, scale):
    n_bins = 40
    place = (np.arange(n_bins) + 0.5) / n_bins
    peak = 0.5 * rng.random() + 0.15
    real = np.exp(-(((place - peak) / 0.18) ** 2)) + 0.02
    if name == "capital-gain":
        real = 0.92 * (place < 1 / n_bins) + 0.08 * np.exp(-place * 9) / 4
    synthetic = real * np.exp(scale * rng.normal(size=n_bins))
    if name == "date of survey":
        edges = [(date(2015, 1, 1) + timedelta(days=60 * i)).isoformat() for i in range(n_bins + 1)]
    else:
        edges = np.linspace(*NUMBERS[name], n_bins + 1).tolist()
    return {
        "type": "histogram",
        "edges": edges,
        "real": (real / real.sum()).tolist(),
        "synthetic": (0.998 * synthetic / synthetic.sum()).tolist(),
        "outside": 0.002,
    }


def _bars(rng, levels, scale, *, ordered):
    real = rng.dirichlet(1 + np.arange(len(levels))) + 0.01
    real = (real if ordered else np.sort(real)[::-1]) / real.sum()
    synthetic = real * np.exp(scale * rng.normal(size=len(levels)))
    folded = int(levels[-1].split()[0][1:]) if "more)" in levels[-1] else 0
    shares = {"real": real.tolist(), "synthetic": (synthetic / synthetic.sum()).tolist()}
    return {"type": "bars", "levels": levels, **shares, "folded": folded, "ordered": ordered}


def pairs(rng, names, total):
    m = len(names)
    loads = rng.normal(size=(m, 3))
    real = np.tanh(loads @ loads.T / 4)
    synthetic = np.clip(real + 0.04 * rng.normal(size=(m, m)), -1, 1)
    synthetic = (synthetic + synthetic.T) / 2
    error = 100 * np.abs(real - synthetic)
    for matrix in (real, synthetic):
        np.fill_diagonal(matrix, 1)
    rows = [[None if i == j else float(error[i, j]) for j in range(m)] for i in range(m)]
    pairs = sorted(((rows[i][j], i, j) for i in range(m) for j in range(i)), reverse=True)[:3]
    worst = [
        {"first": names[j], "second": names[i], "error": value, "floor": 1.1, "plot": _joint(rng)}
        for value, i, j in pairs
    ]
    return {
        "names": names,
        "real": real.tolist(),
        "synthetic": synthetic.tolist(),
        "error": rows,
        "shown": m,
        "total": total,
        "association": "signed correlation of two numbers, Cramér's V otherwise",
        "worst": worst,
    }


def _joint(rng):
    rows = ["Married-civ-spouse", "Never-married", "Divorced", "Separated", "Widowed", "(2 more)"]
    columns = [f"{10 * i} to {10 * i + 10}" for i in range(1, 10)]
    real = rng.dirichlet(np.full(54, 0.7)).reshape(6, 9)
    synthetic = real * np.exp(0.2 * rng.normal(size=real.shape))
    shares = {"real": real.tolist(), "synthetic": (synthetic / synthetic.sum()).tolist()}
    return {"type": "table", "rows": rows, "columns": columns, **shares}


def coverage(names):
    return {
        "levels": [
            {"column": "native-country", "n_levels": 42, "n_missing": 2, "mass": 6e-4, "examples": ["Laos"]},
            {"column": "workclass", "n_levels": 9, "n_missing": 1, "mass": 0.0002, "examples": ["Never-worked"]},
        ],
        "modes": [{"column": "capital-gain", "n_modes": 14, "n_missing": 1, "mass": 0.0009, "examples": ["41,310"]}],
        "combinations": {
            "judged": 2_412,
            "covered_mass": 0.9871,
            "floor": 0.9936,
            "examples": [
                {"columns": [names[0], names[-1]], "values": ["Never-worked", "1"], "real_share": 0.0007},
                {"columns": [names[0], names[1]], "values": ["?", "7th-8th"], "real_share": 0.0004},
            ],
        },
        "strange": [
            {"column": "fnlwgt", "share": 0.0004, "what": "outside the range", "examples": ["1,500,211"]},
            {"column": "hours-per-week", "share": 0.0001, "what": "off the grid", "examples": ["40.5"]},
        ],
    }  # fmt: skip


def support():
    levels = np.linspace(0, 1, 30)
    precision = np.clip(levels - 0.05 * np.sin(np.pi * levels), 0, 1)
    recall = np.clip(0.5 * levels**1.1, 0, 1)
    floor = np.clip(0.53 * levels**1.05, 0, 1)
    lines = {"levels": levels, "precision": precision, "recall": recall, "recall_floor": floor}
    return {key: line.tolist() for key, line in lines.items()}


def detection(rng, names):
    drops = np.sort(rng.exponential(0.006, size=min(12, len(names))))[::-1]
    rows = [{"score": 0.93 - 0.02 * i, "cells": cells(rng, names)} for i in range(6)]
    found = [{"name": name, "drop": float(drop)} for name, drop in zip(names, drops, strict=False)]
    return [{"judge": "scikit-learn", "columns": found, "rows": rows, "names": names}]


def cells(rng, names):
    cells = []
    for name in names:
        levels = LEVELS.get(name)
        level = str(rng.choice(levels[:5])) if levels else str(int(rng.integers(1, 9_999)))
        cells.append("" if rng.random() < 0.02 else level)
    return cells


def utility(rng, names):
    task = {"task": "classification", "metric": "AUC", "n_train": 32_561, "n_test": 16_281}
    shares = np.sort(rng.dirichlet(np.full(min(10, len(names) - 1), 0.6)))[::-1]
    beside = np.abs(shares + 0.02 * rng.normal(size=len(shares)))
    values = [
        ("income", 0.912, 0.928, 0.926),
        ("sex", 0.931, 0.938, 0.939),
        ("marital-status", 0.951, 0.962, 0.961),
    ]
    targets = [
        {
            "column": c,
            **task,
            "synthetic": s,
            "real": r,
            "augmented": a,
            "naive": 0.5,
            "low": s - 0.005,
            "high": s + 0.005,
        }
        for c, s, r, a in values
    ]
    number = {"column": "age", **task, "task": "regression", "metric": "R²", "synthetic": 0.41, "real": 0.47}
    targets.append({**number, "augmented": 0.468, "naive": 0.0, "low": 0.39, "high": 0.43})
    importance = {"names": names[: len(shares)], "real": shares.tolist(), "synthetic": beside.tolist()}
    return {
        "targets": targets,
        "tested_on": "hold-out",
        "importance": [{"column": "income", **importance, "agreement": 0.94}],
    }


def privacy(rng, names):
    fpr = np.concatenate([[0.0], np.logspace(-4, 0, 60)])
    tpr = np.clip(fpr**0.985, 0, 1)
    bins = np.exp(-(np.linspace(-2, 2.5, 31) ** 2))[:-1]
    synthetic = bins * np.exp(0.05 * rng.normal(size=30))
    attack = {"knows": "holds the synthetic rows and some rows of the same kind", "exposed_auc": 0.511}
    attacks = [
        {"name": "Density ratio", **attack, "auc": 0.503, "auc_low": 0.497, "auc_high": 0.509, "tpr": 1.12,
         "tpr_low": 0.96, "tpr_high": 1.3},
        {"name": "Nearest neighbour", "knows": "holds the synthetic rows", "exposed_auc": 0.5, "auc": 0.5008,
         "auc_low": 0.494, "auc_high": 0.507, "tpr": 1.01, "tpr_low": 0.86, "tpr_high": 1.18},
        {"name": "Likelihood", "knows": "holds the model", "exposed_auc": 0.509, "auc": 0.5021, "auc_low": 0.496,
         "auc_high": 0.508, "tpr": 1.08, "tpr_low": 0.93, "tpr_high": 1.25},
    ]  # fmt: skip
    risk = {
        "n_attacks": 2_000,
        "success": 4.1,
        "control": 3.9,
        "naive": 2.2,
        "risk": 0.2,
        "low": -0.3,
        "high": 0.7,
    }
    return {
        "copies": {
            "exact": {"synthetic": 0.07, "holdout": 0.09, "n_rows": 32_561},
            "cells": [{"column": "fnlwgt", "synthetic": 61.2, "holdout": 61.5, "excess": -0.3},
                      {"column": "capital-gain", "synthetic": 99.8, "holdout": 99.5, "excess": 0.3}],
        },
        "distances": {
            "edges": np.linspace(0, 3, 31).tolist(),
            "synthetic": (synthetic / synthetic.sum()).tolist(),
            "holdout": (bins / bins.sum()).tolist(),
        },
        "membership": {
            "attacks": attacks, "strongest": "Density ratio", "roc": {"fpr": fpr.tolist(), "tpr": tpr.tolist()},
            "n_members": 16_281, "n_non_members": 8_140, "n_reference": 8_141,
        },
        "singling_out": {
            "attacks": [{"name": "one column", **risk}, {"name": "several", **risk, "risk": 0.1, "success": 4.0}],
            "knows": "the synthetic rows, and nothing of the person",
        },
        "attribute_inference": {
            "columns": [{"column": name, **risk, "risk": 1.3 - 0.2 * i} for i, name in enumerate(names[:6])],
            "knows": "all other columns of the person", "n_known": len(names) - 1,
            "few": {"columns": [{"column": names[0], **risk}], "knows": "3 other columns", "n_known": 3},
        },
        "cannot_judge": None,
    }  # fmt: skip
