"""Products are rounded where a processor is made for it, while a model learns or draws, and never after."""

import pytest
import torch

from tabgan.networks import precision
from tabgan.networks.precision import activation_dtype, has_units, matmul_precision
from tests.networks.examples import celled_layout, make_generator
from tests.training.toys import make_trainer

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def as_torch_has_it():
    assert torch.get_float32_matmul_precision() == "highest"
    yield
    torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize(("units", "inside"), [(True, "medium"), (False, "highest")])
def test_auto_rounds_only_where_a_processor_has_units_for_it(monkeypatch, units, inside):
    monkeypatch.setattr(precision, "has_units", lambda device: units)
    with matmul_precision("auto", CPU):
        assert torch.get_float32_matmul_precision() == inside
    assert torch.get_float32_matmul_precision() == "highest"


def test_what_the_user_chose_is_kept(monkeypatch):
    monkeypatch.setattr(precision, "has_units", lambda device: True)
    torch.set_float32_matmul_precision("high")
    with matmul_precision("auto", CPU):
        assert torch.get_float32_matmul_precision() == "high"
    with matmul_precision("highest", CPU):
        assert torch.get_float32_matmul_precision() == "highest"
    assert torch.get_float32_matmul_precision() == "high"


def test_backends_that_were_set_one_by_one_are_left_alone(monkeypatch):
    def mixed():
        raise RuntimeError("mix of the legacy and new APIs")

    monkeypatch.setattr(torch, "get_float32_matmul_precision", mixed)
    monkeypatch.setattr(torch, "set_float32_matmul_precision", pytest.fail)
    with matmul_precision("medium", CPU):
        assert activation_dtype(CPU) == torch.float32


def test_an_error_within_leaves_the_precision_as_it_was():
    with pytest.raises(KeyboardInterrupt), matmul_precision("medium", CPU):
        raise KeyboardInterrupt
    assert torch.get_float32_matmul_precision() == "highest"


def test_the_last_to_leave_puts_back_what_was_before():
    first, second = matmul_precision("medium", CPU), matmul_precision("highest", CPU)
    first.__enter__()
    second.__enter__()
    assert torch.get_float32_matmul_precision() == "highest"
    first.__exit__(None, None, None)
    assert torch.get_float32_matmul_precision() == "highest"
    with matmul_precision("medium", CPU):
        pass
    second.__exit__(None, None, None)
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.parametrize("name", ["amx_bf16", "avx512_bf16"])
def test_accelerators_have_none_of_a_processors_units(monkeypatch, name):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {name: True}, raising=False)
    assert has_units(CPU)
    assert not has_units(torch.device("meta"))
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_f": True, name: False})
    assert not has_units(CPU)
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_units(CPU)  # older torch does not tell


def test_training_rounds_as_wished_and_the_game_does_not(monkeypatch):
    seen = {}
    for stage in ("likelihood_stage", "give_marginals"):
        monkeypatch.setattr(
            f"tabgan.training.trainer.Trainer.{stage}",
            lambda self, *_, stage=stage: seen.setdefault(stage, torch.get_float32_matmul_precision()),
        )
    monkeypatch.setattr(
        "tabgan.training.game.GameStage.run",
        lambda self: seen.setdefault("game", torch.get_float32_matmul_precision()),
    )
    make_trainer(300, objective="wasserstein", batch_size=20, pac=1, matmul_precision="medium").run()
    assert seen == {"likelihood_stage": "medium", "give_marginals": "medium", "game": "highest"}


@pytest.mark.skipif(not has_units(CPU), reason="this processor has no units for bfloat16")
def test_rounded_products_learn_what_exact_ones_learn():
    curves = [
        [
            line["log_prob"]
            for line in make_trainer(640, epochs=3, learning_rate=0.01, matmul_precision=wish).run().history
        ]
        for wish in ("highest", "medium")
    ]
    assert curves[0] != curves[1]
    assert curves[1] == pytest.approx(curves[0], rel=0.005)


@pytest.mark.parametrize(
    ("wish", "units", "inside"),
    [
        ("medium", True, torch.bfloat16),
        ("medium", False, torch.float32),
        ("high", True, torch.float32),
        ("highest", True, torch.float32),
    ],
)
def test_layers_pass_on_rounded_numbers_only_where_products_round_them_in_units(
    monkeypatch, wish, units, inside
):
    monkeypatch.setattr(precision, "has_units", lambda device: units)
    with matmul_precision(wish, CPU):
        assert activation_dtype(CPU) == inside
    torch.set_float32_matmul_precision("medium")  # of the process: products, and no more
    assert activation_dtype(CPU) == torch.float32


def test_a_head_that_passes_on_rounded_numbers_says_nearly_the_same():
    generator = make_generator(celled_layout())
    context = torch.randn(40, generator.n_told, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for symbol in range(3):
            exact = generator.heads.one(symbol, context)
            rounded = generator.heads.one(symbol, context, generator.heads.trunk.weights(torch.bfloat16))
            assert exact.dtype == rounded.dtype == torch.float32
            assert not torch.equal(exact, rounded)
            assert torch.allclose(exact, rounded, atol=0.02 * float(exact.abs().max()))
