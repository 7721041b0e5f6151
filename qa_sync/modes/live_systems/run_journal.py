"""The journal of a live run: opened when something is to be written, asked at every write, swept at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from qa_sync.checklist.model import Checklist, Scenario, SectionPlan
from qa_sync.checklist.steps import Insert, Side
from qa_sync.clock import RealClock
from qa_sync.errors import QaSyncError, UnknownName
from qa_sync.modes.job import Job, PlannedRecords
from qa_sync.modes.live_systems.connections import LiveSystem
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.running.environment import KEPT
from qa_sync.running.events import Leftover
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import find_card
from qa_sync.systems.journal.cleanup import Cleanup
from qa_sync.systems.journal.journal import NAME, Journal, JournaledRecord, RecordLocation
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

SKEW = timedelta(minutes=10)
"""How far a system's clock may be from ours before a new record is no longer found among the changed ones."""

Key: TypeAlias = tuple[str, str, str]
"""A record's system, entity and id, as it is told."""

NO_ID = "(no id)"
"""How a record is told of which nobody knows the id."""


def journal_path(settings: Settings) -> Path:
    """Return where the journal is: below the folder of the settings, else below the working folder."""
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


@dataclass(slots=True)
class RunJournal:
    """What one run writes down; without `owned` it writes to no system, and nothing down.

    `inherited` is what an interrupted run has left that is taken up again; `reported` is what was told as left when a
    sweep began, `cleaned_up` says that one has come to its end.
    """

    job: Job
    live_systems: Mapping[str, LiveSystem]
    redact: Redactor
    owned: RunRecords | None = None
    inherited: tuple[Leftover, ...] = ()
    reported: tuple[Leftover, ...] = ()
    cleaned_up: bool = False
    has_listed: bool = False
    lock: Lock = field(default_factory=Lock)

    def wrap(self, system: System) -> System:
        """Return a system whose writes are noted; one that is read only as it is."""
        if self.owned is None or read_only_reason(self.job.settings, system.label):
            return system
        return JournaledSystem(
            system, self.live_systems[system.label].system(), self.owned, partial(self._list_existing, self.owned)
        )

    def _list_existing(self, owned: RunRecords) -> None:
        """Note what is there before the first write, once for all sections."""
        with self.lock:
            if not self.has_listed:
                for place in owned.run.places:
                    owned.note_preexisting(place, self.live_systems[place.system].system())
            self.has_listed = True

    def clean_up(self, reported: Sequence[Leftover]) -> tuple[Leftover, ...]:
        """Look for what is still there, and remove it; return what is left of `reported`, and what else is left."""
        self.reported = tuple(reported)
        left = {_key(lost): lost for lost in reported}
        if self.owned is not None:
            kept = {at for at, lost in left.items() if lost.why.startswith(KEPT)}
            found = {_key(lost): lost for lost in self._clean_up(self.owned, kept)}
            noted = {_key(lost) for lost in as_leftovers(self.owned.entries(), self.redact)}
            # What an earlier run has left is told again when its sections are.
            left = {at: lost for at, lost in left.items() if at in found or at in kept or at not in noted}
            left |= {at: lost for at, lost in found.items() if at not in left}
        left |= {_key(lost): lost for lost in self.inherited if _key(lost) not in left}
        self.cleaned_up = True
        return tuple(left.values())

    def _clean_up(self, owned: RunRecords, kept: Collection[Key]) -> Iterator[Leftover]:
        entries = owned.entries()
        reported = zip(entries, as_leftovers(entries, self.redact), strict=True)
        clean_up = Cleanup(
            owned,
            lambda place: self.live_systems[place.system].system(),
            lambda: RealClock().sleep(self.job.settings.sync.interval_s),
            frozenset(entry.mark for entry, lost in reported if _key(lost) in kept),
        )
        return as_leftovers(clean_up(), self.redact)

    def close(self) -> None:
        """Note how the run ended; when nobody has swept yet, that is done now."""
        if self.owned is None:
            return
        with suppress(QaSyncError):
            if not self.cleaned_up:
                self.clean_up(self.reported)
            self.owned.journal.end(self.owned.run.id)
        self.owned.journal.close()


def _key(lost: Leftover) -> Key:
    return lost.system, lost.entity, lost.id


def as_leftovers(entries: Iterable[JournaledRecord], redact: Redactor) -> Iterator[Leftover]:
    """Yield records that are left as reports tell them."""
    for entry in entries:
        why = entry.why or "nobody has tried to remove it"
        yield Leftover(entry.place.system, entry.place.entity, redact(entry.id or NO_ID), redact(why))


def open_run_journal(
    job: Job,
    seed: str,
    *,
    started: datetime,
    since: datetime,
    checklists: Sequence[Checklist],
    live_systems: Mapping[str, LiveSystem],
    redact: Redactor,
) -> RunJournal:
    """Return the ledger of a run that begins; without anything to be made there is no journal."""
    ledger = RunJournal(job, live_systems, redact)
    marks = {step.mark for _, scenario in _scenarios(checklists) for step in _inserts(scenario)}
    if marks:
        places = dict.fromkeys(_places(job, checklists, live_systems))
        journal = Journal(journal_path(job.settings))
        try:
            run = journal.begin(seed, [c.dataflow.path for c in checklists], started, places, marks)
        except QaSyncError:
            journal.close()
            raise
        ledger.owned = RunRecords(journal, run, marks, since)
    return ledger


def planned_records(
    live_systems: Mapping[str, LiveSystem], checklists: Sequence[Checklist]
) -> tuple[PlannedRecords, ...]:
    """Return what the checklists make, by system and entity."""
    count = Counter(
        (_label(plan, step.side), scenario.roles[step.role].card(step.side).names[0])
        for plan, scenario in _scenarios(checklists)
        for step in _inserts(scenario)
    )
    return tuple(
        PlannedRecords(label, live_systems[label].connection.base_url, entity, n)
        for (label, entity), n in count.items()
    )


def _places(
    job: Job, checklists: Sequence[Checklist], live_systems: Mapping[str, LiveSystem]
) -> Iterator[RecordLocation]:
    """Yield where records can come to be: the sync carries sections out that the run tries nothing of, too."""
    ends = (e for c in checklists for plan in c.sections for e in (plan.section.source, plan.section.target))
    for end in ends:
        with suppress(KeyError, UnknownName):  # a duplicate of a section, or one that no card tells of
            card = find_card(job.cards[end.system], end.entity, end.system)
            yield RecordLocation(end.system, live_systems[end.system].connection.base_url, card.datatype, card.names[0])


def _scenarios(checklists: Sequence[Checklist]) -> Iterator[tuple[SectionPlan, Scenario]]:
    yield from ((plan, scenario) for c in checklists for plan in c.sections for scenario in plan.scenarios)


def _inserts(scenario: Scenario) -> Iterator[Insert]:
    yield from (step for step in scenario.steps if isinstance(step, Insert))


def _label(plan: SectionPlan, side: Side) -> str:
    return (plan.section.source if side is Side.SOURCE else plan.section.target).system
