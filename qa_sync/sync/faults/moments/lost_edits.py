"""Faults that lose an edit because of another edit or because of the sync's own work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values, find_wrapped
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Written
from qa_sync.systems.system import Record, System
from qa_sync.values import paths

Key = tuple[str, str]
"""The datatype and the id of a record."""


def source_always_wins(lane: Lane) -> Lane:
    """Return a section whose target does not say when a record was changed, so that the source counts as later."""
    return replace(lane, target=replace(lane.target, card=replace(lane.target.card, modified=None)))


class LostDoubleEdit(FaultySystem):
    """Ignores a record that was edited more than once since it was last read, judged by its revision."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._shown: dict[Key, Record] = {}
        self._revisions: dict[Key, int] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, those edited more than once as they were before."""
        for record in self.inner.list(datatype, since):
            key, revision = (datatype, record.id), self._revision(record)
            before = self._revisions.get(key, revision)
            self._revisions[key] = revision
            if revision - before == 1 or not revision:
                self._shown[key] = record
            yield self._shown.setdefault(key, record)

    def update(self, record: Record, values: Values) -> None:
        """Update a record; an own write is no edit."""
        key = (record.datatype, record.id)
        self.inner.update(record, values)
        written = self.inner.lookup(*key)
        if written and key in self._revisions:
            self._revisions[key], self._shown[key] = self._revision(written), written

    def _revision(self, record: Record) -> int:
        card = self.cards[record.datatype]
        revision = str(paths.read(record.data, card.revision.read)) if card.revision else ""
        return int(revision) if revision.isdecimal() else 0


class IgnoredStates(FaultySystem):
    """Does not see the states of records that were set aside."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._shown: dict[Key, Record] = {}
        self._set_aside: dict[Key, Record] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, those that were set aside as they were listed before."""
        for record in self.inner.list(datatype, since):
            key = (datatype, record.id)
            if self._set_aside.get(key) != record:
                self._shown[key] = record
            yield self._shown.setdefault(key, record)

    def set_aside(self, datatype: str) -> None:
        """Set the present states of all records aside."""
        self._set_aside |= {(datatype, record.id): record for record in self.inner.list(datatype)}


class LoseEditsDuringCycle(FaultyWriter):
    """Takes the states of the other side's records at the end of a write for those that the cycle has read."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and forget what was edited meanwhile on the other side."""
        sent = self.inner.update(lane, end, record, values)
        there = lane.end(end.side.other)
        ignored = find_wrapped(there.system, IgnoredStates)
        if ignored:
            ignored.set_aside(there.card.datatype)
        return sent
