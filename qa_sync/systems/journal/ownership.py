"""The records of a run: those that it created, and those that carry its marks and did not exist before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Final, NoReturn

from msgspec.structs import replace

from qa_sync.errors import InternalError, InvalidResponse, NoVerdict, RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.journal.creation_times import creation_times
from qa_sync.systems.journal.journal import ALL_RECORDS, Journal
from qa_sync.systems.journal.rows import JournaledRecord, JournaledRun, RecordLocation
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json

FORBIDDEN: Final = 403


class RunRecords:
    """The records of one run, as in its journal; thread-safe.

    `marks` are those of the run's records; `since` is the start of the run minus the tolerated clock difference;
    `announce` takes a line for the user before each deletion.
    """

    def __init__(
        self,
        journal: Journal,
        run: JournaledRun,
        marks: Iterable[str],
        since: datetime,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._announce = announce
        self.journal = journal
        self.run = run
        self.since = since
        self._marks = frozenset(mark for mark in marks if mark)
        self._places = {(place.system, place.datatype): place for place in run.places}
        entries = [e for e in journal.entries(run.id) if e.state != "removed"]
        self._known = {(e.place.system, e.place.datatype, e.id) for e in entries if e.id}
        self._gone: set[tuple[str, str, str]] = set()
        self._created: set[tuple[str, str, str]] = set()
        self._unread: dict[tuple[str, str, str], int] = {}
        self._pending_notes: dict[int, JournaledRecord] = {}
        self._preexisting = journal.preexisting_ids(run.id)
        self._lock = Lock()

    def note_preexisting(self, place: RecordLocation, system: System) -> None:
        """Note the records in a location before anything is written that could later be taken for new.

        If records have a creation time, these are the ones since `since`, otherwise all. If the list is rejected,
        nothing is noted, because later lists find nothing either.
        """
        with suppress(RequestRejected):
            preexisting_ids = _preexisting_ids(system, place.datatype, self.since)
            self.journal.note_preexisting(self.run.id, place, preexisting_ids)
            self._preexisting[place.system, place.datatype] = preexisting_ids

    def place(self, system: str, datatype: str) -> RecordLocation:
        """Return a location of the run; raises InternalError if the run does not use it."""
        try:
            return self._places[system, datatype]
        except KeyError:
            raise InternalError(f"the run {self.run.id} does not use {system} {datatype}") from None

    def entries(self) -> list[JournaledRecord]:
        """Return the run's records in the order of their entries, including deleted ones.

        Entries that could not be written to the journal (full disk) are included while this process lives.
        """
        with self._lock:
            noted = {entry.number: entry for entry in self.journal.entries(self.run.id)} | self._pending_notes
            return [replace(entry, state="removed") if self._is_over(entry) else entry for entry in noted.values()]

    def _is_over(self, entry: JournaledRecord) -> bool:
        return (entry.place.system, entry.place.datatype, entry.id) in self._gone

    def note_intent(self, system: str, datatype: str, values: Mapping[str, Json]) -> int:
        """Record that a record is about to be created; return the number of the entry."""
        text = json.dumps(values, default=str, sort_keys=True)
        return self.journal.note_intent(
            self.run.id, self.place(system, datatype), self._mark_in(text) or "", _fingerprint(text)
        )

    def made(self, number: int, system: str, datatype: str, id: str) -> None:
        """Record the id of an intended record; it is kept in memory if the journal cannot be written.

        Raises InvalidResponse if it is the id of another record, which would be changed and deleted for the new one.
        """
        at = (system, datatype, id)
        if at in self._created or id in self._preexisting.get((system, datatype), ()):
            self._reject_id(*at)
        self._know(*at)
        self._created.add(at)
        self._unread[at] = number
        try:
            self.journal.note_created(number, id)
        except NoVerdict:
            known = next(entry for entry in self.journal.entries(self.run.id) if entry.number == number)
            with self._lock:
                self._pending_notes[number] = replace(known, id=id, state="made")

    def check_created(self, record: Record, card: EntityCard) -> None:
        """Raise InvalidResponse if a record that the run has just created is older than the run, so not its own."""
        at = (record.system, record.datatype, record.id)
        number = self._unread.pop(at, None)
        if number is None or all(instant >= self.since for instant in creation_times(record, card)):
            return
        with self._lock:
            self._known.discard(at)
            self._created.discard(at)
            self._preexisting.setdefault(at[:2], set()).add(record.id)
        self.journal.forget_id(number)
        self._reject_id(*at)

    def is_unread(self, system: str, datatype: str, id: str) -> bool:
        """Return whether the run has created a record and not read it since."""
        return (system, datatype, id) in self._unread

    def _reject_id(self, system: str, datatype: str, id: str) -> NoReturn:
        entity = self.place(system, datatype).entity
        hint = "that record is not changed by qa-sync; check that the insert of the connector creates a new record"
        raise InvalidResponse(f"{system} returned the id of another {entity} for a new one: {id}", hint=hint)

    def claim(self, record: Record, card: EntityCard) -> bool:
        """Record a record if it carries a mark of the run and did not exist before; return whether it is the run's."""
        at = (record.system, record.datatype, record.id)
        if at in self._known:
            return True
        mark = self.mark_of(record)
        if mark is None:
            # A foreign record created during the run does not become the run's when a sync writes a mark into it.
            self._preexisting.setdefault(at[:2], set()).add(record.id)
            return False
        if at[:2] not in self._places or self._is_preexisting(record, card):
            return False
        try:
            self.journal.claim(self.run.id, self.place(*at[:2]), mark, record.id)
        except NoVerdict:
            with self._lock:
                number = -1 - len(self._pending_notes)
                self._pending_notes[number] = JournaledRecord(
                    number, self.place(*at[:2]), mark, record.id, "made", None, True
                )
        self._know(*at)
        return True

    def require_owned(self, record: Record, card: EntityCard) -> None:
        """Raise unless a record is the run's.

        Raises RequestRejected if a sync has written the run's mark into a preexisting record, InternalError if qa-sync
        itself has a bug.
        """
        if self.claim(record, card):
            return
        record_text = f"{record.system} {card.names[0]} {record.id}"
        if self.mark_of(record) is None:
            raise InternalError(f"{record_text} does not belong to the run {self.run.id} and is not changed")
        raise RequestRejected(
            f"{record_text} carries a mark of this run but existed before it (a sync wrote it); it is not changed",
            status=FORBIDDEN,
        )

    def is_known(self, system: str, datatype: str, id: str) -> bool:
        """Return whether the journal has a record."""
        return (system, datatype, id) in self._known

    def known(self) -> Collection[tuple[str, str, str]]:
        """Return the system, datatype and id of each existing record; takes no lock, for a signal handler."""
        return self._known.copy()

    def was_removed(self, system: str, datatype: str, id: str) -> bool:
        """Return whether this process has deleted a record and has seen no other one with that id since."""
        return (system, datatype, id) in self._gone

    def removing(self, system: str, datatype: str, id: str) -> None:
        """Announce that a record is about to be deleted; a terminal that is closed does not stop the deletion."""
        with suppress(OSError, ValueError):
            self._announce(f"removing {system} {self.place(system, datatype).entity} {id}")

    def removed(self, system: str, datatype: str, id: str) -> None:
        """Record that a record does not exist any more; another record with that id is not the run's."""
        with self._lock:
            for known in (self._known, self._created):
                known.discard((system, datatype, id))
            self._gone.add((system, datatype, id))
        with suppress(NoVerdict):  # then cleanup does not find the record, which is harmless
            self.journal.removed(self.run.id, self.place(system, datatype), id)

    def left(self, entry: JournaledRecord, why: str, *, for_good: bool = False) -> None:
        """Record why a record still exists; `for_good`: it can never be deleted."""
        noted = entry.number not in self._pending_notes
        try:
            self.journal.left(entry.number, why, for_good=for_good)
        except NoVerdict:
            noted = False
        if not noted:
            with self._lock:
                self._pending_notes[entry.number] = replace(entry, why=why, state="left" if for_good else entry.state)

    def mark_of(self, record: Record) -> str | None:
        """Return the mark of the run that a record carries, or None."""
        try:
            return self._mark_in(json.dumps(record.data, default=str))
        except RecursionError:
            return None  # no record of a run is nested so deeply, and it must not block the cleanup

    def _mark_in(self, text: str) -> str | None:
        text = text.casefold()
        return next((mark for mark in self._marks if mark in text), None)

    def _is_preexisting(self, record: Record, card: EntityCard) -> bool:
        """Return whether a record existed before the run wrote anything; True if that is unknown."""
        preexisting_ids = self._preexisting.get((record.system, record.datatype), set())
        if record.id in preexisting_ids:
            return True
        if ages := creation_times(record, card):
            return any(instant < self.since for instant in ages)
        return ALL_RECORDS not in preexisting_ids

    def _know(self, system: str, datatype: str, id: str) -> None:
        with self._lock:
            self._gone.discard((system, datatype, id))
            self._known.add((system, datatype, id))


def _preexisting_ids(system: System, datatype: str, since: datetime) -> set[str]:
    first = next(iter(system.list(datatype)), None)
    if first is None:
        return {ALL_RECORDS}
    if creation_times(first, system.cards[datatype]):
        return {record.id for record in system.list(datatype, since)}
    return {ALL_RECORDS, *(record.id for record in system.list(datatype))}


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
