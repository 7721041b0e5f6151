"""Faults in reads: too late, or incomplete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from msgspec import Struct

from qa_sync.sync.faults.wrappers import FaultySystem
from qa_sync.systems.system import Record, System

LISTINGS = 300
"""Number of list requests before a change appears: more than the number of cycles before a check times out."""

PAGE = 1
"""Records per page: so few that the records of a check need more than one page."""


class DelayedRecord(Struct, frozen=True):
    """A record that is not listed yet, and the number of list requests left until it is."""

    record: Record
    left: int


class LateListing(FaultySystem):
    """Lists a new or changed record only after many list requests."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._listed: dict[tuple[str, str], Record] = {}
        self._delayed: dict[str, dict[str, DelayedRecord]] = defaultdict(dict)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records in an old state."""
        fresh = {record.id: record for record in self.inner.list(datatype, since)}
        delayed = self._delayed[datatype]
        for record in fresh.values():
            known = self._listed.get((datatype, record.id))
            if known is None or known.data != record.data:
                left = delayed[record.id].left if record.id in delayed else LISTINGS
                delayed[record.id] = DelayedRecord(record, left)
        due = [each.record for each in delayed.values() if each.left == 0]
        self._delayed[datatype] = {
            each.record.id: DelayedRecord(each.record, each.left - 1) for each in delayed.values() if each.left > 0
        }
        self._listed |= {(datatype, record.id): record for record in due}
        shown = [self._listed[datatype, each] for each in fresh if (datatype, each) in self._listed]
        yield from {record.id: record for record in (*shown, *due)}.values()


class LoseLastPage(FaultySystem):
    """Never reads the last page of several."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records of all pages but the last."""
        records = list(self.inner.list(datatype, since))
        last = (len(records) - 1) // PAGE * PAGE
        yield from records[:last] if last > 0 else records


class FirstPageOnly(FaultySystem):
    """Reads only the first page of a list, as large as the system's pages are."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records of the first page."""
        return islice(self.inner.list(datatype, since), self.cards[datatype].page_size)
