"""Before the first write to somebody's system: what is going to be made, and whether that is meant."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import click

from qa_sync.errors import UsageError
from qa_sync.modes.job import Planned
from qa_sync.reports.escape import visible

yes_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--yes", "-y", is_flag=True, help="Do not ask before records are made in live systems."
)


def agree(writes: Sequence[Planned], *, yes: bool) -> None:
    """Tell what is made where, and on a terminal ask; raises UsageError when the answer is no."""
    if not writes:
        return
    _tell("This makes records, which are removed again, and as many counterparts may come of them:")
    for (system, url), entities in groupby(sorted(writes, key=_where), key=_where):
        counted = ", ".join(f"{planned.count} {planned.entity}" for planned in entities)
        _tell(visible(f"{system} ({url}): {counted}"), indent="  ")
    if not yes and on_terminal() and not click.confirm("Make them?", err=True):
        raise UsageError("nothing was written: the answer was no", hint="--yes does not ask")


def on_terminal() -> bool:
    """Tell whether there is somebody to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _tell(text: str, indent: str = "") -> None:
    """Print a line, on a terminal broken between words."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else len(indent + text)
    click.echo(click.wrap_text(text, width, initial_indent=indent, subsequent_indent=indent * 2), err=True)


def _where(planned: Planned) -> tuple[str, str]:
    return planned.system, planned.url
