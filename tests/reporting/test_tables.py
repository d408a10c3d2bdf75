"""Tables of different hands read so that equal cells are equal, and refused by name where they cannot be."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tabgan import infer_schema
from tabgan.errors import ColumnError, DataError, SchemaError
from tabgan.reporting.tables import check_target, make_tables

N_ROWS = 60


def make_rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2023-01-30") + pd.to_timedelta(rng.integers(0, 700, N_ROWS), unit="D")
    frame = pd.DataFrame(
        {
            "count": rng.integers(-5, 90, N_ROWS),
            "money": np.round(rng.lognormal(3, 1, N_ROWS), 2),
            "level": rng.choice(["1", "2", "ü"], N_ROWS),
            "flag": rng.random(N_ROWS) < 0.5,
            "day": day,
            "span": pd.to_timedelta(rng.integers(1, 900, N_ROWS), unit="s"),
            "code": rng.choice([10, 20, 30], N_ROWS),
        }
    )
    frame.loc[3, ["money", "day", "span"]] = None
    frame["level"] = frame["level"].where(frame.index != 5, None)
    return frame


SCHEMA = infer_schema(make_rows(), category=["code"])


def judged(synthetic):
    return make_tables(make_rows(), synthetic, schema=SCHEMA).synthetic


AS_ANOTHER_HAND_WRITES_IT = {
    "text": lambda f: f.astype(object).where(f.notna(), None).map(str, na_action="ignore"),
    "nullable": lambda f: f.convert_dtypes(),
    "arrow": lambda f: pa.Table.from_pandas(f, preserve_index=False),
    "floats": lambda f: f.assign(count=f["count"].astype(float), code=f["code"].astype(float)),
    "categoricals": lambda f: f.assign(
        code=f["code"].astype("category"), level=f["level"].astype("category")
    ),
    "bits": lambda f: f.assign(flag=f["flag"].astype(int)),
    "words": lambda f: f.assign(flag=f["flag"].map({True: "true", False: "false"})),
    "decimals": lambda f: f.assign(
        money=[None if pd.isna(m) else decimal.Decimal(f"{m:.2f}") for m in f["money"]]
    ),
    "dates": lambda f: f.assign(day=[None if pd.isna(d) else d.date() for d in f["day"]]),
    "german dates": lambda f: f.assign(day=f["day"].dt.strftime("%d.%m.%Y")),
    "zoned": lambda f: f.assign(day=f["day"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
    "other order": lambda f: f[f.columns[::-1]],
    "odd index": lambda f: f.set_index(pd.Index(["x"] * N_ROWS)),
}


@pytest.mark.parametrize("hand", AS_ANOTHER_HAND_WRITES_IT)
def test_what_means_the_same_is_read_as_the_same(hand):
    expected = judged(make_rows())
    found = judged(AS_ANOTHER_HAND_WRITES_IT[hand](make_rows()))
    pd.testing.assert_frame_equal(found, expected)
    assert list(found.index) == list(range(N_ROWS))


MOMENT = pd.Timestamp("2020-01-31 12:00", tz="Europe/Berlin")
HOUR = pd.Timedelta("1h")


@pytest.mark.parametrize(
    ("real", "synthetic"),
    [
        (pd.Series([MOMENT] * 5).dt.as_unit("ns"), pd.Series([MOMENT] * 5).dt.as_unit("s")),
        (pd.Series([MOMENT] * 5), [str(MOMENT)] * 5),
        (pd.Series([MOMENT.tz_localize(None).normalize()] * 5), ["2020-01-31"] * 5),
        (["2020-01-31"] * 5, [datetime.date(2020, 1, 31)] * 5),
        (pd.Series([HOUR] * 5).dt.as_unit("ns"), pd.Series([HOUR] * 5).dt.as_unit("s")),
        (pd.Series([HOUR] * 5), ["01:00:00"] * 5),
        ([True] * 5, [1] * 5),
        ([False] * 5, ["false"] * 5),
    ],
)
def test_a_constant_is_the_same_whoever_wrote_it(real, synthetic):
    frames = [pd.DataFrame({"same": cells, "x": range(5)}) for cells in (real, synthetic)]
    tables = make_tables(*frames)
    assert tables.categorical == ("same",)
    assert tables.synthetic["same"].tolist() == tables.real["same"].tolist()


def test_cells_are_what_the_kinds_say():
    read = judged(make_rows())
    assert str(read["count"].dtype) == "Int64"
    assert read["money"].dtype == np.float64
    assert read["day"].dtype.kind == "M"
    assert read["span"].dtype.kind == "m"
    assert set(read["code"]) == {"10", "20", "30"}
    assert set(read["flag"]) == {"True", "False"}
    assert read["level"][5] is None
    assert read["money"].isna().sum() == read["day"].isna().sum() == 1


def test_names_kinds_and_grids():
    tables = make_tables(make_rows(), make_rows(), schema=SCHEMA, target="flag")
    assert tables.numeric == ("count", "money", "day", "span")
    assert tables.categorical == ("level", "flag", "code")
    assert tables.times == {"day", "span"}
    assert tables.decimals == {"count": 0, "money": 2}
    assert tables.target == "flag"


def test_identifiers_free_text_and_surplus_columns_are_left_out_and_told():
    frame = make_rows().assign(
        key=[f"K-{i:05d}" for i in range(N_ROWS)],
        prose=[
            f"the customer number {i} said something long about the weather, twice" for i in range(N_ROWS)
        ],
    )
    tables = make_tables(frame, make_rows().assign(key="same", prose="", extra=1))
    assert [name for name, _ in tables.left_out] == ["key", "prose", "extra"]
    assert "identifier" in tables.left_out[0][1]
    assert "synthetic" in tables.left_out[2][1]
    assert "key" not in tables.real
    assert "key" in tables.source_real


def test_a_column_that_only_identifies_may_be_absent():
    frame = make_rows().assign(key=[f"K-{i:05d}" for i in range(N_ROWS)])
    assert "key" not in make_tables(frame, make_rows()).synthetic


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": ["x"] * N_ROWS}, "'count'.*numbers.*synthetic.*'x'"),
        ({"money": [datetime.date(2024, 1, 1)] * N_ROWS}, "'money'.*numbers"),
        ({"day": ["31.02.2024"] * N_ROWS}, "'day'.*dates or times.*'31.02.2024'"),
        ({"day": [5.5] * N_ROWS}, "'day'"),
        ({"span": ["long"] * N_ROWS}, "'span'.*'long'"),
        ({"level": [[1]] * N_ROWS}, "'level'"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(change, message):
    with pytest.raises(ColumnError, match=message):
        judged(make_rows().assign(**change))


def test_a_missing_column_is_refused_by_name():
    with pytest.raises(SchemaError, match="'money'.*synthetic.*found none"):
        judged(make_rows().drop(columns="money"))
    with pytest.raises(SchemaError, match="'money'.*holdout"):
        make_tables(make_rows(), make_rows(), make_rows().drop(columns="money"))


def test_tables_that_are_none():
    with pytest.raises(DataError, match="synthetic.*two rows.*found 1"):
        judged(make_rows().iloc[:1])
    with pytest.raises(DataError, match="synthetic table.*list"):
        judged([1, 2])
    with pytest.raises(SchemaError, match="real table.*twice"):
        make_tables(pd.DataFrame([[1, 2], [2, 3]], columns=["a", "a"]), make_rows())


def test_only_identifiers_leave_nothing_to_compare():
    frame = pd.DataFrame({"id": range(500)})
    with pytest.raises(SchemaError, match="must have a column to compare"):
        make_tables(frame, frame)


def test_odd_names_are_kept():
    frame = pd.DataFrame({1: [1, 2, 3], "1": ["a", "b", "b"], ("x", 1): [0.5, 1.5, 2.25], None: [3, 4, 3]})
    tables = make_tables(frame, frame[frame.columns[::-1]])
    assert list(tables.real.columns) == [1, "1", ("x", 1), None]
    pd.testing.assert_frame_equal(tables.real, tables.synthetic)


def test_integers_beyond_floats_stay_exact():
    frame = pd.DataFrame({"n": [2**53 + 1, 2**53 + 3, 5] * 5})
    tables = make_tables(frame, frame)
    assert tables.real["n"].tolist() == frame["n"].tolist()


def test_halves_are_disjoint_and_make_the_floor():
    frame = pd.DataFrame({"n": np.arange(101.0) * 1.5})
    tables = make_tables(frame, frame.sample(50, random_state=0))
    first, second = tables.floor_pair()
    assert sorted([*first["n"], *second["n"]]) == frame["n"].tolist()
    assert tables.floor_factor() == pytest.approx(((1 / 101 + 1 / 50) / (1 / 50 + 1 / 51)) ** 0.5)
    assert make_tables(frame, frame, frame).floor_factor() == 1
    again = make_tables(frame, frame.sample(50, random_state=0))
    pd.testing.assert_frame_equal(again.floor_pair()[0], first)


def test_every_purpose_has_its_own_random_numbers():
    frame = pd.DataFrame({"n": [1.5, 2.5]})
    draws = {
        (seed, name): make_tables(frame, frame, random_state=seed).rng(name).random()
        for seed in (0, 1)
        for name in ("a", "b")
    }
    assert len(set(draws.values())) == 4
    assert make_tables(frame, frame).rng("a").random() == draws[0, "a"]


def test_targets():
    schema = infer_schema(make_rows().assign(key=[f"K-{i:05d}" for i in range(N_ROWS)]))
    assert check_target(None, schema) is None
    assert check_target("flag", schema) == "flag"
    with pytest.raises(SchemaError, match="'key'.*cannot be predicted"):
        check_target("key", schema)
    with pytest.raises(SchemaError, match="flagg"):
        check_target("flagg", schema)
