"""`qa-sync cleanup`: remove records that earlier runs did not clean up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from qa_sync.cli.confirm import confirm_cleanup, yes_option
from qa_sync.cli.notice import notify
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.durations import age_of
from qa_sync.cli.signals import graceful_shutdown
from qa_sync.modes.live_systems.cleanup import CleanupResult, PlannedCleanup, clean_up
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.systems.journal.cleanup import MAX_ROUNDS

STILL_THERE = 3


@click.command()
@click.option("--run", metavar="ID", help="Clean up this run only, and list every record not removed.")
@click.option("--older-than", metavar="AGE", help="Only runs that started longer ago, such as 12h or 7d.")
@yes_option
@config_option
def cleanup(run: str | None, older_than: str | None, yes: bool, config: Path | None) -> int:
    """Remove records that earlier live runs did not clean up.

    Records remain when a run is killed, runs with --keep, or when the sync creates a counterpart late. Only records
    that are listed in the journal next to the settings, or that carry a run's mark, are removed.

    Runs in progress are left alone. Runs of other machines, whose state is unknown, are cleaned up only when they are
    older than --older-than. Records that cannot be removed are listed. The command asks before it deletes; without a
    terminal, it deletes only with --yes.

    \b
    qa-sync cleanup
    qa-sync cleanup --run 20260131-120000-a1b2c3
    qa-sync cleanup --older-than 12h --yes

    Exit codes: 0 nothing remains but what no API can remove; 2 the command line or the settings are invalid; 3 a
    record could not be removed this time.
    """
    settings = settings_from(config)
    age = age_of(older_than, "--older-than") if older_than is not None else None
    code = None
    with graceful_shutdown():
        for cleaned in clean_up(
            settings, run, age, confirm=partial(_confirm, settings.sync.interval_s, yes=yes), notify=notify
        ):
            _report(cleaned)
            code = STILL_THERE if cleaned.open else code or 0
    if code is None:
        click.echo("nothing to remove")
    return code or 0


def _confirm(interval_s: float, planned: Sequence[PlannedCleanup], *, yes: bool) -> None:
    runs = [(f"run {p.run.id} ({', '.join(p.run.specs)})", p.records) for p in planned]
    confirm_cleanup(runs, len(runs) * MAX_ROUNDS * interval_s, yes=yes)


def _report(cleaned: CleanupResult) -> None:
    specs = ", ".join(cleaned.run.specs)
    click.echo(
        escape_invisible(f"run {cleaned.run.id} ({specs}): {cleaned.removed} removed, {len(cleaned.not_removed)} left")
    )
    for lost in cleaned.not_removed:
        click.echo(escape_invisible(f"  {lost.system} {lost.entity} {lost.id}: {lost.why}"))
