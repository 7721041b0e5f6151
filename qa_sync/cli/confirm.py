"""Before the first write to somebody's system: what is going to be written, and whether that is meant."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from qa_sync.errors import UsageError
from qa_sync.modes.job import PlannedRecords
from qa_sync.reports.shared.escape import escape_invisible

yes_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--yes", "-y", is_flag=True, help="Do not ask before anything is written to live systems."
)


def confirm_writes(writes: Sequence[PlannedRecords], *, yes: bool) -> None:
    """Tell what is made where, and on a terminal ask; raises UsageError when the answer is no."""
    if not writes:
        return
    from qa_sync.modes.live_systems.planned_writes import describe_writes  # noqa: PLC0415 - a replay writes nothing

    _print_lines(describe_writes(writes))
    if not yes and is_interactive():
        _ask("Make them?")


def confirm_sync(writes: Mapping[tuple[str, str], int], *, watching: bool) -> None:
    """Tell what a sync would write where, and ask; raises UsageError when the answer is no.

    `writes` are numbers by system and what is done there; `watching`: what changes later is carried over as well.
    """
    if not writes and not watching:
        return
    counted = [f"  {system}: {number} {what}" for (system, what), number in sorted(writes.items())]
    later = ["  whatever changes from now on, until it is told to stop"] if watching else []
    _print_lines(["This is written, and stays:", *counted, *later])
    _ask("Write it?")


def is_interactive() -> bool:
    """Tell whether there is somebody to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _print_lines(lines: Iterable[str]) -> None:
    """Print lines, on a terminal broken between words; what is set in stays so."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    for line in map(escape_invisible, lines):
        indent = line[: len(line) - len(line.lstrip())]
        click.echo(line if width is None else click.wrap_text(line, width, subsequent_indent=indent * 2), err=True)


def _ask(question: str) -> None:
    if not click.confirm(question, err=True):
        raise UsageError("nothing was written: the answer was no", hint="--yes does not ask")
