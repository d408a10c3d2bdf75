"""Dates written as text are read and written without loss."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.schema.text_dates import (
    FORMATS,
    format_dates,
    format_integer_dates,
    format_unit,
    parse_dates,
    parse_integer_dates,
    possible_formats,
)


@given(st.datetimes(), st.sampled_from(FORMATS))
def test_agrees_with_the_standard_library(moment, style):
    # glibc writes the year 1 as "1"; every other field has its zeros.
    text = moment.strftime(style.replace("%Y", f"{moment.year:04d}"))
    values, good = parse_dates(np.array([text], dtype=object), style)
    assert good.all()
    stamp = datetime.datetime.strptime(text, style)
    assert values.astype(f"datetime64[{format_unit(style)}]").astype("datetime64[us]")[0].item() == stamp
    assert format_dates(values, style).tolist() == [text]


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2023-13-01",
        "2023-00-01",
        "2023-01-00",
        "0000-01-01",
        "2023-1-01",
        "2023-01-01 ",
        "",
        "二〇二三-01-01",
    ],
)
def test_what_is_no_date_of_the_format_is_not_read(text):
    assert not parse_dates(np.array([text, "2024-02-29"], dtype=object), "%Y-%m-%d")[1][0]
    assert parse_dates(np.array([text, "2024-02-29"], dtype=object), "%Y-%m-%d")[1][1]


def test_midnight_is_not_24_o_clock_and_a_nul_is_a_letter():
    cells = np.array(["2024-01-01 24:00", "2024-01-01 23:5\0"], dtype=object)
    assert not parse_dates(cells, "%Y-%m-%d %H:%M")[1].any()


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
def test_integers(day):
    number = day.year * 10_000 + day.month * 100 + day.day
    values, good = parse_integer_dates(np.array([number]))
    assert good.all()
    assert values[0] == (day - datetime.date(1970, 1, 1)).days
    assert format_integer_dates(values).tolist() == [number]


def test_ambiguous_text_has_all_its_formats():
    assert possible_formats("01/02/2024") == {"%d/%m/%Y", "%m/%d/%Y"}
    assert possible_formats("31/02/2024") == frozenset()
    assert possible_formats("2024-01-31T10:00:00Z") == {"%Y-%m-%dT%H:%M:%SZ"}


def test_values_beyond_four_digit_years_are_kept_within():
    assert format_dates(np.array([10**7, -(10**7)]), "%Y-%m-%d").tolist() == ["9999-12-31", "0001-01-01"]
