"""Frames, Arrow tables and Parquet files as sources of chunks."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tabgan.data import from_cells, open_source, to_cells, to_container
from tabgan.errors import DataError, SchemaError
from tabgan.schema import Schema, infer_schema

TABLE = pa.table(
    {
        "n": pa.array([1, None, 3, 4, 5, 6, 7], pa.int32()),
        "x": [0.5, 1.5, None, 2.5, 0.5, 1.5, 2.5],
        "t": pa.array(["a", "b", None, "a", "b", "a", "b"]).dictionary_encode(),
        "d": pa.array([0, 1, 2, None, 4, 5, 6], pa.date32()),
        "b": [True, False, None, True, True, False, True],
    }
)


class Stream:
    """An object with the Arrow C stream interface and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def rebuilt(source, schema):
    frames = []
    for chunk in source.chunks(3):
        cells = [to_cells(chunk[column.name], column) for column in schema.columns]
        back = [from_cells(c, column) for c, column in zip(cells, schema.columns, strict=True)]
        frames.append(to_container(pd.concat(back, axis=1), schema))
    return frames


@pytest.mark.parametrize("make", [lambda t: t, Stream, lambda t: t.combine_chunks().to_batches()[0]])
def test_an_arrow_table_comes_back_as_one(make):
    source = open_source(make(TABLE))
    schema = infer_schema(source)
    assert schema.container == "arrow"
    assert source.n_rows == 7
    back = pa.concat_tables(rebuilt(source, schema)).unify_dictionaries()
    assert back.schema == TABLE.schema
    assert back.to_pylist() == TABLE.to_pylist()


def test_unused_levels_of_a_dictionary_are_kept():
    levels = pa.DictionaryArray.from_arrays(
        pa.array([2, 0, None, 2], pa.uint8()), ["a", "b", "c"], ordered=True
    )
    table = pa.table({"t": levels})
    back = rebuilt(open_source(table), infer_schema(open_source(table)))[0]
    assert back.schema == table.schema
    assert back.column(0).chunk(0).dictionary.to_pylist() == ["a", "b", "c"]


def test_nan_among_the_values_of_a_dictionary_is_missing():
    source = open_source(pa.table({"x": pa.array([1.0, np.nan, 2.0, None, 3.0, 1.0]).dictionary_encode()}))
    column = infer_schema(source)["x"]
    assert column.levels == (1.0, 2.0, 3.0)
    cells = to_cells(next(iter(source.chunks()))["x"], column)
    assert cells.levels == (1.0, 2.0, 3.0)
    assert cells.values.tolist() == [0, -1, 1, -1, 2, 0]


@pytest.mark.parametrize("last", ["a", "b"])
def test_views_of_text_are_read(last):
    table = pa.table({"t": pa.array(["a", None, last], pa.string_view())})
    assert rebuilt(open_source(table), infer_schema(open_source(table)))[0].to_pylist() == table.to_pylist()


def test_a_source_can_be_read_again_and_is_its_own_source():
    frame = pd.DataFrame({"a": range(10), "b": range(10)}, index=[0] * 10)
    source = open_source(frame)
    assert open_source(source) is source
    for _ in range(2):
        assert [len(chunk) for chunk in source.chunks(4)] == [4, 4, 2]
    assert open_source(frame, drop=["a"]).names == ("b",)
    assert [list(c.columns) for c in open_source(frame, drop=["a"]).chunks()] == [["b"]]
    with pytest.raises(SchemaError, match="must have columns"):
        open_source(frame, drop=["a", "b"])


def test_parquet_gives_the_dtypes_that_pandas_users_expect(tmp_path):
    path = tmp_path / "table.parquet"
    frame = pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "holes": pd.array([1, None, 3], dtype="Int64"),
            "real": np.array([0.5, np.nan, 1.0], dtype="float32"),
            "flag": [True, False, True],
            "when": pd.to_datetime(["2024-01-31", None, "2024-02-01"]).as_unit("us"),
            "level": pd.Categorical(["b", "a", None], categories=["b", "a", "z"], ordered=True),
            "text": ["p", "q", None],
        },
        index=[5, 7, 9],
    )
    frame.to_parquet(path)
    source = open_source(path)
    assert source.names == tuple(frame.columns)
    assert source.n_rows == 3
    schema = infer_schema(source)
    back = rebuilt(source, schema)[0]
    pd.testing.assert_frame_equal(back, frame.reset_index(drop=True))


def test_a_missing_value_in_a_late_chunk_changes_no_type(tmp_path):
    path = tmp_path / "late.parquet"
    pq.write_table(pa.table({"n": pa.array([*range(0, 1000, 2), None], pa.int64())}), path)
    source = open_source(path)
    assert {str(chunk["n"].dtype) for chunk in source.chunks(100)} == {"Int64"}
    assert infer_schema(source)["n"].missing


def test_empty_row_groups_are_no_rows(tmp_path):
    path = tmp_path / "gaps.parquet"
    with pq.ParquetWriter(path, TABLE.schema) as writer:
        for part in (TABLE[:0], TABLE[:4], TABLE[:0], TABLE[4:]):
            writer.write_table(part)
    assert sum(len(chunk) for chunk in open_source(path).chunks()) == 7
    pq.write_table(TABLE[:0], path)
    with pytest.raises(DataError, match="rows"):
        infer_schema(open_source(path))


def test_damaged_and_absent_files_are_refused(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(TABLE, path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"PAR1", b"", whole[:-20] + b"\0" * 20):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="whole Parquet file"):
            open_source(path)
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(DataError, match="folder"):
        open_source(tmp_path / "a.csv")
    with pytest.raises(DataError, match="no such file"):
        open_source(tmp_path / "b.csv")
    (tmp_path / "c.xlsx").touch()
    with pytest.raises(DataError, match="must end in"):
        open_source(tmp_path / "c.xlsx")
    with pytest.raises(DataError, match="found list"):
        open_source([1, 2])


def test_a_file_that_changes_between_passes_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(TABLE, path)
    source = open_source(path)
    pq.write_table(TABLE[:2], path)
    with pytest.raises(DataError, match="must not change"):
        next(source.chunks())


def test_a_schema_of_a_source_survives_json():
    schema = infer_schema(open_source(TABLE))
    assert Schema.from_json(schema.to_json()) == schema


def test_polars_goes_through_arrow():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"n": [1, 2, None], "t": ["a", "b", "a"], "c": ["u", "v", "u"]})
    frame = frame.with_columns(polars.col("c").cast(polars.Categorical))
    source = open_source(frame)
    assert rebuilt(source, infer_schema(source))[0].to_pylist() == frame.to_dicts()
