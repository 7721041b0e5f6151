"""Confirmation before the first write to a live system."""

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
    "--yes", "-y", is_flag=True, help="Write to live systems without asking for confirmation."
)


def confirm_writes(writes: Sequence[PlannedRecords], *, yes: bool) -> None:
    """Print the planned records, and on a terminal ask for confirmation; raises UsageError if declined."""
    if not writes:
        return
    from qa_sync.modes.live_systems.planned_writes import describe_writes  # noqa: PLC0415 - a replay writes nothing

    _print_lines(describe_writes(writes))
    if not yes and is_interactive():
        _ask("Create these records?")


def confirm_sync(writes: Mapping[tuple[str, str], int], *, watching: bool) -> None:
    """Print the planned writes of a sync and ask for confirmation; raises UsageError if declined.

    `writes` are numbers by system and kind of write; with `watching`, later changes are synced as well.
    """
    if not writes and not watching:
        return
    counted = [f"  {system}: {number} {what}" for (system, what), number in sorted(writes.items())]
    later = ["  all later changes, until the sync is stopped"] if watching else []
    _print_lines(["These writes will be made and are not undone:", *counted, *later])
    _ask("Continue?")


def is_interactive() -> bool:
    """Return whether the user can be asked: standard input and standard error are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _print_lines(lines: Iterable[str]) -> None:
    """Print lines, wrapped to the width of a terminal with their indentation kept."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    for line in map(escape_invisible, lines):
        indent = line[: len(line) - len(line.lstrip())]
        click.echo(line if width is None else click.wrap_text(line, width, subsequent_indent=indent * 2), err=True)


def _ask(question: str) -> None:
    if not click.confirm(question, err=True):
        raise UsageError("canceled: nothing was written", hint="--yes writes without asking")
