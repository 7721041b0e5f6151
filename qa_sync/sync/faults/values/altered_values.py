"""Faults that damage values on their way out, property by property."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.sync.faults.property_kinds import by_write_path, is_written, truncated
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.rest.uncertain_writes import Found
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

Change = Callable[[PropertyCard, Json], Json]
"""What becomes of a property's wire value; GONE when it is not sent at all."""

LEFT_OUT = object()


def altering(change: Change) -> Callable[[Writer], Writer]:
    """Return a fault that changes each written value; along a list it is given the whole list."""
    return lambda inner: AlterValues(inner, change)


def altering_on_create(change: Change) -> Callable[[Writer], Writer]:
    """Return a fault that changes the values that a record is created with, and none later."""
    return lambda inner: AlterOnCreate(inner, change)


def on_each_element(change: Change) -> Change:
    """Return a change of single values that reaches every element of a list."""

    def reach(card: PropertyCard, value: Json) -> Json:
        return [reach(card, v) for v in value] if isinstance(value, list) else change(card, value)

    return reach


class AlterValues(FaultyWriter):
    """Writes damaged values; those that a system refuses are left out, or sent as they should be where it needs them.

    So a fault shows by the property that it is about, not by a whole record that never comes.
    """

    def __init__(self, inner: Writer, change: Change) -> None:
        super().__init__(inner)
        self._change = change

    def insert(self, lane: Lane, end: LaneEnd, values: Values, found: Found | None = None) -> str | None:
        """Create a record from damaged values."""
        try:
            return self.inner.insert(lane, end, self._altered(end, values), found)
        except Conflict:
            raise
        except RequestRejected:
            return self.inner.insert(lane, end, self._without_optional(end, values), found)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change a record to damaged values."""
        try:
            return self._sent(lane, end, record, self._altered(end, values))
        except Conflict:
            raise
        except RequestRejected:
            return self._sent(lane, end, record, self._without_optional(end, values))

    def _sent(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        return self.inner.update(lane, end, record, values) if values else frozenset()

    def _altered(self, end: LaneEnd, values: Values) -> Values:
        cards = by_write_path(end)
        damaged = {path: self._one(cards.get(path), value) for path, value in values.items()}
        kept = {path for path in damaged if damaged[path] is not LEFT_OUT or _is_needed(cards.get(path))}
        return {path: values[path] if damaged[path] is LEFT_OUT else damaged[path] for path in values if path in kept}

    def _without_optional(self, end: LaneEnd, values: Values) -> Values:
        cards = by_write_path(end)
        whole = {path for path, value in values.items() if self._one(cards.get(path), value) == value}
        return {path: v for path, v in values.items() if path in whole or _is_needed(cards.get(path))}

    def _one(self, card: PropertyCard | None, value: Json) -> Json:
        if card is None or not is_written(card):
            return value
        changed = self._change(card, value)
        return changed if changed is LEFT_OUT else truncated(card, changed)


class AlterOnCreate(AlterValues):
    """Creates records from damaged values; whatever is edited later is written as it is."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> frozenset[str]:
        """Change a record as it should be."""
        return self.inner.update(lane, end, record, values)


def _is_needed(card: PropertyCard | None) -> bool:
    return card is not None and card.required
