"""Names, cells and figures as text."""

import pytest

from tabgan.reporting.wording import (
    MAX_TITLE,
    figure,
    interval,
    number,
    plot_text,
    plot_tooltip,
    shorten,
    tooltip,
    unbroken,
    visible,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("\x1b[31m", "␛[31m"),
        ("a\nb\x7f", "a␊b␡"),
        ("\u202eabc", "\\u202eabc"),
        ("\ud800", "\\ud800"),
        ("مرحبا", "مرحبا"),
        ("👩‍👩‍👧 é", "👩‍👩‍👧 é"),
        (12, "12"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    assert visible(text) == shown
    visible(text).encode()  # a lone surrogate could not be


def test_long_texts_are_cut_and_kept_in_the_tooltip():
    text = "x" * 300
    assert shorten(text, 20) == "x" * 19 + "…"
    assert tooltip(text, 20) == text
    assert tooltip(text, 300) is None
    assert shorten("", 20) == "(empty)"


def test_a_tooltip_is_bounded_and_tells_the_length():
    assert tooltip("x" * 10_000, 20) == "x" * MAX_TITLE + "… (10,000 characters)"


def test_a_cut_leaves_no_half_of_a_joined_character():
    assert shorten("ab👩\u200d👧\u200d👧", 5) == "ab👩…"
    assert shorten("abe\u0301fgh", 5) == "abe…" or shorten("abe\u0301fgh", 5) == "abé…"


def test_plots_get_texts_without_markup():
    assert plot_text("<b>a&b</b>") == "&lt;b&gt;a&amp;b&lt;/b&gt;"
    assert plot_text("&lt;") == "&amp;lt;"
    assert plot_tooltip("<i>" * 50).replace("<br>", "").count("<") == 0
    assert len(plot_tooltip("x" * 10_000)) < 300


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (40, "40"),
        (12.345678, "12.35"),
        (-0.00123, "−0.00123"),
        (1234567, "1,234,567"),
        (1.5e-7, "1.500e−07"),
        (3e14, "3.000e+14"),
        (None, "–"),
        (float("nan"), "–"),
        ("7", "–"),
    ],
)
def test_numbers_of_any_size(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.71, "%", "0.71\u202f%"),
        (9.996, "%", "10.0\u202f%"),
        (0.0031, "%", "0.003\u202f%"),
        (0, "%", "0\u202f%"),
        (0.5, "", "0.500"),
        (-0.002, "", "−0.002"),
        (-0.0001, "", "0.000"),
        (None, "%", "–"),
    ],
)
def test_scores(value, unit, shown):
    assert figure(value, unit) == shown


def test_an_interval_needs_both_bounds():
    assert interval(1, 2.5, "%") == "1.00 to 2.50\u202f%"
    assert interval(1, None) == ""


def test_a_percent_sign_stays_with_its_number():
    assert unbroken("off by 0.7 % (50 %)") == "off by 0.7\u202f% (50\u202f%)"
