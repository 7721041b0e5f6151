"""The journal of a live run: opened when the run writes, used at every write, cleaned up at the end."""

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
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert
from qa_sync.clock import RealClock, StopFlag
from qa_sync.errors import QaSyncError, UnknownName
from qa_sync.modes.job import Job, PlannedRecords
from qa_sync.modes.live_systems.connections import LiveSystem
from qa_sync.modes.live_systems.planned_writes import announcements
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.running.environment import KEPT
from qa_sync.running.events import Leftover
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import find_card
from qa_sync.systems.journal.cleanup import Cleanup
from qa_sync.systems.journal.journal import NAME, Journal
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.journal.rows import JournaledRecord, RecordLocation
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

SKEW = timedelta(minutes=10)
"""The maximum clock difference of a system; with more, a new record is not found among the changed ones."""

Key: TypeAlias = tuple[str, str, str]
"""The system, entity and id of a record, as reported."""

NO_ID = "(no id)"
"""Reported instead of the id of a record whose id is unknown."""


def journal_path(settings: Settings) -> Path:
    """Return the path of the journal: below the folder of the settings, else below the current folder."""
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


@dataclass(slots=True)
class RunJournal:
    """The journal of one run; without `owned` the run writes to no system, and there is no journal.

    `inherited` are the records that remain from the interrupted run; `reported` are the records that were not cleaned
    up when the final cleanup started, `cleaned_up` says that it has finished. With `announces`, each deletion is said.
    """

    job: Job
    live_systems: Mapping[str, LiveSystem]
    redact: Redactor
    owned: RunRecords | None = None
    inherited: tuple[Leftover, ...] = ()
    reported: tuple[Leftover, ...] = ()
    cleaned_up: bool = False
    has_listed: bool = False
    announces: bool = False
    lock: Lock = field(default_factory=Lock)

    def wrap(self, system: System) -> System:
        """Return the system with a journal for its writes; a read-only system unchanged."""
        if self.owned is None or read_only_reason(self.job.settings, system.label):
            return system
        return JournaledSystem(
            system, self.live_systems[system.label].system(), self.owned, partial(self._list_existing, self.owned)
        )

    def _list_existing(self, owned: RunRecords) -> None:
        """Record the existing records before the first write, once for all sections."""
        with self.lock:
            if not self.has_listed:
                for place in owned.run.places:
                    owned.note_preexisting(place, self.live_systems[place.system].system())
            self.has_listed = True

    def announce_deletions(self) -> None:
        """Say each deletion from now on, because the user waits for the cleanup."""
        self.announces = True

    def made(self) -> Mapping[tuple[str, str], int]:
        """Return the number of existing records that cleanup removes, by system and entity; does not wait."""
        if self.owned is None:
            return {}
        entities = {(p.system, p.datatype): p.entity for p in self.owned.run.places}
        known = self.owned.known()
        return Counter((system, entities[system, datatype]) for system, datatype, _ in known)

    def clean_up(self, reported: Sequence[Leftover]) -> tuple[Leftover, ...]:
        """Find and delete remaining records; return those that were not cleaned up, reported or not."""
        self.reported = tuple(reported)
        left = {_key(lost): lost for lost in reported}
        if self.owned is not None:
            kept = {at for at, lost in left.items() if lost.why.startswith(KEPT)}
            found = {_key(lost): lost for lost in self._clean_up(self.owned, kept)}
            noted = {_key(lost) for lost in as_leftovers(self.owned.entries(), self.redact)}
            # Records of the interrupted run are reported again with its sections.
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
        """Record how the run ended, and clean up if that has not happened yet."""
        if self.owned is None:
            return
        with suppress(QaSyncError):
            if self.has_listed and not self.cleaned_up:  # before the first write there is nothing to find
                self.clean_up(self.reported)
            self.owned.journal.end(self.owned.run.id)
        self.owned.journal.close()


def _key(lost: Leftover) -> Key:
    return lost.system, lost.entity, lost.id


def as_leftovers(entries: Iterable[JournaledRecord], redact: Redactor) -> Iterator[Leftover]:
    """Yield journal entries as leftovers for reports."""
    for entry in entries:
        why = entry.why or "no attempt was made to delete it"
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
    stop: StopFlag,
) -> RunJournal:
    """Return the journal of a new run; a run without planned records has none.

    When `stop` is set, each deletion is announced, because the user waits for the cleanup.
    """
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
        ledger.owned = RunRecords(journal, run, marks, since, partial(_announce, ledger, stop))
    return ledger


def _announce(ledger: RunJournal, stop: StopFlag, line: str) -> None:
    if ledger.announces or stop.is_set():
        ledger.job.notify(ledger.redact(line))


def planned_records(urls: Mapping[str, str], checklists: Sequence[Checklist]) -> tuple[PlannedRecords, ...]:
    """Return the number of records that the checklists create, by system and entity; `urls` are by label."""
    count: Counter[tuple[str, str]] = Counter()
    announced: dict[tuple[str, str], dict[str, None]] = {}
    for plan, scenario in _scenarios(checklists):
        for step in _inserts(scenario):
            role = scenario.roles[step.role]
            key = _label(plan, step.side), role.card(step.side).names[0]
            count[key] += 1
            both = ((_label(plan, side), role.card(side)) for side in Side)
            announced.setdefault(key, {}).update(dict.fromkeys(announcements(both)))
    return tuple(
        PlannedRecords(label, urls[label], entity, n, tuple(announced[label, entity]))
        for (label, entity), n in count.items()
    )


def _places(
    job: Job, checklists: Sequence[Checklist], live_systems: Mapping[str, LiveSystem]
) -> Iterator[RecordLocation]:
    """Yield the entities where records can be created: the sync also processes sections that the run does not test."""
    ends = (e for c in checklists for plan in c.sections for e in (plan.section.source, plan.section.target))
    for end in ends:
        with suppress(KeyError, UnknownName):  # a duplicate section, or one without a card
            card = find_card(job.cards[end.system], end.entity, end.system)
            yield RecordLocation(end.system, live_systems[end.system].connection.base_url, card.datatype, card.names[0])


def _scenarios(checklists: Sequence[Checklist]) -> Iterator[tuple[SectionPlan, Scenario]]:
    yield from ((plan, scenario) for c in checklists for plan in c.sections for scenario in plan.scenarios)


def _inserts(scenario: Scenario) -> Iterator[Insert]:
    yield from (step for step in scenario.steps if isinstance(step, Insert))


def _label(plan: SectionPlan, side: Side) -> str:
    return (plan.section.source if side is Side.SOURCE else plan.section.target).system
