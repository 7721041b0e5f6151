"""The fault that processes only the first of several records in a cycle and drops the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values, find_wrapped
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.store.encoding import to_json
from qa_sync.sync.writer import NOTHING_WRITTEN, Writer, Written
from qa_sync.systems.system import Record, System


class ListCounter(FaultySystem):
    """A system that counts its list requests; each cycle starts with one."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self.listings = 0

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records."""
        self.listings += 1
        return self.inner.list(datatype, since)


class FirstOfBatchOnly(FaultyWriter):
    """Writes one record of an entity between two list requests; other updates are delayed, other creates are lost."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._written: dict[tuple[str, str, str], tuple[int, str | None]] = {}
        self._lost: set[str] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create the first record of a cycle."""
        content = to_json(dict(values))
        if content in self._lost or not self._is_first(lane, end, content):
            self._lost.add(content)
            return None
        return self.inner.insert(lane, end, values)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update the first record of a cycle, any number of times."""
        return self.inner.update(lane, end, record, values) if self._is_first(lane, end, record.id) else NOTHING_WRITTEN

    def _is_first(self, lane: Lane, end: LaneEnd, which: str) -> bool:
        system = find_wrapped(end.system, ListCounter)
        cycle = system.listings if system else 0
        place = (lane.section.key, end.system.label, end.card.datatype)
        before = self._written.get(place)
        if before is None or before[0] != cycle:
            self._written[place] = (cycle, which)
            return True
        return before[1] == which
