"""Keeps the results of a run that goes on or is interrupted, and removes its records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import click
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist
from qa_sync.cli.notice import notify
from qa_sync.cli.options.report_targets import Target
from qa_sync.modes.job import PreparedRun
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.collect_results import RunSoFar
from qa_sync.running.events import Event, Leftover
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, is_failure

Narrow = Callable[[Iterator[Event]], Iterator[Event]]
"""Reduces events to those of the selected checks."""


def results_of(
    events: Iterable[Event],
    so_far: RunSoFar,
    prepared: PreparedRun,
    checklists: Sequence[Checklist],
    config: RunConfig,
    narrow: Narrow,
) -> Results:
    """Collect the results in `so_far` and remove the remaining records.

    After an interruption the results have the verdicts so far, and every other check as not run. Any other exception
    is raised after the cleanup; a KeyboardInterrupt before the run started, too.
    """
    began = time.perf_counter()
    interrupted = None
    try:
        for event in _announcing_stop(events, prepared, config):
            so_far.add(event)
    except KeyboardInterrupt as signal:
        interrupted = signal
    except Exception:
        report_not_removed(prepared.clean_up([*so_far.leftovers()]))
        raise
    left = _final_cleanup(prepared, [*so_far.leftovers()])
    if interrupted is None:
        results = replace(so_far.results(), leftovers=left)
        if results.stopped_early and prepared.is_silent:
            _report_cleanup(left)
        return results
    _report_cleanup(left)
    if so_far.started is None:
        raise interrupted
    from qa_sync.running.interrupted import missing_events  # noqa: PLC0415 - most runs are not interrupted

    for event in narrow(missing_events(so_far, checklists, time.perf_counter() - began, config.sign_off)):
        so_far.add(event)
    return replace(so_far.results(), leftovers=left, interrupted=True)


def results_so_far(
    events: Iterator[Event],
    so_far: RunSoFar,
    targets: Iterable[Target],
    checklists: Sequence[Checklist],
    complete: Callable[[Results], Results],
    narrow: Narrow,
) -> Iterator[Event]:
    """Pass events through; JSON reports with a file have the results so far, `complete`d, while the run goes on."""
    paths = [target.path for target in targets if target.path and target.format == "json"]
    if not paths:
        return events
    from qa_sync.cli.partial_results import PartialResults  # noqa: PLC0415 - most runs have none

    return PartialResults(paths, so_far, checklists, complete, narrow).follow(events)


def stop_run(prepared: PreparedRun) -> str:
    """Stop a run, from a signal handler; return the line that the interruption prints: what it removes."""
    prepared.stop.set()
    return escape_invisible(f"Interrupted{_made(prepared)}: stopping the run and removing its records.")


def _announcing_stop(events: Iterable[Event], prepared: PreparedRun, config: RunConfig) -> Iterator[Event]:
    """Pass events through; when the run stops at its first failure, say that and each record that it then removes."""
    is_stopped = False
    for event in events:
        yield event
        if config.stop_at_first_failure and not is_stopped and is_failure(event):
            is_stopped = True
            if made := _made(prepared):
                notify(f"Stopped at the first failure or error{made}: cleaning up.")
                prepared.announce_deletions()


def _made(prepared: PreparedRun) -> str:
    made = [f"{number} {system} {entity}" for (system, entity), number in sorted(prepared.made().items())]
    return f" with {', '.join(made)}" if made else ""


def _report_cleanup(left: Sequence[Leftover]) -> None:
    report_not_removed(left)
    notify(f"cleanup finished: {len(left) or 'no'} record{'s' * (len(left) != 1)} not removed")


def _final_cleanup(prepared: PreparedRun, left: Sequence[Leftover]) -> tuple[Leftover, ...]:
    """Remove the remaining records at the end; the first interruption of the cleanup starts it once more."""
    try:
        return prepared.clean_up(left)
    except KeyboardInterrupt:
        report_not_removed(prepared.clean_up(left))
        raise


def report_not_removed(left: Sequence[Leftover]) -> None:
    """Print a line for each record that was not removed."""
    for lost in left:
        click.echo(escape_invisible(f"not removed: {lost.system} {lost.entity} {lost.id}: {lost.why}"), err=True)
