import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan.data import Cells
from tabgan.encoding.identifier import IdentifierEncoder
from tabgan.encoding.identifier_summary import IdentifierSummary
from tabgan.encoding.text import TextEncoder, TextSummary
from tabgan.errors import ColumnError, SchemaError
from tabgan.schema import Column, Kind, infer_schema
from tests.encoding.checks import same_encoder
from tests.encoding.strategies import QUICK

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def cells(texts):
    values = np.array([text if text is not None else "" for text in texts], object)
    return Cells(values, np.array([text is None for text in texts], bool))


def fitted(texts, pattern=None, dtype="object"):
    column = Column(name="id", kind=Kind.IDENTIFIER, dtype=dtype, pattern=pattern)
    return IdentifierSummary.observe(cells(texts)).freeze(column)


def made(encoder, n, start=0, salt=0):
    return encoder.decode(
        np.zeros((n, len(encoder.symbols)), int) + 1, start=start, salt=salt
    ).values.tolist()


@st.composite
def identifiers(draw):
    """Old identifiers and a pattern that they follow, as a schema would tell it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 300))
    kind = draw(st.sampled_from(["running", "digits", "letters", "hex", "mixed"]))
    first = draw(st.sampled_from([0, 1, 1000, 10**9, 10**17, 10**25]))
    numbers = [first + number for number in rng.permutation(n).tolist()]
    if kind == "running":
        return [f"LOAN-{number:05d}" for number in numbers], "LOAN-[0-9]{5}"
    if kind == "digits":
        return [str(number) for number in rng.integers(0, 10**5, n)], "[0-9]{1,5}"
    if kind == "letters":
        return ["".join(row) for row in rng.choice(list("ABCXYZ"), (n, 4))], "[A-Z]{4}"
    if kind == "hex":
        return [rng.bytes(8).hex() for _ in range(n)], "[0-9a-f]{16}"
    return [f"{a}/{b}" for a, b in zip(rng.integers(10, 99, n), numbers, strict=True)], "[0-9]{2}/#7"


@QUICK
@given(identifiers())
def test_new_ones_are_unique_and_never_old(drawn):
    old, pattern = drawn
    encoder = same_encoder(fitted(old, pattern), IdentifierEncoder.from_state)
    batches = [made(encoder, 700, start, salt) for start, salt in ((0, 1), (700, 2), (1400, 3))]
    new = [text for batch in batches for text in batch]
    assert len(set(new)) == len(new)
    assert not set(new) & set(old)


@QUICK
@given(st.lists(st.lists(st.text("ab01-", max_size=30)), min_size=3, max_size=3))
def test_merging_is_associative(chunks):
    a, b, c = (IdentifierSummary.observe(cells(chunk)) for chunk in chunks)
    whole = IdentifierSummary.observe(cells([text for chunk in chunks for text in chunk]))
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(b).merge(a) == whole


def test_running_numbers_go_on_beyond_the_largest():
    encoder = fitted([f"L{i:05d}" for i in range(1, 5001)], "L[0-9]{5}")
    assert encoder.pattern == "L#10000"
    assert made(encoder, 3) == ["L10000", "L10001", "L10002"]
    assert made(encoder, 2, start=1) == ["L10001", "L10002"]


def test_a_leading_zero_is_kept():
    assert made(fitted(["00001", "00002", "00003"], "[0-9]{5}"), 2) == ["00010", "00011"]


def test_uuids_keep_their_form():
    encoder = fitted(["0b7e1f5e-90d7-4d1c-8f1e-5b5d4a3c2b1a"] * 10, UUID)
    assert encoder.pattern == UUID
    new = made(encoder, 5000)
    assert all(re.fullmatch(UUID, text) for text in new)
    assert len({text[:8] for text in new}) > 4900  # what no counter tells is drawn


def test_a_code_is_lengthened_only_where_old_ones_might_come_again():
    short = [f"{a}{b}" for a in "ABCDE" for b in "FGHIJ"]
    assert fitted(short, "[A-Z]{2}").pattern == "[A-Z]{4}"  # 26**3 strings are fewer than 1,000 a row
    assert fitted(short, "[A-Z]{12}").pattern == "[A-Z]{12}"


def test_more_than_the_pattern_holds_get_longer_instead_of_repeating():
    encoder = fitted(["x"], "[ab]{10}")
    new = made(encoder, 5000)
    assert len(set(new)) == 5000


@pytest.mark.parametrize("dtype", ["int64", "Int32", "uint64", "int16", "int64[pyarrow]"])
def test_integers_stay_within_their_dtype(dtype):
    old = [str(i) for i in range(1, 11)]
    encoder = fitted(old, "#11", dtype)
    new = [int(text) for text in made(encoder, 100)]
    assert len(set(new)) == 100
    assert min(new) > 10
    assert max(new) <= np.iinfo(dtype.removesuffix("[pyarrow]").lower()).max


def test_integers_near_the_end_of_their_dtype():
    encoder = fitted([str(2**63 - 1), str(2**63 - 5)], f"#{2**63}", "int64")
    new = [int(text) for text in made(encoder, 1000)]
    assert len(set(new)) == 1000
    assert all(10**17 <= number < 10**18 for number in new)
    with pytest.raises(ColumnError, match="column 'id': identifiers of dtype int8 must leave room"):
        fitted([str(i) for i in range(100)], "#100", "int8")


@pytest.mark.parametrize("dtype", ["uint64", "object"])
@pytest.mark.parametrize("first", [10**19, 12 * 10**18, 2**64 - 300])
def test_running_numbers_that_begin_beyond_63_bits(first, dtype):
    old = [str(first + i) for i in range(200)]
    new = made(fitted(old, f"#{first + 200}", dtype), 1000)
    assert not set(new) & set(old)
    assert len(set(new)) == 1000
    assert max(map(int, new)) < 2**64


def test_negative_keys():
    assert min(int(text) for text in made(fitted(["-3", "-2", "-1"], "#0", "int64"), 10)) > 3
    assert fitted(["-3", "-2"], "#-1", "int64").pattern == "#10"


def test_missing_identifiers_are_one_symbol():
    encoder = fitted(["a1", None, "a2"])
    codes, fractions = encoder.encode(cells(["a1", None]))
    assert codes.tolist() == [[1], [0]]
    assert fractions.shape == (2, 0)
    assert encoder.decode(codes).missing.tolist() == [False, True]
    assert fitted(["a1", "a2"]).symbols == ()


def test_no_identifier_stays():
    old = [f"Miller-{i}x" for i in range(50)]
    assert "Miller" not in str(fitted(old).to_state())


def test_text_is_made_up_with_as_many_words():
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["the", "quick", "brown", "fox"], n)) for n in rng.integers(3, 9, 500)]
    column = Column(name="note", kind=Kind.TEXT, dtype="object")
    encoder = same_encoder(TextSummary.observe(cells([*texts, None])).freeze(column), TextEncoder.from_state)
    new = encoder.decode(np.ones((500, 1), int), salt=3).values.tolist()
    assert {len(text.split()) for text in new} == set(range(3, 9))
    assert not {word for text in new for word in text.split()} & {"the", "quick", "brown", "fox"}
    assert new[100:] == encoder.decode(np.ones((400, 1), int), start=100, salt=3).values.tolist()
    assert len(set(new)) > 490


def test_text_pattern_is_the_columns_where_it_has_one():
    column = Column(name="note", kind=Kind.TEXT, dtype="object", pattern="words{2,2}")
    encoder = TextSummary.observe(cells(["a b c d"])).freeze(column)
    assert {len(text.split()) for text in encoder.decode(np.zeros((50, 0), int)).values} == {2}
    with pytest.raises(SchemaError, match="words"):
        TextSummary.observe(cells(["a"])).freeze(
            Column(name="n", kind=Kind.TEXT, dtype="object", pattern="[a]")
        )


def test_every_inferred_pattern_can_be_read():
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "mail": [f"user{i}@firm.org" for i in range(200)],
            "odd": [f"{{{i}}}[x]\\#{rng.bytes(3).hex()}" for i in range(200)],
            "below_id": -np.arange(1000, 1200),
            "key": np.arange(200) + 7,
            "text": [f"words and more words number{i}" for i in range(200)],
        }
    )
    schema = infer_schema(frame)
    assert all(column.pattern for column in schema.columns)
    for column in schema.columns:
        summary = TextSummary if column.kind is Kind.TEXT else IdentifierSummary
        encoder = summary.observe(cells(frame[column.name].astype(str).tolist())).freeze(column)
        new = encoder.decode(np.zeros((50, 0), int)).values.tolist()
        assert not set(new) & set(frame[column.name].astype(str))
