"""Realness: planted outliers rank low, the saved critic says the same, and who has none is told."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tabgan import TabGAN
from tabgan.errors import ModelFileError, NoCriticError
from tabgan.model_file import load_model, save_model
from tests.cli.conftest import run

QUICK = {
    "max_time": None,
    "epochs": 4,
    "critic_share": 0.3,
    "width": 32,
    "hidden": 16,
    "critic_hidden": 64,
    "keep_critic": True,
    "random_state": 0,
}


def simulate(n: int, seed: int) -> pd.DataFrame:
    """Flats: rooms follow from the kind, size from rooms, price from size and town, code from the town."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["studio", "flat", "house"], n, p=[0.3, 0.5, 0.2])
    rooms = pd.Series(kind).map({"studio": 1, "flat": 3, "house": 6}).to_numpy() + rng.integers(0, 3, n)
    size = np.round(20 * rooms * rng.lognormal(0, 0.1, n), 1)
    town = rng.choice(["Bern", "Wien", "Graz", "Linz"], n)
    level = pd.Series(town).map({"Bern": 9.0, "Wien": 6.0, "Graz": 4.0, "Linz": 3.0}).to_numpy()
    price = np.round(size * level * rng.lognormal(0, 0.1, n), 0).astype(int)
    code = pd.Series(town).str.upper().str[:3].to_numpy()
    return pd.DataFrame(
        {"kind": kind, "rooms": rooms, "size": size, "town": town, "price": price, "code": code}
    ).astype({"kind": object, "town": object})


def planted(n: int, seed: int) -> dict[str, pd.DataFrame]:
    """Rows in which every cell may be, but not together."""
    rng = np.random.default_rng(seed)
    good = simulate(n, seed)
    swapped = good.copy()
    for at in rng.permutation(len(good.columns))[:3]:
        swapped.iloc[:, at] = good.iloc[rng.permutation(n), at].to_numpy()
    impossible = good.assign(code=good["code"].map({"BER": "WIE", "WIE": "GRA", "GRA": "LIN", "LIN": "BER"}))
    extreme = good.assign(price=np.where(good["price"] < good["price"].median(), 10**6, 1))
    return {"swapped": swapped, "impossible": impossible, "extreme": extreme}


@pytest.fixture(scope="module", params=["wasserstein", "relativistic"])
def model(request) -> TabGAN:
    return TabGAN(**QUICK, objective=request.param).fit(simulate(2_000, 0))


@pytest.fixture(scope="module")
def packed() -> TabGAN:
    return TabGAN(**QUICK, objective="relativistic", pac=4).fit(simulate(2_000, 0))


@pytest.mark.parametrize("which", ["swapped", "impossible", "extreme"])
def test_planted_outliers_rank_low(model, which):
    real, odd = simulate(800, 1), planted(800, 2)[which]
    scores = np.concatenate([model.realness(real), model.realness(odd)])
    assert scores.shape == (1_600,)
    assert roc_auc_score([1] * 800 + [0] * 800, scores) > 0.8


def test_a_critic_of_packs_scores_single_rows(packed):
    real, odd = simulate(400, 1), planted(400, 2)["extreme"]
    scores = packed.realness(pd.concat([real, odd]))
    assert roc_auc_score([1] * 400 + [0] * 400, scores) > 0.8
    assert packed.realness(real.iloc[[7]]) == pytest.approx(
        scores[[7]], abs=1e-5
    )  # whatever stands beside it
    assert packed.realness(real.iloc[:0]).shape == (0,)


def test_a_saved_critic_gives_equal_scores(model, packed, tmp_path):
    rows = simulate(50, 3)
    for made in (model, packed):
        made.save(tmp_path / "m.tabgan")
        loaded = TabGAN.load(tmp_path / "m.tabgan")
        assert np.array_equal(loaded.realness(rows), made.realness(rows))
        assert loaded.sample(20, random_state=1).equals(made.sample(20, random_state=1))
        assert "knows its training rows" in loaded.stored_kinds()["critic"]


def test_keeping_the_critic_does_not_change_the_rows(model):
    again = TabGAN(**model.get_params() | {"keep_critic": False}).fit(simulate(2_000, 0))
    assert again.sample(100, random_state=4).equals(model.sample(100, random_state=4))


def test_vectors_of_wide_symbols_come_back(tmp_path):
    frame = pd.DataFrame({"x": [f"L{i:02d}" for i in range(60)] * 8, "y": list("ab") * 240})
    made = TabGAN(**QUICK | {"epochs": 1}, objective="minimax").fit(frame)
    made.save(tmp_path / "m.tabgan")
    scores = TabGAN.load(tmp_path / "m.tabgan").realness(frame)
    assert np.array_equal(scores, made.realness(frame))
    assert len(np.unique(scores[:60])) == 60


@pytest.mark.parametrize("keep", [False, True])
def test_info_tells_of_a_critic(model, tmp_path, keep):
    settings = {"keep_critic": keep, "epochs": 1, "objective": "wasserstein"}
    TabGAN(**QUICK | settings).fit(simulate(300, 0)).save(tmp_path / "m.tabgan")
    told = run("info", tmp_path / "m.tabgan").stdout
    assert ("its critic knows the rows it was trained on" in told) == keep
    assert ("\ncritic " in told) == keep


@pytest.mark.parametrize("settings", [{"objective": "likelihood"}, {"objective": "wasserstein"}])
def test_without_a_critic_it_is_told_how_to_get_one(settings):
    made = TabGAN(**QUICK | {"keep_critic": False, "epochs": 1} | settings).fit(simulate(200, 0))
    with pytest.raises(
        NoCriticError, match=r"keep_critic=True and objective='wasserstein' or 'minimax' or 'rel"
    ):
        made.realness(simulate(5, 1))
    assert made.model_.critic is None
    assert "critic" not in made.stored_kinds()


def test_a_critic_cannot_be_kept_where_there_is_none():
    with pytest.raises(
        ValueError, match="'likelihood', which has no critic.*wasserstein, minimax, relativistic"
    ):
        TabGAN(keep_critic=True).fit(simulate(100, 0))


def test_the_time_limit_holds_with_lessons():
    made = TabGAN(**QUICK | {"max_time": 4.0, "epochs": None}, objective="wasserstein").fit(
        simulate(3_000, 0)
    )
    assert made.fit_seconds_ < 5
    assert len(made.realness(simulate(5, 1))) == 5


@pytest.mark.parametrize("damage", ["missing", "surplus", "shape", "not announced"])
def test_a_critic_that_does_not_fit_is_refused(packed, tmp_path, damage):
    packed.save(tmp_path / "m.tabgan")
    kind, metadata, tensors = load_model(tmp_path / "m.tabgan")
    name = "critic.layers.0.weight"
    if damage == "missing":
        tensors.pop(name)
    elif damage == "surplus":
        tensors["critic.more"] = tensors[name]
    elif damage == "shape":
        tensors[name] = tensors[name][:, :-1]
    else:
        metadata["critic"] = False
    save_model(tmp_path / "n.tabgan", kind=kind, metadata=metadata, tensors=tensors)
    with pytest.raises(ModelFileError, match="critic|weights|weight"):
        TabGAN.load(tmp_path / "n.tabgan")
