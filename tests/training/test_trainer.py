import math
import time

import numpy as np
import pytest
import torch

from tabgan.encoding.layout import build_layout
from tabgan.errors import TrainingError
from tabgan.training import game as game_module
from tabgan.training import trainer as trainer_module
from tabgan.training.budget import Budget
from tabgan.training.optimizer import decayed
from tabgan.training.schedule import warm_up
from tabgan.training.validation import draw_rows
from tests.networks.examples import level, order
from tests.training.toys import Chatty, judged, make_trainer, toy_codes, toy_layout, weights_of


def warm_rates(trainer, history):
    """Learning rates without the warm-up."""
    n_steps = trainer.stage_budget(1.0).steps
    taken = [line["step"] - 1 for line in history]
    rates = [line["learning_rate"] for line in history]
    return [rate / warm_up(t, t / n_steps) for rate, t in zip(rates, taken, strict=True)]


@pytest.fixture(autouse=True)
def short_head_start(monkeypatch):
    monkeypatch.setattr(game_module, "CRITIC_HEAD_START", 5)


@pytest.fixture
def looks(monkeypatch):
    """Look at the held-out rows every five steps."""
    monkeypatch.setattr(trainer_module, "LOOK_SHARE", 1e9)
    monkeypatch.setattr(trainer_module, "CHECK_STEPS", 5)


@pytest.fixture
def as_learnt(monkeypatch):
    """Leave the weights as they are learnt: no biases move at the end."""
    monkeypatch.setattr(trainer_module, "MIN_ROWS", math.inf)


def usable(trained):
    """Weights are finite and draw rows."""
    noise = torch.from_numpy(np.random.default_rng(0).random((50, 3)))
    rows = draw_rows(trained.generator, noise)
    return bool(weights_of(trained.generator).isfinite().all()) and len(rows.unique(dim=0)) > 5


def mean_log_prob(generator, codes, fractions):
    log_prob = generator.log_prob(
        torch.from_numpy(codes).long(), torch.from_numpy(fractions), order(toy_layout())
    )
    return float(log_prob.detach().sum(0).mean())


def independent_log_prob(codes, fresh):
    """Mean log-probability of fresh rows under the product of the frequencies of the symbols."""
    total = 0.0
    for s, symbol in enumerate(toy_layout().symbols):
        seen = codes[:, s][codes[:, s] >= 0]
        share = (np.bincount(seen, minlength=symbol.n_levels) + 0.5) / (len(seen) + 0.5 * symbol.n_levels)
        total += np.log(share[fresh[:, s][fresh[:, s] >= 0]]).sum()
    return total / len(fresh)


@pytest.mark.parametrize("objective", ["likelihood", "wasserstein"])
def test_the_same_seed_repeats_exactly(objective):
    settings = {"objective": objective, "dropout": 0.2, "epochs": 2}
    first, second, other = (make_trainer(seed=seed, **settings).run() for seed in (3, 3, 4))
    assert torch.equal(weights_of(first.generator), weights_of(second.generator))
    assert not torch.equal(weights_of(first.generator), weights_of(other.generator))
    histories = [[{**line, "seconds": 0} for line in trained.history] for trained in (first, second)]
    assert histories[0] == histories[1]
    if first.critic is not None:
        assert torch.equal(weights_of(first.critic), weights_of(second.critic))


@pytest.mark.parametrize("objective", ["likelihood", "wasserstein"])
def test_without_a_time_limit_a_slow_machine_gets_the_same_weights(objective, monkeypatch):
    results = []
    for tick in (1e-6, 5.0):  # seconds that pass between two looks at the clock
        now = [0.0]

        def clock(now=now, tick=tick):
            now[0] += tick
            return now[0]

        with monkeypatch.context() as patched:
            patched.setattr(time, "monotonic", clock)
            results.append(
                make_trainer(
                    objective=objective, epochs=16, learning_rate=0.1, validation_share=0.3, critic_share=0.2
                ).run()
            )
    assert torch.equal(weights_of(results[0].generator), weights_of(results[1].generator))


def test_likelihood_goes_up_and_beats_independent_columns(looks):
    codes, fractions = toy_codes(1500)
    fresh, fresh_fractions = toy_codes(1500, seed=1)
    trainer = make_trainer(data=(codes, fractions), epochs=25, learning_rate=0.01)
    start = mean_log_prob(trainer.generator, fresh, fresh_fractions)
    trained = trainer.run()
    end = mean_log_prob(trained.generator, fresh, fresh_fractions)
    independent = independent_log_prob(codes, fresh)
    assert start == pytest.approx(independent, abs=0.3)  # training starts near the marginals
    assert end > independent + 1.0  # nats a row; the truth is 1.44 above
    scores = [line["held_out_log_prob"] for line in trained.history]
    assert len(scores) >= 10
    assert max(scores) > scores[0] + 0.5
    assert trained.history[-1]["log_prob"] > trained.history[0]["log_prob"] + 0.5


def test_the_best_judged_weights_are_what_training_leaves(looks, as_learnt):
    trainer = make_trainer(epochs=60, learning_rate=0.1, validation_share=0.3)
    trained = trainer.run()
    scores = [judged(line) for line in trained.history]
    assert trainer.held_out(trained.generator).score == pytest.approx(max(scores), abs=1e-6)
    assert max(scores) > scores[-1] or scores.index(max(scores)) == len(scores) - 1


def test_held_out_rows_are_no_training_rows():
    codes, fractions = toy_codes(600)
    trainer = make_trainer(data=(np.arange(2400, dtype=np.int16).reshape(600, 4) % 2, fractions))
    assert (len(trainer.rows), len(trainer.held_out_rows)) == (540, 60)
    trainer = make_trainer(data=(codes, fractions))
    together = torch.cat([trainer.rows.codes, trainer.held_out_rows.codes]).numpy()
    assert np.array_equal(np.sort(together, axis=0), np.sort(codes, axis=0))


def test_every_row_comes_once_an_epoch():
    trainer = make_trainer(640, validation_share=0.0)
    for _ in range(2):
        seen = torch.cat([trainer.next_rows() for _ in range(10)])
        assert sorted(seen.tolist()) == list(range(640))


def test_steps_follow_the_epochs():
    trained = make_trainer(640, validation_share=0.0, epochs=3).run()
    assert trained.history[-1]["step"] == 30


def test_an_interruption_keeps_the_best_weights(looks, as_learnt):
    best = []

    def interrupt(progress):
        best.append(judged(progress.history[-1]))
        if len(best) == 12:
            raise KeyboardInterrupt

    trainer = make_trainer(epochs=100, learning_rate=0.05, progress=Chatty(interrupt))
    trained = trainer.run()
    assert trained.interrupted
    assert any("interrupted" in note for note in trained.notes)
    assert trainer.held_out(trained.generator).score == pytest.approx(max(best), abs=1e-6)
    assert not torch.equal(weights_of(trained.generator), weights_of(trainer.generator))
    assert usable(trained)


def test_an_interruption_of_the_game_keeps_the_best_weights():
    def interrupt(progress):
        if progress.history[-1]["stage"] == "game":
            raise KeyboardInterrupt

    trained = make_trainer(objective="wasserstein", progress=Chatty(interrupt)).run()
    assert trained.interrupted
    assert bool(weights_of(trained.critic).isfinite().all())
    assert usable(trained)


def test_an_interruption_before_the_first_look_leaves_usable_weights(monkeypatch):
    trainer = make_trainer()
    draw, calls = trainer.next_rows, []

    def next_rows():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return draw()

    monkeypatch.setattr(trainer, "next_rows", next_rows)
    trained = trainer.run()
    assert trained.interrupted
    assert usable(trained)


@pytest.mark.parametrize("where", ["weight", "gradient"])
def test_a_step_that_is_not_finite_leads_back_to_sound_weights(where, looks, monkeypatch):
    trainer = make_trainer(epochs=10)
    draw, calls, hooks = trainer.next_rows, [], []

    def next_rows():
        calls.append(1)
        if len(calls) == 13:
            if where == "weight":
                trainer.generator.levels.data[2] = math.nan
            else:
                hooks.append(trainer.generator.heads.first.register_hook(lambda slope: slope * math.inf))
        elif hooks:
            hooks.pop().remove()
        return draw()

    monkeypatch.setattr(trainer, "next_rows", next_rows)
    trained = trainer.run()
    assert [note for note in trained.notes if "not finite" in note]
    assert len(trained.notes) == 1
    assert usable(trained)
    assert all(math.isfinite(line["log_prob"]) for line in trained.history)
    rates = warm_rates(trainer, trained.history)
    assert rates[-1] < rates[0] * 0.3  # lowered, and then the cosine
    assert trainer.held_out(trained.generator).score > judged(trained.history[0])


def test_training_that_is_never_finite_gives_up_with_an_error(looks, monkeypatch):
    trainer = make_trainer()
    draw = trainer.next_rows

    def next_rows():
        trainer.generator.levels.data[2] = math.nan
        return draw()

    monkeypatch.setattr(trainer, "next_rows", next_rows)
    with pytest.raises(TrainingError, match="unstable"):
        trainer.run()


def test_weights_that_broke_in_the_last_step_before_a_look_are_not_taken_for_sound(looks, monkeypatch):
    trainer = make_trainer(epochs=10)
    update, calls = trainer.average.update, []

    def break_weights(live):
        calls.append(1)
        if len(calls) == 10:  # a look follows
            live.levels.data[2] = math.nan
        update(live)

    monkeypatch.setattr(trainer.average, "update", break_weights)
    assert usable(trainer.run())


def test_a_roll_back_never_raises_the_learning_rate(looks, monkeypatch):
    monkeypatch.setattr(trainer_module, "PATIENCE", 1)
    monkeypatch.setattr(trainer_module, "RATE_DROPS", 100)
    # the rate is far too high, so that held-out rows gain nothing and it drops
    trainer = make_trainer(epochs=400, learning_rate=0.3)
    draw, dropped = trainer.next_rows, []

    def rates():
        return warm_rates(trainer, trainer.progress.history)

    def break_after_two_drops():
        seen = rates()
        if seen and seen[-1] < 0.1 * seen[0] and not dropped:
            dropped.append(len(seen))
            trainer.generator.levels.data[2] = math.nan
        if dropped and len(seen) > dropped[0] + 2:
            raise KeyboardInterrupt  # enough is seen
        return draw()

    monkeypatch.setattr(trainer, "next_rows", break_after_two_drops)
    trained = trainer.run()
    assert [note for note in trained.notes if "not finite" in note]
    before, after = rates()[: dropped[0]], rates()[dropped[0] :]
    assert after
    assert max(after) < 0.31 * before[-1]


@pytest.mark.parametrize("objective", ["likelihood", "wasserstein"])
def test_a_table_without_symbols_trains_trivially(objective):
    layout = build_layout([("key", [], []), ("text", [], [])])
    data = np.zeros((300, 0), np.int16), np.zeros((300, 0), np.uint8)
    trained = make_trainer(layout=layout, data=data, objective=objective).run()
    assert (trained.history, trained.critic, trained.interrupted) == ([], None, False)


def test_a_table_with_a_key_may_play_against_the_critic():
    layout = build_layout([("key", [], []), ("kind", *level(3))])
    codes = np.random.default_rng(0).integers(0, 3, (300, 1)).astype(np.int16)
    trained = make_trainer(
        layout=layout, data=(codes, np.zeros((300, 0), np.uint8)), objective="wasserstein"
    ).run()
    assert trained.critic is not None


@pytest.mark.parametrize("objective", ["likelihood", "wasserstein"])
@pytest.mark.parametrize("n_rows", [1, 7, 63])
def test_tables_smaller_than_a_batch_train(n_rows, objective):
    trainer = make_trainer(n_rows, objective=objective, batch_size=512, pac=2)
    start = weights_of(trainer.generator)
    trained = trainer.run()
    assert usable(trained)
    assert not torch.equal(weights_of(trained.generator), start)
    assert trained.history[0]["held_out_log_prob"] is None


@pytest.mark.parametrize("objective", ["likelihood", "wasserstein"])
def test_a_deadline_in_the_past_ends_at_once_with_usable_weights(objective):
    started = time.monotonic()
    trained = make_trainer(objective=objective, epochs=10_000, deadline=started - 5).run()
    assert time.monotonic() - started < 3
    assert all(line["step"] <= 1 for line in trained.history)
    assert usable(trained)


def test_a_deadline_ends_training_in_time():
    started = time.monotonic()
    trained = make_trainer(epochs=1_000_000, deadline=started + 1.0).run()
    assert 0.7 < time.monotonic() - started < 3
    assert trained.history[-1]["step"] > 5
    assert usable(trained)


def test_the_weight_of_the_likelihood_in_the_game_is_no_matter_of_the_first_stage():
    zero, one = (make_trainer(likelihood_weight=weight).run() for weight in (0.0, 1.0))
    assert torch.equal(weights_of(zero.generator), weights_of(one.generator))


def test_biases_do_not_decay():
    trainer = make_trainer()
    groups = decayed(trainer.generator, 0.5)
    sizes = {group["weight_decay"]: {id(p) for p in group["params"]} for group in groups}
    heads = trainer.generator.heads
    biases = [heads.bias, heads.second_bias, *heads.last_bias]
    assert {id(p) for p in biases} <= sizes[0.0]
    assert {id(p) for p in (trainer.generator.levels, heads.first)} <= sizes[0.5]
    assert sizes[0.0] | sizes[0.5] == {id(p) for p in trainer.generator.parameters()}
    assert not sizes[0.0] & sizes[0.5]


def test_small_tables_decay_more():
    few, many = make_trainer(320, weight_decay=None), make_trainer(3_200, weight_decay=None)
    rate = few.config.learning_rate
    assert few.weight_decay == pytest.approx(min(few.batch / (rate * 3 * len(few.rows)), 8.0))
    assert many.weight_decay == pytest.approx(many.batch / (rate * 3 * len(many.rows)))
    assert many.weight_decay < few.weight_decay
    assert make_trainer(weight_decay=0.25).weight_decay == 0.25


@pytest.mark.parametrize(("passes", "haste"), [(200, 0), (40, 0), (32, 0.25), (20, 1), (1, 1)])
def test_few_passes_make_haste(passes, haste):
    trainer = make_trainer(704)
    a_pass = len(trainer.rows) / trainer.batch
    by_steps = Budget(1e9, round(passes * a_pass))
    assert trainer.haste(by_steps) == pytest.approx(haste, abs=0.02)
    by_steps.taken = 3
    assert trainer.haste(by_steps) == pytest.approx(haste, abs=0.02)
    by_steps.seconds = None
    assert trainer.haste(by_steps) == 0
    a_quarter = round(passes * a_pass / 4)
    by_time = Budget(400.0, 10**6, started=time.monotonic() - 100, taken=a_quarter)
    assert trainer.haste(by_time) == pytest.approx(haste, abs=0.02)


def test_dropout_rises_in_haste_only():
    trainer = make_trainer(704, dropout=0.4)
    a_pass = len(trainer.rows) / trainer.batch
    at = [round(passes * a_pass) for passes in (0, 5, 10, 30)]
    assert [trainer.dropout(steps, 1.0) for steps in at] == pytest.approx([0, 0.2, 0.4, 0.4], abs=0.01)
    assert [trainer.dropout(steps, 0.5) for steps in at] == pytest.approx([0, 0.4, 0.4, 0.4], abs=0.01)
    assert [trainer.dropout(steps, 0.0) for steps in at] == [0.4] * 4


def test_the_loss_curve_is_the_recorded_one(looks):
    """A change that should not alter the mathematics leaves this curve alone."""
    trained = make_trainer(640, epochs=3, learning_rate=0.01, weight_decay=1e-4).run()
    got = [line["log_prob"] for line in trained.history]
    assert got == pytest.approx(GOLDEN, rel=1e-3)


GOLDEN = [-3.9339, -3.2798, -2.9632, -2.9172, -2.9118, -2.7709]
