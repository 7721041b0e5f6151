"""`qa-sync cleanup`: remove records that earlier runs did not clean up."""

from __future__ import annotations

from pathlib import Path

import click

from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.durations import age_of
from qa_sync.cli.signals import graceful_shutdown
from qa_sync.modes.live_systems.cleanup import CleanupResult, clean_up
from qa_sync.reports.shared.escape import escape_invisible

STILL_THERE = 3


@click.command()
@click.option("--run", metavar="ID", help="Clean up this run only, and list every record not removed.")
@click.option("--older-than", metavar="AGE", help="Only runs that started longer ago, such as 12h or 7d.")
@config_option
def cleanup(run: str | None, older_than: str | None, config: Path | None) -> int:
    """Remove records that earlier live runs did not clean up.

    Records remain when a run is killed, runs with --keep, or when the sync creates a counterpart late. Only records
    that are listed in the journal next to the settings, or that carry a run's mark, are removed.

    Runs in progress are left alone. Runs of other machines, whose state is unknown, are cleaned up only when they are
    older than --older-than. Records that cannot be removed are listed.

    \b
    qa-sync cleanup
    qa-sync cleanup --run 20260131-120000-a1b2c3
    qa-sync cleanup --older-than 12h

    Exit codes: 0 nothing remains but what no API can remove; 2 the command line or the settings are invalid; 3 a
    record could not be removed this time.
    """
    settings = settings_from(config)
    age = age_of(older_than, "--older-than") if older_than is not None else None
    code = 0
    with graceful_shutdown():
        for cleaned in clean_up(settings, run, age):
            _report(cleaned)
            code = STILL_THERE if cleaned.open else code
    return code


def _report(cleaned: CleanupResult) -> None:
    specs = ", ".join(cleaned.run.specs)
    click.echo(
        escape_invisible(f"run {cleaned.run.id} ({specs}): {cleaned.removed} removed, {len(cleaned.not_removed)} left")
    )
    for lost in cleaned.not_removed:
        click.echo(escape_invisible(f"  {lost.system} {lost.entity} {lost.id}: {lost.why}"))
