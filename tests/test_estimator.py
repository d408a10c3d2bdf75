"""The estimator as its users see it: fit, sample, save, load, and the contract of scikit-learn."""

import hashlib
import inspect

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tabgan import ConditionError, ModelFileError, SchemaError, TabGAN
from tabgan.config import GAMES, Config
from tabgan.encoding.numeric_summary import NumericSummary
from tabgan.model_file import load_model, save_model
from tabgan.networks.tables import OLD_WAVES
from tabgan_datasets.loans import simulate_loans

QUICK = {
    "epochs": 2,
    "max_time": None,
    "width": 32,
    "hidden": 16,
    "objective": "likelihood",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def loans() -> pd.DataFrame:
    return simulate_loans(2_000)


@pytest.fixture(scope="module")
def fitted(loans) -> TabGAN:
    return TabGAN(**QUICK).fit(loans)


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


def test_constructor_and_configuration_have_the_same_defaults():
    defaults = {name: p.default for name, p in inspect.signature(TabGAN.__init__).parameters.items()}
    for name, field in Config.__dataclass_fields__.items():
        assert defaults[name] == field.default, name


def test_params_are_only_stored_and_cloned():
    model = TabGAN(max_time=5, dropout=0.4)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(width=7).width == 7
    assert not [name for name in vars(model) if name.endswith("_")]


def test_unfitted_models_say_so():
    with pytest.raises(NotFittedError):
        TabGAN().sample(3)


@pytest.mark.parametrize(
    "bad", [{"batch_size": 0}, {"dropout": 1.0}, {"objective": "magic"}, {"max_time": -1}]
)
def test_bad_settings_are_refused_by_name(loans, bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        TabGAN(**bad).fit(loans)


def test_rows_have_the_columns_dtypes_and_look_of_the_table(loans, fitted):
    rows = fitted.sample(500, random_state=1)
    assert len(rows) == 500
    assert list(rows.columns) == list(loans.columns)
    assert rows.dtypes.to_dict() == loans.dtypes.to_dict()
    assert rows.index.equals(pd.RangeIndex(500))
    for name in loans.select_dtypes("number"):
        assert rows[name].min() >= loans[name].min(), name
        assert rows[name].max() <= loans[name].max(), name


def test_fitted_attributes(loans, fitted):
    assert fitted.n_rows_ == len(loans)
    assert list(fitted.feature_names_in_) == list(loans.columns)
    assert {"stage", "step", "seconds", "held_out_log_prob"} <= set(fitted.history_.columns)
    assert fitted.interrupted_ is False
    assert [name for name, _, _ in fitted.describe()] == [str(name) for name in loans.columns]


def test_same_seed_same_rows_whatever_the_batch_size(fitted):
    whole = fitted.sample(9_000, random_state=5)
    for batch_size in (1_000, 4_096, 8_999):
        parts = list(fitted.sample_iter(9_000, batch_size, random_state=5))
        assert [len(part) for part in parts[:-1]] == [batch_size] * (len(parts) - 1)
        assert digest(pd.concat(parts, ignore_index=True)) == digest(whole)
    assert digest(fitted.sample(100, random_state=5)) == digest(whole[:100])
    assert digest(fitted.sample(100, random_state=6)) != digest(whole[:100])


def test_same_seed_same_fit(loans):
    rows = [TabGAN(**QUICK).fit(loans).sample(50, random_state=1) for _ in range(2)]
    assert digest(rows[0]) == digest(rows[1])


def test_identifiers_are_new_and_unique(loans, fitted):
    names = fitted.sample(9_000, random_state=2)["loan_id"]
    assert names.is_unique
    assert names.str.fullmatch(r"LN-\d+-[A-Z]{2}").all()
    assert not set(names[:2_000]) & set(loans["loan_id"])


@pytest.mark.parametrize("n", [0, 1, 4_096, 4_097])
def test_exactly_n_rows(fitted, n):
    rows = fitted.sample(n, random_state=0)
    assert len(rows) == n
    assert rows.dtypes.to_dict() == fitted.sample(5).dtypes.to_dict()


@pytest.mark.parametrize("n", [-1, 2.5, True, "10"])
def test_a_wrong_number_of_rows_is_refused(fitted, n):
    with pytest.raises(ValueError, match="n must be a whole number"):
        fitted.sample(n)


def test_where_gives_exactly_the_value_asked_for(loans, fitted):
    value = float(loans["income"].dropna().iloc[0])
    rows = fitted.sample(300, where={"income": value, "region": "south", "owns_home": True}, random_state=0)
    assert len(rows) == 300
    assert (rows["income"] == value).all()
    assert (rows["region"] == "south").all()
    assert (rows["owns_home"].astype(str) == "True").all()


def test_where_takes_missing(fitted):
    rows = fitted.sample(200, where={"employer_years": None}, random_state=0)
    assert rows["employer_years"].isna().all()


def test_unknown_columns_and_values_are_refused(fitted):
    with pytest.raises(ConditionError, match="regoin.*region"):
        fitted.sample(5, where={"regoin": "south"})
    with pytest.raises(ConditionError, match="'sout'.*south"):
        fitted.sample(5, where={"region": "sout"})


def test_log_prob_is_one_finite_number_a_row(loans, fitted):
    scores = fitted.log_prob(loans)
    assert scores.shape == (len(loans),)
    assert np.isfinite(scores).all()
    with pytest.raises(SchemaError, match="income"):
        fitted.log_prob(loans.drop(columns="income"))


def test_save_and_load_give_the_same_rows(fitted, tmp_path):
    path = tmp_path / "loans.tabgan"
    fitted.save(path)
    loaded = TabGAN.load(path)
    assert digest(loaded.sample(200, random_state=3)) == digest(fitted.sample(200, random_state=3))
    assert loaded.get_params() == fitted.get_params()
    assert loaded.n_rows_ == fitted.n_rows_
    pd.testing.assert_frame_equal(loaded.history_, fitted.history_, check_dtype=False)


def test_settings_of_numpy_and_torch_are_taken_and_saved(loans, tmp_path):
    settings = QUICK | {"epochs": np.int64(1), "width": np.int64(16), "hidden": np.int64(8)}
    model = TabGAN(**settings, dropout=np.float32(0.5), device=torch.device("cpu")).fit(loans[:200])
    model.save(tmp_path / "loans.tabgan")
    loaded = TabGAN.load(tmp_path / "loans.tabgan")
    assert loaded.device == "cpu"
    assert loaded.get_params() == model.get_params() | {"device": "cpu"}


def too_large_for_any_memory(metadata):
    metadata["config"]["width"] = 2**62


def groups_without_members(metadata):
    for column in metadata["encoder"]["columns"]:
        if "n_members" in column:
            column["n_members"] = 0


def a_head_of_many_rows(metadata):
    metadata["config"]["hidden"] = 3_000  # some hundred MB


def endless_blocks(metadata):
    metadata["config"]["blocks"] = 2**62


def endless_waves(metadata):
    metadata["waves"]["written"] = list(range(1, 2**16))


def a_critic_that_is_not_stored(metadata):
    metadata["config"]["critic_hidden"], metadata["critic"] = 2**40, True


def a_mode_for_each_byte_of_memory(metadata):
    for column in metadata["encoder"]["columns"]:
        if "day" in column:
            column["day"]["has_missing"] = 2**24


CHANGES = [
    too_large_for_any_memory,
    groups_without_members,
    a_head_of_many_rows,
    endless_blocks,
    endless_waves,
    a_critic_that_is_not_stored,
    a_mode_for_each_byte_of_memory,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_whose_parts_do_not_fit_is_refused(fitted, tmp_path, monkeypatch, change):
    path = tmp_path / "loans.tabgan"
    fitted.save(path)
    kind, metadata, tensors = load_model(path)
    change(metadata)
    save_model(path, kind=kind, metadata=metadata, tensors=tensors)
    built: list[object] = []  # told before a network takes memory
    monkeypatch.setattr("tabgan.model.Generator", lambda *_, **__: built.append(1))
    with pytest.raises(ModelFileError, match="do not fit together"):
        TabGAN.load(path)
    assert not built


def test_a_model_file_holds_no_row(loans, fitted, tmp_path):
    path = tmp_path / "loans.tabgan"
    fitted.save(path)
    content = path.read_bytes()
    assert not [name for name in loans["loan_id"] if name.encode() in content]


def test_a_model_of_another_kind_is_refused(tmp_path):
    from tabgan.model_file import save_model

    save_model(tmp_path / "x.tabgan", kind="other", metadata={}, tensors={})
    with pytest.raises(ModelFileError, match="other"):
        TabGAN.load(tmp_path / "x.tabgan")


def test_arrow_tables_come_back_as_arrow_tables(loans):
    rows = TabGAN(**QUICK).fit(pa.Table.from_pandas(loans)).sample(10, random_state=0)
    assert isinstance(rows, pa.Table)
    assert rows.schema.names == list(loans.columns)


def test_missing_values_stay_correlated(loans):
    frame = pd.DataFrame({"kind": ["a", "b"] * 1_000, "size": [1.5, 2.5, 3.5, 4.5] * 500})
    frame.loc[frame["kind"] == "a", "size"] = np.nan
    rows = TabGAN(**QUICK | {"epochs": 40}).fit(frame).sample(1_000, random_state=0)
    assert (rows["size"].isna() == (rows["kind"] == "a")).mean() > 0.97


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [1]}),
        pd.DataFrame({"x": [1.5, 2.5]}),
        pd.DataFrame({"x": ["only"] * 30}),
        pd.DataFrame({"x": [None] * 30, "y": range(30)}),
        pd.DataFrame({"x": [3.25] * 30}),
    ],
    ids=["one row", "two rows", "constant category", "all missing", "constant number"],
)
def test_tiny_and_constant_tables_are_learnt(frame):
    rows = TabGAN(**QUICK).fit(frame).sample(20, random_state=0)
    assert len(rows) == 20
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
    if frame["x"].nunique(dropna=False) == 1:
        assert set(rows["x"].dropna()) == set(frame["x"].dropna())


def test_labels_of_columns_may_be_anything(loans):
    frame = loans[["age", "region", "income"]].set_axis([0, "a.b{c}\n", ("x", 1)], axis=1)
    rows = TabGAN(**QUICK).fit(frame).sample(5, where={0: 40}, random_state=0)
    assert list(rows.columns) == list(frame.columns)
    assert (rows[0] == 40).all()


def test_files_that_call_the_game_by_its_old_name_load(fitted, tmp_path):
    fitted.save(tmp_path / "new.tabgan")
    kind, metadata, tensors = load_model(tmp_path / "new.tabgan")
    for part in ("config", "settings"):
        metadata[part]["objective"] = "likelihood+critic"
        del metadata[part]["keep_critic"]
    del metadata["critic"]
    save_model(tmp_path / "old.tabgan", kind=kind, metadata=metadata, tensors=tensors)
    loaded = TabGAN.load(tmp_path / "old.tabgan")
    assert loaded.objective == loaded.model_.config.objective == "wasserstein"
    assert digest(loaded.sample(50, random_state=2)) == digest(fitted.sample(50, random_state=2))
    loaded.save(tmp_path / "again.tabgan")
    assert load_model(tmp_path / "again.tabgan")[1]["settings"]["objective"] == "wasserstein"


def test_values_stop_where_the_table_does_and_pieces_are_in_the_file(tmp_path):
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 4000)  # one from 1 up, one from 2 up, both dense at their least value
    table = pd.DataFrame({"kind": np.array(["a", "b"])[kind], "x": 1 + kind + rng.exponential(0.02, 4000)})
    model = TabGAN(**{**QUICK, "epochs": 20}).fit(table)
    rows = model.sample(4000, random_state=0)
    assert (rows.x > 1 - 1e-3).all()
    b = rows.x[rows.kind == "b"]
    assert np.mean(b < 2 - 1e-3) < 0.01  # 2 less a thousandth of a cell
    assert model.model_.generator.heads.smooth.shape[2] > 1 + 2 * len(model.model_.generator.style.written)
    model.save(tmp_path / "jumps.tabgan")
    loaded = TabGAN.load(tmp_path / "jumps.tabgan")
    assert np.array_equal(loaded.log_prob(table), model.log_prob(table))
    assert loaded.sample(100, random_state=1).equals(model.sample(100, random_state=1))

    kind, metadata, tensors = load_model(tmp_path / "jumps.tabgan")
    del metadata["waves"]["pieces"]  # files of models before
    tensors["generator.heads.smooth"] = tensors["generator.heads.smooth"][..., : 1 + 2 * 8].copy()
    save_model(tmp_path / "old.tabgan", kind=kind, metadata=metadata, tensors=tensors)
    assert len(TabGAN.load(tmp_path / "old.tabgan").sample(10, random_state=0)) == 10


def test_files_of_models_without_shared_blocks_load(loans, tmp_path):
    model = TabGAN(**QUICK, blocks=0).fit(loans)
    model.save(tmp_path / "none.tabgan")
    kind, metadata, tensors = load_model(tmp_path / "none.tabgan")
    assert not any("trunk" in name for name in tensors)
    for part in ("config", "settings"):
        del metadata[part]["blocks"]
    save_model(tmp_path / "old.tabgan", kind=kind, metadata=metadata, tensors=tensors)
    loaded = TabGAN.load(tmp_path / "old.tabgan")
    assert loaded.blocks == loaded.model_.config.blocks == 0
    assert loaded.sample(50, random_state=2).equals(model.sample(50, random_state=2))


def test_files_of_models_with_places_and_slow_waves_load(loans, tmp_path, monkeypatch):
    monkeypatch.setitem(NumericSummary.freeze.__kwdefaults__, "n_places", 16)
    monkeypatch.setattr("tabgan.training.trainer.waves_for", lambda n_rows: OLD_WAVES)
    model = TabGAN(**QUICK).fit(loans)
    monkeypatch.undo()
    assert any(symbol.role == "place" for symbol in model.model_.encoder.layout.symbols)
    model.save(tmp_path / "new.tabgan")
    kind, metadata, tensors = load_model(tmp_path / "new.tabgan")
    del metadata["waves"]
    save_model(tmp_path / "old.tabgan", kind=kind, metadata=metadata, tensors=tensors)
    loaded = TabGAN.load(tmp_path / "old.tabgan")
    assert digest(loaded.sample(50, random_state=2)) == digest(model.sample(50, random_state=2))


@pytest.mark.parametrize("objective", GAMES)
def test_the_critic_can_play(loans, objective):
    before = torch.random.get_rng_state()
    model = TabGAN(**QUICK | {"objective": objective, "critic_share": 0.5}).fit(loans)
    assert torch.equal(torch.random.get_rng_state(), before)
    game = model.history_[model.history_["stage"] == "game"]
    assert len(game) >= 1
    assert game["critic_accuracy"].between(0, 1).all()
    assert np.isfinite(game["critic_gap"]).all()
