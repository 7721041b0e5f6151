"""`--baseline PATH`: what a run finds, with the failures that are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from qa_sync.running.results import Results


def load_baseline(path: Path | None) -> Callable[[Results], Results]:
    """Read the baseline now, before anything is run; return what is done with the results.

    Raises UsageError for what is wrong in the file.
    """
    if path is None:
        return lambda results: results
    from qa_sync.reports.history.baseline import apply_baseline, read_baseline, unmatched_entries  # noqa: PLC0415 - most runs have none

    entries = read_baseline(path)

    def excused(results: Results) -> Results:
        for sentence in unmatched_entries(results, entries):
            click.echo(f"note: {sentence}", err=True)
        return apply_baseline(results, entries, datetime.now().astimezone().date())

    return excused
