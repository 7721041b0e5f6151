"""The entry point: finds the command, and turns every error into one message and an exit code.

Imports only click; a command's module is imported when it is called, so that `qa-sync --help` is fast.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module

import click

from qa_sync import __version__
from qa_sync.cli.signals import interrupted_by_signals
from qa_sync.errors import NoVerdict, QaSyncError

USAGE_ERROR = 2
NO_VERDICT = 3

COMMANDS: Mapping[str, str] = {
    "check": "Run the checks of a spec and report which pass.",
    "audit": "Compare all existing records of two systems, read-only.",
    "observe": "Follow the real changes of two systems, read-only.",
    "show": "Print the checklist of a spec without running it.",
    "lint": "Report problems in a spec, with file and line.",
    "sync": "Sync two systems as a spec describes, once or repeatedly.",
    "report": "Write reports from the results of an earlier run.",
    "diff": "Compare the results of two runs.",
    "history": "Show results over time.",
    "connectors": "List, show, draft and check connectors.",
    "init": "Write settings for the systems of a spec.",
    "new": "Write a spec from a few answers.",
    "cleanup": "Remove records that earlier live runs did not clean up.",
    "sandbox": "Serve the embedded systems on this machine.",
    "completion": "Print the completion script for bash, zsh or fish.",
}
"""The commands with their help; each is a function in the module of the same name in `cli.commands`."""

EXTRAS: Mapping[str, str] = {"ibis": "audit", "duckdb": "audit", "pyarrow": "audit", "pyspark": "spark"}
"""Optional packages and the extra that installs each."""


class Commands(click.Group):
    """The group of commands; each is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; fails with a suggestion for an unknown name."""
        if cmd_name not in COMMANDS:
            from qa_sync.cli.usage_hints import unknown_command  # noqa: PLC0415 - only for errors

            ctx.fail(unknown_command(cmd_name, list(COMMANDS)))
        command: click.Command = getattr(import_module(f"qa_sync.cli.commands.{cmd_name}"), cmd_name)
        for option in command.params:
            if isinstance(option, click.Option):
                _name_variable(option, cmd_name)
        if any(name.startswith(f"QA_SYNC_{cmd_name.upper()}_") for name in os.environ):
            from qa_sync.cli.unknown_variables import note_unknown_variables  # noqa: PLC0415 - few set any

            note_unknown_variables(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _name_variable(option: click.Option, command: str) -> None:
    """Name an option's environment variable after the option.

    By default click uses the name of the function's parameter, which users do not see.
    """
    name = max(option.opts, key=len).strip("-").replace("-", "_")
    known = [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
    option.envvar = list(dict.fromkeys([*known, f"QA_SYNC_{command}_{name}".upper()]))


def _print_version(ctx: click.Context, _parameter: click.Parameter, requested: bool) -> None:
    if not requested:
        return
    from qa_sync.cli.version import versions  # noqa: PLC0415 - only for --version

    click.echo("\n".join(versions(__version__)))
    ctx.exit()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "QA_SYNC"},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of qa-sync, Python and libraries, and exit.",
)
@click.pass_context
def qa_sync(ctx: click.Context) -> None:
    """Check data synchronizations against the specs that describe them.

    \b
    qa-sync check specs/000.txt                   replay the recording
    qa-sync check specs/000.txt --mode sandbox    run against the embedded systems
    qa-sync show specs/000.txt                    print the checklist only

    Every option can also be set by an environment variable, QA_SYNC_<COMMAND>_<OPTION>: QA_SYNC_CHECK_MODE for
    check --mode, QA_SYNC_CHECK_K for check -k.

    Exit codes: 0 every check that ran passed; 1 a check failed; 2 the command line, a spec or the settings are
    invalid; 3 a check has no verdict.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and exit; shows no traceback unless QA_SYNC_DEBUG=1 is set."""
    # Startup creates many objects that live to the end. Scanning them repeatedly, and once more at exit (see the
    # freeze below), would add 13 % to the CPU time of a replay. Reference cycles are still collected, only later.
    gc.set_threshold(500_000)
    # httpx imports its own command line with rich and pygments, and docutils imports pygments to highlight code, which
    # specs do not contain: together 11 % of a replay's CPU time. A module that is None in sys.modules cannot be
    # imported; both libraries then behave as if pygments were not installed.
    sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]
    _replace_closed_streams()
    code = _flushed(run_guarded())
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        os._exit(code)  # an interrupted command does not wait for what its threads still read
    gc.freeze()  # the exit alone: 10 %
    sys.exit(code)


def _replace_closed_streams() -> None:
    """Open the null device in place of a closed standard stream, so that no other file gets its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _flushed(code: int) -> int:
    """Return the exit code after all output is written, NO_VERDICT if it cannot be."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _discard_output()
        if not isinstance(error, BrokenPipeError):
            click.echo(f"Error: the output: {error.strerror or error}", err=True)
        return NO_VERDICT
    return code


def _discard_output() -> None:
    """Leave nothing for the interpreter to flush at exit: the output is closed or full."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_guarded() -> int:
    """Run the command line and return its exit code; every error becomes one message on standard error."""
    try:
        with interrupted_by_signals():
            _require_output()
            code = qa_sync.main(standalone_mode=False)
    except BrokenPipeError:
        _discard_output()
        return NO_VERDICT
    except SystemExit as ended:
        if not ended.code:
            return 0  # the completion of a shell ends so
        _discard_output()  # click and rich exit with 1 when the reader has closed the pipe, as if a check had failed
        return NO_VERDICT
    except (Exception, KeyboardInterrupt) as error:
        from qa_sync.reports.shared.escape import escape_invisible  # noqa: PLC0415 - only for errors

        if os.environ.get("QA_SYNC_DEBUG"):
            raise
        message, code = _error_text(error)
        click.echo(escape_invisible(message, lines=True), err=True)
    return code if isinstance(code, int) else 0


def _require_output() -> None:
    """Raise NoVerdict when standard output is closed: all output would be lost."""
    if sys.stdout is None:
        raise NoVerdict("standard output is closed", hint="> /dev/null discards it")


def _error_text(error: BaseException) -> tuple[str, int]:
    if isinstance(error, click.Abort) and isinstance(error.__cause__, EOFError):
        error = error.__cause__  # of a file that ends too early; click takes it for the end of what a user types
    match error:
        case click.UsageError():
            from qa_sync.cli.usage_hints import usage_text  # noqa: PLC0415 - only for errors

            return usage_text(error), error.exit_code
        case click.ClickException():
            return f"Error: {error.format_message()}", error.exit_code
        case QaSyncError():
            return f"Error: {error}", error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return "Interrupted.", NO_VERDICT
        case OSError():
            return f"Error: {error.filename or 'the output'}: {error.strerror or error}", NO_VERDICT
        case _:
            return _print_unexpected(error)


def _print_unexpected(error: BaseException) -> tuple[str, int]:
    """Return the message and exit code for an unexpected error: a missing package, else an internal error."""
    name = (isinstance(error, ModuleNotFoundError) and error.name) or ""
    if extra := EXTRAS.get(name.partition(".")[0]):
        return f"Error: this needs {name}, which is not installed\n  hint: pip install 'qa-sync[{extra}]'", USAGE_ERROR
    message = f"internal error in qa-sync: {type(error).__name__}: {error}"
    return f"Error: {message}\n  hint: please report it; QA_SYNC_DEBUG=1 shows the traceback", NO_VERDICT
