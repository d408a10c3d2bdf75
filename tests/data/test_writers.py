"""Rows written batch by batch read back as they were."""

import io
import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tabgan.data import open_source, open_writer, to_container
from tabgan.errors import DataError, SchemaError
from tabgan.schema import infer_schema
from tests.data.examples import EXAMPLES

FRAME = pd.DataFrame(
    {
        "n": pd.array([1, None, 3, 4], dtype="Int64"),
        "x": [0.1, np.nan, np.inf, -np.inf],
        "t": ["a,b", None, 'say "é"', "two\nlines"],
        "when": pd.to_datetime(["2024-01-31 00:00", None, "2024-02-01 00:00", "2024-02-01 12:30"]),
        "level": pd.Categorical(["u", None, "v", "u"]),
    }
)
SCHEMA = infer_schema(FRAME)


def written(format, frame=FRAME, schema=SCHEMA, cut=2):
    stream = io.BytesIO()
    with open_writer(stream, format, schema) as writer:
        writer.write(frame[:cut])
        writer.write(frame[cut:])
    return stream.getvalue()


def test_csv(tmp_path):
    lines = written("csv").decode().splitlines()
    assert lines[0] == "n,x,t,when,level"
    assert lines[1] == '1,0.1,"a,b",2024-01-31 00:00:00,u'
    assert lines[2] == ",,,,"
    path = tmp_path / "out.csv"
    path.write_bytes(written("csv"))
    source = open_source(path)
    back = pd.concat(list(source.chunks()), ignore_index=True)
    assert back["t"].tolist()[2:] == FRAME["t"].tolist()[2:]
    assert back["x"].tolist()[2:] == [np.inf, -np.inf]
    assert back["n"].tolist() == FRAME["n"].tolist()


def test_json_lines():
    rows = [json.loads(line) for line in written("jsonl").decode().split("\n")[:-1]]
    assert rows[0] == {"n": 1, "x": 0.1, "t": "a,b", "when": "2024-01-31 00:00:00", "level": "u"}
    assert rows[1] == dict.fromkeys(FRAME.columns)
    assert [row["x"] for row in rows[2:]] == ["inf", "-inf"]


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "null" not in name])
def test_every_dtype_can_be_written_in_batches_without_values(name):
    """The first batch holds nothing but missing values: its types must come from the schema."""
    series = EXAMPLES[name].rename(name)
    frame = pd.concat([series[series.isna()], series[series.notna()]]).reset_index(drop=True).to_frame()
    schema = infer_schema(frame)
    cut = int(series.isna().sum())
    table = pq.read_table(pa.BufferReader(written("parquet", frame, schema, cut)))
    assert table.num_rows == len(frame)
    assert table.column(0).null_count == cut
    assert written("csv", frame, schema, cut).count(b"\n") >= len(frame)
    assert len(written("jsonl", frame, schema, cut).splitlines()) == len(frame)


def test_parquet_holds_the_types():
    table = pq.read_table(pa.BufferReader(written("parquet")))
    pd.testing.assert_frame_equal(
        table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get), FRAME, check_dtype=False
    )


def test_batches_make_no_difference_to_text():
    assert written("csv", cut=0) == written("csv", cut=1) == written("csv", cut=4)


def test_an_arrow_container_has_the_schemas_types():
    schema = infer_schema(open_source(pa.table({"a": [1, None]})))
    table = to_container(pd.DataFrame({"a": pd.array([None, None], dtype="int64[pyarrow]")}), schema)
    assert table.schema.field("a").type == pa.int64()


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1.5, np.inf, -np.inf, 2], dtype=object),
        pd.Series(pd.Categorical([1.5, np.inf, -np.inf, 2])),
    ],
    ids=["objects", "levels"],
)
def test_infinity_is_text_in_json_lines_whatever_holds_it(values):
    frame = values.to_frame("x")
    lines = written("jsonl", frame, infer_schema(frame)).splitlines()
    assert [json.loads(line)["x"] for line in lines] == [1.5, "inf", "-inf", 2]


def test_a_carriage_return_stays_in_its_cell(tmp_path):
    frame = pd.DataFrame({"t\r": ["a\rb", None, "c\r\nd", "e"], "n": [0.5, np.nan, 2, 3]})
    path = tmp_path / "out.csv"
    path.write_bytes(written("csv", frame, infer_schema(frame), cut=3))
    back = pd.concat(list(open_source(path).chunks()), ignore_index=True)
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    assert path.read_bytes().endswith(b"\ne,3.0\n")  # quoted only where need be


def test_levels_of_several_types_are_text_in_a_file():
    frame = pd.DataFrame({"x": pd.Categorical([1, "a", 2.5, None])})
    table = pq.read_table(pa.BufferReader(written("parquet", frame, infer_schema(frame))))
    assert table.column("x").to_pylist() == ["1", "a", "2.5", None]


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), open_writer(path, "csv", SCHEMA) as writer:
        writer.write(FRAME[: 1 // 0])
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["out.csv"]
    with open_writer(path, "csv", SCHEMA) as writer:
        writer.write(FRAME)
        assert path.read_text() == "old"
    assert path.read_bytes() == written("csv")


def test_standard_output(capfdbinary):
    with open_writer("-", "csv", SCHEMA) as writer:
        writer.write(FRAME)
    assert capfdbinary.readouterr().out == written("csv")


def test_places_and_formats_that_cannot_be(tmp_path):
    with pytest.raises(DataError, match="one of csv"), open_writer(tmp_path / "a", "xlsx", SCHEMA):
        pass
    with (
        pytest.raises(DataError, match="could not be written"),
        open_writer(tmp_path / "no" / "a.csv", "csv", SCHEMA),
    ):
        pass
    with pytest.raises(DataError, match="found a folder"), open_writer(tmp_path, "csv", SCHEMA):
        pass


@pytest.mark.parametrize("names", [[1, "1"], [("a", "b"), "a.b"]])
@pytest.mark.parametrize("format", ["csv", "parquet", "jsonl"])
def test_names_that_are_the_same_as_text_are_refused(format, names):
    frame = pd.DataFrame([[1, 2]])
    frame.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    with pytest.raises(SchemaError, match=re.escape(f"{names[0]!r} and {names[1]!r}")):
        written(format, frame, infer_schema(frame))


def test_a_link_keeps_pointing(tmp_path):
    path, link = tmp_path / "out.csv", tmp_path / "link.csv"
    link.symlink_to(path)
    with open_writer(link, "csv", SCHEMA) as writer:
        writer.write(FRAME)
    assert link.is_symlink()
    assert path.read_bytes() == written("csv")
