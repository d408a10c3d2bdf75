"""What people know of ctgan's public behaviour, and what was wrong there."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
import torch

import tabgan
from tabgan import CTGAN, ColumnError, ConditionError, DataError, ModelFileError, SchemaError, TabGAN
from tabgan.config import ClassicConfig
from tabgan.model_file import load_model, save_model
from tabgan.training.classic import ClassicTrainer

QUICK = {
    "epochs": 1,
    "batch_size": 60,
    "pac": 5,
    "embedding_dim": 8,
    "generator_dim": (16,),
    "discriminator_dim": (16,),
    "random_state": 0,
}
SMALL = {"embedding_dim": 16, "generator_dim": (64, 64), "discriminator_dim": (64, 64), "random_state": 0}


def mixed(n=300, seed=0):
    """A frame of many dtypes in an order of its own; some numbers are missing, and numbers are categories."""
    rng = np.random.default_rng(seed)
    colour = rng.choice(["red", "green", "blue"], n, p=[0.5, 0.3, 0.2])
    height = np.where(colour == "red", rng.normal(2, 0.3, n), rng.normal(5, 0.5, n)).round(2)
    return pd.DataFrame(
        {
            "height": np.where(rng.random(n) < 0.2, np.nan, height).astype(np.float32),
            "colour": colour,
            "doors": rng.choice([2, 4, 5], n).astype(np.int16),
            "count": rng.poisson(30, n),
            "sold": rng.random(n) < 0.3,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
        }
    )


DISCRETE = ["colour", "doors", "sold"]


def test_the_constructor_is_the_one_that_notebooks_call():
    names = list(inspect.signature(CTGAN).parameters)
    assert names[:15] == [
        "embedding_dim",
        "generator_dim",
        "discriminator_dim",
        "generator_lr",
        "generator_decay",
        "discriminator_lr",
        "discriminator_decay",
        "batch_size",
        "discriminator_steps",
        "log_frequency",
        "verbose",
        "epochs",
        "pac",
        "enable_gpu",
        "cuda",
    ]
    model = CTGAN(64, (32,), (32,), 1e-3)
    assert (model.embedding_dim, model.generator_lr, model.epochs) == (64, 1e-3, 300)
    defaults = CTGAN().get_params()
    for name in ClassicConfig.__dataclass_fields__:
        if name in defaults:
            assert defaults[name] == getattr(ClassicConfig, name)


@pytest.fixture(scope="module")
def fitted():
    return CTGAN(**QUICK).fit(mixed(), DISCRETE)


CHANGES = {
    "embedding_dim": 9,
    "generator_dim": (17,),
    "discriminator_dim": (17,),
    "generator_lr": 1e-2,
    "generator_decay": 0.5,
    "discriminator_lr": 1e-2,
    "discriminator_decay": 0.5,
    "batch_size": 50,
    "discriminator_steps": 2,
    "log_frequency": False,
    "epochs": 2,
    "pac": 6,
    "objective": "relativistic",
    "log_frequency_sampling": True,
    "random_state": 1,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_setting_changes_the_rows(fitted, name):
    fitted.set_random_state(5)
    before = fitted.sample(300)
    other = CTGAN(**{**QUICK, name: CHANGES[name]}).fit(mixed(), DISCRETE)
    other.set_random_state(5)
    assert not other.sample(300).equals(before)


def test_names_order_and_dtypes_come_back(fitted):
    rows = fitted.sample(1000)
    assert rows.shape == (1000, 6)
    assert rows.dtypes.to_dict() == mixed().dtypes.to_dict()
    assert list(rows.columns) == list(mixed().columns)
    assert set(rows["doors"]) <= {2, 4, 5}
    assert rows["count"].between(mixed()["count"].min(), mixed()["count"].max()).all()
    assert len(fitted.sample(0)) == 0


@pytest.mark.parametrize("dtype", ["float64", "float32", "object"])
def test_an_array_gives_an_array(dtype):
    rng = np.random.default_rng(0)
    array = np.stack([rng.normal(size=200), rng.choice([0.0, 1.0, 2.0], 200), rng.normal(size=200)], axis=1)
    array = array.astype(dtype)
    if dtype == "object":
        array[:, 1] = rng.choice(["a", "b"], 200)
    rows = CTGAN(**QUICK).fit(array, [1]).sample(50)
    assert isinstance(rows, np.ndarray)
    assert (rows.shape, rows.dtype) == ((50, 3), np.dtype(dtype))
    assert set(rows[:, 1]) <= set(array[:, 1])


def test_all_categories_come():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"n": rng.normal(size=300), "c": rng.choice(["a", "b", "c"], 300, p=[0.9, 0.08, 0.02])}
    )
    rows = CTGAN(**{**QUICK, "epochs": 5}).fit(frame, ["c"]).sample(1000)
    assert set(rows["c"]) == {"a", "b", "c"}


def test_a_level_of_one_row_is_never_held_out():
    frame = pd.DataFrame({"n": np.arange(260.0), "c": ["a"] * 200 + [f"v{i}" for i in range(60)]})
    model = CTGAN(**QUICK).fit(frame, ["c"])
    assert model.model_.levels.counts.min() == 1
    assert len(model.model_.levels.counts) == 61
    assert model.model_.levels.counts.sum() < 260  # others are held out


def test_unknown_discrete_columns_are_named():
    with pytest.raises(SchemaError, match=r"Invalid columns found: \{'size', 'weight'\}"):
        CTGAN(**QUICK).fit(mixed(), ["colour", "weight", "size"])
    with pytest.raises(ValueError, match=r"Invalid columns found: \{9\}"):
        CTGAN(**QUICK).fit(np.zeros((50, 2)), [9])
    with pytest.raises(SchemaError, match=r"write \['colour'\]"):
        CTGAN(**QUICK).fit(mixed(), "colour")


def test_a_column_of_text_must_be_discrete():
    with pytest.raises(ColumnError, match="'colour'.*add 'colour' to discrete_columns"):
        CTGAN(**QUICK).fit(mixed(), ["doors"])


def test_numbers_that_look_like_keys_stay_numbers():
    frame = pd.DataFrame({"id": np.arange(300), "c": ["a", "b"] * 150})
    rows = CTGAN(**QUICK).fit(frame, ["c"]).sample(500)
    assert rows["id"].between(0, 299).all()
    assert rows["id"].duplicated().any()


def test_left_out_discrete_columns_are_inferred_and_said():
    model = CTGAN(**QUICK).fit(mixed())
    assert "found ['colour', 'sold']" in model.notes_[0]
    assert model.sample(20, "sold", True).shape == (20, 6)
    assert CTGAN(**QUICK).fit(mixed()[["count", "height"]], []).notes_ == []


def test_a_schema_says_what_is_discrete(tmp_path):
    schema = tabgan.infer_schema(mixed(), category=["doors"])
    model = CTGAN(**QUICK).fit(mixed(), schema=schema)
    assert set(model.sample(10, "doors", 5)["doors"]) <= {2, 4, 5}
    assert model.levels()["doors"] == (2, 4, 5)
    assert model.n_rows_ == 300
    model.save(tmp_path / "m.tabgan")
    loaded = CTGAN.load(tmp_path / "m.tabgan")
    assert loaded.describe() == model.describe()
    assert loaded.n_rows_ == 300
    with pytest.raises(SchemaError, match="not both"):
        CTGAN(**QUICK).fit(mixed(), ["doors"], schema=schema)


def test_conditions_that_cannot_be_met(fitted):
    with pytest.raises(ValueError, match="The column_name `price` doesn't exist in the data."):
        fitted.sample(10, "price", 3)
    with pytest.raises(ValueError, match="'colour'.*'pink'.*choose one of.*'red'"):
        fitted.sample(10, "colour", "pink")
    with pytest.raises(ConditionError, match="'count'.*must be discrete.*'doors'"):
        fitted.sample(10, "count", 30)
    with pytest.raises(ConditionError, match="given together"):
        fitted.sample(10, condition_column="colour")
    with pytest.raises(ValueError, match="n must be"):
        fitted.sample(-1)


def test_a_seed_repeats_a_sequence_of_calls(fitted):
    fitted.set_random_state(7)
    first = [fitted.sample(50), fitted.sample(40)]
    fitted.set_random_state(7)
    again = [fitted.sample(50), fitted.sample(40)]
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not first[0].head(40).equals(first[1])
    pair = [(np.random.RandomState(1), torch.Generator().manual_seed(2)) for _ in range(2)]
    fitted.set_random_state(pair[0])
    one = fitted.sample(10)
    fitted.set_random_state(pair[1])
    assert fitted.sample(10).equals(one)
    fitted.set_random_state(None)
    assert not fitted.sample(50).equals(fitted.sample(50))
    with pytest.raises(TypeError, match="random_state must be"):
        fitted.set_random_state("a")


def test_a_seed_reaches_the_fit_and_no_global_state():
    before = torch.random.get_rng_state(), pickle.dumps(np.random.get_state())  # noqa: NPY002
    one = CTGAN(**QUICK).fit(mixed(), DISCRETE).sample(100)
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert pickle.dumps(np.random.get_state()) == before[1]  # noqa: NPY002
    torch.manual_seed(5)
    assert CTGAN(**QUICK).fit(mixed(), DISCRETE).sample(100).equals(one)
    assert not CTGAN(**{**QUICK, "random_state": 1}).fit(mixed(), DISCRETE).sample(100).equals(one)


def test_a_sample_is_the_beginning_of_a_longer_one(fitted):
    fitted.set_random_state(3)
    short = fitted.sample(100)
    fitted.set_random_state(3)
    pd.testing.assert_frame_equal(fitted.sample(5000).head(100), short)


def test_save_and_load_give_equal_samples(fitted, tmp_path):
    fitted.set_random_state(11)
    fitted.sample(3)
    fitted.save(tmp_path / "m.tabgan")
    for load in (CTGAN.load, tabgan.load):
        loaded = load(tmp_path / "m.tabgan")
        assert isinstance(loaded, CTGAN)
        fitted.set_random_state(11)
        fitted.sample(3)  # a saved model goes on where its seed stood
        pd.testing.assert_frame_equal(loaded.sample(500), fitted.sample(500))
        pd.testing.assert_frame_equal(loaded.loss_values, fitted.loss_values)
        assert loaded.sample(5, "doors", 4).shape == (5, 6)
    with pytest.raises(ModelFileError, match="must hold a tabgan model, found 'ctgan'"):
        TabGAN.load(tmp_path / "m.tabgan")


@pytest.mark.parametrize(
    "config",
    [
        {"embedding_dim": 2**62},
        {"generator_dim": [2**40, 256]},
        {"generator_dim": [256] * 1_000},
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(fitted, tmp_path, monkeypatch, config):
    path = tmp_path / "m.tabgan"
    fitted.save(path)
    kind, metadata, tensors = load_model(path)
    metadata["config"].update(config)
    save_model(path, kind=kind, metadata=metadata, tensors=tensors)
    built: list[object] = []  # told before a network takes memory
    monkeypatch.setattr("tabgan.classic.model.build_generator", lambda *_, **__: built.append(1))
    with pytest.raises(ModelFileError, match="do not fit together"):
        CTGAN.load(path)
    assert not built


def test_a_critic_that_is_not_in_the_file_is_not_built(fitted, tmp_path):
    path = tmp_path / "m.tabgan"
    fitted.save(path)
    kind, metadata, tensors = load_model(path)
    metadata["config"]["discriminator_dim"] = [2**40]
    save_model(path, kind=kind, metadata=metadata, tensors=tensors)
    assert CTGAN.load(path).sample(3).shape == (3, 6)


def test_losses_of_every_epoch():
    model = CTGAN(**QUICK).fit(mixed(), DISCRETE, epochs=3)
    assert list(model.loss_values.columns) == ["Epoch", "Generator Loss", "Discriminator Loss"]
    assert model.loss_values["Epoch"].tolist() == [0, 1, 2]
    assert np.isfinite(model.loss_values.to_numpy()).all()
    watched = {"critic_accuracy", "critic_gradient_norm", "generator_gradient_norm", "lost_levels"}
    assert watched <= set(model.history_.columns)


@pytest.mark.parametrize("batch_size", [500, 7, 15])
def test_rows_fewer_than_a_batch(batch_size):
    settings = {**QUICK, "batch_size": batch_size, "pac": 1 if batch_size == 7 else 5}
    model = CTGAN(**settings).fit(mixed(33), DISCRETE)
    assert len(model.sample(10)) == 10
    assert any("batch_size is 30, not 500" in note for note in model.notes_) == (batch_size == 500)


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match="batch_size=500 and pac=7; choose batch_size=497 or 504"):
        CTGAN(pac=7).fit(mixed())
    with pytest.raises(DataError, match="at least 10 rows for pac=10; found 6"):
        CTGAN(epochs=1).fit(mixed(6), DISCRETE)
    with pytest.raises(DataError, match="two dimensions"):
        CTGAN(**QUICK).fit(np.zeros(5))


def correlated(n=1500):
    """Three discrete columns that go together: what one says the others must follow."""
    rng = np.random.default_rng(0)
    a = rng.choice(list("xyz"), n, p=[0.7, 0.25, 0.05])
    b = np.where(rng.random(n) < 0.9, np.char.add("of_", a.astype(str)), "other")
    c = np.where(a == "x", rng.integers(0, 2, n), 2)
    return pd.DataFrame({"v": rng.normal(size=n) + 3 * (a == "y"), "a": a, "b": b, "c": c})


@pytest.fixture(scope="module")
def conditioned():
    frame = correlated()
    settings = {**SMALL, "generator_lr": 2e-3, "discriminator_lr": 1e-3, "batch_size": 200}
    return frame, CTGAN(**settings, epochs=60, keep_critic=True).fit(frame, ["a", "b", "c"])


def test_every_level_of_every_column_is_reached(conditioned):
    frame, model = conditioned
    for column in ("a", "b", "c"):
        for level in frame[column].unique():
            rows = model.sample(1000, condition_column=column, condition_value=level)
            assert (rows[column] == level).mean() >= 0.95, (column, level)


def test_shares_are_the_true_ones_unless_log_frequencies_are_asked_for(conditioned):
    frame, model = conditioned
    truth = frame["a"].value_counts(normalize=True)
    assert model.sample(4000)["a"].value_counts(normalize=True).to_dict() == pytest.approx(
        truth.to_dict(), abs=0.06
    )
    old = CTGAN(**{**model.get_params(), "log_frequency_sampling": True, "epochs": 30}).fit(
        frame, ["a", "b", "c"]
    )
    assert old.sample(4000)["a"].value_counts(normalize=True)["z"] > 0.09


def test_outliers_are_less_real(conditioned):
    frame, model = conditioned
    odd = frame[frame["a"] == "x"].head(60).assign(c=2)
    scores = model.realness(pd.concat([frame, odd], ignore_index=True))
    assert scores.shape == (1560,)
    assert np.median(scores[1500:]) < np.quantile(scores[:1500], 0.05)


def test_a_critic_stays_only_where_asked(conditioned, fitted, tmp_path):
    frame, model = conditioned
    model.save(tmp_path / "with.tabgan")
    assert "knows its training rows" in model.stored_kinds()["critic"]
    loaded = CTGAN.load(tmp_path / "with.tabgan")
    assert loaded.realness(frame.head(9)) == pytest.approx(model.realness(frame.head(9)))
    with pytest.raises(ValueError, match="keep_critic=True"):
        fitted.realness(mixed())
    assert "critic" not in fitted.stored_kinds()


def test_missing_numbers_and_categories_come_at_their_rate():
    rng = np.random.default_rng(0)
    n = 1200
    frame = pd.DataFrame(
        {
            "x": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
            "k": pd.array(rng.integers(0, 1000, n), "Int64"),
            "c": np.where(rng.random(n) < 0.2, None, rng.choice(["a", "b"], n)),
        }
    )
    frame.loc[rng.random(n) < 0.1, "k"] = pd.NA
    model = CTGAN(**SMALL, generator_lr=1e-3, discriminator_lr=1e-3, batch_size=200, epochs=60).fit(
        frame, ["c"]
    )
    rows = model.sample(4000)
    assert rows["k"].dtype == "Int64"
    assert rows.isna().mean().to_dict() == pytest.approx(frame.isna().mean().to_dict(), abs=0.08)
    assert model.sample(200, "c", np.nan)["c"].isna().mean() > 0.9


def test_ctrl_c_keeps_the_model_so_far(monkeypatch):
    model, steps = CTGAN(**{**QUICK, "epochs": 50}), []

    def interrupted(trainer):
        steps.append(1)
        if len(steps) == 12:
            raise KeyboardInterrupt
        return played(trainer)

    played = ClassicTrainer.step
    monkeypatch.setattr(ClassicTrainer, "step", interrupted)
    model.fit(mixed(), DISCRETE)
    assert model.interrupted_
    assert "interrupted" in model.notes_[-1]
    assert len(model.sample(5)) == 5


def test_ctrl_c_in_the_lessons_keeps_the_model(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tabgan.training.classic.teach_classic", interrupted)
    model = CTGAN(**QUICK, keep_critic=True).fit(mixed(), DISCRETE)
    assert model.interrupted_
    assert len(model.sample(5)) == 5


def test_a_pickled_model_goes_on_with_its_seeds():
    model = CTGAN(**{**QUICK, "random_state": 12_345, "epochs": np.int64(1)}).fit(mixed(), DISCRETE)
    again = pickle.loads(pickle.dumps(model))
    assert again.sample(20).equals(model.sample(20))
    assert again.sample(20).equals(model.sample(20))


def test_max_time_ends_the_training():
    model = CTGAN(**{**QUICK, "epochs": 100_000}, max_time=0.5).fit(mixed(), DISCRETE)
    assert "max_time was reached" in model.notes_[-1]
    assert model.fit_seconds_ < 20


def test_a_training_that_breaks_down_is_told():
    with pytest.raises(tabgan.TrainingError, match="unstable"):
        CTGAN(**{**QUICK, "generator_lr": 1e30, "discriminator_lr": 1e30, "epochs": 30}).fit(
            mixed(), DISCRETE
        )


@pytest.mark.parametrize("objective", ["minimax", "relativistic"])
def test_other_objectives(objective):
    model = CTGAN(**QUICK, objective=objective).fit(mixed(), DISCRETE)
    assert len(model.sample(10)) == 10
    with pytest.raises(ValueError, match="objective must be one of"):
        CTGAN(**QUICK, objective="likelihood").fit(mixed())


def test_the_device_can_be_chosen():
    model = CTGAN(**QUICK, enable_gpu=False).fit(mixed(), DISCRETE)
    assert model.model_.device.type == "cpu"
    model.set_device("cpu")
    assert len(model.sample(3)) == 3
    with pytest.raises(ValueError, match="device must be"):
        CTGAN(**QUICK, cuda="nowhere").fit(mixed(), DISCRETE)


def test_odd_tables():
    n = 60
    frame = pd.DataFrame(
        {
            "same": 5,
            "nothing": np.full(n, np.nan),
            "one_level": ["a"] * n,
            "huge": 2**60 + np.arange(n) * 3,
            "edge": np.where(np.arange(n) % 9 == 0, np.inf, np.arange(n) / 7),
            "many": [f"v{i % 50}" for i in range(n)],
        }
    )
    model = CTGAN(**QUICK).fit(frame, ["one_level", "many"])
    rows = model.sample(40)
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
    assert (rows["same"] == 5).all()
    assert rows["nothing"].isna().all()
    assert (model.sample(5, "one_level", "a")["one_level"] == "a").all()


def test_a_category_of_many_levels_is_two_symbols_and_can_be_asked_for():
    rng = np.random.default_rng(0)
    code = rng.integers(0, 400, 4000)
    frame = pd.DataFrame({"code": code.astype(str), "x": code + rng.normal(size=4000)})
    model = CTGAN(**QUICK).fit(frame, ["code"])
    assert model.sample(10, "code", "17").shape == (10, 2)
    assert len(model.model_.levels.counts) == frame["code"].nunique()
