"""What all commands share: help, version, one line and exit 2, 130 after Ctrl-C."""

import warnings

import pytest
from click.testing import CliRunner

import tabgan
from tabgan.cli import Commands, main
from tabgan.errors import ColumnError


@pytest.mark.parametrize("command", [None, *main.commands])
def test_help_shows_an_example(command):
    result = CliRunner().invoke(main, [*filter(None, [command]), "--help"])
    assert result.exit_code == 0
    assert "Example:\n" in result.output
    assert f"tabgan {command or 'fit'}" in result.output


def test_without_a_command_the_help_is_shown_as_it_is():
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 2
    assert result.stderr == CliRunner().invoke(main, ["--help"]).stdout


def test_version():
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.output) == (0, f"tabgan, version {tabgan.__version__}\n")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["fit"], "tabgan fit: Missing argument 'DATA'. See `tabgan fit --help`."),
        (["fit", "--epoch", "3", "x.csv"], "No such option"),
        (["nothing"], "No such command 'nothing'"),
        (["sample", "m.tabgan", "-n", "-1"], "-1 is not in the range x>=0"),
        (["sample", "m.tabgan", "-n", "many"], "'many' is not a valid integer"),
        (["sample", "m.tabgan", "--temperature", "nan"], "must be a finite number, found 'nan'"),
        (["sample", "m.tabgan", "--temperature", "inf"], "must be a finite number, found 'inf'"),
        (["fit", "x.csv", "--holdout-share", "nan"], "must be a finite number, found 'nan'"),
        (["fit", "x.csv", "--max-time", "soon"], "'--max-time': must be a length of time"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_2(args, told):
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def command_that(action):
    group = Commands("tabgan")
    group.command("go")(action)
    return CliRunner().invoke(group, ["go"])


def test_an_expected_error_is_one_line_and_exit_2():
    def refuse():
        raise ColumnError("column 'two\nlines': lists cannot be modelled; drop it")

    result = command_that(refuse)
    assert result.exit_code == 2
    assert result.stderr == "tabgan: column 'two lines': lists cannot be modelled; drop it\n"


def test_an_error_of_the_disk_is_one_line_and_exit_2():
    def fail():
        raise OSError(28, "No space left on device")

    result = command_that(fail)
    assert (result.exit_code, result.stderr) == (2, "tabgan: [Errno 28] No space left on device\n")


def test_our_own_mistakes_keep_their_traceback():
    def break_down():
        raise KeyError("bug")

    assert isinstance(command_that(break_down).exception, KeyError)


def test_ctrl_c_is_130():
    def interrupt():
        raise KeyboardInterrupt

    assert command_that(interrupt).exit_code == 130


def test_a_warning_is_one_line_on_standard_error():
    def warn():
        warnings.simplefilter("always")
        warnings.warn("the critic was slowed down", stacklevel=2)

    result = command_that(warn)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "tabgan: warning: the critic was slowed down\n"
