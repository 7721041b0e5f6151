"""Faults of a cursor: a time up to which everything counts as read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from qa_sync.sync.faults.moments.times import second_of
from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values, find_wrapped
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.writer import Written
from qa_sync.systems.system import Record, System


class CursorInSeconds(FaultySystem):
    """Lists only records that were changed in a later second than the newest record of the last list."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._read_until: dict[str, datetime] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records that the cursor lets through, and move it to the newest of them."""
        until = self._read_until.get(datatype)
        for record in self.inner.list(datatype, since):
            time = second_of(self.inner, record)
            if time is None or until is None or time > until:
                yield record
            if time is not None:
                self._read_until[datatype] = max(time, self._read_until.get(datatype, time))


class CursorAtEnd(FaultySystem):
    """Lists only records that were changed in a later second than the last write of the sync."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self.read_until: datetime | None = None

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records that the cursor lets through."""
        until = self.read_until
        for record in self.inner.list(datatype, since):
            time = second_of(self.inner, record)
            if time is None or until is None or time > until:
                yield record


class MoveCursorToEnd(FaultyWriter):
    """Moves the cursors of both systems to the time of each write: edits during the cycle count as read."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record and move the cursors."""
        made = self.inner.insert(lane, end, values)
        self._move(lane, end, made.id if made else None)
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and move the cursors."""
        sent = self.inner.update(lane, end, record, values)
        self._move(lane, end, record.id)
        return sent

    @staticmethod
    def _move(lane: Lane, end: LaneEnd, id: str | None) -> None:
        written = end.system.lookup(end.card.datatype, id) if id else None
        time = second_of(end.system, written) if written else None
        for side in Side:
            cursor = find_wrapped(lane.end(side).system, CursorAtEnd)
            if cursor and time:
                cursor.read_until = max(time, cursor.read_until or time)
