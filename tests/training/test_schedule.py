import pytest
import torch

from tabgan.training.schedule import cosine, set_rate, warm_up


def test_rates_warm_up_and_fall():
    assert [warm_up(step, 0.0) for step in (0, 49, 99, 1000)] == [0.01, 0.5, 1.0, 1.0]
    assert [warm_up(0, done) for done in (0.05, 0.1, 0.9)] == [0.5, 1.0, 1.0]  # a short budget does not wait
    assert warm_up(89, 0.01) == 0.9
    assert [cosine(done) for done in (0.0, 0.5, 1.0, 2.0)] == pytest.approx([1.0, 0.5, 0.0, 0.0])
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=1.0)
    set_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25]
