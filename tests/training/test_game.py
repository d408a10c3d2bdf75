import itertools
import math

import pytest
import torch

from tabgan.training import game as game_module
from tabgan.training import trainer as trainer_module
from tabgan.training.game import GameStage
from tests.training.toys import judged, make_trainer, weights_of

FIGURES = (
    "log_prob",
    "held_out_log_prob",
    "held_out_any_order",
    "pair_distance",
    "critic_gap",
    "gradient_penalty",
    "critic_gradient_norm",
    "generator_gradient_norm",
    "critic_accuracy",
    "lost_levels",
)


@pytest.fixture
def looks(monkeypatch):
    """Look at the held-out rows every three steps."""
    monkeypatch.setattr(trainer_module, "LOOK_SHARE", 1e9)
    monkeypatch.setattr(trainer_module, "CHECK_STEPS", 6)
    monkeypatch.setattr(game_module, "CHECK_STEPS", 3)
    monkeypatch.setattr(game_module, "CRITIC_HEAD_START", 5)


def make_stage(n_rows: int = 600, **settings) -> GameStage:
    """A stage that is ready to step, after a short likelihood stage."""
    trainer = make_trainer(n_rows, objective="wasserstein", **settings)
    trainer.likelihood_stage()
    stage = GameStage(trainer)
    stage.start_judging()
    return stage


def test_a_game_records_the_critics_figures(looks):
    trained = make_trainer(objective="wasserstein", critic_share=0.5).run()
    played = [line for line in trained.history if line["stage"] == "game"]
    likelihood = [line for line in trained.history if line["stage"] == "likelihood"]
    assert len(played) >= 3
    for line in played:
        assert all(math.isfinite(line[name]) for name in FIGURES)
        assert 0 <= line["critic_accuracy"] <= 1
        assert 0 <= line["pair_distance"] <= 1
        assert line["gradient_penalty"] >= 0
        assert line["critic_gradient_norm"] > 0
        assert line["generator_gradient_norm"] > 0
        assert 0 <= line["lost_levels"] <= 1
    assert all(line["generator_gradient_norm"] > 0 for line in likelihood)
    assert played[-1]["step"] <= likelihood[-1]["step"]  # half of the steps each
    assert trained.critic is not None
    assert bool(weights_of(trained.critic).isfinite().all())


def test_the_game_takes_its_share_of_the_steps(looks, monkeypatch):
    monkeypatch.setattr(game_module, "PATIENCE", 1000)
    trained = make_trainer(objective="wasserstein", critic_share=0.25, epochs=6).run()
    steps = {line["stage"]: line["step"] for line in trained.history}
    assert steps["game"] == round(steps["likelihood"] / 3)


def test_the_best_of_the_game_is_kept_and_close_in_likelihood(looks, monkeypatch):
    monkeypatch.setattr(trainer_module, "MIN_ROWS", math.inf)  # no biases move at the end
    trainer = make_trainer(objective="wasserstein", epochs=12, critic_share=0.5, critic_learning_rate=5e-3)
    stages = []
    start = GameStage.start_judging

    def start_judging(stage):
        stages.append(stage)
        start(stage)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GameStage, "start_judging", start_judging)
        trained = trainer.run()
    (stage,) = stages
    assert trained.generator is stage.average.weights
    assert trainer.held_out(trained.generator).score >= stage.floor
    played = [line for line in trained.history if line["stage"] == "game"]
    allowed = [line["pair_distance"] for line in played if judged(line) >= stage.floor]
    assert stage.pairs.distance(trained.generator) <= min(allowed) + 1e-9


def test_both_sides_learn_and_packs_are_whole():
    stage = make_stage(63, pac=7, batch_size=70)
    assert stage.batch == 63
    assert len(stage.some_rows()) == 63
    before = (
        weights_of(stage.critic),
        weights_of(stage.trainer.generator),
        weights_of(stage.generator_average),
    )
    stage.set_rates(0.0)
    stage.critic_step()
    assert not torch.equal(weights_of(stage.critic), before[0])
    assert torch.equal(weights_of(stage.trainer.generator), before[1])
    critic = weights_of(stage.critic)
    stage.generator_step()
    assert not torch.equal(weights_of(stage.trainer.generator), before[1])
    assert not torch.equal(weights_of(stage.generator_average), before[2])
    assert torch.equal(weights_of(stage.critic), critic)
    assert all(p.requires_grad and p.grad is None for p in stage.critic.parameters())


def test_rates_fall_to_a_twentieth_times_what_troubles_left():
    stage = make_stage(critic_learning_rate=1e-3)
    stage.rates["critic"] = 0.5
    for done, expected in [(0.0, 1.0), (0.5, 0.525), (1.0, 0.05), (3.0, 0.05)]:
        stage.set_rates(done)
        assert stage.generator_optimizer.param_groups[0]["lr"] == pytest.approx(1e-3 * expected)
        assert stage.critic_optimizer.param_groups[0]["lr"] == pytest.approx(5e-4 * expected)


@pytest.mark.parametrize("side", ["critic", "generator"])
def test_weights_that_are_not_finite_lead_back_and_are_told(side, looks, monkeypatch):
    trainer = make_trainer(objective="wasserstein", epochs=6, critic_share=0.5)
    stages, calls = [], []
    start, step = GameStage.start_judging, GameStage.critic_step

    def critic_step(stage):
        calls.append(1)
        if len(calls) == 5 + 8:  # between two looks
            module = stage.critic if side == "critic" else trainer.generator
            next(module.parameters()).data[1] = math.nan
        return step(stage)

    monkeypatch.setattr(GameStage, "start_judging", lambda stage: (stages.append(stage), start(stage))[1])
    monkeypatch.setattr(GameStage, "critic_step", critic_step)
    trained = trainer.run()
    assert len(trained.notes) == 1
    assert "not finite" in trained.notes[0]
    assert stages[0].rates == {"critic": 0.3, "generator": 0.3}
    for module in (trained.generator, trained.critic, trainer.generator):
        assert bool(weights_of(module).isfinite().all())
    steps = [line["step"] for line in trained.history if line["stage"] == "game"]
    assert min(steps) <= 6
    assert max(steps) > 9
    assert math.isfinite(trained.history[-1]["critic_gap"])


def test_a_winning_critic_is_slowed_and_that_is_told():
    stage = make_stage()
    stage.accuracies = [1.0, 1.0, 1.0]
    assert stage.answer_trouble()
    assert stage.rates == {"critic": 0.5, "generator": 1.0}
    assert "critic is right on 100%" in stage.trainer.progress.notes[-1]
    assert not stage.answer_trouble()  # seen once is answered once


def test_a_collapse_goes_back_to_sound_weights():
    stage = make_stage()
    sound = weights_of(stage.trainer.generator)
    stage.generator_step()
    stage.lost = [0.5, 0.5]
    assert stage.answer_trouble()
    assert torch.equal(weights_of(stage.trainer.generator), sound)
    assert "mode collapse" in stage.trainer.progress.notes[-1]
    assert stage.rates["generator"] < stage.rates["critic"] < 1


def test_each_way_back_lowers_both_rates_by_the_same_factor():
    stage = make_stage()
    stage.rates["critic"] = 0.5
    for times in (1, 2):
        stage.go_back("went back")
        assert stage.rates == pytest.approx({"critic": 0.5 * 0.3**times, "generator": 0.3**times})


def test_a_collapse_doubles_the_weight_of_the_likelihood():
    slopes, gradients = [], []
    for collapsed in (False, True):
        stage = make_stage()
        for parameter in stage.critic.parameters():
            parameter.data.zero_()  # what is left of the gradient is the likelihood's
        stage.sound.mark()
        if collapsed:
            stage.lost = [0.5, 0.5]
            stage.answer_trouble()
        weight = stage.trainer.generator.heads.first
        weight.register_post_accumulate_grad_hook(lambda w: gradients.append(w.grad.clone()))
        stage.generator_step()
        slopes.append(gradients[-1])
    assert torch.allclose(slopes[1], 2 * slopes[0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("floor", "kept"), [(-math.inf, True), (math.inf, False)])
def test_weights_below_the_floor_of_likelihood_are_not_kept(floor, kept):
    stage = make_stage()
    start = weights_of(stage.generator_average)
    stage.floor, stage.keeper.best_score = floor, -1.0  # any distance is a gain
    stage.set_rates(0.0)
    stage.generator_step()
    stage.look(stage.budget(), dict.fromkeys(game_module.FIGURES, 0.0))
    assert stage.keeper.since_best == int(not kept)
    stage.keeper.restore()
    assert torch.equal(weights_of(stage.generator_average), start) != kept


@pytest.mark.parametrize("held_out", [False, True])
def test_coverage_is_watched_with_and_without_held_out_rows(held_out, looks):
    share = 0.05 if held_out else 0.0  # ten held-out rows lack levels by chance; that is no collapse
    trained = make_trainer(
        210, objective="wasserstein", validation_share=share, epochs=6, critic_share=0.5
    ).run()
    played = [line for line in trained.history if line["stage"] == "game"]
    assert [line["lost_levels"] for line in played] == [0.0] * len(played)
    assert all((line["critic_accuracy"] is not None) == held_out for line in played)
    assert not [note for note in trained.notes if "collapse" in note]


def test_gradient_norms_are_means_since_the_last_look(looks, monkeypatch):
    norms, step = [], GameStage.critic_step

    def critic_step(stage):
        gap, penalty, norm, bad = step(stage)
        norms.append(float(norm))
        return gap, penalty, norm, bad

    monkeypatch.setattr(GameStage, "critic_step", critic_step)
    trained = make_trainer(objective="relativistic", critic_share=0.5).run()
    played = [line for line in trained.history if line["stage"] == "game"]
    steps = [0, *(line["step"] for line in played)]
    after_start = norms[game_module.CRITIC_HEAD_START :]
    for line, (start, end) in zip(played, itertools.pairwise(steps), strict=True):
        expected = sum(after_start[start:end]) / (end - start)
        assert line["critic_gradient_norm"] == pytest.approx(expected, rel=1e-4)
