"""The README's Python runs as it stands, its commands exist, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest

from tabgan.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BUDGET = "max_time=300"  # the one thing that the test changes: it has seconds, not minutes


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.M | re.S)


@pytest.fixture
def folder_with_loans(tmp_path, monkeypatch):
    """A folder with a small table of the columns that the README speaks of."""
    rng = np.random.default_rng(0)
    rating = rng.choice(["A", "B", "E"], 300, p=[0.5, 0.3, 0.2])
    amount = np.where(rating == "E", 0, rng.integers(1000, 9000, 300))
    pd.DataFrame({"rating": rating, "amount": amount}).to_csv(tmp_path / "loans.csv", index=False)
    monkeypatch.chdir(tmp_path)


def test_the_python_runs(folder_with_loans):
    names: dict[str, object] = {}
    assert BUDGET in README
    for code in blocks("python"):  # a block goes on where the one before it stopped
        assert len(code.strip().splitlines()) <= 12
        exec(compile(code.replace(BUDGET, "max_time=2"), "README.md", "exec"), names)
    assert isinstance(names["rows"], pd.DataFrame)
    assert Path("loans.tabgan").stat().st_size > 0
    assert Path("report.html").stat().st_size > 0
    assert isinstance(names["attack"], dict)


def test_the_two_first_commands():
    first = blocks("sh")[0].split("\n")
    assert [line.split("#")[0].strip() for line in first if line] == ["make demo", "make check"]


def shell_lines() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))[:1] == ["tabgan"]]


@pytest.mark.parametrize("words", shell_lines(), ids=" ".join)
def test_every_command_of_the_tour_has_these_options(words):
    words = words[: words.index("|")] if "|" in words else words
    command = main.commands[words[1]]
    context = click.Context(command)
    options, arguments, _ = command.make_parser(context).parse_args(words[2:])
    assert options or arguments


def test_the_tour_shows_every_command():
    assert {words[1] for words in shell_lines()} == set(main.commands)


def test_links_lead_to_files():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(targets) > 8
    assert [target for target in targets if not (ROOT / target).exists()] == []
