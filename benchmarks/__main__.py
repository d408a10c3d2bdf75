"""Command line: `python -m benchmarks` runs what is found and prints the table."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ROOT
from benchmarks.report import render, write_readme
from benchmarks.results import DEFAULT_PATH, read_records
from benchmarks.runner import run_tasks
from benchmarks.tasks import TASKS, Task
from tabgan_datasets import TableNotFoundError, load_table


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; gives the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "table":
        return _table(options.results, options.readme)
    tasks = choose(options.task, options.group)
    if options.list:
        print("\n".join(f"{t.name:34} {t.group:9} {t.table:13} seeds {t.seeds}" for t in tasks))
        return 0
    failed = run_tasks(
        tasks, options.results, seeds=options.seeds, max_time=options.max_time, again=options.again, say=_say
    )
    _table(options.results, readme=False)
    return 1 if failed else 0


def choose(names: Sequence[str], group: str) -> list[Task]:
    """The tasks named, else those of the group; "auto" is all whose tables are here, else the bundled."""
    if unknown := sorted(set(names) - {task.name for task in TASKS}):
        sys.exit(f"no task named {unknown[0]!r}; choose from: {', '.join(task.name for task in TASKS)}")
    if names:
        return [task for task in TASKS if task.name in names]
    if group != "auto":
        return [task for task in TASKS if group in (task.group, "all")]
    wanted = [task for task in TASKS if task.group != "bundled"]
    here = [task for task in wanted if is_here(task)]
    if absent := sorted({task.table for task in wanted} - {task.table for task in here}):
        where = os.environ.get("TABGAN_DATA")
        _say(
            f"not found: {', '.join(absent)}; "
            + (f"looked in {where}" if where else "TABGAN_DATA is not set")
        )
    if not here:
        _say(
            "running the bundled tables instead; for the others set TABGAN_DATA to a folder of NAME.csv files"
        )
    return here or [task for task in TASKS if task.group == "bundled"]


def is_here(task: Task) -> bool:
    """Whether the task's table is on this machine."""
    try:
        load_table(task.table, download=False)
    except TableNotFoundError:
        return False
    return True


def _table(path: Path, readme: bool) -> int:
    records = read_records(path)
    print(render(records))
    if readme:
        write_readme(ROOT / "benchmarks" / "README.md", records)
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Fit tables and judge the rows."
    )
    parser.set_defaults(command="run", task=[], group="auto", seeds=None, max_time=None, again=False)
    parser.set_defaults(results=DEFAULT_PATH, list=False)
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="run tasks; what is in the results already is skipped")
    run.add_argument("task", nargs="*", help="names of tasks; none: all whose tables are found")
    run.add_argument("--group", choices=("auto", "main", "ablation", "bundled", "all"), default="auto")
    run.add_argument("--seeds", type=int, nargs="+", help="instead of each task's own")
    run.add_argument("--max-time", type=float, help="seconds a training, instead of each task's own")
    run.add_argument("--again", action="store_true", help="also what is in the results already")
    run.add_argument("--list", action="store_true", help="only print what would run")
    table = commands.add_parser("table", help="print the table of the results")
    table.add_argument("--readme", action="store_true", help="write it into benchmarks/README.md too")
    for command in (run, table):
        command.add_argument("--results", type=Path, default=DEFAULT_PATH, help="a file of JSON lines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
