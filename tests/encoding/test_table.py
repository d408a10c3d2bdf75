import datetime
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabgan.data import open_source
from tabgan.encoding.categorical import RARE
from tabgan.encoding.fit import check_size, encode_source, fit_table
from tabgan.encoding.table import TableEncoder
from tabgan.errors import ColumnError, DataError, TableTooLargeError
from tabgan.schema import Column, Kind, Schema, infer_schema
from tests.encoding.strategies import QUICK, middle

FEW = settings(QUICK, max_examples=60)

N = 240


def columns(rng):
    """One column of each kind and dtype that comes up in frames, by name."""
    days = pd.date_range("2024-01-01", periods=N, freq="D")
    words = np.array(["red", "green", "dark blue"], object)[rng.integers(0, 3, N)]
    numbers = rng.integers(-1000, 1000, N)
    return {
        "int": pd.Series(numbers),
        "int8": pd.Series(rng.integers(0, 3, N).astype("int8")),
        "uint64": pd.Series(2**63 + rng.integers(0, 2**62, N).astype("uint64")),
        "float": pd.Series(rng.normal(size=N)),
        "float32": pd.Series(rng.normal(size=N).astype("float32")),
        "money": pd.Series(np.round(rng.exponential(100, N), 2)),
        "infinite": pd.Series(np.where(rng.random(N) < 0.1, np.inf, rng.normal(size=N))),
        "bool": pd.Series(rng.random(N) < 0.3),
        "yes": pd.Series(np.where(rng.random(N) < 0.3, "yes", "no")),
        "word": pd.Series(words),
        "ordered": pd.Series(pd.Categorical(words, ["red", "green", "dark blue", "unused"], ordered=True)),
        "level": pd.Series(pd.Categorical(rng.integers(0, 4, N), [3, 1, 0, 2])),
        "day": pd.Series(days),
        "zoned": pd.Series(days + pd.to_timedelta(rng.integers(0, 86_400, N), "s")).dt.tz_localize(
            "Europe/Paris", ambiguous=True, nonexistent="shift_forward"
        ),
        "written": pd.Series(days.strftime("%d.%m.%Y")),
        "length": pd.Series(pd.to_timedelta(rng.integers(0, 10**6, N), "s")),
        "decimal": pd.Series([Decimal(int(cents)) / 100 for cents in rng.integers(0, 10**5, N)]),
        "date": pd.Series(
            [datetime.date(2020, 1, 1) + datetime.timedelta(int(d)) for d in rng.integers(0, 900, N)]
        ),
        "id": pd.Series([f"K-{i:05d}" for i in range(N)]),
        "text": pd.Series([f"some words and then number{i}" for i in range(N)]),
        "one": pd.Series(["always"] * N),
        "nothing": pd.Series([None] * N, dtype=object),
        "nullable": pd.Series(numbers).astype("Int64"),
        "nullable bool": pd.Series(rng.random(N) < 0.5).astype("boolean"),
        "arrow int": pd.Series(numbers).astype("int32[pyarrow]"),
        "arrow text": pd.Series(words).astype("string[pyarrow]"),
        "": pd.Series(rng.integers(0, 2, N)),
        7: pd.Series(rng.random(N)),
        None: pd.Series(rng.integers(0, 9, N)),
    }


MADE = {Kind.IDENTIFIER, Kind.TEXT}
EXACT = {Kind.CATEGORY, Kind.BOOLEAN, Kind.CONSTANT}
CAN_MISS = {
    "float",
    "money",
    "word",
    "ordered",
    "day",
    "zoned",
    "length",
    "id",
    "text",
    "nullable",
    "arrow text",
}


@st.composite
def frames(draw):
    every = columns(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    names = draw(st.lists(st.sampled_from(list(every)), min_size=1, max_size=8, unique=True))
    frame = pd.concat([every[name] for name in names], axis=1, keys=range(len(names)))
    for place, name in enumerate(names):
        if name in CAN_MISS and draw(st.booleans()):
            frame.iloc[draw(st.integers(0, N - 1)) :: 5, place] = None
    frame.columns = pd.Index(names, dtype=object)
    return frame.iloc[: draw(st.integers(1, N))]


def fitted(frame, **options):
    source = open_source(frame)
    return fit_table(source, infer_schema(source), **options)


def through_state(encoder):
    plain, arrays = encoder.to_state()
    return TableEncoder.from_state(json.loads(json.dumps(plain)), arrays)


def decoded(encoder, table, seed=0, start=0):
    return encoder.decode_frame(table.codes, middle(table.fractions), np.random.default_rng(seed), start)


@FEW
@given(frames())
def test_whole_frames_come_back(frame):
    encoder, table = fitted(frame)
    back = decoded(through_state(encoder), table)
    assert list(back.columns) == list(frame.columns)
    assert back.index.equals(pd.RangeIndex(len(frame)))
    for place, column in enumerate(encoder.schema.columns):
        old, new = frame.iloc[:, place].reset_index(drop=True), back.iloc[:, place]
        assert new.dtype == old.dtype, column
        assert new.isna().equals(old.isna()), column
        if column.kind in EXACT:
            pd.testing.assert_series_equal(new, old, check_names=False)
        elif column.kind in MADE:
            assert not set(new.dropna()) & set(old.dropna())
        elif old.notna().any():
            assert old.min() <= new.min(), column
            assert new.max() <= old.max(), column


@FEW
@given(frames())
def test_a_frame_is_encoded_as_it_was_in_fit(frame):
    encoder, table = fitted(frame)
    codes, fractions = encoder.encode_frame(frame.iloc[::-1])
    assert codes.dtype == table.codes.dtype == encoder.layout.code_dtype()
    assert np.array_equal(codes[::-1], table.codes)
    assert np.array_equal(fractions[::-1], table.fractions)
    volume = encoder.log_volumes(codes).sum(1)
    assert volume.shape == (len(frame),)
    assert np.isfinite(volume).all()


class Chunked:
    """A frame in chunks of a few rows; ``lost`` rows are gone when it is read again."""

    def __init__(self, frame, size, lost=0):
        self.frame, self.size, self.lost, self.reads = frame, size, lost, 0

    def chunks(self):
        frame = self.frame.iloc[: len(self.frame) - self.lost * self.reads]
        self.reads += 1
        for start in range(0, len(frame), self.size):
            yield frame.iloc[start : start + self.size]


@pytest.mark.parametrize("size", [5, 7, 100, 1000])
def test_chunks_do_not_matter(size):
    every = columns(np.random.default_rng(0))
    frame = pd.DataFrame({str(name): series for name, series in every.items()})
    schema = infer_schema(frame)
    encoder, table = fit_table(open_source(frame), schema)
    other, chunked = fit_table(Chunked(frame, size), schema)
    assert np.array_equal(chunked.codes, table.codes)
    assert np.array_equal(chunked.fractions, table.fractions)
    assert other.to_state()[0] == encoder.to_state()[0]


def test_a_table_that_changes_or_is_empty_is_refused():
    frame = pd.DataFrame({"a": np.arange(50) % 7})
    schema = infer_schema(frame)
    with pytest.raises(DataError, match="must not change while it is read; found 50 rows, then 49"):
        fit_table(Chunked(frame, 20, lost=1), schema)
    with pytest.raises(DataError, match="must have rows"):
        fit_table(Chunked(frame.iloc[:0], 20), schema)
    encoder, _ = fit_table(Chunked(frame, 20), schema)
    with pytest.raises(DataError, match="then 50"):
        encode_source(Chunked(frame, 20), encoder, 49)


def test_identifiers_are_unique_over_batches():
    encoder, table = fitted(pd.DataFrame({"id": [f"K-{i:05d}" for i in range(N)], "x": np.arange(N) % 3}))
    batches = [decoded(encoder, table, seed, start)["id"] for seed, start in ((1, 0), (2, N), (3, 2 * N))]
    assert pd.concat(batches).is_unique


def test_the_first_rows_do_not_depend_on_how_many_follow():
    every = columns(np.random.default_rng(0))
    encoder, table = fitted(pd.DataFrame({name: every[name] for name in ("id", "text", "money")}))
    few = encoder.decode_frame(table.codes[:9], middle(table.fractions[:9]), np.random.default_rng(5))
    many = decoded(encoder, table, seed=5)
    pd.testing.assert_frame_equal(few, many.iloc[:9])


def test_too_large_a_table_is_refused_before_any_work():
    whole = tuple(Column(name=i, kind=Kind.FLOAT, dtype="float64") for i in range(5000))
    schema = Schema(whole, n_rows=1000)
    with pytest.raises(
        TableTooLargeError, match=r"at most 4,000 symbols.* 5,000 columns with up to 5,000.* GB"
    ):
        fit_table(None, schema)
    check_size(schema, max_symbols=10_000)
    check_size(Schema(whole[:4000]))
    with pytest.raises(TableTooLargeError):
        check_size(Schema(whole[:4001]))


def test_a_column_that_lacks_or_changed_is_named():
    frame = pd.DataFrame({"a": np.arange(60) % 7, "b": ["x", "y"] * 30})
    encoder, _ = fitted(frame)
    with pytest.raises(ColumnError, match="column 'b' is not in the table"):
        encoder.encode_frame(frame[["a"]])
    with pytest.raises(ColumnError, match="column 'b': no value was missing in fit, 1 are missing here"):
        encoder.encode_frame(frame.replace({"b": {"x": None}}).iloc[:2])
    with pytest.raises(ColumnError, match="column 'b': category 'z' was not seen"):
        encoder.encode_frame(frame.replace({"b": {"x": "z"}}))
    codes, _ = encoder.encode_frame(frame[["b", "a"]].assign(more=1))
    assert np.array_equal(codes, encoder.encode_frame(frame)[0])


def test_rare_levels_leave_the_schema_too():
    words = ["a"] * 60 + ["b"] * 50 + ["secret"]
    frame = pd.DataFrame(
        {"w": words, "c": pd.Categorical(words, ["b", "secret", "a"]), "x": np.arange(111) % 5}
    )
    encoder, table = fitted(frame, protect_rare=3)
    assert "secret" not in str(encoder.to_state()[0])
    assert encoder.schema["c"].levels == ("b", "a", RARE)
    back = decoded(encoder, table)
    assert back["w"].iloc[-1] == back["c"].iloc[-1] == RARE
    assert back["c"].iloc[:-1].astype(str).tolist() == words[:-1]


def test_the_user_is_told_what_is_learnt_and_kept():
    every = columns(np.random.default_rng(0))
    encoder, _ = fitted(pd.DataFrame({name: every[name] for name in ("money", "word", "id", "one")}))
    told = {name: (kind, text) for name, kind, text in encoder.describe()}
    assert told["word"] == ("category", "3 levels")
    assert told["id"] == ("identifier", "new ones like K-#01000")
    assert "mode" in told["money"][1]
    kept = encoder.stored_kinds()
    assert kept["column names"] == "4"
    assert kept["level names"] == "3"
    assert {"knots", "ranks", "patterns", "constants"} <= kept.keys()


def test_a_table_of_constants_has_no_symbols():
    encoder, table = fitted(pd.DataFrame({"a": ["x"] * 30, "b": [1.5] * 30}))
    assert table.codes.shape == (30, 0)
    assert decoded(encoder, table).equals(pd.DataFrame({"a": ["x"] * 30, "b": [1.5] * 30}))


def test_names_of_two_levels_come_back():
    frame = pd.DataFrame({("a", 1): np.arange(40) % 5, ("a", 2): ["x", "y"] * 20})
    encoder, table = fitted(frame)
    back = decoded(through_state(encoder), table)
    assert isinstance(back.columns, pd.MultiIndex)
    assert back.columns.tolist() == frame.columns.tolist()
