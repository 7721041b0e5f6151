"""Faults that drop writes. The engine does not notice, so no later cycle repairs them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.writer import NOTHING_WRITTEN, Writer, Written
from qa_sync.systems.system import Record


class DropCreate(FaultyWriter):
    """Drops every create."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:  # noqa: ARG002 - dropped
        """Drop the create."""
        return None


class DropUpdate(FaultyWriter):
    """Drops updates of some sides."""

    def __init__(self, inner: Writer, sides: frozenset[Side]) -> None:
        super().__init__(inner)
        self._sides = sides

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update records of the other sides only."""
        return NOTHING_WRITTEN if end.side in self._sides else self.inner.update(lane, end, record, values)


def dropping_updates(*sides: Side) -> Callable[[Writer], Writer]:
    """Return a fault that drops updates of these sides."""
    return lambda inner: DropUpdate(inner, frozenset(sides))


class FirstUpdateOnly(FaultyWriter):
    """Updates each record only once."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._updated: set[tuple[str, str, str]] = set()

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record that was never updated before."""
        which = (record.system, record.datatype, record.id)
        if which in self._updated:
            return NOTHING_WRITTEN
        self._updated.add(which)
        return self.inner.update(lane, end, record, values)


def without_reverse_updates(lane: Lane) -> Lane:
    """Return a section whose source does not allow updates."""
    card = lane.source.card
    read_only = replace(card, cannot={**card.cannot, "update": "the fault makes the sync one-way"})
    return replace(lane, source=replace(lane.source, card=read_only))


class FillMatchedOnce(FaultyWriter):
    """Updates a matched target record only once."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._made: set[str] = set()
        self._filled: set[str] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record, which stays in sync."""
        made = self.inner.insert(lane, end, values)
        self._made |= {made.id} if made else set()
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record that this writer created, or a matched record for the first time."""
        if end.side is Side.TARGET and record.id not in self._made:
            if record.id in self._filled:
                return NOTHING_WRITTEN
            self._filled.add(record.id)
        return self.inner.update(lane, end, record, values)


class DeleteOnUpdate(FaultyWriter):
    """Deletes a record instead of updating it."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Delete a record if its system allows it, else update it."""
        if "delete" in end.card.cannot:
            return self.inner.update(lane, end, record, values)
        end.system.delete(record.datatype, record.id)
        return Written(frozenset(values))
