"""`--history`: whether and where a run is recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from qa_sync.errors import UsageError
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.results import Results
from qa_sync.settings.model import Settings

history_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--history/--no-history",
    "history",
    default=None,
    envvar="QA_SYNC_HISTORY",
    help="Record the verdicts in .qa-sync/history.sqlite.",
    show_default="on, off in CI",
)


def folder_of(settings: Settings) -> Path:
    """Return the folder of the history: that of the settings, else the working folder."""
    return settings.path.parent if settings.path else Path()


def save_history(results: Results, settings: Settings, texts: Mapping[str, str], wanted: bool | None) -> None:
    """Append a run to the history.

    In CI nothing is recorded unless `wanted` is true, because the working folder is discarded. A history that cannot
    be written prints a note and does not change the exit code.
    """
    if wanted is False or (wanted is None and os.environ.get("CI")):
        return
    from qa_sync.reports.history.store import append_run, history_path  # noqa: PLC0415 - start-up speed

    path = history_path(folder_of(settings))
    try:
        append_run(results, path, texts)
    except UsageError as error:
        click.echo(escape_invisible(f"note: the run could not be recorded in {path}: {error.in_line}"), err=True)
