import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.cli.duration import Duration, as_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("0.5h", 1800), (" 1D ", 86400), ("none", None)],
)
def test_lengths_of_time(text, seconds):
    assert Duration()(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-5m", "5x", "m", "5m!", "five", "1e9h", "inf", "nan", "9" * 400]
)
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(click.BadParameter, match="length of time above 0"):
        Duration()(text)


@given(st.none() | st.integers(1, 10**11))
def test_what_is_shown_is_read_back(seconds):
    assert Duration()(as_text(seconds)) == seconds
