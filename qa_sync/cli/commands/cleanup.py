"""`qa-sync cleanup`: remove what earlier runs left in live systems."""

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
@click.option("--run", metavar="ID", help="Clean up after that run only, and tell all that it has left.")
@click.option("--older-than", metavar="AGE", help="Only after runs that began longer ago: 12h, 7d.")
@config_option
def cleanup(run: str | None, older_than: str | None, config: Path | None) -> int:
    """Remove what earlier live runs left behind: after a kill, with --keep, or made late by the sync.

    Only records that the journal (.qa-sync/journal.sqlite beside the settings) has, or that carry a run's mark, are
    removed; those of a run that is under way are left alone. Whether one of another machine is, nobody here can know:
    --older-than says that those have ended. What cannot be removed is listed.

    \b
    qa-sync cleanup
    qa-sync cleanup --run 20260131-120000-a1b2c3
    qa-sync cleanup --older-than 12h

    Exit codes: 0 nothing is left but what no API can remove; 2 the call or the settings are wrong; 3 something could
    not be removed this time.
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
