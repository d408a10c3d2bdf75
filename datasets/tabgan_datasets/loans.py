"""Simulated loans: the bundled table of the demo, with facts that a synthetic copy must keep.

`python -m tabgan_datasets FILE.csv` writes it again. Facts:

- `loan_id` is unique, of the pattern LN-000000-A.
- `rating` follows from `score` by `rating_of`: an exact rule.
- `income` and `employer_years` are missing together for the unemployed and, for retired people,
  `employer_years` alone; a further 2 % of incomes are missing at random.
- `fees` is 0.00 in about 70 % of the rows, otherwise money to the cent; `amount` is a multiple of 100.
- `region` has a level, "overseas", in 0.4 % of the rows.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_ROWS, SEED = 5_000, 20_240
REGIONS = {"north": 0.31, "south": 0.27, "east": 0.22, "west": 0.196, "overseas": 0.004}
PURPOSES = {"car": 0.34, "home improvement": 0.27, "debt consolidation": 0.21, "study": 0.11, "other": 0.07}
TERMS = np.array([12, 24, 36, 48, 60])
RATINGS, BOUNDS = np.array(["E", "D", "C", "B", "A"]), np.array([560, 620, 680, 740])
BASE_RATE = {"A": 3.1, "B": 4.9, "C": 7.4, "D": 11.2, "E": 15.8}


def rating_of(score: pd.Series | NDArray[np.int64]) -> NDArray[np.object_]:
    """The rating that a credit score has: E below 560, D below 620, C below 680, B below 740, else A."""
    return RATINGS[np.searchsorted(BOUNDS, np.asarray(score), side="right")].astype(object)


def simulate_loans(n_rows: int = N_ROWS, seed: int = SEED) -> pd.DataFrame:
    """Draw loans; columns and facts as the module says. Dates are text, as in the CSV."""
    rng = np.random.default_rng(seed)
    person = _people(rng, n_rows)
    score = np.clip(
        rng.normal(590 + 1.1 * person["age"] + 35 * (person["employment"] == "employed"), 62), 300, 850
    ).astype(np.int64)
    rating = rating_of(score)
    income = person["income"].fillna(9_000.0).to_numpy()
    amount = np.clip(np.round(rng.lognormal(-0.9, 0.6, n_rows) * income / 100) * 100, 500, 75_000).astype(int)
    ambition = np.clip((np.log(amount) - 7.5) / 3, 0, 0.99)
    term = TERMS[np.minimum((rng.beta(2, 2, n_rows) * 2 + 3 * ambition).astype(int), 4)]
    base = pd.Series(rating).map(BASE_RATE).to_numpy(dtype=float)
    rate = np.round(base + 0.02 * (term - 36) + rng.normal(0, 0.35, n_rows), 2)
    late = rng.random(n_rows) < 0.18 + 0.4 * (rating == "E") + 0.3 * (rating == "D") + 0.15 * (rating == "C")
    fees = np.where(late, np.round(rng.gamma(1.6, 28, n_rows) + 5, 2), 0.0)
    risk = -3.6 + 0.3 * (rate - 6) + 0.015 * fees + 1.2 * (amount > 0.6 * income)
    defaulted = np.where(rng.random(n_rows) < 1 / (1 + np.exp(-risk)), "yes", "no")
    numbers = rng.permutation(1_000_000)[:n_rows] if n_rows <= 1_000_000 else np.arange(n_rows)
    letters = rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"), n_rows)
    return pd.DataFrame(
        {
            "loan_id": [f"LN-{number:06d}-{letter}" for number, letter in zip(numbers, letters, strict=True)],
            "opened": _dates(rng, n_rows),
            **person,
            "score": score,
            "rating": rating,
            "purpose": _levels(rng, PURPOSES, n_rows),
            "amount": amount,
            "term_months": term,
            "rate": rate,
            "fees": fees,
            "defaulted": defaulted.astype(object),
        }
    )


def _people(rng: np.random.Generator, n_rows: int) -> pd.DataFrame:
    age = np.clip(np.round(18 + rng.gamma(3.2, 8.5, n_rows)), 18, 84).astype(np.int64)
    chance = rng.random(n_rows)
    working = np.where(chance < 0.8, "employed", np.where(chance < 0.92, "self-employed", "unemployed"))
    employment = np.where((age > 62) & (rng.random(n_rows) < 0.8), "retired", working)
    level = pd.Series(employment).map({"employed": 10.4, "self-employed": 10.3, "retired": 9.9}).fillna(9.0)
    income = np.round(rng.lognormal(level + 0.006 * np.minimum(age - 40, 20), 0.42), 2)
    years = np.floor(rng.beta(1.2, 3.0, n_rows) * (age - 17))
    away, lost = employment == "unemployed", rng.random(n_rows) < 0.02
    homes = rng.random(n_rows) < np.clip(0.012 * (age - 18) + 0.1 * (income > 40_000), 0.03, 0.85)
    return pd.DataFrame(
        {
            "region": _levels(rng, REGIONS, n_rows),
            "age": age,
            "employment": employment.astype(object),
            "employer_years": np.where(away | (employment == "retired"), np.nan, years),
            "income": np.where(away | lost, np.nan, income),
            "owns_home": homes,
        }
    )


def _levels(rng: np.random.Generator, shares: dict[str, float], n_rows: int) -> NDArray[np.object_]:
    return rng.choice(list(shares), n_rows, p=list(shares.values())).astype(object)


def _dates(rng: np.random.Generator, n_rows: int) -> NDArray[np.object_]:
    """Days of 2019 to 2023, more of them late, weekends moved to the Monday after."""
    days = pd.Timestamp("2019-01-01") + pd.to_timedelta(
        np.floor(1_820 * np.sqrt(rng.random(n_rows))).astype(int), unit="D"
    )
    weekend = np.maximum(days.day_of_week.to_numpy() - 4, 0)  # Saturday 1, Sunday 2
    moved = days + pd.to_timedelta(np.where(weekend > 0, 3 - weekend, 0), unit="D")
    return moved.strftime("%Y-%m-%d").to_numpy(dtype=object)


def write_loans(path: str) -> None:
    """Write the bundled table as CSV, money with two decimals."""
    frame = simulate_loans()
    for name in ("income", "rate", "fees"):
        frame[name] = frame[name].map("{:.2f}".format, na_action="ignore")
    frame["employer_years"] = frame["employer_years"].astype("Int64")
    frame.to_csv(path, index=False, lineterminator="\n")
