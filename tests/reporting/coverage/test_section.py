"""Coverage: what of the real table never appears, and what should not be there, planted and counted."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.coverage import section as coverage
from tabgan.reporting.coverage.modes import find_modes, number_of_modes
from tabgan.reporting.coverage.presence import chance_of_presence
from tabgan.reporting.coverage.section import judge_coverage
from tabgan.reporting.coverage.strange import strange_among_real, strange_cells
from tabgan.reporting.labels import Scale
from tabgan.reporting.tables import make_tables
from tests.reporting.fidelity.test_section import HARD
from tests.reporting.planted import independent, linked_rows, repeated

SCORES = ("levels_covered", "modes_covered", "combinations_covered")


def judge(real, synthetic, holdout=None, **settings):
    return judge_coverage(make_tables(real, synthetic, holdout, **settings))


@pytest.mark.parametrize("holdout", [2_000, None])
def test_a_second_real_sample_is_at_its_floor(holdout):
    hold = None if holdout is None else linked_rows(holdout, 2)
    section = judge(linked_rows(4_000, 0), linked_rows(4_000, 1), hold)
    for name in SCORES:
        score = section.scores[name]
        assert score.value == pytest.approx(score.floor, abs=0.05), name
        assert score.floor > 99.9, name
    strange = section.scores["strange_values"]
    assert strange.value < 0.05
    assert 0 < strange.floor < 0.05


def test_a_generator_of_a_few_rows_makes_coverage_scream():
    real = linked_rows(4_000, 0)
    scores = judge(real, repeated(linked_rows(4_000, 1), 15)).scores
    assert scores["modes_covered"].high < scores["modes_covered"].floor - 40
    assert scores["combinations_covered"].high < scores["combinations_covered"].floor - 25


def test_a_generator_of_one_category_makes_levels_scream():
    real = linked_rows(2_000, 0)
    section = judge(real, linked_rows(2_000, 1).assign(level="b", flag="no"))
    expected = 50 * ((real["level"] == "b").mean() + (real["flag"] == "no").mean())
    assert section.scores["levels_covered"].value == pytest.approx(expected)
    entry = next(e for e in section.details["coverage"]["levels"] if e["column"] == "level")
    assert (entry["n_levels"], entry["n_missing"]) == (5, 4)
    assert entry["mass"] == pytest.approx(1 - (real["level"] == "b").mean())
    assert set(entry["examples"]) == {"a", "c", "d", "(missing)"}
    assert section.scores["combinations_covered"].value < 80


def test_a_dropped_mode_is_found_and_named():
    rng = np.random.default_rng(0)
    where = rng.random(4_000) < 0.3
    real = pd.DataFrame({"x": np.where(where, rng.normal(10, 0.5, 4_000), rng.normal(0, 1, 4_000))})
    synthetic = pd.DataFrame({"x": rng.normal(0, 1, 4_000)})
    section = judge(real, synthetic)
    (entry,) = section.details["coverage"]["modes"]
    assert entry["mass"] == pytest.approx(0.3, abs=0.02)
    assert entry["n_missing"] == pytest.approx(30, abs=2)
    assert any(8 < float(text.split(" to ")[0]) < 12 for text in entry["examples"])
    assert section.scores["modes_covered"].value == pytest.approx(70, abs=2)


def test_a_point_mass_that_is_smeared_out_is_missed():
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"gain": np.where(rng.random(3_000) < 0.8, 0.0, rng.normal(5, 1, 3_000))})
    synthetic = real + rng.normal(0, 0.001, real.shape)
    section = judge(real, synthetic)
    assert section.scores["modes_covered"].value == pytest.approx(20, abs=2)
    assert section.details["coverage"]["modes"][0]["examples"][0] == "0"


def test_links_that_never_appear_are_found_and_named():
    real = linked_rows(4_000, 0)
    real["twin"] = real["flag"]
    synthetic = linked_rows(4_000, 1)
    synthetic["twin"] = np.where(synthetic["flag"] == "yes", "no", "yes")
    section = judge(real, synthetic)
    found = section.details["coverage"]["combinations"]
    worst = found["examples"][0]
    assert worst["columns"] == ["flag", "twin"]
    assert worst["values"][0] == worst["values"][1]
    assert worst["real_share"] == pytest.approx((real["flag"] == worst["values"][0]).mean())
    assert found["floor"] == pytest.approx(1)
    assert section.scores["combinations_covered"].value == pytest.approx(100 * found["covered_mass"])


def test_combinations_equal_a_slow_count():
    rng = np.random.default_rng(0)
    real = pd.DataFrame(rng.integers(0, 12, (2_000, 3)).astype(str), columns=list("abc"))
    synthetic = pd.DataFrame(rng.integers(0, 9, (1_000, 3)).astype(str), columns=list("abc"))
    found = judge(real, synthetic).details["coverage"]["combinations"]
    judged = mass = covered = 0
    for names in combinations("abc", 2):
        present = set(zip(*(synthetic[n] for n in names), strict=True))
        for cell, count in real.groupby(list(names)).size().items():
            if count * 1_000 / 2_000 >= 20:
                judged, mass = judged + 1, mass + count
                covered += count * (cell in present)
    assert found["judged"] == judged
    assert found["covered_mass"] == (covered / mass if judged else None)


def test_strange_values_of_each_kind_are_counted_once():
    real = pd.DataFrame(
        {
            "n": np.arange(1_000) % 50,
            "price": np.round(np.linspace(0, 10, 1_000), 2),
            "k": np.array(["a", "b"] * 500, dtype=object),
        }
    )
    synthetic = real.copy()
    synthetic["n"] = synthetic["n"].astype(float)
    synthetic.loc[:9, "n"] = 3.5
    synthetic.loc[10:14, "n"] = 77.5
    synthetic.loc[20:22, "n"] = np.nan
    synthetic.loc[:1, "price"] = 3.14159
    synthetic.loc[:3, "k"] = "z"
    section = judge(real, synthetic)
    found = {
        (e["column"], e["what"]): (e["share"], e["examples"]) for e in section.details["coverage"]["strange"]
    }
    assert found == {
        ("n", "off the grid"): (0.01, ["3.5"]),
        ("n", "outside the range"): (0.005, ["77.5"]),
        ("n", "missing where none is"): (0.003, []),
        ("price", "off the grid"): (0.002, ["3.142"]),
        ("k", "new level"): (0.004, ["z"]),
    }
    assert section.scores["strange_values"].value == pytest.approx(100 * 24 / 3_000)


def test_what_a_fresh_row_would_have_of_strange_values():
    """By leaving each row out in turn."""
    rng = np.random.default_rng(0)
    numbers = pd.Series(rng.integers(0, 1_000, 200).astype(float))
    levels = pd.Series(rng.geometric(0.05, 200).astype(str), dtype=object)
    for column, scale in ((numbers, Scale(decimals=0)), (levels, None)):
        alone = [
            sum(s.rows.any() for s in strange_cells(column.drop(k), column[[k]], scale)) for k in range(200)
        ]
        assert strange_among_real(column, scale) == pytest.approx(np.mean(alone))


def test_single_precision_is_not_off_the_grid():
    prices = np.round(np.random.default_rng(0).uniform(0, 5_000, 10_000), 2)
    grid = Scale(decimals=2)
    assert grid.on_grid(prices).all()
    assert grid.on_grid(prices.astype(np.float32).astype(np.float64)).all()
    assert grid.on_grid(prices + 0.004).mean() < 0.1
    assert Scale().on_grid(prices + 0.004).all()
    assert grid.on_grid(np.array([np.inf, -np.inf, np.nan, 1e308])).all()


def test_chance_of_presence_is_hypergeometric():
    counts = np.array([1, 2, 5, 30])
    for n_rows, n_fresh in ((60, 20), (60, 59), (60, 500), (31, 1)):
        drawn = min(n_fresh, n_rows - 1)
        expected = [1 - comb(n_rows - c, drawn) / comb(n_rows - 1, drawn) for c in counts]
        np.testing.assert_allclose(chance_of_presence(counts, n_rows, n_fresh), expected, atol=1e-12)


def test_the_floor_of_levels_is_what_fresh_rows_cover():
    rng = np.random.default_rng(0)
    shares = np.arange(1, 301) ** -1.2
    draw = lambda n: pd.DataFrame({"k": rng.choice(300, n, p=shares / shares.sum()).astype(str)})  # noqa: E731
    scores = [judge(draw(400), draw(300)).scores["levels_covered"] for _ in range(30)]
    gaps = [score.value - score.floor for score in scores]
    assert np.mean([score.floor for score in scores]) < 90
    assert abs(np.mean(gaps)) < 3 * np.std(gaps) / np.sqrt(30)


def test_modes_tile_the_rows():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.zeros(500), rng.normal(size=2_000), np.full(100, 3.0), np.full(60, np.nan)])
    modes = find_modes(values, number_of_modes(len(values), 10_000))
    assert modes.counts.sum() == len(values)
    assert modes.points.tolist() == [0.0, 3.0]
    assert modes.counts[:3].tolist() == [60, 500, 100]
    assert modes.counts[3:].min() > 0.5 * len(values) / 100
    np.testing.assert_array_equal(np.bincount(modes.codes(values), minlength=len(modes.counts)), modes.counts)
    assert (modes.codes(np.array([-99.0, 99.0])) == len(modes.counts)).all(), (
        "outside the range is in no mode"
    )


def test_another_seed_moves_a_score_less_than_its_interval(monkeypatch):
    monkeypatch.setattr(coverage, "MAX_ROWS", 1_000)
    real = linked_rows(4_000, 0)
    for n_kept in (40, 300, 4_000):
        synthetic = repeated(linked_rows(4_000, 1), n_kept)
        found = [judge(real, synthetic, random_state=seed) for seed in range(5)]
        assert "1,000 real and 1,000 synthetic rows" in found[0].notes[0]
        scores = [section.scores["combinations_covered"] for section in found]
        assert np.ptp([score.value for score in scores]) < min(score.high - score.low for score in scores)


def test_rare_levels_are_counted_and_not_named():
    real = pd.DataFrame({"k": ["common"] * 95 + ["rare 1", "rare 2"] + ["some"] * 5}, dtype=object)
    (entry,) = judge(real, pd.DataFrame({"k": ["common"] * 50})).details["coverage"]["levels"]
    assert entry["n_missing"] == 3
    assert entry["examples"] == ["some"]


@pytest.mark.parametrize("change", HARD.values(), ids=HARD)
def test_hard_tables_are_judged(change):
    for score in judge(change(linked_rows(300, 0)), change(linked_rows(200, 1))).scores.values():
        assert score.note
        if score.value is not None:
            assert 0 <= score.value <= 100
            assert score.low is None or score.low <= score.value <= score.high


def test_columns_of_other_kinds_have_no_such_score():
    numbers = judge(linked_rows(50, 0)[["x"]], independent(linked_rows(50, 1))[["x"]]).scores
    assert numbers["levels_covered"].value is None
    assert "no column of levels" in numbers["levels_covered"].note
    assert numbers["combinations_covered"].value is None
    levels = judge(linked_rows(50, 0)[["flag"]], linked_rows(50, 1)[["flag"]]).scores
    assert levels["modes_covered"].value is None
