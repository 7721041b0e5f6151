"""The front of the command line: finds the command, and turns every error into one clear message and an exit code.

Only click is imported here; a command's own imports wait until it is called, so that `qa-sync --help` is quick.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module

import click

from qa_sync import __version__
from qa_sync.errors import QaSyncError, did_you_mean

USAGE_ERROR = 2
NO_VERDICT = 3

COMMANDS: Mapping[str, str] = {
    "check": "Carry a document's promises out and tell which hold.",
    "audit": "Compare all records of the two systems, read-only.",
    "show": "Print the checklist of a document; nothing is run.",
    "lint": "Tell what is wrong with a document itself.",
    "sync": "Carry a document out, once or again and again.",
    "report": "Tell again what a run found, in another form.",
    "diff": "Tell what changed from one run to another.",
    "history": "Show how checks behaved from run to run, and what was last verified when.",
    "connectors": "Show the connectors, and check one.",
    "cleanup": "Remove what earlier live runs left behind.",
    "sandbox": "Serve the embedded systems on this machine.",
    "completion": "Print the completion script for bash, zsh or fish.",
}
"""The commands, each a module of this room with a function of the same name, and what they do."""

EXTRAS: Mapping[str, str] = {"ibis": "audit", "duckdb": "audit", "pyarrow": "audit", "pyspark": "spark"}
"""The packages that only some need, and the extra that brings each."""


class Commands(click.Group):
    """The group of commands, imported one by one when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; an unknown one is answered with the nearest."""
        if cmd_name not in COMMANDS:
            near = did_you_mean(cmd_name, COMMANDS)
            ctx.fail(f"no such command {cmd_name!r}" + (f"; {near}" if near else ""))
        command: click.Command = getattr(import_module(f"qa_sync.cli.commands.{cmd_name}"), cmd_name)
        for option in command.params:
            if isinstance(option, click.Option):
                _name_variable(option, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _name_variable(option: click.Option, command: str) -> None:
    """Let an option be given in the environment under the name that it has on the command line.

    Left to itself click would take the name of the function's parameter, which nobody can know.
    """
    name = max(option.opts, key=len).strip("-").replace("-", "_")
    known = [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
    option.envvar = list(dict.fromkeys([*known, f"QA_SYNC_{command}_{name}".upper()]))


def _print_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from qa_sync.cli.version import versions  # noqa: PLC0415 - only when asked for

    click.echo("\n".join(versions(__version__)))
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "QA_SYNC"},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of what matters.",
)
def qa_sync() -> None:
    """Hand it the document that promises a data synchronisation; it tells which promises hold.

    \b
    qa-sync check specs/000.txt                   replay the recording
    qa-sync check specs/000.txt --mode sandbox    against the embedded systems
    qa-sync show specs/000.txt                    the checklist, nothing run

    Every option of a command can also be given in the environment, by the command's and its own name: for check --mode
    that is QA_SYNC_CHECK_MODE, for check -k QA_SYNC_CHECK_K.

    Exit codes: 0 every check that ran passed; 1 a promise does not hold; 2 the call, the document or the settings are
    wrong; 3 something could not be found out.
    """


def main() -> None:
    """Run the command line; never returns, never shows a traceback (set QA_SYNC_DEBUG=1 to see one)."""
    # Start-up makes very many objects that live to the end; by default the collector looks through them again and
    # again, which is a tenth of a replay's time. Garbage in circles is still found, only later.
    gc.set_threshold(500_000)
    # `import httpx` also imports httpx's own command line with all of rich and pygments, a sixth of a replay's time.
    # What is None here cannot be imported, and httpx does without it as where rich is not installed.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    # The same for docutils, which would import pygments to highlight code, of which documents have none.
    sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]
    code = run_guarded()
    # At its exit the interpreter would look through everything for garbage once more, a seventh of a replay's time.
    gc.freeze()
    sys.exit(code)


def run_guarded() -> int:
    """Run the command line and return its exit code; every error has become one message on standard error."""
    try:
        code = qa_sync.main(standalone_mode=False)
    except BrokenPipeError:
        # Whoever read our output has gone; leave nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_VERDICT
    except (Exception, KeyboardInterrupt) as error:
        from qa_sync.reports.shared.escape import escape_invisible  # noqa: PLC0415 - only when something went wrong

        if os.environ.get("QA_SYNC_DEBUG"):
            raise
        told, code = _error_text(error)
        click.echo(escape_invisible(told, lines=True), err=True)
    return code if isinstance(code, int) else 0


def _error_text(error: BaseException) -> tuple[str, int]:
    match error:
        case click.UsageError():
            usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
            return f"{usage}Error: {error.format_message()}", error.exit_code
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
    """Tell of what no error of ours stands for: a package that is not installed, else a fault."""
    name = (isinstance(error, ModuleNotFoundError) and error.name) or ""
    if extra := EXTRAS.get(name.partition(".")[0]):
        return f"Error: this needs {name}, which is not installed\n  hint: pip install 'qa-sync[{extra}]'", USAGE_ERROR
    told = f"a fault in qa-sync itself: {type(error).__name__}: {error}"
    return f"Error: {told}\n  hint: please report it; QA_SYNC_DEBUG=1 shows where", NO_VERDICT
