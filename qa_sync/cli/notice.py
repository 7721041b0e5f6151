"""Prints notices while a command runs; a live display stays below them."""

from __future__ import annotations

import click

from qa_sync.reports.shared.escape import escape_invisible


def notify(line: str) -> None:
    """Print a line to standard error."""
    click.echo(escape_invisible(line), err=True)
