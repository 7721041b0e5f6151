"""Deletes records of earlier runs, for example after a kill; finds them in the journal and by their marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.clock import RealClock
from qa_sync.errors import InternalError, NoVerdict, QaSyncError, UnknownName, UsageError
from qa_sync.modes.live_systems.connections import open_system_connection
from qa_sync.modes.live_systems.run_journal import SKEW, as_leftovers, journal_path
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.running.events import Leftover
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder, load_with_settings
from qa_sync.systems.http.retrying.waits import Notify, ignore_notice
from qa_sync.systems.journal.cleanup import REMOVABLE_STATES, Cleanup
from qa_sync.systems.journal.journal import Journal
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.journal.rows import JournaledRun, RecordLocation
from qa_sync.systems.redaction import Redactor, url_secrets
from qa_sync.systems.system import System

NEXT: Final = {"begun": "ended", "ended": "closed", "closed": "closed"}
"""The next state of a run after a cleanup.

The sync may create a counterpart long after the run, so that a run that has ended is cleaned up once more.
"""


class CleanupResult(Struct, frozen=True):
    """The cleanup result of one run: the number of deleted records, the remaining ones, and how many can be retried."""

    run: JournaledRun
    removed: int
    not_removed: tuple[Leftover, ...]
    open: int


class PlannedCleanup(Struct, frozen=True):
    """A run to clean up, and the number of its records in the journal that can be deleted."""

    run: JournaledRun
    records: int


def select_runs(journal: Journal, run: str | None, older_than: timedelta | None) -> tuple[JournaledRun, ...]:
    """Return the runs to clean up, never those of live processes on this machine.

    Raises UnknownName for a run that is not in the journal, UsageError for one in progress.
    """

    def is_at_work(each: JournaledRun) -> bool:
        return each.alive and each.elsewhere is None

    runs = journal.runs()
    if run is not None:
        named = next((each for each in runs if each.id == run), None)
        if named is None:
            raise _unknown_run(run, [each.id for each in runs])
        if is_at_work(named):
            raise UsageError(f"the run {run} is in progress", hint="interrupt it: then it cleans up its records")
        return (named,)
    before = datetime.now(UTC) - (older_than or timedelta(0))
    return tuple(e for e in runs if not is_at_work(e) and e.started <= before and _needs_cleanup(journal, e))


def _needs_cleanup(journal: Journal, run: JournaledRun) -> bool:
    entries = journal.entries(run.id)
    return any(entry.state in REMOVABLE_STATES for entry in entries) or (run.state != "closed" and bool(entries))


@dataclass(slots=True)
class LazyConnections:
    """The user's systems as currently configured, each connected on first use."""

    settings: Settings
    exits: ExitStack
    redact: Redactor = field(default_factory=Redactor)
    notify: Notify = ignore_notice
    _connected: dict[str, System | QaSyncError] = field(default_factory=dict)

    def __call__(self, place: RecordLocation) -> System:
        """Return the system of a record; raises QaSyncError when it cannot be used."""
        own = self.settings.system(place.system)
        if own is None or own.url is None or own.url.rstrip("/") != place.url.rstrip("/"):
            self.redact.add_secrets(*url_secrets(place.url))
            raise NoVerdict(f"it was created at {place.url}, but this is not the url of {place.system} in the settings")
        if reason := read_only_reason(self.settings, place.system):
            raise NoVerdict(reason)
        if place.system not in self._connected:
            self._connected[place.system] = self._connect(place.system)
        found = self._connected[place.system]
        if isinstance(found, QaSyncError):
            raise found
        return found

    def _connect(self, label: str) -> System | QaSyncError:
        try:
            connector = load_with_settings(connector_folder(self.settings, label), self.settings.system(label))
            connection = open_system_connection(self.settings, label, connector, self.redact, notify=self.notify)
        except InternalError:
            raise
        except QaSyncError as error:
            return error
        self.exits.callback(connection.close)
        return connection.system()


def _already_confirmed(_: Sequence[PlannedCleanup]) -> None:
    """Ask nothing."""


def clean_up(
    settings: Settings,
    run: str | None = None,
    older_than: timedelta | None = None,
    *,
    confirm: Callable[[Sequence[PlannedCleanup]], None] = _already_confirmed,
    notify: Notify = ignore_notice,
) -> Iterator[CleanupResult]:
    """Clean up the selected runs, latest first; yield the result of each.

    `confirm` gets the runs before the first deletion, and raises when the user declines; `notify` takes lines about
    long waits. Creates no records; without a journal there is nothing to do.
    """
    path = journal_path(settings)
    if not path.exists():
        if run is not None:
            raise _unknown_run(run, [])
        return
    with ExitStack() as exits:
        journal = Journal(path)
        exits.callback(journal.close)
        connections = LazyConnections(settings, exits, notify=notify)
        runs: Sequence[JournaledRun] = select_runs(journal, run, older_than)
        skipped = {note.id for note in runs if note.alive and not _is_older(note, older_than)}
        if planned := [PlannedCleanup(n, _removable(journal, n)) for n in reversed(runs) if n.id not in skipped]:
            confirm(planned)
        for note in reversed(runs):
            if note.id in skipped:
                yield _skipped_run(journal, note, connections.redact)
            else:
                yield _clean_up_run(journal, note, connections, settings.sync.interval_s)


def _removable(journal: Journal, run: JournaledRun) -> int:
    return sum(entry.state in REMOVABLE_STATES for entry in journal.entries(run.id))


def _is_older(run: JournaledRun, age: timedelta | None) -> bool:
    return age is not None and run.started <= datetime.now(UTC) - age


def _skipped_run(journal: Journal, run: JournaledRun, redact: Redactor) -> CleanupResult:
    """Return the result of a run on another machine, which may still be in progress."""
    why = f"its run may be in progress on {run.elsewhere}; use --older-than AGE to clean up earlier runs"
    entries = [replace(entry, why=why) for entry in journal.entries(run.id) if entry.state in REMOVABLE_STATES]
    return CleanupResult(run, 0, tuple(as_leftovers(entries, redact)), len(entries))


def _clean_up_run(
    journal: Journal, run: JournaledRun, connections: LazyConnections, interval_s: float
) -> CleanupResult:
    marks = {entry.mark for entry in journal.entries(run.id)}
    owned = RunRecords(
        journal, run, marks, run.started - SKEW, lambda line: connections.notify(connections.redact(line))
    )
    sweep = Cleanup(owned, connections, lambda: RealClock().sleep(interval_s))
    not_removed = sweep()
    still = [
        entry
        for entry in journal.entries(run.id)
        if entry.state in REMOVABLE_STATES and entry.number not in sweep.removed_numbers
    ]
    if not still:
        journal.end(run.id, NEXT[run.state])
    return CleanupResult(
        run, len(sweep.removed_numbers), tuple(as_leftovers(not_removed, connections.redact)), len(still)
    )


def _unknown_run(run: str, known: Sequence[str]) -> UsageError:
    if known:
        return UnknownName("run", run, known, hint="qa-sync cleanup without --run cleans up all of them")
    return UsageError(
        f"unknown run {run!r}: no live run is in the journal next to the settings",
        hint="--config names the settings of the run; without them, the journal is in the folder where it ran",
    )
