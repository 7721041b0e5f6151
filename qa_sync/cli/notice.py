"""Prints lines that may have come from outside, and notices while a command runs, below which a live display stays."""

from __future__ import annotations

from collections.abc import Iterable

import click

from qa_sync.reports.shared.escape import escape_invisible


def notify(line: str) -> None:
    """Print a line to standard error."""
    click.echo(escape_invisible(line), err=True)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines that may come from outside, with control characters escaped."""
    for line in lines:
        click.echo(escape_invisible(line))
