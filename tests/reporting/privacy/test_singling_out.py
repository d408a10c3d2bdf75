"""Singling out: descriptions fit exactly one synthetic row, and are counted right in every population."""

import numpy as np
import pandas as pd
import pytest

from tabgan.reporting.intervals import excess_risk
from tabgan.reporting.privacy import singling_out
from tabgan.reporting.privacy.singling_out import (
    Term,
    at_random,
    one_column,
    populations,
    several_columns,
    several_ranges,
    single_out,
)
from tabgan.reporting.tables import make_tables
from tests.reporting.mixed_rows import copied, make_rows, noisy


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(singling_out, "N_ATTACKS", 300)


def risks(guesses):
    return {g.name: excess_risk(g.success, g.n_attacks, g.control, g.n_attacks) for g in guesses}


def slow_count(frame, tables, description):
    """Rows of a frame of the tables that a description fits, by pandas."""
    levels = populations([tables.synthetic, frame], tables)
    fits = pd.Series(True, index=frame.index)
    for term in description:
        values = pd.Series(levels[1].columns[term.column], index=frame.index)
        if np.isnan(term.value):
            fits &= values.isna()
        else:
            fits &= {"==": values.eq, "<=": values.le, ">=": values.ge}[term.operator](term.value)
    return int(fits.sum())


@pytest.mark.parametrize("draw", [one_column, several_columns, several_ranges])
def test_descriptions_fit_one_synthetic_row_alone(draw, quick):
    tables = make_tables(make_rows(400, 0), make_rows(300, 1), make_rows(200, 2))
    synthetic, train = populations([tables.synthetic, tables.real], tables)
    rng = np.random.default_rng(0)
    descriptions = draw(synthetic, rng)
    assert len(descriptions) > 100
    assert len(set(descriptions)) == len(descriptions)
    for description in descriptions[:40]:
        assert slow_count(tables.synthetic, tables, description) == synthetic.count(description) == 1
        assert {t.operator for t in description} <= {"==", "<=", ">="}
        guess = at_random(description, synthetic, rng)
        assert [term.column for term in guess] == [term.column for term in description]
        assert slow_count(tables.real, tables, guess) == train.count(guess)


def test_rare_values_ends_and_missing_cells_single_out():
    synthetic = pd.DataFrame(
        {
            "number": [1.0, 2, 2, 3, None],
            "level": pd.Series(["a", "a", "b", None, "a"], dtype=object),
            "filled": [5, 5, 6, 6, 6],
        }
    )
    tables = make_tables(synthetic, synthetic, schema=None)
    population = populations([tables.synthetic], tables)[0]
    found = one_column(population, np.random.default_rng(0))
    number = {(t.operator, t.value) for (t,) in found if t.column == 0 and not np.isnan(t.value)}
    assert number == {("==", 1.0), ("==", 3.0), ("<=", 1.0), (">=", 3.0)}
    assert sum(np.isnan(t.value) for (t,) in found if t.column == 0) == 1
    assert len([t for (t,) in found if t.column == 1]) == 2  # b, and the missing one
    assert population.count((Term(0, ">=", 2.0), Term(1, "==", float(population.columns[1][0])))) == 1


def test_a_memoriser_singles_out_and_a_fresh_sample_does_not(quick):
    train, holdout = make_rows(1_000, 0), make_rows(1_000, 1)
    for found in risks(single_out(make_tables(train, train, holdout))).values():
        assert found.low > 0.5
    for found in risks(single_out(make_tables(train, make_rows(1_000, 2), holdout))).values():
        assert found.low < 0 < found.high


def test_ranges_find_rows_that_were_copied_with_noise(quick):
    train, holdout = make_rows(1_000, 0), make_rows(1_000, 1)
    found = risks(single_out(make_tables(train, noisy(train, 2), holdout)))
    assert found["ranges of several columns"].low > 0.1
    assert found["ranges of several columns"].value > found["several columns"].value


def test_a_range_holds_its_number_and_as_many_values_to_each_side(quick):
    values = np.random.default_rng(0).permutation(np.arange(1_000.0))
    frame = pd.DataFrame({"a": values, "b": values[::-1]})
    population = populations([frame], make_tables(frame, frame))[0]
    for low_a, high_a, low_b, high_b in several_ranges(population, np.random.default_rng(0))[:50]:
        assert [t.operator for t in (low_a, high_a, low_b, high_b)] == [">=", "<=", ">=", "<="]
        rows = frame.query(f"{low_a.value} <= a <= {high_a.value} and {low_b.value} <= b <= {high_b.value}")
        assert len(rows) == 1
        if 10 <= rows["a"].iloc[0] < 990:
            assert (rows["a"].iloc[0] - low_a.value, high_a.value - rows["a"].iloc[0]) == (10, 10)


def test_control_and_training_rows_are_as_many(quick):
    # All rows alike but for one number: a description fits one row among few more often than among many.
    def numbers(n, seed):
        return pd.DataFrame({"n": np.random.default_rng(seed).integers(0, 3_000, n), "m": 1.5})

    tables = make_tables(numbers(4_000, 0), numbers(1_000, 1), numbers(500, 2))
    found = single_out(tables)[0]
    assert found.n_attacks == 300
    risk = risks([found])["one column"]
    assert risk.low < 0 < risk.high


def test_tables_without_anything_to_describe(quick):
    alike = pd.DataFrame({"level": ["a", "b"] * 20})
    found = single_out(make_tables(alike, alike, alike))
    assert [g.n_attacks for g in found] == [0, 0, 0]
    endless = pd.DataFrame({"x": [np.inf, -np.inf, np.nan, np.nan] * 10, "y": np.arange(40) % 7})
    assert single_out(make_tables(endless, copied(endless, 30, 0), endless))[0].naive >= 0
