"""Faults that create too many records."""

from __future__ import annotations

from contextlib import suppress

from qa_sync.errors import RequestRejected
from qa_sync.sync.faults.property_kinds import is_written, shown_values
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Duplicate(FaultyWriter):
    """Creates each record twice."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record and a copy that differs only in unique properties."""
        made = self.inner.insert(lane, end, values)
        with suppress(RequestRejected):  # a system that rejects the copy prevents this fault
            self.inner.insert(lane, end, copy_values(end, values))
        return made


class DuplicateOnUpdate(FaultyWriter):
    """Creates a copy of each updated record."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and create a copy of it."""
        sent = self.inner.update(lane, end, record, values)
        written = frozenset(p.write_path for p in end.card.properties.values() if is_written(p))
        before = {path: value for path, value in shown_values(end, record.data, written).items() if value is not None}
        if end.can("insert"):
            with suppress(RequestRejected):
                self.inner.insert(lane, end, copy_values(end, {**before, **values}))
        return sent


def copy_values(end: LaneEnd, values: Values) -> dict[str, Json]:
    """Return the values of a copy, with changed unique values (`ada+copy@example.test`, `A-1-copy`)."""
    unique = {p.write_path: p for p in end.card.properties.values() if p.unique}
    return {path: _changed_if_unique(unique[path], v) if path in unique else v for path, v in values.items()}


def _changed_if_unique(card: PropertyCard, value: Json) -> Json:
    if not isinstance(value, str):
        return value
    head, at, domain = value.rpartition("@")
    name, tail = (head, f"+copy@{domain}") if at else (value, "-copy")
    return name[: card.max_length - len(tail)] + tail if card.max_length else name + tail
