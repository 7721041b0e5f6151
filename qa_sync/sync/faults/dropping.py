"""Faults that leave writes out. The engine goes on as if all were well, so no later cycle repairs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qa_sync.sync.faults.wrapping import Faulty, Values
from qa_sync.sync.lanes import End, Lane, Side
from qa_sync.sync.writer import Writer
from qa_sync.systems.once import Found
from qa_sync.systems.system import Record


class DropCreate(Faulty):
    """Never creates."""

    def insert(self, lane: Lane, end: End, values: Values, found: Found | None = None) -> str | None:  # noqa: ARG002 - dropped
        """Create nothing."""
        return None


class DropUpdate(Faulty):
    """Never updates some sides."""

    def __init__(self, inner: Writer, sides: frozenset[Side]) -> None:
        super().__init__(inner)
        self._sides = sides

    def update(self, lane: Lane, end: End, record: Record, values: Values) -> frozenset[str]:
        """Change a record of the other sides only."""
        return frozenset() if end.side in self._sides else self.inner.update(lane, end, record, values)


def dropping_updates(*sides: Side) -> Callable[[Writer], Writer]:
    """Return a fault that writes no update to these sides."""
    return lambda inner: DropUpdate(inner, frozenset(sides))


class FirstUpdateOnly(Faulty):
    """Updates each record once, and never again."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._updated: set[tuple[str, str, str]] = set()

    def update(self, lane: Lane, end: End, record: Record, values: Values) -> frozenset[str]:
        """Change a record that was never changed before."""
        which = (record.system, record.datatype, record.id)
        if which in self._updated:
            return frozenset()
        self._updated.add(which)
        return self.inner.update(lane, end, record, values)


def one_way(lane: Lane) -> Lane:
    """Return a section whose source is believed to take no updates."""
    card = lane.source.card
    closed = replace(card, cannot={**card.cannot, "update": "the sync is believed to go one way"})
    return replace(lane, source=replace(lane.source, card=closed))
