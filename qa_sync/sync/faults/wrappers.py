"""Base classes of faults: a writer and a system that forward every call; a fault overrides methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json

T = TypeVar("T")

Values = Mapping[str, Json]
"""Wire values by write path."""


class FaultyWriter:
    """Forwards writes to another writer."""

    def __init__(self, inner: Writer) -> None:
        self.inner = inner

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record."""
        return self.inner.insert(lane, end, values)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record."""
        return self.inner.update(lane, end, record, values)


class FaultySystem:
    """Forwards reads and writes to another system."""

    def __init__(self, inner: System) -> None:
        self.inner = inner
        self.label = inner.label
        self.cards = inner.cards

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records."""
        return self.inner.list(datatype, since)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return a record."""
        return self.inner.lookup(datatype, id)

    def insert(self, datatype: str, values: Values, found: Callable[[], str | None] | None = None) -> Record:
        """Create a record."""
        return self.inner.insert(datatype, values, found)

    def update(self, record: Record, values: Values) -> Record | None:
        """Update a record."""
        return self.inner.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Delete a record."""
        self.inner.delete(datatype, id)


def find_wrapped(system: System, kind: type[T]) -> T | None:
    """Return the wrapped system of the given class, or None."""
    while isinstance(system, FaultySystem):
        if isinstance(system, kind):
            return system
        system = system.inner
    return None
