"""The options of commands that only read: which reports are written, and what the terminal shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from qa_sync.reports.formats.table import FORMATS

Command = Callable[..., Any]

_REPORT = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Also write a report ({', '.join(FORMATS)}) to PATH or standard output.",
)
_COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use color in the terminal report.",
)
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print no progress, and only failures and errors.")


def report_options(command: Command) -> Command:
    """Add `--report`, `--color` and `--quiet` to a command."""
    return _REPORT(_COLOR(_QUIET(command)))
