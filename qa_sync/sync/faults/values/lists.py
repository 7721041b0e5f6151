"""Faults that alter lists."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.sync.faults.property_kinds import by_write_path, shown_values
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

JOINED_BY = ("lines.product_ref", "lines.name")
"""The concepts by which lines are joined: the first that is written."""

Length = Callable[[list[Json], list[Json]], list[Json]]
"""Returns the altered list for an old list and a new list."""


def without_last(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    """Return a list without its last element, unless it has only one."""
    return value[:-1] if isinstance(value, list) and len(value) > 1 else value


def reversed_list(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    """Return a list in reverse order."""
    return value[::-1] if isinstance(value, list) else value


def with_length(length: Length) -> Callable[[Writer], Writer]:
    """Return a fault that changes the length of each list in an update."""
    return lambda inner: ResizeLists(inner, length)


class ResizeLists(FaultyWriter):
    """Updates lists with another length."""

    def __init__(self, inner: Writer, length: Length) -> None:
        super().__init__(inner)
        self._length = length

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with resized lists."""
        before = shown_values(end, record.data, values.keys())
        changed = {path: self._one(before.get(path), value) for path, value in values.items()}
        return self.inner.update(lane, end, record, changed)

    def _one(self, before: Json, value: Json) -> Json:
        return self._length(before, value) if isinstance(before, list) and isinstance(value, list) else value


def no_longer(before: list[Json], value: list[Json]) -> list[Json]:
    """Return the new list, truncated to the length of the old list."""
    return value[: len(before)] if before else value


def no_shorter(before: list[Json], value: list[Json]) -> list[Json]:
    """Return the new list, extended with the rest of the old list."""
    return [*value, *before[len(value) :]]


class JoinLines(FaultyWriter):
    """Writes only the first of the lines of an order that have one name or product."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record without the further lines."""
        return self.inner.insert(lane, end, _joined(end, values))

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record without the further lines."""
        return self.inner.update(lane, end, record, _joined(end, values))


def _joined(end: LaneEnd, values: Values) -> Values:
    cards = by_write_path(end)
    lines = {path: v for path, v in values.items() if path in cards and isinstance(v, list)}
    keys = next((lines[path] for concept in JOINED_BY for path in lines if cards[path].concept == concept), [])
    kept = [at for at, key in enumerate(keys) if key not in keys[:at]]
    return {path: [v[at] for at in kept] if path in lines and len(v) == len(keys) else v for path, v in values.items()}
