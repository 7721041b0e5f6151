"""A section's turn within a cycle: what was listed, and what may be matched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from qa_sync.sync.lanes import Lane
from qa_sync.sync.links import Links
from qa_sync.sync.looking import look
from qa_sync.sync.matching import Candidates
from qa_sync.sync.summary import Tally
from qa_sync.systems.system import Record


class Turn:
    """One section in one cycle; `targets` are the listed target records by id."""

    def __init__(self, lane: Lane, targets: Mapping[str, Record], links: Links, zone: tzinfo, tally: Tally) -> None:
        self.lane = lane
        self.targets = targets
        self.tally = tally
        self._links = links
        self._zone = zone
        self._candidates: Candidates | None = None

    def problem(self, record: Record, text: str) -> None:
        """Note a problem of a source record."""
        self.tally.problem(self.lane.section.key, self.lane.source.system.label, record.id, text)

    def is_counterpart(self, record: Record) -> bool:
        """Tell whether a source record is itself the counterpart of another (only within one system)."""
        return self.lane.mirror is not None and self._links.by_target(self.lane.mirror, record.id) is not None

    def unlinked(self) -> Iterator[Record]:
        """Yield the target records that nothing is linked to."""
        return (record for record in self.targets.values() if not self._is_linked(record.id))

    def newcomers(self) -> Iterator[Record]:
        """Read the target's list again; yield the records that were not there before and that nothing is linked to."""
        end = self.lane.target
        listed = end.system.list(end.card.datatype)
        return (record for record in listed if record.id not in self.targets and not self._is_linked(record.id))

    def matches(self, record: Record) -> list[str] | None:
        """Return the unlinked target records that the merge table matches; None when nobody can tell."""
        if not self.lane.criteria:
            return []
        seen = look(self.lane.source, record, self.lane.criteria)
        for path, why in seen.gaps.items():
            self.problem(record, f"cannot be matched by {path}: {why}")
        if seen.gaps:
            return None
        within = self.lane.key == self.lane.mirror
        found = self._index().find(seen)
        return [each for each in found if not self._is_linked(each) and not (within and each == record.id)]

    def _index(self) -> Candidates:
        """Return the index of what may be matched; made for the first record that asks."""
        if self._candidates is None:
            self._candidates = Candidates(self.lane, self._zone)
            for record in self.unlinked():
                seen = look(self.lane.target, record, self.lane.criteria)
                self._candidates.add(seen)
                for path, why in seen.gaps.items():
                    text = f"cannot be matched by {path}: {why}"
                    self.tally.problem(self.lane.section.key, self.lane.target.system.label, record.id, text)
        return self._candidates

    def _is_linked(self, target: str) -> bool:
        if self._links.by_target(self.lane.key, target) is not None:
            return True
        return self.lane.mirror is not None and self._links.by_source(self.lane.mirror, target) is not None
