"""Faults in matching: sections without some of their statements, and matches that the spec does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from msgspec.structs import replace

from qa_sync.dataflow.model import StatementKind
from qa_sync.errors import NotConvertible, RequestRejected
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import is_empty, sent_value, to_canonical
from qa_sync.values.form import Json

NAMES = ("name", "given_name", "family_name")
"""The concepts of properties that form a record's name."""


def no_merge(lane: Lane) -> Lane:
    """Return a section without its merge table."""
    return replace(lane, criteria=())


def create_unlinked(lane: Lane) -> Lane:
    """Return a section that does not require a link first."""
    return _without(lane, StatementKind.LINK_FIRST, StatementKind.NEW_IF_CONNECTED)


def ignore_condition(lane: Lane) -> Lane:
    """Return a section without its condition."""
    return _without(lane, StatementKind.CONDITION)


def _without(lane: Lane, *kinds: StatementKind) -> Lane:
    statements = tuple(s for s in lane.section.statements if s.kind not in kinds)
    return replace(lane, section=replace(lane.section, statements=statements))


class AdoptExisting(FaultyWriter):
    """Overwrites an existing record instead of creating one; each fault chooses the record."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._linked: set[tuple[str, str, str]] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Overwrite a lookalike of the new record, or create the record."""
        for lookalike in self.lookalikes(lane, end, values):
            with suppress(RequestRejected):
                self.inner.update(lane, end, lookalike, values)
            is_linked = self._key(end, lookalike.id) in self._linked
            return None if is_linked else self._mark_linked(end, lookalike)
        return self._mark_linked(end, self.inner.insert(lane, end, values))

    def lookalikes(self, lane: Lane, end: LaneEnd, values: Values) -> Iterator[Record]:
        """Yield the records that may be overwritten with these values."""
        raise NotImplementedError

    def listed(self, end: LaneEnd) -> Iterator[Record]:
        """Yield the entity's records, each re-read."""
        for record in end.system.list(end.card.datatype):
            fresh = end.system.lookup(end.card.datatype, record.id)
            if fresh is not None:
                yield fresh

    def is_unlinked(self, end: LaneEnd, record: Record) -> bool:
        """Return whether this writer has not created or updated a record yet."""
        return self._key(end, record.id) not in self._linked

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and mark it as linked."""
        self._mark_linked(end, record)
        return self.inner.update(lane, end, record, values)

    def _mark_linked(self, end: LaneEnd, record: Record | None) -> Record | None:
        if record is not None:
            self._linked.add(self._key(end, record.id))
        return record

    def _key(self, end: LaneEnd, id: str) -> tuple[str, str, str]:
        return end.system.label, end.card.datatype, id


class MergeByName(AdoptExisting):
    """Overwrites a record with the same name, linked or not."""

    def lookalikes(self, lane: Lane, end: LaneEnd, values: Values) -> Iterator[Record]:  # noqa: ARG002 - independent of the section
        """Yield the records with the same name."""
        cards = [p for name in NAMES if (p := end.card.by_concept(name)) and p.write_path in values]
        if cards:
            yield from (r for r in self.listed(end) if all(_has_value(r, p, values[p.write_path]) for p in cards))


class MergeEmpty(AdoptExisting):
    """Overwrites a record when neither record has a value in a row of the merge table."""

    def lookalikes(self, lane: Lane, end: LaneEnd, values: Values) -> Iterator[Record]:
        """Yield the unlinked records that have no value where the new record has none."""
        empty = [row.target for row in lane.criteria if is_empty(values.get(row.target.write_path))]
        if empty:
            records = (r for r in self.listed(end) if self.is_unlinked(end, r))
            yield from (r for r in records if any(is_empty(paths.read(r.data, p.path)) for p in empty))


def _has_value(record: Record, card: PropertyCard, value: Json) -> bool:
    try:
        given, shown = sent_value(value, card.form), to_canonical(paths.read(record.data, card.path), card.form)
    except NotConvertible:
        return False
    return given is not None and given == shown
