import pytest
import torch
from sklearn.metrics import roc_auc_score

from tabgan.training import lessons
from tabgan.training.budget import Budget
from tabgan.training.lessons import spoil, teach
from tests.networks.examples import make_critic, make_generator
from tests.training.toys import make_trainer, toy_layout, weights_of

COLUMNS = torch.tensor([0, 1, 1, 3])  # a column without symbols between


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_spoilt_row_has_whole_columns_of_another_one():
    mine, theirs = torch.zeros(4_000, 4, dtype=torch.long), torch.ones(4_000, 4, dtype=torch.long)
    spoilt = spoil(mine, theirs, COLUMNS, seeded())
    assert torch.equal(spoilt[:, 1], spoilt[:, 2])
    n_swapped = spoilt[:, [0, 1, 3]].sum(1)
    counts = torch.bincount(n_swapped, minlength=4)
    assert counts[0] == 0  # no row is left as it was
    assert counts[1:].min() > 600
    assert spoilt.float().mean(0) == pytest.approx(
        torch.full((4,), float(n_swapped.float().mean()) / 3), abs=0.05
    )


@pytest.mark.parametrize("pac", [1, 4])
def test_a_taught_critic_tells_spoilt_rows(pac, monkeypatch):
    monkeypatch.setattr(lessons, "GENERATED_ROWS", 300)
    layout, trainer = toy_layout(), make_trainer(2_000)
    critic, generator = make_critic(layout, pac=pac, hidden=32), make_generator(layout)
    before = weights_of(generator)
    codes = trainer.rows.codes.long()
    bad = spoil(codes, codes.flip(0), torch.tensor(layout.symbol_column), seeded(1))
    bad = bad[
        (bad[:, 0] != bad[:, 1]) & (codes[:, 0] == codes[:, 1])
    ]  # they followed the rule of nine rows in ten

    def auc() -> float:
        with torch.no_grad():
            beside = critic.companions(codes[: pac - 1], 1)
            scores = [critic(critic.among(critic.embed(x), beside)) for x in (codes, bad)]
        return float(roc_auc_score([1] * len(codes) + [0] * len(bad), torch.cat(scores)))

    assert abs(auc() - 0.5) < 0.25
    teach(critic, generator, trainer.rows, layout, budget=Budget(None, 500), rng=trainer.rng, noise=seeded(2))
    assert auc() > 0.8
    assert torch.equal(weights_of(generator), before)
    assert all(parameter.grad is None for parameter in generator.parameters())


def test_each_row_stands_first_among_its_companions():
    layout = toy_layout()
    critic = make_critic(layout, pac=3)
    codes = make_trainer(300).rows.codes.long()
    features, own = critic.embed(codes[:5]), critic.companions(codes[5:15], 5)
    packs = critic.among(features, own)
    for row in range(5):
        expected = critic.embed(torch.cat([codes[[row]], codes[5 + 2 * row : 7 + 2 * row]])).flatten()
        assert torch.equal(packs[row], expected)
    shared = critic.among(features, critic.companions(codes[5:7], 1))
    assert torch.equal(shared[0], packs[0])
    assert torch.equal(shared[4], torch.cat([features[4], own[0].flatten()]))
