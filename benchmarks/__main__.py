"""Command line: `python -m benchmarks` runs tabgan on what is found and prints the tables."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks import ROOT, ask, growth, scaling
from benchmarks.markdown import put_between
from benchmarks.methods import choose_methods
from benchmarks.plots import draw_plots
from benchmarks.report import render
from benchmarks.results import DEFAULT_PATH, is_done, read_records
from benchmarks.runner import plan, run
from benchmarks.tasks import BUNDLED, SIMULATED, TASKS, Task, choose_tasks
from tabgan_datasets.loader import is_here

README = ROOT / "benchmarks" / "README.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; gives the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["gpu"]:
        from benchmarks.gpu import main as gpu_main

        return gpu_main(given[1:])
    if given[:1] == ["scaling"]:
        return scaling.main(given[1:])
    if given[:1] == ["ask"]:
        return ask.main(given[1:])
    options = _parser().parse_args(given)
    return _table(options) if options.command == "table" else _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        tasks = choose_tasks(options.task) if options.task else found_tasks()
        methods = choose_methods(options.method)
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    trainings = plan(tasks, methods, seeds, options.seconds)
    if options.list:
        done = read_records(options.results)
        for training in trainings:
            print(f"{'done' if is_done(done, training.key) else 'to do'}  {training}")
        return 0
    failed = run(trainings, options.results, again=options.again)
    print(render(read_records(options.results)))
    return 1 if failed else 0


def found_tasks() -> list[Task]:
    """The tasks whose tables are on this machine; without any the bundled ones."""
    wanted = [task for task in TASKS if task not in (*BUNDLED, *SIMULATED)]
    here = [task for task in wanted if is_here(task.table)]
    if absent := sorted({task.table for task in wanted} - {task.table for task in here}):
        where = os.environ.get("TABGAN_DATA")
        looked = f"looked in {where}" if where else "TABGAN_DATA is not set"
        tqdm.write(f"not found: {', '.join(absent)}; {looked}")
    if not here:
        tqdm.write(
            "running the bundled tables instead; for the others set TABGAN_DATA to a folder of NAME.csv files"
        )
    return [*here, *SIMULATED] if here else [*BUNDLED, *SIMULATED]


def _table(options: argparse.Namespace) -> int:
    records, plots = read_records(options.results), ""
    if not options.no_plots:
        try:
            drawn = draw_plots(records, options.readme.parent / "plots")
        except ModuleNotFoundError as error:
            print(error, file=sys.stderr)
            return 2
        places = [(what, path.relative_to(options.readme.parent).as_posix()) for what, path in drawn]
        plots = "".join(f"![{what}]({place})\n\n" for what, place in places)
    folder = options.results.parent
    text = options.readme.read_text(encoding="utf-8")
    for name, shown in (
        ("figures", plots + render(records)),
        ("questions", ask.render(read_records(folder / ask.RESULTS.name))),
        ("scaling", growth.render(read_records(folder / scaling.RESULTS.name))),
    ):
        text = put_between(text, name, shown)
    options.readme.write_text(text, encoding="utf-8")
    print(f"wrote {options.readme}" + (", and its plots" if plots else ""))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Fit tables and judge the rows."
    )
    parser.set_defaults(command="run", task="", method="tabgan,real", seeds=1, first_seed=0, seconds=None)
    parser.set_defaults(results=DEFAULT_PATH, again=False, list=False)
    commands = parser.add_subparsers(dest="command", metavar="run | table | gpu | scaling | ask")
    run = commands.add_parser("run", help="run trainings; what is in the results already is skipped")
    run.add_argument(
        "--task", default="", help="names or groups, comma-separated; none: all whose tables are found"
    )
    run.add_argument("--method", default="tabgan,real", help="names or groups, comma-separated: %(default)s")
    run.add_argument("--seeds", type=int, default=1, help="how many trainings of each, from --first-seed on")
    run.add_argument("--first-seed", type=int, default=0)
    run.add_argument("--seconds", type=float, help="of each fit, instead of the method's own default")
    run.add_argument("--again", action="store_true", help="also what is in the results already")
    run.add_argument("--list", action="store_true", help="only print what would run")
    table = commands.add_parser("table", help="write tables and plots from the results")
    table.add_argument("--readme", type=Path, default=README, help="where, between its marks")
    table.add_argument("--no-plots", action="store_true", help="tables only, without matplotlib")
    for command in (run, table):
        command.add_argument("--results", type=Path, default=DEFAULT_PATH, help="a file of JSON lines")
    commands.add_parser("gpu", help="the check and the timings on a GPU", add_help=False)
    commands.add_parser("scaling", help="seconds and memory as tables grow", add_help=False)
    commands.add_parser("ask", help="what the model can be asked, beside the usual ways", add_help=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
