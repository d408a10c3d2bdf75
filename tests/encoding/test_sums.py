"""Sums: which columns add up, and what each is told of the others."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.encoding.relation import Relation
from tabgan.encoding.single import celled
from tabgan.encoding.sums import LEAST_ROWS, _relation
from tabgan.encoding.table import TableEncoder
from tabgan.schema import infer_schema
from tests.encoding.frames import stays

ROWS = 2_000


def fitted(frame):
    source = open_source(frame)
    return fit_table(source, infer_schema(source))


def invoices(n_rows=ROWS, seed=0):
    """Net amounts in cents, tax of a fifth of it or none, shipping, and the total; a weight beside them."""
    rng = np.random.default_rng(seed)
    net = rng.lognormal(4, 1, n_rows).round(2)
    tax = (net * rng.choice([0, 0.2], n_rows)).round(2)
    shipping = rng.gamma(2, 5, n_rows).round(2)
    return pd.DataFrame(
        {
            "net": net,
            "tax": tax,
            "weight": rng.gamma(3, 2, n_rows),
            "shipping": shipping,
            "total": (net + tax + shipping).round(2),
        }
    )


def names_of(encoder, relation):
    return [encoder.schema.columns[column].name for column in relation.columns]


def test_a_total_and_its_parts_are_found():
    encoder, _ = fitted(invoices())
    (relation,) = encoder.sums
    assert names_of(encoder, relation) == ["net", "tax", "shipping", "total"]
    assert relation.coefficients == pytest.approx((-1, -1, -1, 1), abs=1e-3)
    assert relation.amount == pytest.approx(0, abs=0.1)


def test_shares_that_make_one_and_two_units_are_found_as_two_sums():
    rng = np.random.default_rng(1)
    shares = rng.dirichlet([0.5, 1, 2], ROWS)
    celsius = rng.normal(15, 8, ROWS)
    frame = pd.DataFrame(shares, columns=["a", "b", "c"])
    encoder, _ = fitted(frame.assign(celsius=celsius, fahrenheit=celsius * 1.8 + 32))
    one, two = encoder.sums
    assert names_of(encoder, one) == ["a", "b", "c"]
    assert (one.amount, *one.coefficients) == pytest.approx((1, 1, 1, 1), abs=1e-3)
    assert names_of(encoder, two) == ["celsius", "fahrenheit"]
    assert (two.amount, *two.coefficients) == pytest.approx((32, -1.8, 1), rel=1e-3)


@pytest.mark.parametrize(("broken", "found"), [(0.03, 1), (0.2, 0)])
def test_nearly_all_rows_must_keep_a_sum(broken, found):
    frame = invoices()
    frame.loc[: int(broken * ROWS), "total"] = np.random.default_rng(2).permutation(frame["total"])[
        : int(broken * ROWS) + 1
    ]
    encoder, _ = fitted(frame)
    assert len(encoder.sums) == found


def test_columns_that_go_together_without_adding_up_are_no_sum():
    frame = invoices()
    noise = np.random.default_rng(3).normal(0, 0.1, ROWS)
    encoder, _ = fitted(frame.assign(total=frame["total"] * (1 + noise)))
    assert encoder.sums == ()
    encoder, _ = fitted(invoices(LEAST_ROWS - 1))
    assert encoder.sums == ()


def test_missing_parts_do_not_hide_a_sum():
    frame = invoices()
    frame.loc[frame.index % 5 == 0, "tax"] = np.nan
    encoder, _ = fitted(frame)
    (relation,) = encoder.sums
    assert names_of(encoder, relation)[-1] == "total"


def test_a_part_that_is_unlabelled_in_some_rows_does_not_hide_a_sum():
    """Its codes do not apply there, and no code of it means missing."""
    rng = np.random.default_rng(1)
    net, tax = rng.lognormal(4, 1, (2, ROWS))
    frame = pd.DataFrame({"net": net, "tax": tax, "total": (net + tax)})
    frame.loc[frame.index % 10 == 0, "total"] = np.nan
    source = open_source(frame)
    encoder, table = fit_table(source, infer_schema(source), unlabelled=[2])
    assert (table.codes[::10, 2] < 0).all()
    (relation,) = encoder.sums
    assert relation.exact
    assert names_of(encoder, relation) == ["net", "tax", "total"]


def test_members_tell_values_and_the_cells_that_they_lie_in():
    frame = invoices()
    _, table = fitted(frame)
    (total,) = table.layout.sums
    worth = 0.0
    for member in total.members:
        code = table.codes[:, member.symbol]
        worth = worth + member.worth[code, table.fractions[:, member.number] // 16]
        cells = code >= member.first
        value = frame[table.layout.columns[table.layout.symbol_column[member.symbol]]].to_numpy()
        lies = member.first + np.searchsorted(member.starts, value[cells], side="right")
        assert np.mean(lies == code[cells]) > 0.99  # starts are kept in single precision
    assert np.quantile(np.abs(worth - total.amount), 0.9) < 1.5


def test_state_goes_there_and_back_and_older_state_has_no_sums():
    encoder, _ = fitted(invoices())
    plain, arrays = encoder.to_state()
    assert TableEncoder.from_state(plain, arrays).sums == encoder.sums
    assert encoder.stored_kinds()["coefficients of columns that sum up"] == "4"
    del plain["sums"]
    assert TableEncoder.from_state(plain, arrays).sums == ()


def test_a_relation_of_two_columns_points_both_ways():
    encoder, _ = fitted(invoices())
    encoder = replace(encoder, sums=(Relation(10.0, (0, 1), (1.0, -2.0)),))
    (total,) = encoder.layout.sums
    assert [member.coefficient for member in total.members] == [1.0, -2.0]


def test_members_that_stop_to_matter_one_after_the_other_leave_a_whole_relation():
    rng = np.random.default_rng(94)
    a, _ = rng.normal(size=600), rng.normal(size=600)
    others = {1: a, 2: a * 0.02 * rng.uniform(0.5, 1.5) + rng.normal(size=600) * 0.02}
    others[3] = rng.normal(size=600) * 0.03
    others[4] = others[2] + others[3] * rng.uniform(0.5, 2) + rng.normal(size=600) * 0.01
    noise = rng.uniform(0.5, 1.5), rng.uniform(0.3, 1.2)
    own = a + 0.9 * others[2] * noise[0] - others[4] * noise[1] + rng.normal(size=600) * 0.006
    found = _relation(9, own, others)
    assert found is not None
    assert len(found.columns) == len(found.coefficients)


def test_a_length_of_stay_is_found_and_kept():
    frame = stays()
    frame["nights"] = (frame["left"] - frame["came"]).dt.days
    encoder, table = fitted(frame)
    (relation,) = encoder.sums
    assert [own.is_date for own in celled(encoder.encoders).values()] == [True, True, False, False]
    assert names_of(encoder, relation) == ["came", "left", "nights"]
    assert (relation.amount, *relation.coefficients) == (0, 1, -1, 1)
    assert relation.always
    fractions = np.random.default_rng(0).random(table.fractions.shape)
    cells = encoder.decode(table.codes, fractions, np.random.default_rng(0))
    free = np.ones(frame.shape, bool)
    before, after = (
        encoder.frame(cells),
        encoder.frame(encoder.rules.reconciled(table.codes, fractions, cells, free)),
    )
    kept, was = (((f["left"] - f["came"]).dt.days == f["nights"]).mean() for f in (after, before))
    assert was < 0.9
    assert kept > 0.99
    assert (after["nights"] == before["nights"]).mean() > 0.95  # dates move first
    assert (after["left"] > after["came"]).mean() > 0.999
    free[:, list(frame.columns).index("nights")] = False
    given = encoder.frame(encoder.rules.reconciled(table.codes, fractions, cells, free))
    assert given["nights"].equals(before["nights"])
    assert ((given["left"] - given["came"]).dt.days == given["nights"]).mean() > 0.99


def test_dates_that_lie_near_each_other_are_no_sum():
    short = stays()
    short["left"] = short["came"] + pd.to_timedelta(np.arange(len(short)) % 3, unit="D")
    assert fitted(short)[0].sums == ()
