import math

import pytest
import torch
from torch import nn

from tabgan.errors import TrainingError
from tabgan.training.keeper import Keeper, SafePoint
from tabgan.training.runtime import Average, snapshot


def linear(value: float) -> nn.Linear:
    made = nn.Linear(2, 2)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.fill_(value)
    return made


def value_of(module: nn.Module) -> float:
    (value,) = {float(v) for p in module.parameters() for v in p.detach().flatten()}
    return value


def change(module: nn.Module, value: float) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(value)


def test_an_average_shares_no_memory_with_the_live_weights():
    live = linear(1.0)
    average = Average(live, 0.9)
    change(live, 5.0)
    assert value_of(average.weights) == 1.0
    change(average.weights, 3.0)
    assert value_of(live) == 5.0
    assert not any(p.requires_grad for p in average.weights.parameters())
    assert all(p.requires_grad for p in live.parameters())


def test_an_average_moves_as_its_formula_says():
    live = linear(0.0)
    average = Average(live, 0.6)
    expected = 0.0
    for step in range(1, 30):
        change(live, float(step % 7))
        average.update(live)
        keep = min(0.6, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * (step % 7)
        assert value_of(average.weights) == pytest.approx(expected, rel=1e-5)


def test_a_snapshot_is_a_copy():
    live = linear(1.0)
    held = snapshot(live)
    change(live, 2.0)
    assert all(bool((value == 1.0).all()) for value in held.values())
    change(live, 3.0)
    again = snapshot(live, held)
    assert all(again[name] is value and bool((value == 3.0).all()) for name, value in held.items())


def test_the_best_weights_are_kept_as_copies():
    live = linear(0.0)
    average = Average(live, 0.5)
    keeper = Keeper(average, patience=2)
    verdicts = []
    for value, score in [(1.0, -3.0), (2.0, -1.0), (3.0, -2.0), (4.0, -1.0)]:
        change(average.weights, value)
        verdicts.append((keeper.judge(score), keeper.exhausted()))
    assert verdicts == [(True, False), (True, False), (False, False), (False, True)]
    keeper.restore(live)
    assert (value_of(average.weights), value_of(live)) == (2.0, 2.0)
    change(live, 9.0)
    change(average.weights, 8.0)
    keeper.restore()
    assert (value_of(average.weights), value_of(live)) == (2.0, 9.0)


def test_a_score_that_is_no_number_is_never_the_best():
    average = Average(linear(1.0), 0.5)
    keeper = Keeper(average, patience=5)
    assert not keeper.judge(math.nan)
    assert keeper.judge(-7.0)
    change(average.weights, 2.0)
    assert not keeper.judge(math.nan)
    keeper.restore()
    assert value_of(average.weights) == 1.0


def test_without_a_judgement_weights_stay_as_they_are():
    live = linear(4.0)
    Keeper(Average(live, 0.5), patience=1).restore(live)
    assert value_of(live) == 4.0


def test_a_gain_must_exceed_the_margin():
    keeper = Keeper(Average(linear(1.0), 0.5), patience=1)
    assert keeper.judge(1.0)
    assert not keeper.judge(1.05, margin=0.1)
    assert keeper.judge(1.2, margin=0.1)


def test_a_roll_back_returns_to_the_last_sound_state():
    first, second = linear(1.0), linear(2.0)
    optimizer = torch.optim.Adam(first.parameters())
    safe = SafePoint([first, second], [optimizer])
    safe.mark()
    change(second, 3.0)
    safe.mark()
    first(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    change(second, math.nan)
    assert optimizer.state
    assert safe.roll_back() == pytest.approx(0.3)
    assert (value_of(first), value_of(second)) == (1.0, 3.0)
    assert not optimizer.state
    change(first, 7.0)
    assert safe.roll_back() == pytest.approx(0.3)  # each time; the stages multiply
    assert value_of(first) == 1.0


def test_roll_backs_end_in_an_error_that_says_what_to_do():
    safe = SafePoint([linear(1.0)], [])
    safe.mark()
    for _ in range(3):
        safe.roll_back()
    with pytest.raises(TrainingError, match=r"4 times.*extreme numbers.*learning_rate"):
        safe.roll_back()


def test_without_a_sound_state_there_is_no_way_back():
    with pytest.raises(TrainingError):
        SafePoint([linear(1.0)], []).roll_back()
