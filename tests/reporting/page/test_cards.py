"""Scores as cards: every place on the line stands for its value."""

import pytest

from tabgan.reporting.page.cards import GROUPS, grouped, make_card
from tabgan.reporting.score import NAMES, Score
from tests.reporting.sample_report import make_page


def card(value, *, best, better="low", unit="", **more):
    score = Score(label="Error", value=value, better=better, best=best, unit=unit, **more)
    return make_card("name", score.as_data())


def ends(shown):
    texts = (shown.scale.start, shown.scale.end)
    return [float(text.removesuffix("\u202f%").replace("−", "-")) for text in texts]


@pytest.mark.parametrize(
    "given",
    [
        {"value": 0.71, "best": 0, "unit": "%", "floor": 0.53, "low": 0.62, "high": 0.8},
        {"value": 0.0, "best": 0, "unit": "%"},
        {"value": 100.0, "best": 100, "unit": "%", "better": "high", "floor": 100.0},
        {"value": 0.93, "best": 1, "better": "high", "floor": 0.99},
        {"value": -0.4, "best": 1, "better": "high", "floor": 0.2},
        {"value": 0.503, "best": 0.5, "floor": 0.5, "low": 0.497, "high": 0.509},
        {"value": 50.3, "best": 50, "better": "near", "unit": "%", "floor": 50.0},
        {"value": 1.9, "best": 2, "better": "near", "unit": "%"},
        {"value": 0.2, "best": 0, "unit": "%", "floor": 0.0, "low": -0.3, "high": 0.7},
        {"value": -0.3, "best": 0, "floor": 0.0},
        {"value": 250.0, "best": 0, "unit": "%"},
        {"value": -12.5, "best": 1, "better": "high"},
    ],
)
def test_places_stand_for_their_values(given):
    shown = card(**given)
    start, end = ends(shown)
    assert start < end
    for key in ("value", "low", "high", "floor", "best"):
        if given.get(key) is not None:
            place = getattr(shown.scale, key)
            assert start + place / 100 * (end - start) == pytest.approx(given[key], abs=0.001 * (end - start))


def test_a_line_is_never_so_near_that_noise_looks_large():
    shown = card(99.99, best=100, better="high", unit="%", floor=100.0)
    assert ends(shown) == [95, 100]
    assert ends(card(0.0001, best=0)) == [0, 0.01]


def test_the_ends_of_a_line_read_well():
    assert ends(card(0.872, best=0.82719, better="near", floor=0.82719)) == [0.76, 0.89]
    assert ends(card(45.13, best=48.0123, better="near", unit="%")) == [43, 54]


def test_what_was_not_judged_has_no_line():
    shown = card(None, best=1, note="There is no hold-out.")
    assert shown.value == "not judged"
    assert shown.scale is None
    assert shown.note == "There is no hold-out."


def test_a_card_says_what_it_draws():
    shown = card(0.71, best=0, unit="%", floor=0.53, low=0.62, high=0.8).says.replace("\u202f", " ")
    assert shown == "Error: 0.71 %, 95 % interval 0.62 to 0.80 %, fresh real rows get 0.53 %; 0 % is best."


def test_every_score_of_the_report_has_its_group():
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(NAMES)


def test_an_unknown_score_is_shown_last():
    scores = {"new": make_page()["scores"]["privacy"]["mia_auc"], **make_page()["scores"]["utility"]}
    assert [title for title, _ in grouped(scores)] == ["Models", "More"]
