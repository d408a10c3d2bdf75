"""The Python of README and docs runs as it stands, their commands exist, their links lead somewhere."""

import json
import re
import shlex
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest

from docs.pictures import FIGURES
from tabgan.cli import main

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
BUDGET = r"max_time=\d+"  # the one thing that the tests change: they have seconds, not minutes
PICTURES = 1_000_000  # bytes of all of them


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


def run(page: Path, seconds: int) -> dict[str, object]:
    """Run a page's Python, block after block; returns what it names."""
    names: dict[str, object] = {}
    for code in blocks(page, "python"):
        assert len(code.strip().splitlines()) <= 12
        exec(compile(re.sub(BUDGET, f"max_time={seconds}", code), page.name, "exec"), names)
    return names


@pytest.fixture
def folder_with_loans(tmp_path, monkeypatch):
    """A folder with a small table of the columns that the README speaks of."""
    rng = np.random.default_rng(0)
    rating = rng.choice(["A", "B", "E"], 300, p=[0.5, 0.3, 0.2])
    amount = np.where(rating == "E", 0, rng.integers(1000, 9000, 300))
    pd.DataFrame({"rating": rating, "amount": amount}).to_csv(tmp_path / "loans.csv", index=False)
    monkeypatch.chdir(tmp_path)


def test_the_python_runs(folder_with_loans):
    names = run(README, 2)
    assert isinstance(names["rows"], pd.DataFrame)
    assert Path("loans.tabgan").stat().st_size > 0
    assert Path("report.html").stat().st_size > 0
    assert isinstance(names["attack"], dict)


def test_the_questions_run_and_are_drawn(monkeypatch):
    monkeypatch.chdir(ROOT / "datasets")
    names = run(ROOT / "docs" / "ask-the-model.md", 3)
    assert len(names["young"]) == len(names["even"]) == 1000
    assert names["young"]["age"].between(25, 35).all()
    for name, draw in FIGURES.items():
        json.dumps(draw(names), allow_nan=False)  # what a browser takes
        assert (ROOT / "docs" / "pictures" / f"{name}.svg").exists()


def test_those_who_come_from_elsewhere_find_what_they_know(monkeypatch):
    monkeypatch.chdir(ROOT / "datasets")
    names = run(ROOT / "docs" / "coming-from-ctgan.md", 3)
    assert list(names["rows"].columns) == list(names["frame"].columns)
    assert names["best"]["rating"].isin(["A", "B"]).all()


def test_the_pictures_are_light_and_shown():
    files = set((ROOT / "docs" / "pictures").iterdir())
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {path for path in files if f"pictures/{path.name}" not in text} == set()
    assert sum(path.stat().st_size for path in files) < PICTURES


def test_the_two_first_commands():
    first = blocks(README, "sh")[0].split("\n")
    assert [line.split("#")[0].strip() for line in first if line] == ["make demo", "make check"]


def shell_lines(*pages: Path) -> list[list[str]]:
    lines = [line for page in pages for block in blocks(page, "sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))[:1] == ["tabgan"]]


@pytest.mark.parametrize("words", shell_lines(*PAGES), ids=" ".join)
def test_every_command_of_the_tour_has_these_options(words):
    words = words[: words.index("|")] if "|" in words else words
    command = main.commands[words[1]]
    context = click.Context(command)
    options, arguments, _ = command.make_parser(context).parse_args(words[2:])
    assert options or arguments


def test_the_tour_shows_every_command():
    assert {words[1] for words in shell_lines(README)} == set(main.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert targets
    assert [target for target in targets if not (page.parent / target).exists()] == []
    headings = {
        re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
