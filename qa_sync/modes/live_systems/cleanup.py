"""What earlier runs left behind, after a kill above all: found in the journal and by their marks, and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from qa_sync.clock import RealClock
from qa_sync.errors import BrokenRule, CouldNotFindOut, QaSyncError, UnknownName, UsageError
from qa_sync.modes.live_systems.connections import open_to
from qa_sync.modes.live_systems.run_journal import SKEW, journal_path, leftovers
from qa_sync.modes.live_systems.write_permissions import closed
from qa_sync.running.events import Leftover
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder, load_bound
from qa_sync.systems.journal.cleanup import OPEN, Sweep
from qa_sync.systems.journal.journal import Journal, Place, RunNote
from qa_sync.systems.journal.ownership import Owned
from qa_sync.systems.redaction import Hider
from qa_sync.systems.system import System

NEXT: Final = {"begun": "ended", "ended": "closed", "closed": "closed"}
"""The states of a run, one cleanup after the other.

Of what a run made a sync may make a counterpart long after; so a run that has ended is looked at once more.
"""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of one run: how many records were removed, what is left; `open` are those that may still go."""

    run: RunNote
    removed: int
    left: tuple[Leftover, ...]
    open: int


def chosen(journal: Journal, run: str | None, older_than: timedelta | None) -> tuple[RunNote, ...]:
    """Return the runs that are to be cleaned up after; those of living processes of this machine never are.

    Raises UnknownName for a run that the journal has not, UsageError for one that is under way.
    """

    def is_at_work(each: RunNote) -> bool:
        return each.alive and each.elsewhere is None

    runs = journal.runs()
    if run is not None:
        named = next((each for each in runs if each.id == run), None)
        if named is None:
            raise UnknownName("run", run, (each.id for each in runs))
        if is_at_work(named):
            raise UsageError(f"the run {run} is under way", hint="interrupt it: then it cleans up after itself")
        return (named,)
    before = datetime.now(UTC) - (older_than or timedelta(0))
    return tuple(e for e in runs if not is_at_work(e) and e.started <= before and _has_business(journal, e))


def _has_business(journal: Journal, run: RunNote) -> bool:
    entries = journal.entries(run.id)
    return any(entry.state in OPEN for entry in entries) or (run.state != "closed" and bool(entries))


@dataclass(slots=True)
class Reacher:
    """The user's systems as the settings have them now, each reached when it is needed first."""

    settings: Settings
    exits: ExitStack
    hide: Hider = field(default_factory=Hider)
    _found: dict[str, System | QaSyncError] = field(default_factory=dict)

    def __call__(self, place: Place) -> System:
        """Return the system of a place; raises QaSyncError that tells why nothing can be done there."""
        own = self.settings.system(place.system)
        if own is None or own.url is None or own.url.rstrip("/") != place.url.rstrip("/"):
            raise CouldNotFindOut(
                f"it was made at {place.url}, and the settings do not say that this is {place.system}"
            )
        if why := closed(self.settings, place.system):
            raise CouldNotFindOut(why)
        if place.system not in self._found:
            self._found[place.system] = self._reached(place.system)
        found = self._found[place.system]
        if isinstance(found, QaSyncError):
            raise found
        return found

    def _reached(self, label: str) -> System | QaSyncError:
        try:
            connector = load_bound(connector_folder(self.settings, label), self.settings.system(label))
            line = open_to(self.settings, label, connector, self.hide)
        except BrokenRule:
            raise
        except QaSyncError as error:
            return error
        self.exits.callback(line.close)
        return line.system()


def clean(settings: Settings, run: str | None = None, older_than: timedelta | None = None) -> Iterator[Cleaned]:
    """Clean up after the runs that are meant, the latest first; yield what came of each.

    Nothing is made, and without a journal there is nothing to do.
    """
    path = journal_path(settings)
    if not path.exists():
        if run is not None:
            raise UnknownName("run", run, ())
        return
    with ExitStack() as exits:
        journal = Journal(path)
        exits.callback(journal.close)
        reacher = Reacher(settings, exits)
        runs: Sequence[RunNote] = chosen(journal, run, older_than)
        for note in reversed(runs):
            if note.alive and not _is_older(note, older_than):
                yield _left_alone(journal, note, reacher.hide)
            else:
                yield _cleaned(journal, note, reacher, settings.sync.interval_s)


def _is_older(run: RunNote, age: timedelta | None) -> bool:
    return age is not None and run.started <= datetime.now(UTC) - age


def _left_alone(journal: Journal, run: RunNote, hide: Hider) -> Cleaned:
    """Tell what a run has made of which nobody here can know whether it is still under way."""
    why = f"its run may be under way on {run.elsewhere}; --older-than AGE says that earlier ones have ended"
    entries = [replace(entry, why=why) for entry in journal.entries(run.id) if entry.state in OPEN]
    return Cleaned(run, 0, tuple(leftovers(entries, hide)), len(entries))


def _cleaned(journal: Journal, run: RunNote, reacher: Reacher, interval_s: float) -> Cleaned:
    marks = {entry.mark for entry in journal.entries(run.id)}
    owned = Owned(journal, run, marks, run.started - SKEW)
    sweep = Sweep(owned, reacher, lambda: RealClock().sleep(interval_s))
    left = sweep()
    still = [entry for entry in journal.entries(run.id) if entry.state in OPEN and entry.number not in sweep.gone]
    if not still:
        journal.end(run.id, NEXT[run.state])
    return Cleaned(run, len(sweep.gone), tuple(leftovers(left, reacher.hide)), len(still))
