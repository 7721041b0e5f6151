"""`--baseline PATH`: known failures do not fail the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.results import Results


def load_baseline(path: Path | None, specs: Sequence[str]) -> Callable[[Results], Results]:
    """Read the baseline before the run; return the function that applies it to the results.

    Raises UsageError for an invalid file, and for an entry that does not say which of two specs it is for.
    """
    if path is None:
        return lambda results: results
    from qa_sync.reports.history.baseline import apply_baseline, read_baseline, reject_ambiguous, unmatched_entries  # noqa: PLC0415 - most runs have none

    entries = read_baseline(path)
    reject_ambiguous(entries, specs)

    def excused(results: Results) -> Results:
        for sentence in unmatched_entries(results, entries):
            click.echo(escape_invisible(f"note: {sentence}"), err=True)
        return apply_baseline(results, entries, datetime.now().astimezone().date())

    return excused
