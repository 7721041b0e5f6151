"""One lane in one cycle: its two lists, and the matching of their unlinked records."""

from __future__ import annotations

from datetime import tzinfo
from itertools import islice

from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.records.merge_candidates import candidates, share_value
from qa_sync.sync.records.record_view import RecordView, read_view
from qa_sync.sync.store.links import Links
from qa_sync.sync.store.listed_records import ListedRecords
from qa_sync.sync.summary import CycleTally
from qa_sync.systems.system import Record

MAX_MATCHES = 5
"""The greatest number of matches to look for: more than one is a problem anyway."""


class LaneCycle:
    """One lane in one cycle; `source` and `target` are its two lists."""

    def __init__(
        self, lane: Lane, source: ListedRecords, target: ListedRecords, *, links: Links, zone: tzinfo, tally: CycleTally
    ) -> None:
        self.lane = lane
        self.source = source
        self.target = target
        self.tally = tally
        self._links = links
        self.zone = zone

    def problem(self, end: LaneEnd, id: str, text: str) -> None:
        """Add a problem of a record to the tally."""
        self.tally.problem(self.lane.section.key, end.system.label, id, text)

    def is_counterpart(self, id: str) -> bool:
        """Return whether a source record is itself the counterpart of another (only within one system)."""
        return self.lane.mirror is not None and self._links.by_target(self.lane.mirror, id) is not None

    def is_linked(self, target: str) -> bool:
        """Return whether a target record has a counterpart."""
        if self._links.by_target(self.lane.key, target) is not None:
            return True
        return self.lane.mirror is not None and self._links.by_source(self.lane.mirror, target) is not None

    def view(self, end: LaneEnd, record: Record) -> RecordView | None:
        """Return a record with the values of the merge table; None, and a problem, when a value is not convertible."""
        view = read_view(end, record, self.lane.criteria)
        for path, reason in view.unconvertible.items():
            self.problem(end, record.id, f"cannot be matched by {path}: {reason}")
        return None if view.unconvertible else view

    def matches(self, source: RecordView) -> list[str]:
        """Return the unlinked target records that the merge table matches with a source record."""
        one_entity = self.lane.key == self.lane.mirror
        ids = candidates(self.lane, source, self.target, self.zone)
        free = (i for i in ids if not self.is_linked(i) and not (one_entity and i == source.record.id))
        return list(islice((i for i in free if self._still_matching(self.lane.target, i, source)), MAX_MATCHES))

    def competing_sources(self, target: str, source: RecordView) -> list[Record]:
        """Return the other unlinked source records that match the same target record."""
        end = self.lane.target
        record = end.system.lookup(end.card.datatype, target)
        if record is None:
            return []
        view = read_view(end, record, self.lane.criteria)
        others = (i for i in self.matching_sources(view) if i != source.record.id)
        return [r for i in others if (r := self._still_matching(self.lane.source, i, view))]

    def matching_sources(self, target: RecordView) -> list[str]:
        """Return the unlinked source records that match a target record."""
        ids = candidates(self.lane, target, self.source, self.zone)
        own = {target.record.id} if self.lane.key == self.lane.mirror else set()
        free = (i for i in ids if self._links.by_source(self.lane.key, i) is None)
        return [i for i in free if i not in own and not self.is_counterpart(i)]

    def _still_matching(self, end: LaneEnd, id: str, other: RecordView) -> Record | None:
        """Return a record when it still exists and still matches: the index may be out of date."""
        record = end.system.lookup(end.card.datatype, id)
        if record is None:
            return None
        return record if share_value(self.lane, other, read_view(end, record, self.lane.criteria), self.zone) else None
