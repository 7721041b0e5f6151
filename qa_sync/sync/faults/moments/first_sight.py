"""The fault of a sync that acts on new records, and not on later edits that entitle a record to a counterpart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values, find_wrapped
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.systems.system import Record, System

DECIDED_ONCE = (StatementKind.CONDITION, StatementKind.NEW_IF_CONNECTED)
"""The statements by which an edit may entitle a record to a counterpart."""


class FirstSights(FaultySystem):
    """A system that knows whether the last list of an entity had a record for the first time."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._listed: defaultdict[str, set[str]] = defaultdict(set)
        self._new: dict[str, set[str]] = {}
        self._read = ""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records."""
        records = list(self.inner.list(datatype, since))
        ids = {record.id for record in records}
        self._new[datatype] = ids - self._listed[datatype]
        self._listed[datatype] |= ids
        yield from records

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return a record, and remember its id: the engine reads a record right before it creates its counterpart."""
        self._read = id
        return self.inner.lookup(datatype, id)

    def has_read_new(self, datatype: str) -> bool:
        """Return whether the record that was read last was new in the latest list."""
        return self._read in self._new.get(datatype, ())


class CreateAtFirstSight(FaultyWriter):
    """Creates counterparts of records only in the cycle that lists them for the first time."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record, unless its source record was listed before."""
        seen = find_wrapped(lane.end(end.side.other).system, FirstSights)
        is_decided = any(lane.has_statement(kind) for kind in DECIDED_ONCE)
        if is_decided and seen and not seen.has_read_new(lane.end(end.side.other).card.datatype):
            return None
        return self.inner.insert(lane, end, values)
