import time

import pytest

from tabgan.training.budget import Budget


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_steps_are_counted_in_shares(clock):
    budget = Budget(None, 8)
    shares = []
    for _ in range(10):
        shares.append(budget.done())
        budget.taken += 1
    assert shares == [step / 8 for step in range(10)]
    clock[0] += 1e9
    assert budget.done() == 10 / 8


def test_whichever_is_used_up_first_counts(clock):
    budget = Budget(20.0, 8, started=clock[0])
    budget.taken = 2
    clock[0] += 4
    assert (budget.elapsed(), budget.done()) == (4.0, 0.25)
    clock[0] += 4
    assert budget.done() == 0.4


def test_nothing_left_is_done_and_no_limit_never_is(clock):
    assert Budget(0.0, None).done() == 1
    assert Budget(None, 0).done() == 1
    endless = Budget(None, None, taken=10**9)
    clock[0] += 1e9
    assert endless.done() == 0
