"""Faults that leave writes out. The engine goes on as if all were well, so no later cycle repairs them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from qa_sync.sync.faults.property_kinds import by_write_path, is_free_text
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.writer import Writer
from qa_sync.systems.rest.uncertain_writes import Found
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Json


class DropCreate(FaultyWriter):
    """Never creates."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values, found: Found | None = None) -> str | None:  # noqa: ARG002 - dropped
        """Create nothing."""
        return None


class DropUpdate(FaultyWriter):
    """Never updates some sides."""

    def __init__(self, inner: Writer, sides: frozenset[Side]) -> None:
        super().__init__(inner)
        self._sides = sides

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change a record of the other sides only."""
        return frozenset() if end.side in self._sides else self.inner.update(lane, end, record, values)


def dropping_updates(*sides: Side) -> Callable[[Writer], Writer]:
    """Return a fault that writes no update to these sides."""
    return lambda inner: DropUpdate(inner, frozenset(sides))


class FirstUpdateOnly(FaultyWriter):
    """Updates each record once, and never again."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._updated: set[tuple[str, str, str]] = set()

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change a record that was never changed before."""
        which = (record.system, record.datatype, record.id)
        if which in self._updated:
            return frozenset()
        self._updated.add(which)
        return self.inner.update(lane, end, record, values)


def without_reverse_updates(lane: Lane) -> Lane:
    """Return a section whose source is believed to take no updates."""
    card = lane.source.card
    closed = replace(card, cannot={**card.cannot, "update": "the sync is believed to go one way"})
    return replace(lane, source=replace(lane.source, card=closed))


class FillMatchedOnce(FaultyWriter):
    """Fills a target record that was there before once, and never updates it again."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._made: set[str] = set()
        self._filled: set[str] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values, found: Found | None = None) -> str | None:
        """Create a record, which is kept in sync."""
        made = self.inner.insert(lane, end, values, found)
        self._made |= {made} if made else set()
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change a record of our making, or one that was never filled."""
        if end.side is Side.TARGET and record.id not in self._made:
            if record.id in self._filled:
                return frozenset()
            self._filled.add(record.id)
        return self.inner.update(lane, end, record, values)


class IgnoreCaseChanges(FaultyWriter):
    """Takes two texts that differ in the case of their letters for the same."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change what differs in more than case."""
        cards = by_write_path(end)
        shown = {path: paths.read(record.data, cards[path].path) for path in values if path in cards}
        texts = {path for path in shown if is_free_text(cards[path])}
        seen = {path: v for path, v in values.items() if path not in texts or not _alike(v, shown[path])}
        return self.inner.update(lane, end, record, seen) if seen else frozenset()


def _alike(one: Json, other: Json) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one.casefold() == other.casefold()


class DeleteOnUpdate(FaultyWriter):
    """Removes a record when it should be updated."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Remove a record where its system lets it; change it elsewhere."""
        if "delete" in end.card.cannot:
            return self.inner.update(lane, end, record, values)
        end.system.delete(record.datatype, record.id)
        return frozenset(values)
