"""What new identifiers look like."""

import re
import uuid

import pytest

from tabgan.schema.patterns import EMAIL_PATTERN, identifier_pattern, is_prose, text_pattern


@pytest.mark.parametrize(
    ("sample", "pattern"),
    [
        (["C-00012", "C-00345"], "C-[0-9]{5}"),
        (["ab12", "xyz345"], "[a-z]{2,3}[0-9]{2,3}"),
        (["12-AB", "34-AB"], "[0-9]{2}-AB"),
        (["1a2b", "c3d4"], "[0-9a-f]{4}"),
        (["Qw1x", "aB2z"], "[A-Za-z0-9]{4}"),
        (["a", "Bb2", "c3-9"], "[A-Za-z0-9]{1,4}"),
        (["x#[1]", "x#[2]"], r"x\#\[[0-9]{1}\]"),
        (["jo@example.org", "an.a@site.de"], EMAIL_PATTERN),
        ([], "[a-z0-9]{12}"),
    ],
)
def test_pattern(sample, pattern):
    assert identifier_pattern(sample) == pattern


@pytest.mark.parametrize(
    "sample", [["C-00012", "C-00345"], ["1a2b", "c3d4"], ["x#[1]", "x#[2]"], ["AB 12", "CD 34"]]
)
def test_a_pattern_is_a_regular_expression_that_the_sample_follows(sample):
    assert all(re.fullmatch(identifier_pattern(sample), text) for text in sample)


def test_uuids_keep_their_case():
    sample = [str(uuid.UUID(int=i * 7**40, version=4)) for i in range(1, 20)]
    assert all(re.fullmatch(identifier_pattern(sample), text) for text in sample)
    upper = [text.upper() for text in sample]
    assert all(re.fullmatch(identifier_pattern(upper), text) for text in upper)


def test_a_pattern_tells_nothing_of_an_identifier():
    sample = [f"{name}.{i}@secret.example" for i, name in enumerate(["anna", "bert", "carl"])]
    assert not any(part in identifier_pattern(sample) for part in ("anna", "bert", "carl", "secret"))


def test_prose_and_its_length():
    assert is_prose(["Braund, Mr. Owen Harris", "Heikkinen, Miss Laina"])
    assert not is_prose(["+49 30 123456", "+49 89 654321"])
    assert not is_prose(["A-12345", "B-67890"])
    assert text_pattern(["one two", "one two three"]) == "words{2,3}"
