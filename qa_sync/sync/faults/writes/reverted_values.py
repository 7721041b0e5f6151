"""Faults that restore an old value one cycle after it was replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from qa_sync.errors import RequestRejected
from qa_sync.sync.faults.property_kinds import is_edited, shown_values
from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values, find_wrapped
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.system import Record, System

LISTINGS = 2
"""Number of list requests before the old value is restored."""


class PendingRevert(Struct, frozen=True):
    """A scheduled revert: the record's datatype and id, the values to write, and the number of list requests left."""

    datatype: str
    id: str
    values: Values
    after: Values
    left: int = LISTINGS


class RevertingSystem(FaultySystem):
    """A system that restores old values after some list requests."""

    forever = False

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._due: list[PendingRevert] = []

    def schedule_revert(self, back: PendingRevert) -> None:
        """Schedule a revert; it replaces an earlier revert of the same record."""
        self._due = [b for b in self._due if (b.datatype, b.id) != (back.datatype, back.id)]
        self._due.append(back)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Write the old values that are due, then yield the records."""
        mine = [b for b in self._due if b.datatype == datatype]
        waiting = [PendingRevert(b.datatype, b.id, b.values, b.after, b.left - 1) for b in mine if b.left > 1]
        self._due = [*(b for b in self._due if b.datatype != datatype), *waiting]
        for back in (b for b in mine if b.left <= 1):
            self._write(back)
        return self.inner.list(datatype, since)

    def _write(self, back: PendingRevert) -> None:
        record = self.inner.lookup(back.datatype, back.id)
        if record is None:
            return
        with suppress(RequestRejected):
            self.inner.update(record, back.values)
        if self.forever:
            self._due.append(PendingRevert(back.datatype, back.id, back.after, back.values))


class FlippingSystem(RevertingSystem):
    """A system that alternates between old and new values forever."""

    forever = True


class RevertUpdates(FaultyWriter):
    """Schedules a revert of every update of one side."""

    def __init__(self, inner: Writer, side: Side) -> None:
        super().__init__(inner)
        self._side = side

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and schedule the revert."""
        sent = self.inner.update(lane, end, record, values)
        old = _old_values(end, record, values) if end.side is self._side else {}
        system = find_wrapped(end.system, RevertingSystem)
        if old and system:
            system.schedule_revert(PendingRevert(record.datatype, record.id, old, {path: values[path] for path in old}))
        return sent


def reverting_updates(side: Side) -> Callable[[Writer], Writer]:
    """Return a fault that reverts updates of a side."""
    return lambda inner: RevertUpdates(inner, side)


def _old_values(end: LaneEnd, record: Record, values: Values) -> Values:
    """Return the single values that an update replaces, in the form in which they can be written again."""
    edited = frozenset(p.write_path for p in end.card.properties.values() if is_edited(p) and not p.unique)
    before = shown_values(end, record.data, edited & values.keys())
    return {path: v for path, v in before.items() if v not in (None, "", values[path]) and not isinstance(v, list)}
