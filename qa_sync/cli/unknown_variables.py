"""Notes environment variables that look like an option of a command and are none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import click

from qa_sync.errors import did_you_mean
from qa_sync.reports.shared.escape import escape_invisible


def note_unknown_variables(command: click.Command, name: str) -> None:
    """Print a note for each `QA_SYNC_<COMMAND>_...` in the environment that belongs to no option of the command."""
    known = set(_variables(command))
    start = f"QA_SYNC_{name.upper()}_"
    for variable in sorted(v for v in os.environ if v.startswith(start) and v not in known):
        # The beginning, which all have, would make any two of them alike.
        near = did_you_mean(variable.removeprefix(start), (own.removeprefix(start) for own in known))
        near = re.sub(r"'(\w+)'", rf"'{start}\1'", near) if near else f"qa-sync {name} --help lists the options"
        click.echo(escape_invisible(f"note: {variable} belongs to no option of {name}; {near}"), err=True)


def _variables(command: click.Command) -> Iterator[str]:
    """Yield the variables of the options of a command and of its subcommands, which click names itself."""
    for option in command.params:
        yield from [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            start = f"QA_SYNC_{command.name}_{subcommand.name}".replace("-", "_")
            yield from (f"{start}_{option.name}".upper() for option in subcommand.params)
