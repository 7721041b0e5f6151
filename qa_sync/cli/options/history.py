"""`--history`: whether and where a run is recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
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


def _is_on(wanted: bool | None) -> bool:
    return bool(wanted) or (wanted is None and not os.environ.get("CI"))


def compared_to_earlier(results: Results, settings: Settings, wanted: bool | None, *, has_baseline: bool) -> Results:
    """Return the results of several specs with what newly fails and when each spec was last verified.

    Compares with the history and the baseline; without both, what newly fails is not known. A history that cannot be
    read is the same as none: `save_history` prints the reason.
    """
    if len(results.specs) < 2:  # noqa: PLR2004 - an overview is of several specs
        return results
    from qa_sync.reports.history.earlier_runs import nothing_earlier, with_earlier  # noqa: PLC0415 - start-up speed
    from qa_sync.reports.history.earlier_verdicts import earlier_verdicts  # noqa: PLC0415 - as above
    from qa_sync.reports.history.store import history_path  # noqa: PLC0415 - as above

    if _is_on(wanted):
        with suppress(UsageError), earlier_verdicts(history_path(folder_of(settings))) as earlier:
            return with_earlier(results, earlier, has_baseline=has_baseline)
    return with_earlier(results, nothing_earlier, has_baseline=has_baseline)


def save_history(results: Results, settings: Settings, texts: Mapping[str, str], wanted: bool | None) -> None:
    """Append a run to the history.

    In CI nothing is recorded unless `wanted` is true, because the working folder is discarded. A history that cannot
    be written prints a note and does not change the exit code.
    """
    if not _is_on(wanted):
        return
    from qa_sync.reports.history.store import append_run, history_path  # noqa: PLC0415 - start-up speed

    path = history_path(folder_of(settings))
    try:
        append_run(results, path, texts)
    except UsageError as error:
        click.echo(escape_invisible(f"note: the run could not be recorded in {path}: {error.in_line}"), err=True)
