import click
import pytest

from tabgan.cli.settings import parse_settings

NAMES = ["batch_size", "dims", "rate", "keep", "objective"]


def test_values_have_the_types_that_python_gives_them():
    texts = ["batch_size=500", "dims=256,128", "rate=2e-4", "keep=True", "objective=wasserstein"]
    told = parse_settings(texts, NAMES)
    assert told == {
        "batch_size": 500,
        "dims": (256, 128),
        "rate": 2e-4,
        "keep": True,
        "objective": "wasserstein",
    }
    assert parse_settings(["keep=false", "rate=none"], NAMES) == {"keep": False, "rate": None}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["batch_size"], "NAME=VALUE"),
        (["batchsize=5"], "batch_size"),
        (["nothing=5"], "objective"),
        (["rate=1", "rate=2"], "twice"),
    ],
)
def test_what_is_wrong_is_named(texts, words):
    with pytest.raises(click.UsageError, match=words):
        parse_settings(texts, NAMES)
