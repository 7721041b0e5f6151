"""Faults of a sync that judges a single record by the second of its last change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from qa_sync.sync.faults.moments.times import second_of
from qa_sync.sync.faults.wrappers import FaultySystem, Values
from qa_sync.systems.system import Record, System

Key = tuple[str, str]
"""The datatype and the id of a record."""


class SameSecondAsCreated(FaultySystem):
    """Ignores edits in the second of a record's creation."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._first: dict[Key, Record] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, each as it was first listed until the second of its change is another one."""
        for record in self.inner.list(datatype, since):
            first = self._first.setdefault((datatype, record.id), record)
            yield first if second_of(self.inner, first) == second_of(self.inner, record) else record


class SameSecondAsOwnWrite(FaultySystem):
    """Takes an edit in the second of the sync's own last write of the record for that write."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._written: dict[Key, Record] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, each as the sync wrote it until the second of its change is another one."""
        for record in self.inner.list(datatype, since):
            own = self._written.get((datatype, record.id))
            is_own = own is not None and second_of(self.inner, own) == second_of(self.inner, record)
            yield own if own and is_own else record

    def insert(self, datatype: str, values: Values, found: Callable[[], str | None] | None = None) -> Record:
        """Create a record and remember it."""
        made = self.inner.insert(datatype, values, found)
        self._remember(datatype, made.id)
        return made

    def update(self, record: Record, values: Values) -> None:
        """Update a record and remember it."""
        self.inner.update(record, values)
        self._remember(record.datatype, record.id)

    def _remember(self, datatype: str, id: str) -> None:
        written = self.inner.lookup(datatype, id)
        if written:
            self._written[datatype, id] = written
