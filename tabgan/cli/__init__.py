"""The command line: `tabgan fit`, `sample`, `complete`, `report`, `inspect`, `info`; one file per command.

Torch and pandas are imported when a command needs them, so that `tabgan --help` answers at once.
"""

import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from tabgan import __version__
from tabgan.cli.complete import complete
from tabgan.cli.fit import fit
from tabgan.cli.info import info
from tabgan.cli.inspect import inspect
from tabgan.cli.report import report
from tabgan.cli.sample import sample
from tabgan.errors import TabganError

REFUSED = 2  # exit code: the request or the data was refused, and told in one line
INTERRUPTED = 130  # exit code: Ctrl-C, as shells have it (128 + SIGINT)


class Commands(click.Group):
    """A group whose commands fail with one line and an exit code, not with a traceback."""

    def main(  # type: ignore[override]  # click's overloads tell apart what it does when it exits
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        """Run the command line; exit with 0, 2 (refused), 3 (a gate of `report` is broken) or 130 (Ctrl-C)."""
        extra["prog_name"] = "tabgan"  # also for `python -c`
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                code = super().main(args, standalone_mode=False, **extra)
            except click.exceptions.NoArgsIsHelpError as error:  # its message is the whole help
                click.echo(error.format_message(), err=True)
                sys.exit(REFUSED)
            except click.UsageError as error:
                path = error.ctx.command_path if error.ctx else "tabgan"
                _leave(f"{path}: {error.format_message()} See `{path} --help`.", REFUSED)
            except click.ClickException as error:
                _leave(error.format_message(), REFUSED)
            except (TabganError, OSError) as error:
                _leave(str(error), REFUSED)
            except click.Abort:  # what click makes of Ctrl-C
                sys.exit(INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


def _leave(message: str, code: int) -> NoReturn:
    click.echo(f"tabgan: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning as one line, without the place in the code."""
    click.echo(f"tabgan: warning: {' '.join(str(message).split())}", err=True)


@click.group(
    "tabgan", cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="tabgan")
def main() -> None:
    """Fit a table, sample rows like it, and judge them.

    \b
    Example:
      tabgan fit data.csv                      learn data.csv, write data.tabgan
      tabgan sample data.tabgan -o new.csv     as many new rows
      tabgan report data.csv new.csv           what they are worth
    """


for command in (fit, sample, complete, report, inspect, info):
    main.add_command(command)
